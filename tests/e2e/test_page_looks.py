"""What lies where on the screen: measured in the built page, since words and widths differ by language and phone."""

import io
import itertools

import pytest
from PIL import Image

from app.shared import groups, words
from tests.browser import PATIENCE_MS, Cameras
from tests.drawn_hand import draw_hand, drawn_photo
from tests.film import fitted, write_film

PHONE, SMALL, SIDEWAYS, DESKTOP = (390, 844), (320, 568), (844, 390), (1280, 800)
LANGUAGES = [code for code, _, _ in words.LANGUAGES]
# What the camera sees, width and height in pixels.
CAMERAS = {"landscape": (1280, 960), "portrait": (720, 960)}


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory, request) -> Cameras:
    """The one that the test names, else a plain one."""
    kind = getattr(request, "param", None)
    film = None
    if kind:
        hand = draw_hand().picture.rotate(90 if kind == "portrait" else 0, expand=True)
        path = tmp_path_factory.mktemp("film") / "hand.y4m"
        film = write_film(path, [fitted(hand, CAMERAS[kind])], CAMERAS[kind])
    return Cameras(film)


@pytest.fixture
def visit(next_visit):
    """Of somebody who has the page already: nothing here is about a first visit."""
    return next_visit()


def resize(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})


def all_boxes(page, *selectors, revealed=()):
    """For each selector [left, top, right, bottom] of what is visible, in pixels of the screen, when all is laid out.

    What is `revealed` by its id is there too, though now it has nothing to say.
    """
    return page.evaluate(
        """async ([selectors, revealed]) => {
            for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
            for (const id of revealed) document.getElementById(id).hidden = false;
            const box = ({ left, top, right, bottom }) => [left, top, right, bottom];
            return selectors.map((selector) => [...document.querySelectorAll(selector)]
                .filter((each) => each.checkVisibility()).map((each) => box(each.getBoundingClientRect())));
        }""",
        [selectors, list(revealed)],
    )


def boxes(page, selector, revealed=()):
    """The same for one selector."""
    return all_boxes(page, selector, revealed=revealed)[0]


def apart(one, other):
    """Lines of a text may share a hundredth of a pixel."""
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 0.1 or other[3] <= one[1] + 0.1


def assert_apart(found):
    assert all(apart(*pair) for pair in itertools.combinations(found, 2)), found


def assert_limits_are_legible(page, text):
    """Each number under the place where the colour changes, touching neither another nor the line below it."""
    limits, bands, below, (card,) = all_boxes(page, "#scale .limit", "#scale .band", ".guess", ".card:has(> #scale)")
    assert len(limits) == (0 if text == groups.INFANT else 3), text
    assert_apart(limits + bands + below)
    for (left, _, right, _), band in zip(limits, bands[1:], strict=False):
        assert (left + right) / 2 == pytest.approx(band[0], abs=1)
        assert card[0] < left and right < card[2]


def test_the_limits_on_the_scale_never_touch(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    visit.upload(drawn_photo())
    page.click("#change-whose")
    for size in (SMALL, PHONE, SIDEWAYS, DESKTOP):
        resize(page, size)
        for group in groups.GROUPS:
            page.select_option("#group", group)
            assert_limits_are_legible(page, group)
    # The narrowest, moved by what is taken off, and in letters twice as large.
    page.select_option("#group", "child_5_11_years")
    for language, smoking in itertools.product(LANGUAGES, ("no", "20_or_more")):
        page.select_option("#language", language)
        page.select_option("#smoking", smoking)
        for size in (SMALL, PHONE, DESKTOP):
            resize(page, size)
            assert_limits_are_legible(page, f"{language}, {smoking}")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    resize(page, SMALL)
    assert_limits_are_legible(page, "large letters")


# Of a button's text: how far its farthest corner is from the button's middle.
REACH = """() => {
    const button = document.getElementById("capture");
    const { left, top, width, height } = button.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(button.querySelector("span"));
    const far = [...range.getClientRects()].flatMap((text) => [text.left, text.right].flatMap((x) =>
        [text.top, text.bottom].map((y) => Math.hypot(x - left - width / 2, y - top - height / 2))));
    return { width, height, radius: getComputedStyle(button).borderRadius, reach: Math.max(...far) };
}"""


def test_the_shutter_is_a_circle_around_its_word_in_every_language(visit):
    page = visit.page
    visit.open()
    page.wait_for_selector("#start:not([hidden])")
    page.click("#open-settings")
    for language, size in itertools.product(LANGUAGES, (PHONE, SMALL)):
        page.select_option("#language", language)
        resize(page, size)
        found = page.evaluate(REACH)
        assert found["width"] == pytest.approx(found["height"], abs=0.5), language
        assert found["radius"] == "50%"
        assert found["reach"] < found["width"] / 2, (language, size)
        # As with several cameras and a light.
        beside = boxes(page, ".thumbs > *", ["switch-camera", "torch"])
        assert len(beside) == 4
        assert_apart(beside)
        assert all(box[0] >= 0 and box[2] <= size[0] for box in beside), (language, size)


def tall(hand):
    return hand.rotate(90, expand=True)


def framed(hand, width, height):
    """The hand at the right edge of a board."""
    board = Image.new("RGB", (width, height), hand.getpixel((0, 0)))
    board.paste(hand, (width - hand.width, height - hand.height))
    return board


def test_three_nails_stand_in_a_row_and_a_picture_of_any_shape_fills_its_frame(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    hand = draw_hand().picture
    for picture in (hand, framed(hand, 2000, 600), framed(tall(hand), 600, 2000)):
        data = io.BytesIO()
        picture.save(data, "PNG")
        visit.upload({"name": "hand.png", "mimeType": "image/png", "buffer": data.getvalue()})
        for size in (PHONE, SMALL, SIDEWAYS, DESKTOP):
            resize(page, size)
            (stage,) = boxes(page, "#stage")
            (shown,) = boxes(page, "#stage > :is(img, canvas)")
            assert stage == pytest.approx(shown, abs=1)
            wanted = (shown[2] - shown[0]) * picture.height / picture.width
            assert shown[3] - shown[1] == pytest.approx(wanted, abs=1)
            assert shown[0] >= 0 and shown[2] <= size[0] and shown[3] - shown[1] < size[1]
            # And the boxes' own picture lies on it.
            assert boxes(page, "#overlay")[0] == pytest.approx(shown, abs=1)
            nails = boxes(page, "[data-testid=nail-item]")
            assert len(nails) == 3 and len({top for _, top, _, _ in nails}) == 1, size
            assert_apart(nails)


@pytest.mark.parametrize("cameras", CAMERAS, indirect=True)
def test_the_cameras_picture_is_large_whole_and_over_the_shutter(next_visit, request):
    width, height = CAMERAS[request.node.callspec.params["cameras"]]
    visit = next_visit(permissions=["camera"])
    page = visit.page
    visit.open_unhurried()
    page.uncheck("#auto-capture")
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    for size in (PHONE, SMALL, SIDEWAYS, DESKTOP):
        resize(page, size)
        page.evaluate("scrollTo(0, 0)")
        (picture,) = boxes(page, "[data-testid=camera]")
        wide, high = picture[2] - picture[0], picture[3] - picture[1]
        assert wide / high == pytest.approx(width / height, rel=0.01), size
        # As wide as a phone, or more than half as high.
        assert wide == size[0] or high > size[1] / 2, size
        (shutter,) = boxes(page, "[data-testid=capture]")
        assert_apart([picture, shutter, *boxes(page, "header")])
        assert shutter[3] <= size[1], size
        # What lies over the picture does not lie over each other.
        over = boxes(page, "#chips, #low-light, #aim", ["low-light", "aim"])
        assert len(over) == 3
        assert_apart(over)
    assert boxes(page, "[data-testid=debug]") == []
    resize(page, PHONE)
    (before,) = boxes(page, "[data-testid=camera]")
    page.click("[data-testid=capture]")
    page.wait_for_selector("#scan:not([hidden])", timeout=PATIENCE_MS)
    # Nothing jumps and nothing covers the hand while it is measured.
    assert boxes(page, "[data-testid=camera]") == [before]
    resize(page, SMALL)
    picture, progress, cancel, panel = all_boxes(
        page, "[data-testid=camera]", "#scan", "[data-testid=cancel-scan]", "[data-testid=debug]"
    )
    assert_apart([*picture, *progress, *cancel])
    assert cancel[0][3] <= SMALL[1]
    assert panel == []
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert page.is_visible("[data-testid=debug]")
    page.click("[data-testid=close-result]")
    page.wait_for_selector("body[data-state=ready]", timeout=PATIENCE_MS)
    assert boxes(page, "[data-testid=debug]") == []
