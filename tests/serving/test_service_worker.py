"""The service worker in a real browser: a whole version or none, going on where it was cut, one version at a time, and
the page without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.small_site import CACHES, KEPT, REGISTER, cache_of, hashes_of, host, put_site

VERSION = """async () => {
  const channel = new MessageChannel();
  const reply = new Promise((done) => channel.port1.onmessage = (event) => done(event.data));
  (await navigator.serviceWorker.ready).active.postMessage({type: "version"}, [channel.port2]);
  return reply;
}"""
RESTORE = VERSION.replace('"version"', '"restore"')
SWITCH = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const changed = new Promise((done) => navigator.serviceWorker.oncontrollerchange = done);
  registration.waiting.postMessage("skip-waiting");
  await changed;
}"""
LAST = "heard.findLast((message) => message.type === 'precache-failed')"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_the_page_lives_on_without_its_host_below_a_path(page: Page, tmp_path: Path) -> None:
    made = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        address = server.address
        page.goto(address)
        assert page.evaluate("crossOriginIsolated") is False
        assert page.evaluate(REGISTER) == "activated"
        heard = [message for message in page.evaluate("heard") if message["type"] == "precache"]
        total = sum(entry.bytes for entry in made.files.values())
        counted = {"done": 3, "total": 3, "bytes": total, "total_bytes": total}
        assert heard[-1] == {"type": "precache", **counted, "scope": address}
        assert page.evaluate(VERSION) == {"type": "version", "version": made.version, "missing": [], "total": 3}
    for path in ("", "?from=home", "#deep", "index.html", "deep/nowhere?x=1"):
        page.goto(address + path)
        assert page.title() == "first"
    assert page.url == address  # what does not exist leads home
    assert page.evaluate("crossOriginIsolated") is True
    assert page.evaluate("fetch('./deep/b.bin?again').then(r => r.arrayBuffer()).then(b => b.byteLength)") == 9000
    assert page.evaluate("fetch('./unknown').then(() => 'came', () => 'failed')") == "failed"


def test_a_bookmark_of_what_is_no_more_leads_home_with_a_network_too(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        page.goto(server.address + "once/was/here")
        assert (page.title(), page.url) == ("first", server.address)


def test_one_wrong_byte_and_it_is_not_let_in(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path, "first", spoiled={"a.js": b"2"})
    with host(tmp_path) as server:
        page.goto(server.address)
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == "damaged"
        assert "a.js" in page.evaluate(f"{LAST}.message")


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_host_with_an_error_is_named(page: Page, tmp_path: Path, status: int) -> None:
    put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        server.error = status
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == "host"
        assert str(status) in page.evaluate(f"{LAST}.message")


def test_a_cut_installation_goes_on_with_what_is_missing(page: Page, tmp_path: Path) -> None:
    made = put_site(tmp_path, "first", {f"{number}.bin": bytes([number]) * 50_000 for number in range(8)})
    with host(tmp_path) as server:
        page.goto(server.address)
        server.bytes_left = 240_000
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == "network"
        kept = page.evaluate(KEPT, cache_of(made))
        assert kept and kept.items() < hashes_of(made).items()
        server.bytes_left, server.sent = None, {}
        assert page.evaluate(REGISTER) == "activated"
        assert page.evaluate(KEPT, cache_of(made)) == hashes_of(made)
        assert not set(kept) & set(server.sent)


def test_a_full_disk_is_named_and_what_fits_stays(page: Page, tmp_path: Path) -> None:
    import numpy as np

    noise = np.random.default_rng(0)
    made = put_site(tmp_path, "first", {f"{number}.bin": noise.bytes(400_000) for number in range(6)})
    with host(tmp_path) as server:
        page.goto(server.address)
        devtools = page.context.new_cdp_session(page)
        origin = server.address.removesuffix("/page/")
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1_500_000})
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(f"{LAST}.reason") == "full"
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
        assert page.evaluate(REGISTER) == "activated"
        assert page.evaluate(KEPT, cache_of(made)) == hashes_of(made)


def test_a_new_version_waits_until_it_is_let_in(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        page.evaluate("caches.open('somebody-elses')")
        second = put_site(tmp_path, "second")
        server.sent = {}
        assert page.evaluate(REGISTER) == "installed"
        # Only what differs was fetched.
        assert set(server.sent) == {"sw.js", "index.html"}
        page.reload()
        assert page.title() == "first"
        assert page.evaluate(VERSION)["version"] == first.version
        assert page.evaluate(CACHES) == sorted([cache_of(first), cache_of(second)])
        page.evaluate(SWITCH)
        page.reload()
        assert page.title() == "second"
        assert page.evaluate(VERSION)["version"] == second.version
        assert page.evaluate(CACHES) == [cache_of(second)]
        assert page.evaluate("caches.has('somebody-elses')")


def test_an_older_version_put_up_again_comes_back(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        for text in ("second", "first"):
            made = put_site(tmp_path, text)
            assert page.evaluate(REGISTER) == "installed"
            page.evaluate(SWITCH)
            page.reload()
            assert page.title() == text
            assert page.evaluate(KEPT, cache_of(made)) == hashes_of(made)
    assert made == first
    page.reload()
    assert page.title() == "first"


def test_two_tabs_are_never_of_two_versions_after_a_reload(page: Page, tmp_path: Path) -> None:
    put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        other = page.context.new_page()
        other.goto(server.address)
        put_site(tmp_path, "second")
        page.evaluate(REGISTER)
        assert [tab.title() for tab in (page, other)] == ["first", "first"]
        other.evaluate("() => { navigator.serviceWorker.oncontrollerchange = () => window.changed = true; }")
        page.evaluate(SWITCH)
        # The other tab hears of it, and decides itself when to load anew.
        other.wait_for_function("() => window.changed")
        for tab in (page, other):
            tab.reload()
            assert tab.title() == "second"


def test_versions_nobody_let_in_do_not_pile_up(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        for number in range(4):
            last = put_site(tmp_path, f"number {number}")
            assert page.evaluate(REGISTER) == "installed"
            assert {cache_of(first), cache_of(last)} <= set(page.evaluate(CACHES))
            assert len(page.evaluate(CACHES)) <= 3
        cut = put_site(tmp_path, "cut", {"large.bin": bytes(100_000)})
        server.bytes_left = 50_000
        assert page.evaluate(REGISTER) == "redundant"
        server.bytes_left = None
        last = put_site(tmp_path, "after it")
        assert page.evaluate(REGISTER) == "installed"
        assert cache_of(cut) not in page.evaluate(CACHES)
        page.evaluate(SWITCH)
        page.wait_for_function(f"async () => String(await ({CACHES})()) === '{cache_of(last)}'")


def test_a_spoiled_update_leaves_the_version_that_was_there(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path, "first")
    with host(tmp_path) as server:
        address = server.address
        page.goto(address)
        page.evaluate(REGISTER)
        put_site(tmp_path, "second", {"a.js": b"3"}, spoiled={"a.js": b"2"})
        assert page.evaluate(REGISTER) == "redundant"
        assert page.evaluate(KEPT, cache_of(first)) == hashes_of(first)
        page.reload()
        assert page.title() == "first"
    page.goto(address)
    assert page.title() == "first"


def test_what_the_browser_took_away_is_told_and_comes_back_the_same_or_not_at_all(page: Page, tmp_path: Path) -> None:
    first = put_site(tmp_path, "first")
    take_away = """async (name) => {
        const cache = await caches.open(name);
        for (const path of ["a.js", "deep/b.bin"]) await cache.delete(new URL(path, location.href).href);
    }"""
    read = "fetch('./a.js').then((answer) => answer.text(), () => 'failed')"
    with host(tmp_path) as server:
        page.goto(server.address)
        page.evaluate(REGISTER)
        page.reload()
        page.evaluate(take_away, cache_of(first))
        assert page.evaluate(VERSION)["missing"] == ["a.js", "deep/b.bin"]
        assert page.evaluate(read) == "1"
        assert page.evaluate(VERSION)["missing"] == ["deep/b.bin"]
        assert page.evaluate(RESTORE)["missing"] == []
        # The host has another version by now: none of its files may come in.
        page.evaluate(take_away, cache_of(first))
        put_site(tmp_path, "second", {"a.js": b"2"})
        assert page.evaluate(read) == "failed"
        assert "a.js" in page.evaluate(RESTORE)["missing"]
        assert page.evaluate("fetch('./index.html').then((answer) => answer.text())").count("first") == 2
