"""Where there is nothing to measure there is no number: painted, shining and blurred nails, faces and palms."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from app.shared import codes, words
from tests.browser import PATIENCE_MS, Cameras
from tests.drawn_hand import RED, DrawnHand, draw_hand, drawn_photo
from tests.film import fitted, write_film
from tests.no_nail_pictures import face, toes
from tests.real_photos import HANDS, needs_hands

SIZE = (640, 480)

PLAIN, PAINTED = draw_hand(), draw_hand(polish=RED)


def shining(hand):
    """The same with a lamp in each nail."""
    lamps = Image.new("L", hand.picture.size)
    for x1, y1, x2, y2 in hand.nail_boxes:
        width, height = x2 - x1, y2 - y1
        box = [x1 + 0.3 * width, y1 + 0.25 * height, x1 + 0.75 * width, y1 + 0.7 * height]
        ImageDraw.Draw(lamps).ellipse(box, fill=255)
    picture = hand.picture.copy()
    picture.paste((255, 255, 255), mask=lamps.filter(ImageFilter.GaussianBlur(3)))
    return picture


def blurred(hand):
    """The same out of focus by a tenth of a nail."""
    x1, _, x2, _ = hand.nail_boxes[0]
    return hand.picture.filter(ImageFilter.GaussianBlur((x2 - x1) / 10))


PICTURES = {
    codes.NAIL_POLISH: PAINTED.picture,
    codes.NAIL_GLARE: shining(PLAIN),
    codes.NAIL_BLUR: blurred(PLAIN),
    codes.NAIL_NO_COLOUR: PLAIN.picture.convert("L").convert("RGB"),
}
CODES = {codes.NAIL_POLISH: codes.STRANGE_NAILS}


def photo_of(picture):
    return {"name": "picture.jpg", "mimeType": "image/jpeg", "buffer": DrawnHand(picture, ()).encoded()}


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


@pytest.fixture(scope="module")
def cameras(tmp_path_factory):
    """One that sees painted nails."""
    film = tmp_path_factory.mktemp("film") / "painted.y4m"
    return Cameras(write_film(film, [fitted(PAINTED.picture, SIZE)], SIZE))


@pytest.fixture
def visit(next_visit):
    return next_visit(permissions=["camera"])


def words_of(reason):
    """What is wrong and what helps, where this is so of all nails."""
    return words.error_words(CODES.get(reason, codes.UNUSABLE_NAILS), [{"reason": reason}])


def in_every_language(page):
    for code in (*(code for code, _, _ in words.LANGUAGES), words.DEFAULT):
        page.click("#open-settings")
        page.select_option("#language", code)
        page.click("#settings-done")
        words.use(code)
        yield code


def test_a_photo_that_cannot_be_measured_has_no_number_and_says_why_in_every_language(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    for reason, picture in PICTURES.items():
        visit.upload(photo_of(picture))
        code = CODES.get(reason, codes.UNUSABLE_NAILS)
        assert page.get_attribute("[data-testid=error]", "data-code") == code, reason
        assert not page.is_visible("[data-testid=hb-value]")
        for _ in in_every_language(page):
            said = page.inner_text("[data-testid=error]")
            assert all(part in said for part in words_of(reason)), reason
            # And beside each of its nails in the picture.
            beside = page.eval_on_selector_all("#overlay text", "all => all.map((each) => each.textContent)")
            assert beside.count(words.reason_words(reason)) == 3, reason
            # Once is enough, and in one language.
            assert not page.is_visible("[data-testid=strange]") and not page.inner_text("#error-message"), reason
    # The next photo, of bare nails, is read.
    visit.upload(drawn_photo())
    assert len(visit.reading()["nails"]) == 3
    assert not page.is_visible("[data-testid=strange]")


def test_a_painted_nail_beside_bare_ones_is_named_with_what_helps_in_every_language(visit):
    page = visit.page
    picture = PLAIN.picture.copy()
    painted = tuple(round(side) for side in PLAIN.nail_boxes[0])
    picture.paste(PAINTED.picture.crop(painted), painted[:2])
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo_of(picture))
    visit.reading()
    assert page.locator("#overlay rect.unused").count() == 1
    for _ in in_every_language(page):
        assert page.inner_text("[data-testid=strange]") == words.strange_words([codes.NAIL_POLISH])


@pytest.mark.parametrize("kind", [face, toes])
def test_a_picture_without_a_fingernail_has_no_number_and_says_so_in_every_language(visit, kind):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo_of(kind(np.random.default_rng(1))))
    code = page.get_attribute("[data-testid=error]", "data-code")
    assert code in (codes.NO_NAIL, codes.STRANGE_NAILS, codes.UNUSABLE_NAILS)
    assert not page.is_visible("[data-testid=hb-value]")
    told = set()
    for _ in in_every_language(page):
        said = page.inner_text("[data-testid=error]")
        if code == codes.NO_NAIL:
            assert all(part in said for part in words.error_words(code))
        told.add(said)
    assert len(told) == len(words.LANGUAGES)


def test_the_camera_says_so_before_a_scan_and_none_begins_by_itself(visit):
    page = visit.page
    visit.open_unhurried()
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
    assert all(part in page.inner_text("[data-testid=error]") for part in words_of(codes.NAIL_POLISH))


@needs_hands
def test_a_palm_has_no_number(visit):
    visit.open()
    visit.wait_for_engine()
    visit.upload(HANDS / "photo" / "Hand_0000065.jpg")
    assert visit.page.get_attribute("[data-testid=error]", "data-code") in (codes.STRANGE_NAILS, codes.NO_NAIL)
