"""A small page with the real service worker, and a host for it that can be made to fail: the network goes, bytes are
wrong, the server has an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from building import manifest
from building.pipeline import TEMPLATE, replace_folder, service_worker, versioned
from tests.failing_server import FailingServer, SilentHandler, serving

# Resolves to the new worker's last state: "installed" where an older one is there, else "activated"; or "redundant".
REGISTER = """async () => {
  window.heard = [];
  navigator.serviceWorker.onmessage = (event) => heard.push(event.data);
  const registration = await navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" });
  const held = registration.active;
  if (held) await registration.update().catch(() => 0);
  const worker = registration.installing ?? registration.waiting;
  const ends = ["activated", "redundant", ...(held ? ["installed"] : [])];
  // Of a worker that was installed while the page opened, Chromium says for ever that it is installing.
  const state = () => (worker === registration.waiting ? "installed" : worker.state);
  while (worker && !ends.includes(state())) await new Promise((done) => setTimeout(done, 10));
  return worker ? state() : null;
}"""
# The names of the caches of all copies and versions; Python's memory has one of its own.
CACHES = "async () => (await caches.keys()).filter((name) => /^hemolens(?!-memory)/.test(name)).sort()"
# Every file of a cache as {path: sha256 in hexadecimal}.
KEPT = """async (name) => {
  const cache = await caches.open(name);
  const kept = {};
  for (const request of await cache.keys()) {
    const body = await (await cache.match(request)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const path = request.url.slice(new URL("./", location.href).href.length);
    kept[path] = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return kept;
}"""


def put_site(
    folder: Path,
    text: str,
    files: dict[str, bytes] | None = None,
    spoiled: dict[str, bytes] | None = None,
    *,
    template: Path = TEMPLATE,
    worker: Callable[[str], str] = str,
) -> manifest.Manifest:
    """A small build with a real manifest and worker; `spoiled` replaces bytes after they were hashed.

    `template` is another service worker's, `worker` changes its script.
    """
    contents = {"index.html": page(text), "a.js": b"1", "deep/b.bin": bytes(9000), **(files or {})}
    made, shipped = versioned(contents)
    script = worker(service_worker(template.read_text("utf-8"), made).decode())
    replace_folder(folder, {**shipped, manifest.SERVICE_WORKER: script.encode(), **(spoiled or {})})
    return made


def page(text: str) -> bytes:
    """Its only page."""
    return f'<!doctype html><title>{text}</title><link rel="icon" href="data:,"><h1>{text}</h1>'.encode()


def cache_of(made: manifest.Manifest, path: str = "/page/") -> str:
    """The name in the browser of the cache of a version that lies at this path of its origin."""
    return f"hemolens {path} {made.version}"


def hashes_of(made: manifest.Manifest) -> dict[str, str]:
    """What a complete cache of it holds."""
    return {path: entry.sha256 for path, entry in made.files.items()}


class FailingHost(FailingServer):
    """A plain host, which knows nothing of isolation headers, nor of what a browser has already.

    Attributes:
        bytes_left: after so many bytes of bodies every connection breaks off in mid-sentence; None: never.
        error: the status that every file is answered with instead of its bytes, page and worker excepted; None: none.
        sent: how often each path was sent whole.
        moved: paths that are answered with a redirection -> where to.
        headers: what it says with every file besides.
        stalled: paths of which only the first byte comes.
    """

    def __init__(self, folders: dict[str, Path], port: int = 0) -> None:
        super().__init__(_Handler, port)
        self.folders = folders
        self.bytes_left: int | None = None
        self.error: int | None = None
        self.sent: dict[str, int] = {}
        self.moved: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.stalled: set[str] = set()

    @property
    def address(self) -> str:
        return self.origin + "/page/"

    @property
    def folder(self) -> Path:
        """What lies at `address`."""
        return self.folders["/page/"]

    def may_send(self, wanted: int) -> int:
        """How many of so many bytes still come through."""
        with self.lock:
            if self.bytes_left is None:
                return wanted
            given = min(wanted, self.bytes_left)
            self.bytes_left -= given
            return given


TYPES = {".html": "text/html", ".js": "text/javascript", ".json": "application/json"}


class _Handler(SilentHandler):
    server: FailingHost

    def do_GET(self) -> None:  # noqa: N802
        asked = self.path.partition("?")[0]
        copies = [copy for copy in self.server.folders if asked.startswith(copy)]
        if not copies:
            self.send_error(404)
            return
        copy = max(copies, key=len)
        path = asked.removeprefix(copy)
        file = self.server.folders[copy] / (path or "index.html")
        first = path in ("", "sw.js")
        if path in self.server.moved:
            self.send_response(301)
            self.send_header("Location", copy + self.server.moved[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not file.is_file():
            self.send_error(404)
            return
        if self.server.error is not None and not first:
            self.send_error(self.server.error)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(file.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if path in self.server.stalled:
            self.wfile.write(body[:1])
            self.server.ended.wait()
            return
        given = len(body) if first else self.server.may_send(len(body))
        if given == len(body):
            # Counted first: who has the last byte may ask at once what was sent.
            with self.server.lock:
                name = asked.removeprefix("/page/")
                self.server.sent[name] = self.server.sent.get(name, 0) + 1
        self.wfile.write(body[:given])


@contextmanager
def host(folder: Path | dict[str, Path], port: int = 0) -> Iterator[FailingHost]:
    """Serves `folder` below /page/, or each below its own path; it is gone afterwards."""
    folders = folder if isinstance(folder, dict) else {"/page/": folder}
    with serving(FailingHost(folders, port)) as server:
        yield server
