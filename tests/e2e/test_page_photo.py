"""From a photo to a reading in the browser: offline, the same as at the terminal, upright, and with clear errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.shared import words
from tests.browser import PATIENCE_MS
from tests.drawn_hand import draw_hand
from tests.real_photos import DATASET, best_iou, needs_real_photos, patients
from tests.unit.core.pictures.test_photo import ORIENTATION_TAG, STORED_AS

ROOT = Path(__file__).resolve().parents[2]
REAL_PHOTOS = ("14", "54", "208")


def terminal_readings(*photos):
    """What `python -m app --json` says of each photo."""
    command = [sys.executable, "-m", "app", *map(str, photos), "--json"]
    finished = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def assert_same_reading(shown, expected, tolerance_g_dl=0.05):
    """The promise between page and terminal: 0.05 g/dL, and each box to one pixel."""
    # The screen rounds to 0.1.
    assert shown["hb_g_dl"] == pytest.approx(expected["hb_g_dl"], abs=tolerance_g_dl + 0.05)
    assert len(shown["nails"]) == len(expected["nails"])
    for seen, nail in zip(from_the_top(shown["nails"]), from_the_top(expected["nails"]), strict=True):
        assert seen["hb_g_dl"] == pytest.approx(nail["hb_g_dl"], abs=tolerance_g_dl)
        assert seen["box"] == pytest.approx(nail["box"], abs=1.0)


def from_the_top(nails):
    """As they lie: the most certain ones come first, which another decoder or runtime may tell apart otherwise."""
    return sorted(nails, key=lambda nail: nail["box"][1])


def drawn_file(folder, kind="JPEG", **options):
    path = folder / f"hand.{kind.lower()}"
    path.write_bytes(draw_hand().encoded(kind, **options))
    return path


def load_then_cut_the_network(host, visit):
    visit.open()
    visit.wait_for_engine()
    visit.wait_for_offline_ready()
    host.stop()
    visit.context.set_offline(True)
    visit.page.reload()
    visit.wait_for_engine()
    visit.wait_for_offline_ready()
    assert visit.page.is_hidden("[data-testid=update]")


@needs_real_photos
def test_offline_three_photographs_are_read_with_their_nails_boxed(host, visit):
    load_then_cut_the_network(host, visit)
    photos = [DATASET / "photo" / f"{patient_id}.jpg" for patient_id in REAL_PHOTOS]
    expected = terminal_readings(*photos)
    for patient_id, photo, from_terminal in zip(REAL_PHOTOS, photos, expected, strict=True):
        visit.upload(photo)
        shown = visit.reading()
        annotated = patients()[patient_id].nail_boxes
        # The little finger's is annotated nowhere.
        assert len(annotated) == 3 <= len(shown["nails"]) <= 4
        assert all(best_iou(box, [nail["box"] for nail in shown["nails"]]) > 0.5 for box in annotated)
        assert visit.page.locator("[data-testid=overlay] rect.nail").count() == len(shown["nails"])
        assert_same_reading(shown, from_terminal)


def test_offline_a_drawn_hand_is_read_as_at_the_terminal(host, visit, tmp_path):
    load_then_cut_the_network(host, visit)
    # The two Pythons' Pillows carry different JPEG decoders, whose colours differ by some levels at edges. That moves
    # a nail of this drawing by up to 0.3 g/dL; the same pixels give the same value.
    for kind, tolerance_g_dl in (("PNG", 0.05), ("WEBP", 0.05), ("JPEG", 0.4)):
        photo = drawn_file(tmp_path, kind)
        visit.upload(photo)
        shown = visit.reading()
        assert_same_reading(shown, *terminal_readings(photo), tolerance_g_dl)
        drawn = draw_hand().nail_boxes
        assert [best_iou(box, [nail["box"] for nail in shown["nails"]]) > 0.5 for box in drawn] == [True] * 3


def test_the_result_says_what_it_is_good_for(next_visit, tmp_path):
    visit = next_visit()
    visit.open()
    visit.wait_for_engine()
    photo = drawn_file(tmp_path, "PNG")
    visit.upload(photo)
    (expected,) = terminal_readings(photo)
    page = visit.page
    low, high = expected["interval_g_dl"]
    assert page.inner_text("[data-testid=hb-interval]") == words.interval_words(low, high)
    assert page.inner_text("[data-testid=severity]") == words.severity_words(expected["severity"]["set"])
    assert page.get_attribute("[data-testid=severity]", "data-label") == expected["severity"]["label"]
    assert page.inner_text("[data-testid=disclaimer]") == words.say("disclaimer")
    assert words.say("red-flags") in page.inner_text("[data-testid=result]")
    assert page.is_visible("[data-testid=warning]") is not expected["narrower_than_no_photo"]
    items = page.locator("[data-testid=nail-item]").all_inner_texts()
    assert items == [f"{nail['hb_g_dl']:.1f} g/dL" for nail in expected["nails"]]
    for line in words.comparison_lines(expected["severity"], expected["comparison"]):
        assert line in page.inner_text("#comparison")
    page.click("[data-testid=close-result]")
    assert page.is_hidden("[data-testid=result]")
    assert page.get_attribute("body", "data-state") == "ready"
    assert page.get_attribute("#photo-image", "src") is None


def test_boxes_lie_on_the_nails_of_a_turned_photo(next_visit, tmp_path):
    hand = draw_hand()
    visit = next_visit()
    visit.open()
    visit.wait_for_engine()
    for orientation in range(1, 9):
        stored = hand.picture if STORED_AS[orientation] is None else hand.picture.transpose(STORED_AS[orientation])
        exif = Image.Exif()
        exif[ORIENTATION_TAG] = orientation
        photo = tmp_path / f"turned-{orientation}.jpg"
        stored.save(photo, quality=92, exif=exif)
        visit.upload(photo)
        shown = visit.reading()
        boxes = [nail["box"] for nail in shown["nails"]]
        assert all(best_iou(box, hand.nail_boxes) > 0.5 for box in boxes), orientation
        # What was measured is shown, and the overlay has its measures.
        size = visit.page.evaluate("(still => [still.width, still.height])(document.getElementById('still'))")
        assert size == [800, 600], orientation
        assert visit.page.get_attribute("[data-testid=overlay]", "viewBox") == "0 0 800 600"


def test_a_photo_chosen_before_the_engine_is_ready_is_measured_when_it_is(visit, tmp_path):
    visit.open()
    visit.page.wait_for_selector("#start:not([hidden])")
    assert visit.page.get_attribute("body", "data-engine") == "loading"
    visit.upload(drawn_file(tmp_path))
    assert len(visit.reading()["nails"]) == 3


def test_a_photo_chosen_before_the_screen_is_there_is_not_lost(visit, tmp_path):
    # What the route holds goes on when it ends.
    visit.page.route("**/screen.pack.json", lambda _held: None)
    visit.page.goto(visit.address)
    # The button is not there yet, but the keyboard reaches what it opens.
    visit.page.set_input_files("[data-testid=upload]", drawn_file(tmp_path))
    assert visit.page.get_attribute("body", "data-state") == "booting"
    visit.page.unroute("**/screen.pack.json")
    visit.page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
    assert len(visit.reading()["nails"]) == 3


NO_PHOTOS = {
    "letter.jpg": b"Dear photo, I am a letter.",
    "empty.png": b"",
    "half.jpg": draw_hand().encoded()[:9000],
}


def test_what_is_no_photo_is_said_and_the_next_photo_is_read(next_visit, tmp_path):
    visit = next_visit()
    visit.open()
    visit.wait_for_engine()
    title, way_out = words.error_words("unreadable_image")
    for name, data in NO_PHOTOS.items():
        visit.upload({"name": name, "mimeType": "image/jpeg", "buffer": data})
        assert visit.page.get_attribute("body", "data-state") == "error", name
        said = visit.page.inner_text("[data-testid=error]")
        assert title in said and way_out in said
        visit.upload(drawn_file(tmp_path))
        assert len(visit.reading()["nails"]) == 3
        assert visit.page.is_hidden("[data-testid=error]")


def test_a_photo_without_a_hand_is_said(next_visit, tmp_path):
    photo = tmp_path / "board.png"
    Image.new("RGB", (640, 480), (200, 210, 214)).save(photo)
    visit = next_visit()
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    assert words.say("error.no_nail") in visit.page.inner_text("[data-testid=error]")
    assert visit.page.locator("[data-testid=overlay] rect").count() == 0
