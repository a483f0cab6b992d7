"""Several copies of the app under one origin, and hosts and browsers with habits of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.serving.test_service_worker import LAST, SWITCH
from tests.small_site import CACHES, KEPT, REGISTER, cache_of, hashes_of, host, put_site

BEFORE_COPIES = Path(__file__).with_name("worker_before_copies.js")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def folders(tmp_path: Path, paths: tuple[str, ...]) -> dict[str, Path]:
    return {path: tmp_path / f"copy{number}" for number, path in enumerate(paths)}


def test_copies_side_by_side_and_below_each_other_keep_apart(page: Page, tmp_path: Path) -> None:
    copies = folders(tmp_path, ("/", "/a/", "/a/b/"))
    for path, folder in copies.items():
        put_site(folder, f"first {path}")
    with host(copies) as server:
        for path in copies:
            page.goto(server.origin + path)
            assert page.evaluate(REGISTER) == "activated"
        assert len(page.evaluate(CACHES)) == 3
        made = {}
        for path, folder in copies.items():
            made[path] = put_site(folder, f"second {path}")
            page.goto(server.origin + path)
            assert page.title() == f"first {path}"
            assert page.evaluate(REGISTER) == "installed"
            page.evaluate(SWITCH)
        expected = sorted(cache_of(made[path], path) for path in copies)
        page.wait_for_function(f"async () => String(await ({CACHES})()) === '{','.join(expected)}'")
    for path in copies:
        page.goto(server.origin + path)
        assert page.title() == f"second {path}"
        assert page.evaluate(KEPT, cache_of(made[path], path)) == hashes_of(made[path])


@pytest.mark.parametrize("paths", [("/a/", "/b/"), ("/", "/b/"), ("/b/", "/")])
def test_what_an_earlier_version_kept_is_taken_over_and_its_neighbour_keeps_its_own(
    page: Page, tmp_path: Path, paths: tuple[str, str]
) -> None:
    copies = folders(tmp_path, paths)
    mine, theirs = paths
    with host(copies) as server:
        for path, folder in copies.items():
            old = put_site(folder, "old", template=BEFORE_COPIES)
            page.goto(server.origin + path)
            assert page.evaluate(REGISTER) == "activated"
        # They have one cache together.
        shared = f"hemolens-{old.version}"
        assert page.evaluate(CACHES) == [shared]
        page.goto(server.origin + mine)
        new = put_site(copies[mine], "new")
        server.sent = {}
        assert page.evaluate(REGISTER) == "installed"
        # Whether the neighbour has a newer one the browser asks whenever it likes.
        assert set(server.sent) - {f"{theirs}sw.js"} == {f"{mine}sw.js", f"{mine}index.html"}
        page.evaluate(SWITCH)
        page.wait_for_function(
            """async ([name, urls]) => {
                const left = (await (await caches.open(name)).keys()).map((request) => request.url);
                return left.length === urls.length && urls.every((url) => left.includes(url));
            }""",
            arg=[shared, [server.origin + theirs + path for path in old.files]],
        )
    for path, title in ((mine, "new"), (theirs, "old")):
        page.goto(server.origin + path)
        assert page.title() == title
    assert page.evaluate(KEPT, shared) == hashes_of(old)
    with host(copies, server.server_port) as server:
        # Now the neighbour, too: then nothing is left of it.
        newer = put_site(copies[theirs], "newer")
        server.sent = {}
        assert page.evaluate(REGISTER) == "installed"
        assert set(server.sent) - {f"{mine}sw.js"} == {f"{theirs}sw.js", f"{theirs}index.html"}
        page.evaluate(SWITCH)
        expected = sorted([cache_of(new, mine), cache_of(newer, theirs)])
        page.wait_for_function(f"async () => String(await ({CACHES})()) === '{','.join(expected)}'")


def test_what_lies_below_and_is_no_copy_stays_as_its_host_sends_it(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path / "page", "first")
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("<title>other</title><script>document.title = 'runs'</script>", "utf-8")
    with host({"/": tmp_path / "page", "/other/": other}) as server:
        page.goto(server.origin)
        page.evaluate(REGISTER)
        # Under our policy its script would not run.
        page.goto(server.origin + "/other/")
        assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
        assert page.title() == "runs"


def test_a_host_that_redirects_and_says_that_every_answer_varies(page: Page, tmp_path: Path) -> None:
    made = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        server.moved, server.headers = {"index.html": ""}, {"Vary": "*"}
        page.goto(server.address)
        assert page.evaluate(REGISTER) == "activated"
        assert page.evaluate(KEPT, cache_of(made)) == hashes_of(made)
    for path in ("", "index.html"):
        page.goto(server.address + path)
        assert page.title() == "first"


def test_a_part_that_never_ends_is_given_up_and_named(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path, "first", worker=lambda script: script.replace("STALLED_MS = 60_000", "STALLED_MS = 300"))
    with host(tmp_path) as server:
        server.stalled = {"deep/b.bin"}
        page.goto(server.address)
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == "network"
        assert "deep/b.bin" in page.evaluate(f"{LAST}.message")
        server.stalled = set()
        assert page.evaluate(REGISTER) == "activated"


# What browsers call it when they can keep nothing at all, or no more.
@pytest.mark.parametrize(
    ("refused", "name", "reason"),
    [
        ("caches.open", "SecurityError", "forbidden"),
        ("caches.keys", "SecurityError", "forbidden"),
        ("Cache.prototype.put", "QuotaExceededError", "full"),
        ("Cache.prototype.put", "NS_ERROR_FILE_NO_DEVICE_SPACE", "full"),
        ("Cache.prototype.put", "UnknownError", "full"),
    ],
)
def test_a_store_that_refuses_is_named(page: Page, tmp_path: Path, refused: str, name: str, reason: str) -> None:
    # A browser that keeps nothing answers nothing about it either.
    parts = ("caches.open", "caches.keys") if refused.startswith("caches") else (refused,)
    script = "".join(f"{part} = () => Promise.reject(new DOMException('no', '{name}'));\n" for part in parts)
    put_site(tmp_path, "first", worker=lambda worker: script + worker)
    with host(tmp_path) as server:
        page.goto(server.address)
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == reason


def test_two_tabs_that_bring_it_back_at_the_same_time_fetch_it_once(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path, "first", {"large.bin": bytes(2_000_000)})
    ask = """async () => {
      const channel = new MessageChannel();
      const reply = new Promise((done) => channel.port1.onmessage = (event) => done(event.data.missing));
      navigator.serviceWorker.controller.postMessage({type: "restore"}, [channel.port2]);
      return reply;
    }"""
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        page.reload()
        page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
        server.sent = {}
        assert page.evaluate(f"Promise.all([({ask})(), ({ask})()])") == [[], []]
        assert set(server.sent.values()) == {1}
