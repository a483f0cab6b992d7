"""In Chromium, Firefox and WebKit: the browser's own pretended camera, through the browser's own way to a camera."""

from app.shared import words
from tests.browser import PATIENCE_MS, Host
from tests.browser_kinds import PRETENDED
from tests.e2e.conftest import assert_nothing_went_wrong


def test_the_browsers_own_test_picture_is_looked_at_and_a_scan_of_it_ends_with_words(kind, built_dist, tmp_path):
    host = Host(built_dist)
    with kind.visiting(host.address, tmp_path, camera=PRETENDED) as visit:
        page = visit.page
        visit.open()
        page.wait_for_selector("#start:not([hidden])", timeout=PATIENCE_MS)
        page.uncheck("#auto-capture")
        page.wait_for_selector("[data-testid=camera]", timeout=PATIENCE_MS)
        visit.wait_for_engine()
        lights = [words.say(f"light.{light}") for light in ("like_training", "darker", "brighter", "tinted", "unknown")]
        page.wait_for_function(
            "(lights) => lights.includes(document.querySelector('[data-testid=lighting]').innerText)",
            arg=lights,
            timeout=PATIENCE_MS,
        )
        page.click("[data-testid=capture]")
        page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
        if page.is_visible("[data-testid=error]"):
            assert page.inner_text("[data-testid=error]").strip()
        else:
            assert visit.reading()["nails"]
        assert page.evaluate("document.getElementById('video').srcObject") is None
    host.stop()
    assert_nothing_went_wrong(visit)
