"""Two copies of the app under one origin, and two tabs of one copy: none of them takes part in another's affairs."""

import json

from app.shared import words
from serving.server import PageServer
from serving.site import Site
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import drawn_photo
from tests.e2e.rebuilt import copied, put_version, titled
from tests.small_site import CACHES, cache_of

READY = "body[data-engine=ready]"
CHIP = "[data-testid=offline-ready]"
# How often this tab's own engine got to its networks.
STARTS = "performance.getEntriesByName('hemolens-boot-networks').length"
STORED = "JSON.parse(localStorage.getItem('hemolens-settings /'))"


class Copies:
    """A site of several: each below its own path."""

    def __init__(self, folders):
        self._sites = {path: Site(folder) for path, folder in folders.items()}

    def find(self, path, accepted):
        for copy, site in self._sites.items():
            if path.startswith(copy):
                return site.find("/" + path.removeprefix(copy), accepted)
        return None


def wait_until_saved(page):
    page.wait_for_selector(READY, timeout=PATIENCE_MS)
    page.wait_for_selector(f"{CHIP}[data-offline=ready]", timeout=PATIENCE_MS)


def test_two_copies_are_installed_updated_and_started_without_their_server(built_dist, new_visit, tmp_path):
    folders = {path: copied(built_dist, tmp_path / path[1]) for path in ("/a/", "/b/")}

    class Server(PageServer):
        def __init__(self, host, port, _site):
            super().__init__(host, port, Copies(folders))

    host = Host(built_dist, Server)
    visit = new_visit(host.address)
    page = visit.page
    identities = set()
    for path in folders:
        page.goto(host.address + path[1:])
        wait_until_saved(page)
        devtools = visit.context.new_cdp_session(page)
        identities.add(devtools.send("Page.getAppId")["appId"])
        devtools.detach()
    assert identities == {host.address + path[1:] for path in folders}
    expected = []
    for path, folder in folders.items():
        made = put_version(folder, built_dist, titled(built_dist, f"Newer {path}"))
        expected.append(cache_of(made, path))
        page.goto(host.address + path[1:])
        page.wait_for_selector(READY, timeout=PATIENCE_MS)
        page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
        page.click("[data-testid=update]", timeout=PATIENCE_MS)
        page.wait_for_function("title => document.title === title", arg=f"Newer {path}", timeout=PATIENCE_MS)
        wait_until_saved(page)
    page.wait_for_function(f"async () => String(await ({CACHES})()) === '{','.join(sorted(expected))}'")
    host.stop()
    for path in folders:
        page.goto(host.address + path[1:])
        assert page.title() == f"Newer {path}"
        wait_until_saved(page)


def test_two_tabs_of_one_copy(visit):
    page = visit.page
    visit.open()
    wait_until_saved(page)
    assert page.evaluate(STARTS) == 1
    other = visit.context.new_page()
    other.on("pageerror", lambda error: visit.console_errors.append(str(error)))
    other.goto(visit.address)
    other.wait_for_selector(READY, timeout=PATIENCE_MS)
    # The other tab's engine reported its start to the other tab alone.
    assert other.evaluate(STARTS) == page.evaluate(STARTS) == 1

    # Each changes something, and neither undoes what the other did.
    for tab in (page, other):
        tab.click("#open-settings")
    page.fill("#elevation", "1600")
    page.locator("#elevation").blur()
    other.wait_for_function("() => document.getElementById('elevation').value === '1600'")
    # What is half typed here stays while the other tab changes something else.
    page.fill("#elevation", "170")
    other.select_option("#group", "child_5_11_years")
    page.wait_for_function("() => document.getElementById('group').value === 'child_5_11_years'")
    assert page.input_value("#elevation") == "170"
    page.fill("#elevation", "1700")
    page.check("#sound")
    other.wait_for_function("() => document.getElementById('sound').checked")
    assert other.input_value("#elevation") == "1700"
    other.select_option("#language", "de")
    page.wait_for_function("() => document.documentElement.lang === 'de'")
    stored = page.evaluate(STORED)
    chosen = {"group": "child_5_11_years", "elevation_m": 1700, "sound": True, "language": "de"}
    assert {name: stored[name] for name in chosen} == chosen
    for tab in (page, other):
        tab.click("#settings-done")

    # The other tab clears what was saved: who uses this one is told, and can save it again.
    other.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    visit.upload(drawn_photo())
    words.use("de")
    try:
        page.wait_for_selector(f"{CHIP}[data-offline=failed]", timeout=PATIENCE_MS)
        assert words.say("offline-gone") in page.inner_text(CHIP)
    finally:
        words.use("en")
    page.click("#offline-again")
    visit.wait_for_offline_ready()


def test_what_an_earlier_version_stored_still_holds_and_what_a_later_one_stores_stays(visit):
    page = visit.page
    earlier = {"group": "man", "smoking": "no", "language": "de", "of-a-later-version": 1}
    page.add_init_script(f"localStorage.setItem('hemolens-settings', {json.dumps(json.dumps(earlier))})")
    visit.open()
    page.wait_for_selector("html[lang=de]", timeout=PATIENCE_MS)
    page.click("#open-settings")
    assert page.input_value("#group") == "man"
    page.check("#vibrate")
    stored = page.evaluate(STORED)
    assert (stored["group"], stored["vibrate"], stored["of-a-later-version"]) == ("man", True, 1)
    assert page.evaluate("JSON.parse(localStorage.getItem('hemolens-settings'))") == earlier
