"""In Chromium, Firefox and WebKit: a scan through the camera, one that is cancelled, and one that starts by itself.

`tests/browser_kinds.py` says where the hand comes from in each, and what that cannot show.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.shared import words
from tests.browser import PATIENCE_MS, Host, Visit
from tests.browser_kinds import HAND, Kind
from tests.drawn_hand import draw_hand
from tests.e2e.conftest import assert_nothing_went_wrong, cancel_at_the_third_dot
from tests.film import SIZE, fitted

NAIL = "[data-testid=overlay] rect.nail"


def switch_auto_capture_off(visit: Visit) -> None:
    visit.page.wait_for_selector("#start:not([hidden])", timeout=PATIENCE_MS)
    visit.page.uncheck("#auto-capture")


@pytest.fixture(scope="module")
def before_the_hand(kind: Kind, built_dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A visit whose camera sees the drawn hand, one for all tests of a browser; nothing starts by itself."""
    host = Host(built_dist)
    with kind.visiting(host.address, tmp_path_factory.mktemp(kind.name), camera=HAND) as visit:
        visit.open_unhurried()
        switch_auto_capture_off(visit)
        visit.wait_for_engine()
        yield visit
    host.stop()
    assert_nothing_went_wrong(visit)


@pytest.fixture
def looking(before_the_hand: Visit) -> Visit:
    """The live view with the nails boxed, whatever was shown before."""
    page = before_the_hand.page
    for way_back in ("cancel-scan", "close-result"):
        if page.is_visible(f"[data-testid={way_back}]"):
            page.click(f"[data-testid={way_back}]")
    page.wait_for_selector(NAIL, state="attached", timeout=PATIENCE_MS)
    return before_the_hand


def wait_for_state(visit: Visit, *states: str) -> None:
    visit.page.wait_for_selector(", ".join(f"body[data-state={state}]" for state in states), timeout=PATIENCE_MS)


def test_a_scan_is_cancelled_in_the_middle_and_the_next_one_reads_the_hand_as_a_photo_does(looking):
    page = looking.page
    assert page.is_visible("[data-testid=camera]")
    assert page.get_attribute("[data-testid=overlay]", "viewBox") == f"0 0 {SIZE[0]} {SIZE[1]}"
    page.click("[data-testid=capture]")
    wait_for_state(looking, "scanning")
    cancel_at_the_third_dot(page)
    wait_for_state(looking, "ready")
    assert page.is_hidden("[data-testid=result]") and page.is_hidden("[data-testid=error]")
    page.wait_for_selector(NAIL, state="attached", timeout=PATIENCE_MS)
    page.click("[data-testid=capture]")
    wait_for_state(looking, "result", "error")
    scanned = looking.reading()
    assert len(scanned["nails"]) == 3
    # A canvas may give a picture twice, which does not count.
    used = words.say("frames-used", used=30, total="*").partition("*")[0]
    assert page.inner_text("[data-testid=frames-used]").startswith(used)
    assert page.inner_text("[data-testid=std-dev]").startswith("± 0.")
    # The camera is let go as soon as it is not needed.
    assert page.evaluate("document.getElementById('video').srcObject") is None
    buffer = io.BytesIO()
    fitted(draw_hand().picture, SIZE).save(buffer, "PNG")
    looking.upload({"name": "hand.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    # Both are rounded to 0.1, and what a canvas films in WebKit reads 0.1 lower than the picture on it.
    assert looking.reading()["hb_g_dl"] == pytest.approx(scanned["hb_g_dl"], abs=0.2 + 1e-9)


def test_a_hand_held_still_is_scanned_by_itself(looking):
    page = looking.page
    page.check("#auto-capture")
    wait_for_state(looking, "result", "error")
    assert len(looking.reading()["nails"]) == 3
    page.click("[data-testid=close-result]")
    page.uncheck("#auto-capture")
