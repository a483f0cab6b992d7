"""serve.py --dev: app/ and static/ as they are, and every open page loaded again, engine and all, at a save.

Nothing of ours is built, so that a line in a traceback or in the browser's console is a line in the editor. No service
worker keeps anything, and one of an earlier visit is let go of. What goes wrong in Python, the screens' or the
engine's, is shown below the page and in this terminal with its whole traceback.

Saves are seen by a look at the times of some 150 files, a few times a second: that takes a few milliseconds, works on
folders of other machines and of containers as well, and spares everybody's installation a package for it.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from building import contents, models
from building.places import sha256, source_files

from .server import Handler, PageServer
from .site import Found, content_type_of

HERE = Path(__file__).parent
SCRIPT = "dev.js"
EVENTS_PATH, SAID_PATH = "/dev-events", "/dev-said"
# How often the folders are looked at while a page is open.
LOOK_EVERY_S = 0.3
# A page that closed is noticed by writing to it.
STILL_HERE_EVERY_S = 5.0
MOST_SAID_BYTES = 20_000

PAGE, WORKER = "index.html", "engine-shim.mjs"
HEAD = "<head>\n"


class Tree:
    """What a page of this working tree is made of, as it is now.

    Args:
        root: holds app/ and static/.
        vendor: the parts of others by their path in the page, see `building.pipeline.vendor`.
        models_folder: the models that the page runs; those that ship are the ones in static/.
    """

    def __init__(self, root: Path, vendor: dict[str, bytes], models_folder: Path = models.SHIPPED) -> None:
        self._app, self._static, self._models = root / "app", root / "static", models_folder
        self._vendor = {path: (data, _etag(data)) for path, data in vendor.items()}
        # What may be asked for, as it was found last: a request never becomes a path on disk.
        self._sources: dict[str, Path] = {}
        self._made = {
            PAGE: self._page,
            WORKER: self._worker,
            "engine.json": self._engine_settings,
            "screen.pack.json": lambda: contents.screen_pack(app=self._app),
            # What the page would count of a first visit, and what it says of its version.
            "build.json": lambda: b'{"version": "source", "first_visit": [], "files": {}}',
            SCRIPT: (HERE / SCRIPT).read_bytes,
            "sw.js": (HERE / "dev_sw.js").read_bytes,
        }

    def state(self) -> str:
        """One name for what is on the disk now: another one after a save."""
        sources = {f"app/{path.relative_to(self._app).as_posix()}": path for path in source_files(self._app)}
        for name, source in contents.static_files(self._static, self._models).items():
            if isinstance(source, Path):
                sources[name] = source
        seen = []
        for name, path in sources.items():
            with suppress(FileNotFoundError):  # gone since it was listed
                status = path.stat()
                seen.append((name, status.st_mtime_ns, status.st_size))
        self._sources = sources
        return sha256(repr(seen).encode())[:16]

    def find(self, path: str, _accepted: set[str]) -> Found | None:
        """What answers a decoded request path; a path outside of app/, static/ and the models does not exist."""
        name = path.removeprefix("/") or PAGE
        if name in self._vendor:
            data, etag = self._vendor[name]
            return Found(data, content_type_of(name), etag)
        make = self._made.get(name) or (self._sources[name].read_bytes if name in self._sources else None)
        if make is None:
            return None
        try:
            data = make()
        except FileNotFoundError:
            return None  # an editor is exchanging it
        return Found(data, content_type_of(name), _etag(data))

    def _page(self) -> bytes:
        # In one line with what stands there, so that every other line keeps its number.
        script = f'<head><script src="./{SCRIPT}" data-state="{self.state()}"></script>\n'
        return (self._static / PAGE).read_text("utf-8").replace(HEAD, script, 1).encode()

    def _worker(self) -> bytes:
        # Imports come first wherever they stand.
        text = (self._static / WORKER).read_text("utf-8")
        return f'{text}import "./{SCRIPT}";\n'.encode()

    def _engine_settings(self) -> bytes:
        """The engine's Python file by file instead of in an archive, each where the repository has it."""
        settings = json.loads((self._static / "engine.json").read_text("utf-8"))
        names = [f"./app/{name}" for name, _ in contents.our_sources(self._app) if contents.is_in_the_engine(name)]
        settings["files"] = {name: name for name in names}
        return json.dumps(settings).encode()


class DevHandler(Handler):
    """Besides the files: news of a save for the page, and what went wrong in it for this terminal."""

    server: DevServer

    def do_GET(self) -> None:  # noqa: N802
        path, _, query = self.path.partition("?")
        if path == EVENTS_PATH:
            self._tell_of_a_save(query)
            return
        super().do_GET()

    def do_POST(self) -> None:  # noqa: N802
        self.close_connection = True
        own = self.headers.get("Origin", "").partition("://")[2] == self.headers.get("Host")
        length = self.headers.get("Content-Length", "")
        if self.path != SAID_PATH or not own or not length.isdecimal() or int(length) > MOST_SAID_BYTES:
            self._refuse()
            return
        said = self.rfile.read(int(length)).decode(errors="replace")
        # What a page says must not reach the terminal as control codes.
        lines = (ascii(line)[1:-1] for line in said.splitlines())
        print("\n".join(lines), file=sys.stderr, flush=True)
        self._send_bytes(b"", "text/plain")

    def _tell_of_a_save(self, seen: str) -> None:
        """Answers once the folders are in another state than the page was made of."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        written_at = time.monotonic()
        while self.server.tree.state() == seen:
            time.sleep(LOOK_EVERY_S)
            if time.monotonic() - written_at > STILL_HERE_EVERY_S:
                self.wfile.write(b": still here\n\n")
                written_at = time.monotonic()
        self.wfile.write(b"data: saved\n\n")


class DevServer(PageServer):
    """Serves a Tree."""

    handler = DevHandler

    @property
    def tree(self) -> Tree:
        assert isinstance(self.site, Tree)
        return self.site


def _etag(data: bytes) -> str:
    return f'"{sha256(data)[:32]}"'
