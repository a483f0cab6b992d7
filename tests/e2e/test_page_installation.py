"""Saved for offline use: cut and gone on, parts that are gone, updates that wait for the person, and half-new pages."""

from app.shared import words
from building import manifest
from serving import server
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import drawn_photo
from tests.e2e.rebuilt import copied, engine_of_another_build, put_version, titled
from tests.small_site import CACHES, cache_of

HAND = drawn_photo()
CHIP = "[data-testid=offline-ready]"
# So many answers come through once the service worker was fetched.
ANSWERS_BEFORE_THE_CUT = 25


class CuttingHandler(server.Handler):
    """The network goes in the middle of the installation."""

    def do_GET(self):  # noqa: N802
        host = self.server
        if self.path == "/sw.js":
            host.saving = True
        elif host.saving and host.answers_left is not None:
            host.answers_left -= 1
            if host.answers_left < 0:
                self.close_connection = True
                self.connection.close()
                return
        super().do_GET()


class CuttingServer(server.PageServer):
    saving = False
    answers_left = ANSWERS_BEFORE_THE_CUT

    def finish_request(self, request, client_address):
        CuttingHandler(request, client_address, self)

    def handle_error(self, request, client_address):
        """It closes connections itself."""


def chip(page):
    return page.inner_text(CHIP)


def test_a_connection_that_is_lost_while_saving_is_named_and_it_goes_on_from_there(built_dist, new_visit):
    host = Host(built_dist, CuttingServer)
    visit = new_visit(host.address)
    page = visit.page
    visit.open()
    page.wait_for_selector(f"{CHIP}[data-offline=failed]", timeout=PATIENCE_MS)
    said = chip(page)
    assert words.say("offline-failed.network", percent="*").split("*")[1] in said
    assert words.say("try-again") in said
    # The browser says on the console which requests failed.
    visit.expect_errors("ERR_")
    # The page works all the same.
    visit.wait_for_engine()
    host._server.answers_left = None
    page.click("#offline-again")
    visit.wait_for_offline_ready()
    host.stop()
    visit.context.set_offline(True)
    page.reload()
    visit.wait_for_engine()
    visit.upload(HAND)
    assert len(visit.reading()["nails"]) == 3


def test_parts_that_the_browser_took_away_are_told_and_brought_back(visit):
    page = visit.page
    visit.open()
    visit.wait_for_offline_ready()
    page.evaluate(
        """async () => {
            const [name] = (await caches.keys()).filter((each) => each.startsWith("hemolens "));
            const cache = await caches.open(name);
            for (const path of ["hemolens.css", "models/detector.onnx"])
                await cache.delete(new URL(path, location.href).href);
        }"""
    )
    # Whatever the page itself asks for comes back by itself; what it did not ask for is told.
    visit.context.set_offline(True)
    page.reload()
    page.wait_for_selector(f"{CHIP}[data-offline=failed]", timeout=PATIENCE_MS)
    assert words.say("offline-missing", count=2) in chip(page)
    visit.expect_errors("ERR_")
    visit.context.set_offline(False)
    page.click("#offline-again")
    visit.wait_for_offline_ready()


def test_an_update_waits_for_the_person_and_never_takes_a_result_away(built_dist, new_visit, tmp_path):
    dist = copied(built_dist, tmp_path / "dist")
    host = Host(dist)
    visit = new_visit(host.address, permissions=["camera"])
    page = visit.page
    visit.open()
    visit.wait_for_offline_ready()
    visit.upload(HAND)
    first = visit.reading()
    # Another tab, where the person agrees.
    other = visit.context.new_page()
    other.on("pageerror", lambda error: visit.console_errors.append(str(error)))
    other.goto(host.address)
    other.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
    put_version(dist, built_dist, titled(built_dist, "Newer"))
    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    other.wait_for_selector("[data-testid=update]", timeout=PATIENCE_MS)
    page.wait_for_selector("[data-testid=update]", timeout=PATIENCE_MS)
    # Not before that: also not by loading the page anew.
    other.reload()
    other.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
    assert other.title() == "HemoLens"
    page.evaluate("document.body.dataset.state = 'scanning'")
    assert page.is_hidden("[data-testid=update]")
    page.evaluate("document.body.dataset.state = 'result'")
    other.wait_for_selector("[data-testid=update]", timeout=PATIENCE_MS)
    other.click("[data-testid=update]")
    other.wait_for_function("() => document.title === 'Newer'", timeout=PATIENCE_MS)
    # The first tab still shows its result, and is loaded anew when that is closed.
    assert (page.title(), visit.reading()) == ("HemoLens", first)
    page.click("[data-testid=close-result]")
    page.wait_for_function("() => document.title === 'Newer'", timeout=PATIENCE_MS)
    visit.wait_for_engine()
    visit.upload(HAND)
    assert visit.reading() == first
    made = manifest.read(dist)
    assert made is not None
    names = page.evaluate(CACHES)
    assert names == [cache_of(made, "/")]
    host.stop()


def test_a_page_of_two_builds_is_loaded_anew_and_says_so_if_that_does_not_help(built_dist, new_visit, tmp_path):
    dist = copied(built_dist, tmp_path / "dist")
    put_version(dist, built_dist, engine_of_another_build(built_dist))
    host = Host(dist)
    visit = new_visit(host.address)
    loads = []
    visit.page.on("load", lambda page: loads.append(page.url))
    visit.open()
    visit.page.wait_for_selector("body[data-engine=failed]", timeout=PATIENCE_MS)
    assert len(loads) == 2
    assert "two builds" in visit.page.inner_text("[data-testid=error]")
    # The rest of it is put up.
    visit.wait_for_offline_ready()
    put_version(dist, built_dist, {})
    visit.page.reload()
    visit.page.click("[data-testid=update]", timeout=PATIENCE_MS)
    visit.wait_for_engine_after_failure()
    host.stop()
