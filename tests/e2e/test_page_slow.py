"""A device that cannot keep up with its camera: a scan of fewer frames that ends in time, or the word for a photo."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.core.scan.accumulator import FRAMES, LEAST_FRAMES
from app.shared import words
from tests.bench.marks import mark_ms
from tests.browser import PATIENCE_MS, Cameras, Host, Visit
from tests.drawn_hand import draw_hand, drawn_photo
from tests.e2e.rebuilt import put_version
from tests.film import fitted, write_film

SIZE = (640, 480)
SERVES = "port.serve(xworker, door.CALLS)"
# An engine whose every frame takes longer, one after the other.
SLOWLY = """\
import asyncio

turn, measure = asyncio.Lock(), door.CALLS["scan_frame"]


async def slowly(*arguments, **named):
    async with turn:
        await asyncio.sleep({seconds})
        return await measure(*arguments, **named)


port.serve(xworker, {{**door.CALLS, "scan_frame": slowly}})
"""
# A frame more of these in this time is measured by no machine, and half of them by every one.
SLOW_S, SCAN_S = 0.8, 20
# Without an end in time, thirty of them would take longer.
ENDED_S = 24


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Cameras:
    film = tmp_path_factory.mktemp("film") / "hand.y4m"
    return Cameras(write_film(film, [fitted(draw_hand().picture, SIZE)], SIZE))


@pytest.fixture
def slow_visit(built_dist: Path, tmp_path: Path, new_visit: Callable[..., Visit]) -> Iterator[Callable[[float], Visit]]:
    """Makes a visit whose engine takes so many seconds more for each frame of a scan."""
    hosts: list[Host] = []

    def make(seconds: float) -> Visit:
        script = (built_dist / "engine.py").read_text("utf-8")
        assert SERVES in script
        slow = script.replace(SERVES, SLOWLY.format(seconds=seconds))
        put_version(tmp_path / "slow", built_dist, {"engine.py": slow.encode()})
        hosts.append(Host(tmp_path / "slow"))
        return new_visit(hosts[0].address, permissions=["camera"])

    yield make
    for host in hosts:
        host.stop()


def begin_scan(visit: Visit, query: str = "") -> Page:
    page = visit.page
    page.goto(visit.address + query)
    page.wait_for_selector("#start:not([hidden])", timeout=PATIENCE_MS)
    page.uncheck("#auto-capture")
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    page.click("[data-testid=capture]")
    return page


def lasted_s(page: Page) -> float:
    return (mark_ms(page, "scan-end") - mark_ms(page, "scan-begin")) / 1000


def test_a_slow_device_reads_fewer_frames_and_ends_in_time(slow_visit):
    visit = slow_visit(SLOW_S)
    page = begin_scan(visit, f"?scan-seconds={SCAN_S}")
    # It does not promise thirty.
    about = words.say("scan-frame-about", done="*", total="*").split("*")[1]
    page.wait_for_function("about => document.getElementById('scan-words').textContent.includes(about)", arg=about)
    expected = int(page.get_attribute("[data-testid=scan-progress]", "aria-valuemax"))
    assert LEAST_FRAMES <= expected < FRAMES
    page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
    assert len(visit.reading()["nails"]) == 3
    progress = page.locator("[data-testid=scan-progress]")
    frames = int(progress.get_attribute("aria-valuenow"))
    assert LEAST_FRAMES <= frames < FRAMES
    # What was measured is all there is, in the bar, the dots and the figures.
    assert progress.get_attribute("aria-valuemax") == str(frames)
    assert page.locator("#dots li.used").count() == frames
    total = page.locator("#debug-frames li").count()
    assert page.inner_text("[data-testid=frames-used]") == words.say("frames-used", used=frames, total=total)
    assert lasted_s(page) < ENDED_S


# One that measures a few, and one whose first frame does not end.
@pytest.mark.parametrize("seconds", [1.5, 60])
def test_one_that_is_too_slow_says_so_in_time_and_reads_a_photo_instead(slow_visit, seconds):
    page = begin_scan(slow_visit(seconds))
    page.wait_for_selector("body[data-state=error], body[data-state=result]", timeout=PATIENCE_MS)
    assert page.get_attribute("[data-testid=error]", "data-code") == "too_slow"
    said = page.inner_text("[data-testid=error]")
    assert words.say("error.too_slow") in said and words.say("error.too_slow.way") in said
    # No boxes without a picture: where not even one frame was seen there is neither.
    seen = seconds < 60
    assert page.is_visible("#still") == seen
    assert (page.locator("[data-testid=overlay] rect").count() > 0) == seen
    # Thirty frames of either would have taken longer.
    assert lasted_s(page) < 30
    assert page.inner_text("#error-again") == words.say("photo-instead")
    with page.expect_file_chooser() as asked:
        page.click("#error-again")
    asked.value.set_files(drawn_photo())
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert page.locator("[data-testid=nail-item]").count() >= 3
