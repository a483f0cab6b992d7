"""Where there is nothing to measure there is no number: painted nails and palms, in photos and before the camera."""

import pytest

from app.shared import codes, words
from tests.browser import PATIENCE_MS, Cameras
from tests.drawn_hand import RED, draw_hand, drawn_photo
from tests.film import fitted, write_film
from tests.real_photos import HANDS, needs_hands

SIZE = (640, 480)
PAINTED = {"name": "painted.jpg", "mimeType": "image/jpeg", "buffer": draw_hand(polish=RED).encoded()}


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


@pytest.fixture(scope="module")
def cameras(tmp_path_factory):
    """One that sees painted nails."""
    film = tmp_path_factory.mktemp("film") / "painted.y4m"
    return Cameras(write_film(film, [fitted(draw_hand(polish=RED).picture, SIZE)], SIZE))


@pytest.fixture
def visit(next_visit):
    return next_visit(permissions=["camera"])


def polish_words():
    return words.error_words(codes.STRANGE_NAILS, [{"reason": codes.NAIL_POLISH}])


def test_a_photo_of_painted_nails_has_no_number_and_says_why_in_every_language(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    visit.upload(PAINTED)
    assert page.get_attribute("[data-testid=error]", "data-code") == codes.STRANGE_NAILS
    assert not page.is_visible("[data-testid=hb-value]")
    for code in (*(code for code, _, _ in words.LANGUAGES), words.DEFAULT):
        page.click("#open-settings")
        page.select_option("#language", code)
        page.click("#settings-done")
        words.use(code)
        said = page.inner_text("[data-testid=error]")
        assert all(part in said for part in polish_words())
        reason = words.reason_words(codes.NAIL_POLISH)
        assert reason in page.inner_text("[data-testid=strange]")
        # And beside each of its nails in the picture.
        beside = page.eval_on_selector_all("#overlay text", "all => all.map((each) => each.textContent)")
        assert beside.count(reason) == 3
    # The next photo, of bare nails, is read.
    visit.upload(drawn_photo())
    assert len(visit.reading()["nails"]) == 3
    assert not page.is_visible("[data-testid=strange]")


def test_the_camera_says_so_before_a_scan_and_none_begins_by_itself(visit):
    page = visit.page
    visit.open()
    page.wait_for_selector("#start:not([hidden])")
    page.check("#auto-capture")
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=strange]:visible", timeout=PATIENCE_MS)
    assert words.reason_words(codes.NAIL_POLISH) in page.inner_text("[data-testid=strange]")
    assert page.locator("#overlay rect.unused").count() == 3
    page.wait_for_timeout(2500)
    assert page.get_attribute("body", "data-state") == "ready"
    # Begun all the same, it ends with words.
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
    assert page.get_attribute("[data-testid=error]", "data-code") == codes.STRANGE_NAILS
    assert all(part in page.inner_text("[data-testid=error]") for part in polish_words())


@needs_hands
def test_a_palm_has_no_number(visit):
    visit.open()
    visit.wait_for_engine()
    visit.upload(HANDS / "photo" / "Hand_0000065.jpg")
    assert visit.page.get_attribute("[data-testid=error]", "data-code") in (codes.STRANGE_NAILS, codes.NO_NAIL)
