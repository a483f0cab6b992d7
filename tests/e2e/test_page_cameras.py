"""Cameras of other kinds: none, two, one in the dark, a hand that moves, one without the network that finds nails."""

import pytest
from PIL import Image

from app.shared import words
from tests.browser import PATIENCE_MS, Cameras
from tests.drawn_hand import draw_hand, drawn_photo
from tests.film import FRAMES_PER_SECOND, SIZE, fitted, write_film

MOVED_PX = 30
# How much larger the nail under the guide is than that of the drawn hand, about.
GUIDE_IN_NAILS = 3.85
# How many nails are drawn, and where the leftmost begins, whenever that changes.
WATCH_BOXES = """() => {
    const overlay = document.getElementById("overlay");
    window.drawn = [];
    new MutationObserver(() => {
        const boxes = [...overlay.querySelectorAll("rect.nail")];
        window.drawn.push([boxes.length, Math.min(...boxes.map((box) => Number(box.getAttribute("x"))))]);
    }).observe(overlay, { childList: true });
}"""


def moving_hand():
    """A second held still, a second held still elsewhere, a second away."""
    hand = fitted(draw_hand().picture, (640, 480))
    moved, away = (Image.new("RGB", hand.size, hand.getpixel((0, 0))) for _ in range(2))
    moved.paste(hand, (MOVED_PX, 0))
    return [shown for shown in (hand, moved, away) for _ in range(FRAMES_PER_SECOND)]


def nail_under_the_guide():
    """A finger that points up, its nail where the guide's is and as large."""
    hand = draw_hand()
    x1, y1, x2, y2 = hand.nail_boxes[2]
    turned = hand.picture.rotate(-90, expand=True)
    x, y = hand.picture.height - (y1 + y2) / 2, (x1 + x2) / 2
    half_x, half_y = SIZE[0] / 2 / GUIDE_IN_NAILS, SIZE[1] / 2 / GUIDE_IN_NAILS
    return turned.resize(SIZE, Image.Resampling.BICUBIC, box=(x - half_x, y - half_y, x + half_x, y + half_y))


@pytest.fixture(scope="module")
def cameras(tmp_path_factory, request):
    """Those that the test names."""
    kind = request.param
    hand = fitted(draw_hand().picture, SIZE)
    films = {
        "dark": [hand.point(lambda level: level * 0.08)],
        "hand": [hand],
        "guided": [nail_under_the_guide()],
        "moving": moving_hand(),
    }
    pictures = films.get(kind)
    path = tmp_path_factory.mktemp("film") / "film.y4m"
    film = write_film(path, pictures, pictures[0].size) if pictures else None
    return Cameras(film, {"none": 0, "two": 2}.get(kind, 1))


@pytest.fixture
def visit(next_visit):
    return next_visit(permissions=["camera"])


def forgive_the_missing_file(visit):
    """The browser itself complains of a file that was kept from it."""
    visit.expect_errors("Failed to load resource")


@pytest.mark.parametrize("cameras", ["none"], indirect=True)
def test_a_device_without_a_camera_says_so_and_offers_photos(visit):
    visit.open_unhurried()
    page = visit.page
    page.wait_for_selector("#camera-off[data-code=camera_missing]", timeout=PATIENCE_MS)
    assert words.say("error.camera_missing") in page.inner_text("#camera-off-words")
    visit.wait_for_engine()
    assert page.is_disabled("[data-testid=capture]")
    page.set_input_files("[data-testid=upload]", drawn_photo())
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)


@pytest.mark.parametrize("cameras", ["two"], indirect=True)
def test_two_cameras_can_be_switched(visit):
    visit.open_unhurried()
    page = visit.page
    page.wait_for_selector("[data-testid=switch-camera]:visible", timeout=PATIENCE_MS)
    visit.wait_for_engine()
    # The test picture of Chromium's own camera shows no nail: the screen says so and goes on looking.
    page.wait_for_function(
        "text => document.getElementById('nail-count').textContent === text",
        arg=words.say("nails-seen", count=0),
        timeout=PATIENCE_MS,
    )
    before = page.evaluate("document.getElementById('video').srcObject.id")
    page.click("[data-testid=switch-camera]")
    page.wait_for_function(
        "before => ![undefined, before].includes(document.getElementById('video').srcObject?.id)",
        arg=before,
        timeout=PATIENCE_MS,
    )
    # While it opens, a press of the shutter is not heard.
    page.wait_for_function("() => document.getElementById('video').videoWidth > 0", timeout=PATIENCE_MS)
    page.wait_for_selector("[data-testid=capture]:enabled")
    # And nothing to measure ends the scan early, with words.
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=error]", timeout=PATIENCE_MS)
    assert words.say("error.too_few_frames") in page.inner_text("[data-testid=error]")
    assert page.locator("#debug-frames li").count() == 16


@pytest.mark.parametrize("cameras", ["dark"], indirect=True)
def test_a_dark_room_is_said_and_starts_no_scan(visit):
    visit.open_unhurried()
    page = visit.page
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=low-light]:visible", timeout=PATIENCE_MS)
    assert words.say("low-light") in page.inner_text("[data-testid=low-light]")
    page.wait_for_timeout(2500)
    assert page.get_attribute("body", "data-state") == "ready"


@pytest.mark.parametrize("cameras", ["guided"], indirect=True)
def test_without_the_detector_a_guide_says_where_the_nail_goes(host, new_visit):
    # The worker's requests are the context's; a service worker would fetch the file again.
    visit = new_visit(host.address, permissions=["camera"], service_workers="block")
    visit.context.route("**/models/detector.onnx", lambda route: route.abort())
    visit.open_unhurried()
    page = visit.page
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.guide", state="attached", timeout=PATIENCE_MS)
    assert page.inner_text("#guide-notice") == words.say("guide-only")
    guide = page.locator("[data-testid=overlay] rect.guide")
    drawn = [float(guide.get_attribute(name)) for name in ("x", "y", "width", "height")]
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
    # It is measured where the outline was, and the screen says that nobody looked for it.
    assert page.get_attribute("body", "data-state") == "result", page.inner_text("main")
    (nail,) = visit.reading()["nails"]
    x, y, width, height = drawn
    assert nail["box"] == pytest.approx([x, y, x + width, y + height], abs=0.01)
    assert page.is_visible("#by-guide")
    # A photo cannot be measured without it, and the screen says which part is missing.
    page.set_input_files("[data-testid=upload]", drawn_photo())
    page.wait_for_selector("body[data-state=error]", timeout=PATIENCE_MS)
    assert words.say("error.model_unavailable") in page.inner_text("[data-testid=error]")
    forgive_the_missing_file(visit)


@pytest.mark.parametrize("cameras", ["hand"], indirect=True)
def test_a_part_that_fails_is_named_and_tried_again(host, new_visit):
    visit = new_visit(host.address, permissions=["camera"], service_workers="block")
    visit.context.route("**/models/estimator.onnx", lambda route: route.abort())
    visit.open_unhurried()
    page = visit.page
    page.wait_for_selector("body[data-engine=failed]", timeout=PATIENCE_MS)
    said = page.inner_text("[data-testid=error]")
    assert words.say("error.model_unavailable") in said and "estimator.onnx" in said
    visit.context.unroute("**/models/estimator.onnx")
    page.click("#error-again")
    visit.wait_for_engine_after_failure()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    assert page.is_hidden("[data-testid=error]")
    forgive_the_missing_file(visit)


REFUSE = """name => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("not this time", name));
}"""


@pytest.mark.parametrize("cameras", ["hand"], indirect=True)
@pytest.mark.parametrize(
    "name, code",
    [
        ("NotReadableError", "camera_busy"),
        ("AbortError", "camera_busy"),
        ("NotAllowedError", "camera_denied"),
        ("NotFoundError", "camera_missing"),
    ],
)
def test_each_refusal_of_the_browser_has_its_words(visit, name, code):
    visit.page.add_init_script(f"({REFUSE})({name!r})")
    visit.open_unhurried()
    visit.page.wait_for_selector(f"#camera-off[data-code={code}]", timeout=PATIENCE_MS)
    said = visit.page.inner_text("#camera-off-words")
    assert words.say(f"error.{code}") in said and words.say(f"error.{code}.way") in said
    assert visit.page.is_visible("label[for=photo-input]")


def test_a_film_keeps_the_colours_of_its_picture():
    """What the fake camera shows is what was filmed, but for the halved colours."""
    from tests.film import planes

    grey = Image.new("RGB", (8, 8), (128, 128, 128))
    luma, blue, red = planes(grey)
    assert (luma == 126).all() and (blue == 128).all() and (red == 128).all()


@pytest.mark.parametrize("cameras", ["moving"], indirect=True)
def test_boxes_go_with_a_hand_that_moves_and_with_one_that_leaves(visit):
    visit.open_unhurried()
    page = visit.page
    page.uncheck("#auto-capture")
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    page.evaluate(WATCH_BOXES)
    page.wait_for_function(
        """moved => {
            const seen = window.drawn.filter(([nails]) => nails > 0).map(([, x]) => x);
            const first = Math.min(...seen);
            const times = (wanted) => window.drawn.filter(wanted).length;
            return times(([nails]) => nails === 0) > 1 && times(([, x]) => Math.abs(x - first) < moved / 4) > 1
                && times(([, x]) => Math.abs(x - first - moved) < moved / 4) > 1;
        }""",
        arg=MOVED_PX,
        timeout=PATIENCE_MS,
    )
