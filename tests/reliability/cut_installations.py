"""The service worker's installation, cut at random points in every way that happens to phones; then once more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Error, Page

from building.manifest import Manifest
from tests.browser import ended_after, launched_browser
from tests.reliability import Tally
from tests.small_site import CACHES, KEPT, REGISTER, FailingHost, cache_of, hashes_of, host, put_site

WAYS = ("connection lost", "error of the host", "wrong byte", "storage full", "worker stopped", "page closed")
FILES = 7
LARGEST_BYTES = 60_000
# An installation here takes about a second.
PATIENCE_S = 30.0
POLLING_MS = 20
# Installations in one browser, which grows with them.
ONE_BROWSER = 50
MOST_BROWSERS_LOST = 6
# For what is cut by a clock, the longest that an installation of these files takes.
LONGEST_MS = 150
START = """() => { navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" })
  .then((registration) => registration.active && registration.update()).catch(() => 0); }"""
REGISTRATION = "await navigator.serviceWorker.getRegistration()"
ACTIVE = f"async () => Boolean(({REGISTRATION})?.active)"


def cut_installations(chromium: str, folder: Path, count: int, seed: int = 0) -> Tally:
    """`count` installations, each of a site of its own; every second six are updates of a version that is there.

    Wrong is: a version that is let in and not whole, an older one that is not whole any more, a second attempt that
    does not come to its end, or one that fetches again what had arrived. Where the browser itself ends or answers no
    more, another one does that installation again, once, and the note says how often.
    """
    tally = Tally("interrupted installations")
    lost: list[int] = []
    while tally.tried < count and len(lost) < MOST_BROWSERS_LOST:
        with launched_browser(chromium) as browser:
            context = browser.new_context()
            until = min(count, tally.tried + ONE_BROWSER)
            while tally.tried < until and browser.is_connected():
                number = tally.tried
                with ended_after(browser, PATIENCE_S):
                    wrong = _try(context, folder, number, np.random.default_rng([seed, number]))
                if not browser.is_connected():
                    lost.append(number)
                    if lost.count(number) == 1:
                        continue
                tally.wrong += wrong
                tally.tried += 1
    tally.note = ", ".join(WAYS)
    if lost:
        tally.note += f"; Chromium itself ended or answered no more, and was started again: {len(lost)}"
        tally.expect(len(lost) < MOST_BROWSERS_LOST, f"Chromium ended or answered no more at {lost}")
    return tally


def _try(context: BrowserContext, folder: Path, number: int, rng: np.random.Generator) -> list[str]:
    """What went wrong with one of them."""
    way = WAYS[number % len(WAYS)]
    update = number // len(WAYS) % 2 == 1
    name = f"{number}: {way}{', update' if update else ''}"
    tally = Tally(name)
    # Another port is another origin: nothing of one installation is left for the next.
    with host(folder / str(number)) as server:
        try:
            page = context.pages[0] if context.pages else context.new_page()
            # Not a limit: the browser would be ended before.
            page.set_default_timeout(0)
            _one(page, server, way, update, rng, tally, name)
        except Error as error:
            tally.expect(False, f"{name}: {str(error).splitlines()[0]}")
    return tally.wrong


def _one(
    page: Page, server: FailingHost, way: str, update: bool, rng: np.random.Generator, tally: Tally, name: str
) -> None:
    older = put_site(server.folder, "older") if update else None
    page.goto(server.address)
    if older:
        tally.expect(page.evaluate(REGISTER) == "activated", f"{name}: the older version does not install")
        page.reload()
    files = {f"{number}.bin": rng.bytes(int(rng.integers(1, LARGEST_BYTES))) for number in range(FILES)}
    made = put_site(server.folder, "newer", files)
    _cut(page, server, way, files, made, rng)
    page = _page_again(page, server)
    # Where every page was closed, browsers let in what waited, whole, without asking.
    let_in = older is not None and way == "page closed" and page.title() == "newer"
    if older and not let_in:
        tally.expect(page.title() == "older", f"{name}: the page is not the older version")
        tally.expect(_kept(page, older) == hashes_of(older), f"{name}: the older version is not whole any more")
    # Asked before what is kept: a worker that was stopped goes on in the meantime.
    active = page.evaluate(ACTIVE)
    kept = _kept(page, made)
    tally.expect(kept.items() <= hashes_of(made).items(), f"{name}: kept what does not belong to it")
    if let_in or (active and not older):
        tally.expect(kept == hashes_of(made), f"{name}: let in and not whole")
    put_site(server.folder, "newer", files)
    server.bytes_left, server.error, server.sent = None, None, {}
    outcome = page.evaluate(REGISTER)
    # None: the cut came too late, and everything was there already.
    tally.expect(outcome in (None, "installed" if older else "activated"), f"{name}: then {outcome}")
    tally.expect(_kept(page, made) == hashes_of(made), f"{name}: not whole in the end")
    again = set(kept) & set(server.sent)
    tally.expect(not again, f"{name}: fetched again {sorted(again)}")


def _cut(
    page: Page, server: FailingHost, way: str, files: dict[str, bytes], made: Manifest, rng: np.random.Generator
) -> None:
    total = sum(map(len, files.values()))
    devtools = page.context.new_cdp_session(page)
    if way == "connection lost":
        server.bytes_left = int(rng.integers(total))
        page.evaluate(REGISTER)
    elif way == "error of the host":
        server.error = int(rng.choice([404, 500, 503]))
        page.evaluate(REGISTER)
    elif way == "wrong byte":
        path = str(rng.choice(list(files)))
        body = bytearray(files[path])
        body[int(rng.integers(len(body)))] ^= 1 << int(rng.integers(8))
        (server.folder / path).write_bytes(body)
        page.evaluate(REGISTER)
    elif way == "storage full":
        quota = {"origin": server.origin, "quotaSize": int(rng.integers(total))}
        devtools.send("Storage.overrideQuotaForOrigin", quota)
        page.evaluate(REGISTER)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": quota["origin"]})
    else:
        page.evaluate(START)
        page.wait_for_timeout(float(rng.uniform(0, LONGEST_MS)))
        if way == "worker stopped":
            devtools.send("ServiceWorker.enable")
            devtools.send("ServiceWorker.stopAllWorkers")
        else:
            page.close()


def _page_again(page: Page, server: FailingHost) -> Page:
    """The next visit, while the host still fails."""
    if page.is_closed():
        page = page.context.new_page()
        page.set_default_timeout(0)
    page.goto(server.address)
    # What is still installing comes to its end first; Chromium does not always tell a page that opens just then.
    page.wait_for_function(f"async () => !({REGISTRATION})?.installing", polling=POLLING_MS)
    return page


def _kept(page: Page, made: Manifest) -> dict[str, str]:
    if cache_of(made) not in page.evaluate(CACHES):
        return {}
    return dict(page.evaluate(KEPT, cache_of(made)))
