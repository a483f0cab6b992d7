"""In Chromium, Firefox and WebKit: the page is installed, brought up to date, and started again without a server."""

import pytest

from app.shared import words
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import draw_hand
from tests.e2e.conftest import assert_nothing_went_wrong
from tests.e2e.rebuilt import copied, put_version, titled
from tests.small_site import CACHES, cache_of

# The same pixels for every decoder.
HAND = {"name": "hand.png", "mimeType": "image/png", "buffer": draw_hand().encoded("PNG")}
LANGUAGE = "ar"


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


def test_installed_brought_up_to_date_and_started_again_with_the_server_gone(kind, built_dist, tmp_path):
    dist = copied(built_dist, tmp_path / "dist")
    host = Host(dist)
    with kind.visiting(host.address, tmp_path / "profile") as visit:
        page = visit.page
        visit.open()
        visit.wait_for_engine()
        visit.wait_for_offline_ready()
        visit.upload(HAND)
        first = visit.reading()
        assert len(first["nails"]) == 3
        page.click("[data-testid=close-result]")
        # A new version waits until the person wants it.
        new = put_version(dist, built_dist, titled(built_dist, "Newer"))
        page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => 1)")
        page.wait_for_selector("[data-testid=update]", timeout=PATIENCE_MS)
        assert page.title() == "HemoLens"
        page.click("[data-testid=update]")
        page.wait_for_function("() => document.title === 'Newer'", timeout=PATIENCE_MS)
        visit.wait_for_offline_ready()
        assert page.evaluate(CACHES) == [cache_of(new, "/")]
    host.stop()
    assert_nothing_went_wrong(visit)
    # The device speaks another language meanwhile.
    with kind.visiting(host.address, tmp_path / "profile", language=LANGUAGE) as visit:
        page = visit.page
        visit.open()
        visit.wait_for_engine()
        visit.wait_for_offline_ready()
        words.use(LANGUAGE)
        assert page.title() == "Newer"
        assert page.is_hidden("[data-testid=update]")
        assert (page.get_attribute("html", "lang"), page.get_attribute("html", "dir")) == (LANGUAGE, "rtl")
        visit.upload(HAND)
        assert page.inner_text("#result-title") == words.say("result-title")
        assert visit.reading() == first
    assert_nothing_went_wrong(visit)
