"""The camera as a person meets it: live boxes, a scan that starts by itself, and a word for all that can stop it.

Chromium's fake camera plays a film of a hand: a real photograph where the data set is present, else the drawn one.
"""

import base64
import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page

from app.shared import words
from tests.browser import PATIENCE_MS, Cameras, Visit
from tests.drawn_hand import draw_hand
from tests.e2e.conftest import cancel_at_the_third_dot
from tests.film import NOISE, SIZE, fitted, write_film
from tests.real_photos import DATASET

REAL_PHOTO = DATASET / "photo" / "54.jpg"


def hand_picture() -> Image.Image:
    if REAL_PHOTO.is_file():
        return fitted(ImageOps.exif_transpose(Image.open(REAL_PHOTO)).convert("RGB"), SIZE)
    return fitted(draw_hand().picture, SIZE)


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Cameras:
    """One that sees the hand."""
    return Cameras(write_film(tmp_path_factory.mktemp("film") / "hand.y4m", [hand_picture()]))


@pytest.fixture
def camera_visit(next_visit: Callable[..., Visit]) -> Visit:
    """A visit that may use the camera."""
    return next_visit(permissions=["camera"])


def switch_auto_capture_off(page: Page) -> None:
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")


def open_live(visit: Visit) -> Page:
    """The camera looks, and nothing starts by itself."""
    visit.open_unhurried()
    switch_auto_capture_off(visit.page)
    visit.wait_for_engine()
    visit.page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    return visit.page


def wait_for_state(page: Page, *states: str) -> None:
    page.wait_for_selector(", ".join(f"body[data-state={state}]" for state in states), timeout=PATIENCE_MS)


def error_said(page: Page) -> str:
    wait_for_state(page, "error")
    return page.inner_text("[data-testid=error]")


def assert_thirty_were_used(page: Page) -> None:
    """All that were new. Where the machine is busy, its camera gives some pictures twice, and these are listed, too."""
    said = page.inner_text("[data-testid=frames-used]")
    total = page.locator("#debug-frames li").count()
    assert said == words.say("frames-used", used=30, total=total)
    repeated = page.locator("#debug-frames li.unused").all_text_contents()
    assert {text.strip() for text in repeated} <= {words.say("reason.repeated")}


# At one moment, since boxes are drawn anew several times a second: where one lies, and how many are said to be there.
ONE_NAIL = """() => {
    const nails = document.querySelectorAll("[data-testid=overlay] rect.nail");
    if (!nails.length) return null;
    const { left, top } = nails[0].getBoundingClientRect();
    const counted = document.getElementById("nail-count").innerText;
    return { left, top, x: nails[0].x.baseVal.value, y: nails[0].y.baseVal.value, count: nails.length, counted };
}"""


def test_the_camera_is_seen_before_the_engine_is_ready_and_boxes_sit_on_the_fingers(camera_visit):
    page = camera_visit.page
    camera_visit.open_unhurried()
    switch_auto_capture_off(page)
    page.wait_for_selector("[data-testid=camera]:visible", timeout=PATIENCE_MS)
    assert page.get_attribute("body", "data-engine") == "loading"
    assert page.is_disabled("[data-testid=capture]")
    camera_visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    assert page.is_enabled("[data-testid=capture]")
    # On the screen, a box lies inside the video's own picture, scaled as the video is.
    video = page.locator("[data-testid=camera]").bounding_box()
    assert page.get_attribute("[data-testid=overlay]", "viewBox") == f"0 0 {SIZE[0]} {SIZE[1]}"
    assert page.get_attribute("[data-testid=overlay]", "preserveAspectRatio") == "xMidYMid slice"
    scale = max(video["width"] / SIZE[0], video["height"] / SIZE[1])
    shown = page.wait_for_function(ONE_NAIL).json_value()
    left = video["x"] + (video["width"] - SIZE[0] * scale) / 2
    top = video["y"] + (video["height"] - SIZE[1] * scale) / 2
    # The stroke is drawn around the edge.
    assert shown["left"] == pytest.approx(left + shown["x"] * scale, abs=3)
    assert shown["top"] == pytest.approx(top + shown["y"] * scale, abs=3)
    assert shown["counted"] == words.say("nails-seen", count=shown["count"])
    lights = [words.say(f"light.{light}") for light in ("like_training", "darker", "brighter", "tinted")]
    assert page.inner_text("[data-testid=lighting]") in lights
    assert page.is_hidden("[data-testid=low-light]")


def test_a_nail_held_still_starts_a_scan_whose_reading_is_that_of_the_photo(camera_visit, tmp_path):
    page = camera_visit.page
    camera_visit.open_unhurried()
    wait_for_state(page, "scanning")
    assert page.is_visible("[data-testid=cancel-scan]")
    # As soon as the engine has begun as well.
    page.wait_for_selector("[data-testid=scan-progress]:visible, #scan-words:visible", timeout=PATIENCE_MS)
    wait_for_state(page, "result")
    shown = camera_visit.reading()
    assert page.get_attribute("[data-testid=scan-progress]", "aria-valuenow") == "30"
    assert_thirty_were_used(page)
    assert page.inner_text("[data-testid=std-dev]").startswith("± 0.")
    assert page.inner_text("[data-testid=range]")
    assert page.locator("#debug-frames li.used").count() == 30
    assert page.is_visible("[data-testid=overlay] rect.nail >> nth=0")
    # The camera is let go as soon as it is not needed.
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert words.say("red-flags") in page.inner_text("[data-testid=result]")
    assert len(shown["nails"]) >= 3
    # What the camera saw, as a photo.
    seen = page.evaluate("document.getElementById('still').toDataURL('image/png')")
    photo = tmp_path / "seen.png"
    photo.write_bytes(base64.b64decode(seen.split(",")[1]))
    camera_visit.upload(photo)
    uploaded = camera_visit.reading()
    assert uploaded["hb_g_dl"] == pytest.approx(shown["hb_g_dl"], abs=0.1 + 1e-9)
    # Two nails of which the detector is as sure may stand in another order. The first frames of a scan are looked at in
    # fewer ways than a photo, which moves a nail by up to 0.2 g/dL.
    nails = [sorted(nail["hb_g_dl"] for nail in each["nails"]) for each in (uploaded, shown)]
    assert nails[0] == pytest.approx(nails[1], abs=0.3)


def test_the_picture_that_was_filmed_reads_as_its_scan(camera_visit, tmp_path):
    """The whole way through the camera: its colours are halved along both axes, which a photo's need not be."""
    page = open_live(camera_visit)
    page.click("[data-testid=capture]")
    wait_for_state(page, "result")
    scanned = camera_visit.reading()
    photo = tmp_path / "hand.png"
    hand_picture().save(photo)
    camera_visit.upload(photo)
    assert camera_visit.reading()["hb_g_dl"] == pytest.approx(scanned["hb_g_dl"], abs=0.1 + 1e-9)


# Counts what the screen does where it cannot have, or cannot copy, the camera's own frames.
COUNT = """
    window.bitmaps = window.refused = 0;
    const make = window.createImageBitmap;
    window.createImageBitmap = (...all) => { window.bitmaps += 1; return make(...all); };
"""
# What makes this browser one that knows less, and what then happens.
OLDER = {
    "no frames": ("delete window.VideoFrame;", "bitmaps"),
    "frames that do not say how they are turned": ("delete VideoFrame.prototype.rotation;", "bitmaps"),
    "frames that cannot be copied": (
        "VideoFrame.prototype.copyTo = () => { window.refused += 1; return Promise.reject(new DOMException('no')); };",
        "refused",
    ),
}


def opened(data_url: str) -> np.ndarray:
    """The levels of a picture that a canvas gave away."""
    png = Image.open(io.BytesIO(base64.b64decode(data_url.split(",")[1])))
    return np.asarray(png.convert("RGB"), dtype=int)


@pytest.mark.parametrize("older", OLDER)
def test_a_browser_that_hands_out_no_upright_frames_reads_and_shows_the_same(camera_visit, older):
    page = camera_visit.page
    script, happens = OLDER[older]
    seen, happened = [], []
    for init in (COUNT, script):
        page.add_init_script(init)
        open_live(camera_visit)
        page.click("[data-testid=capture]")
        wait_for_state(page, "result")
        still = "[document.getElementById('still').toDataURL()]"
        thumbnails = "[...document.querySelectorAll('#debug-frames canvas')].map((canvas) => canvas.toDataURL())"
        pictures = [[opened(each) for each in page.evaluate(script)] for script in (still, thumbnails)]
        seen.append((camera_visit.reading()["hb_g_dl"], pictures))
        happened.append(page.evaluate(f"window.{happens}"))
    # The camera's noise is another in each frame.
    (newer_g_dl, newer), (older_g_dl, older_ones) = seen
    assert older_g_dl == pytest.approx(newer_g_dl, abs=0.1 + 1e-9)
    assert np.abs(older_ones[0][0] - newer[0][0]).max() <= 5 * NOISE
    for thumbnail in newer[1] + older_ones[1]:
        assert np.abs(thumbnail - newer[1][0]).max() <= 5 * NOISE
    assert len(newer[1]) >= 30 and len(older_ones[1]) >= 30
    assert happened[0] == 0 and happened[1] > 0


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_a_scan_can_be_cancelled_in_the_middle(camera_visit, way):
    page = open_live(camera_visit)
    if way == "Escape":
        # The switch has the focus, and would be switched on again.
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Space")
    else:
        page.click("[data-testid=capture]")
    wait_for_state(page, "scanning")
    assert not page.is_checked("#auto-capture")
    cancel_at_the_third_dot(page, way)
    wait_for_state(page, "ready")
    assert page.is_hidden("[data-testid=result]") and page.is_hidden("[data-testid=error]")
    assert page.is_visible("[data-testid=camera]")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    # And the next one runs as if there had been none.
    page.click("[data-testid=capture]")
    wait_for_state(page, "result")
    assert_thirty_were_used(page)


def test_a_camera_lost_in_the_middle_is_said_and_can_be_had_again(camera_visit):
    page = open_live(camera_visit)
    page.click("[data-testid=capture]")
    page.wait_for_function("() => document.getElementById('dots').children.length >= 2", timeout=PATIENCE_MS)
    # What the browser does when the system takes the camera away.
    page.evaluate(
        "document.getElementById('video').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))",
    )
    said = error_said(page)
    assert words.say("error.camera_lost") in said and words.say("error.camera_lost.way") in said
    page.click("#error-again")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    assert page.is_visible("[data-testid=camera]")


def hide(page: Page, hidden: bool) -> None:
    """What the browser tells a page when another comes to the front; headless pages are always in front."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_page_hidden_in_the_middle_of_a_scan_says_so_when_it_is_back(camera_visit):
    page = open_live(camera_visit)
    page.click("[data-testid=capture]")
    page.wait_for_function("() => document.getElementById('dots').children.length >= 2", timeout=PATIENCE_MS)
    hide(page, True)
    said = error_said(page)
    assert words.say("error.scan_hidden") in said
    assert page.evaluate("document.getElementById('video').srcObject") is None
    hide(page, False)
    page.click("#error-again")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)


def test_a_page_hidden_while_looking_lets_the_camera_go_and_takes_it_again(camera_visit):
    page = open_live(camera_visit)
    hide(page, True)
    assert page.evaluate("document.getElementById('video').srcObject") is None
    hide(page, False)
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)


def test_a_device_turned_in_the_middle_of_a_scan_is_said(camera_visit):
    page = open_live(camera_visit)
    page.click("[data-testid=capture]")
    page.wait_for_function("() => document.getElementById('dots').children.length >= 2", timeout=PATIENCE_MS)
    page.evaluate("screen.orientation.dispatchEvent(new Event('change'))")
    assert words.say("error.scan_turned") in error_said(page)


def test_the_camera_can_be_turned_off_and_stays_off(camera_visit):
    page = open_live(camera_visit)
    page.click("#camera-stop")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert page.inner_text("#camera-off-words") == words.say("camera-off")
    page.reload()
    camera_visit.wait_for_engine()
    assert page.is_visible("#camera-on") and page.is_disabled("[data-testid=capture]")
    page.click("#camera-on")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)


def test_without_permission_the_page_says_so_and_still_reads_photos(host, new_visit, tmp_path):
    visit = new_visit(host.address, permissions=[])
    page = visit.page
    visit.open_unhurried()
    page.wait_for_selector("#camera-off[data-code=camera_denied]", timeout=PATIENCE_MS)
    said = page.inner_text("#camera-off-words")
    assert words.say("error.camera_denied") in said and words.say("error.camera_denied.way") in said
    assert page.is_visible("#camera-on")
    visit.wait_for_engine()
    photo = tmp_path / "hand.png"
    hand_picture().save(photo)
    visit.upload(photo)
    assert len(visit.reading()["nails"]) >= 3


def test_a_photo_chosen_in_front_of_the_camera_is_read_and_the_camera_comes_back(camera_visit, tmp_path):
    page = open_live(camera_visit)
    photo = tmp_path / "hand.png"
    hand_picture().save(photo)
    camera_visit.upload(photo)
    assert len(camera_visit.reading()["nails"]) >= 3
    assert page.is_hidden("#scan-figures")
    page.click("[data-testid=close-result]")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    assert page.is_visible("[data-testid=camera]")
