"""The service worker in a real browser: all or nothing, one version at a time, and the page without a network."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from building import manifest
from building.pipeline import TEMPLATE, replace_folder, service_worker

REGISTER = """async () => {
  window.heard = [];
  navigator.serviceWorker.onmessage = (event) => heard.push(event.data);
  const registration = await navigator.serviceWorker.register("./sw.js");
  const worker = registration.installing;
  if (worker) await new Promise((done) => worker.onstatechange = () =>
    ["activated", "redundant"].includes(worker.state) && done());
  return worker && worker.state;
}"""
VERSION = """async () => {
  const channel = new MessageChannel();
  const reply = new Promise((done) => channel.port1.onmessage = (event) => done(event.data));
  (await navigator.serviceWorker.ready).active.postMessage({type: "version"}, [channel.port2]);
  return reply;
}"""
SWITCH = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const changed = new Promise((done) => navigator.serviceWorker.oncontrollerchange = done);
  registration.waiting.postMessage("skip-waiting");
  await changed;
}"""


def put_site(folder: Path, text: str, **spoiled: bytes) -> manifest.Manifest:
    """A small build with a real manifest and worker; `spoiled` replaces bytes after they were hashed."""
    files = {"index.html": f"<title>{text}</title><h1>{text}</h1>".encode(), "a.js": b"1", "deep/b.bin": bytes(9000)}
    made = manifest.make(files, TEMPLATE.read_bytes())
    worker = service_worker(TEMPLATE.read_text("utf-8"), made)
    replace_folder(folder, {**files, **spoiled, "build.json": made.to_json(), "sw.js": worker})
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A host that knows nothing of isolation headers, nor of what a browser has already."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def host(folder: Path) -> Iterator[str]:
    """The address of /page/ on a plain host that serves `folder`; it is gone afterwards."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/page/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_page_lives_on_without_its_host_below_a_path(page: Page, tmp_path: Path) -> None:
    made = put_site(tmp_path / "page", "first")
    with host(tmp_path) as address:
        page.goto(address)
        assert page.evaluate("crossOriginIsolated") is False
        assert page.evaluate(REGISTER) == "activated"
        heard = [message for message in page.evaluate("heard") if message["type"] == "precache"]
        total = sum(entry.bytes for entry in made.files.values())
        assert heard[-1] == {"type": "precache", "done": 3, "total": 3, "bytes": total, "total_bytes": total}
        assert page.evaluate(VERSION) == {"type": "version", "version": made.version, "files": 3}
    for path in ("", "?from=home", "index.html", "deep/nowhere?x=1"):
        page.goto(address + path)
        assert page.title() == "first"
    assert page.url == address  # what does not exist leads home
    assert page.evaluate("crossOriginIsolated") is True
    assert page.evaluate("fetch('./deep/b.bin?again').then(r => r.arrayBuffer()).then(b => b.byteLength)") == 9000
    assert page.evaluate("fetch('./unknown').then(() => 'came', () => 'failed')") == "failed"


def test_one_wrong_byte_and_nothing_is_kept(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path / "page", "first", **{"a.js": b"2"})
    with host(tmp_path) as address:
        page.goto(address)
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate("caches.keys()") == []
        assert page.evaluate("heard.at(-1).type") == "precache-failed"


def test_a_missing_file_and_nothing_is_kept(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path / "page", "first")
    (tmp_path / "page" / "deep" / "b.bin").unlink()
    with host(tmp_path) as address:
        page.goto(address)
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate("caches.keys()") == []
        assert "deep/b.bin" in page.evaluate("heard.at(-1).message")


def test_a_new_version_waits_until_it_is_let_in(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path / "page", "first")
    with host(tmp_path) as address:
        page.goto(address)
        page.evaluate(REGISTER)
        page.evaluate("caches.open('somebody-elses')")
        second = put_site(tmp_path / "page", "second")
        page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
        page.wait_for_function("async () => (await navigator.serviceWorker.ready).waiting")
        page.reload()
        assert page.title() == "first"
        assert page.evaluate(VERSION)["version"] == first.version
        page.evaluate(SWITCH)
        page.reload()
        assert page.title() == "second"
        assert page.evaluate(VERSION)["version"] == second.version
        names = sorted(page.evaluate("caches.keys()"))
        assert names == sorted(["somebody-elses", f"hemolens-{second.version}"])


def test_a_spoiled_update_leaves_the_version_that_was_there(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path / "page", "first")
    with host(tmp_path) as address:
        page.goto(address)
        page.evaluate(REGISTER)
        put_site(tmp_path / "page", "second", **{"a.js": b"2"})
        page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update()).catch(() => 0)")
        page.wait_for_function("heard.at(-1).type === 'precache-failed'")
        assert page.evaluate("caches.keys()") == [f"hemolens-{first.version}"]
    page.goto(address)
    assert page.title() == "first"
