"""For everybody: axe finds nothing on any screen, and every control is reached and used by the keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.shared import words
from tests.browser import PATIENCE_MS, Cameras
from tests.drawn_hand import drawn_photo
from tests.film import film_of_the_drawn_hand

HAND = drawn_photo()
NO_PHOTO = {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear photo"}


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Cameras:
    """One that sees the drawn hand."""
    return Cameras(film_of_the_drawn_hand(tmp_path_factory.mktemp("film")))


def live(visit, language=None):
    visit.open_unhurried()
    visit.page.wait_for_selector("#start:not([hidden])")
    visit.page.uncheck("#auto-capture")
    if language:
        visit.page.click("#open-settings")
        visit.page.select_option("#language", language)
        visit.page.click("#settings-done")
    visit.wait_for_engine()
    visit.page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    return visit.page


def assert_axe_finds_nothing(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    "scheme, language, size",
    [
        ("light", "en", (390, 844)),
        ("dark", "en", (390, 844)),
        ("light", "ar", (320, 568)),
        ("dark", "hi", (1280, 800)),
    ],
    ids=["light", "dark", "light-ar-small", "dark-hi-desktop"],
)
def test_axe_finds_nothing_on_any_screen(next_visit, scheme, language, size):
    visit = next_visit(permissions=["camera"])
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = live(visit, language)
    assert_axe_finds_nothing(page)
    page.click("#open-settings")
    assert_axe_finds_nothing(page)
    page.click("#settings-done")
    page.click("[data-testid=capture]")
    page.wait_for_function("() => document.getElementById('dots').children.length >= 2", timeout=PATIENCE_MS)
    assert_axe_finds_nothing(page)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    page.click("[data-testid=debug] summary")
    assert_axe_finds_nothing(page)
    page.set_input_files("[data-testid=upload]", [HAND, NO_PHOTO])
    page.wait_for_selector("#photo-list button >> nth=1", timeout=PATIENCE_MS)
    page.wait_for_selector("body[data-state=result]:has(#photos:not([hidden]))", timeout=PATIENCE_MS)
    assert_axe_finds_nothing(page)
    visit.upload(NO_PHOTO)
    assert_axe_finds_nothing(page)


def test_nothing_is_wider_than_the_smallest_phone_with_text_twice_as_large(next_visit):
    for language in ("en", "de", "ar"):
        visit = next_visit(permissions=["camera"])
        visit.page.set_viewport_size({"width": 320, "height": 568})
        page = live(visit, language)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0
        visit.upload(HAND)
        assert page.evaluate(overflow) <= 0
        page.close()


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def tab_to(page, wanted, most=60):
    """Press Tab until the element has the focus; fails where it never does."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1] == wanted:
            return
    raise AssertionError(f"{wanted} is not reached: {seen}")


VISIBLE_CONTROLS = """() => [...document.querySelectorAll("button, input, select, summary")]
    .filter((each) => !each.disabled && each.checkVisibility() && !each.closest("dialog:not([open])"))
    .map((each) => each.id || each.tagName)"""


def assert_all_reached(page):
    wanted = set(page.evaluate(VISIBLE_CONTROLS))
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
        reached.add(focused(page))
    assert wanted <= reached, f"not reached by Tab: {wanted - reached}"


def test_every_control_is_reached_and_used_by_keyboard_alone(next_visit):
    visit = next_visit(permissions=["camera"])
    # From the beginning: asked for only with the key press, the browser may be told of it too late.
    visit.page.on("filechooser", lambda chooser: chooser.set_files(HAND))
    page = live(visit)
    assert_all_reached(page)

    tab_to(page, "open-settings")
    page.keyboard.press("Enter")
    assert page.evaluate("document.getElementById('settings').open")
    tab_to(page, "group")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#group") == "woman"
    tab_to(page, "elevation")
    page.keyboard.press("Control+A")
    page.keyboard.type("1600")
    tab_to(page, "vibrate")
    page.keyboard.press("Space")
    assert page.is_checked("#vibrate")
    tab_to(page, "mirror")
    page.keyboard.press("Space")
    assert not page.is_checked("#mirror")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('settings').open")
    assert focused(page) == "open-settings"

    tab_to(page, "auto-capture")
    page.keyboard.press("Space")
    assert page.is_checked("#auto-capture")
    page.keyboard.press("Space")

    tab_to(page, "capture")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=scanning]", timeout=PATIENCE_MS)
    assert focused(page) == "cancel-scan"
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=ready]", timeout=PATIENCE_MS)
    assert focused(page) == "capture"
    page.keyboard.press("Space")
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert focused(page) == "result"
    assert words.say("compared-by-group", table="WHO 2024", group=words.say("group.woman")) in page.inner_text(
        "#comparison"
    )
    assert_all_reached(page)
    tab_to(page, "SUMMARY")
    page.keyboard.press("Enter")
    tab_to(page, "flip-tta")
    assert not page.is_checked("#flip-tta")
    page.keyboard.press("Space")
    assert page.is_checked("#flip-tta") and page.is_checked("#mirror")
    tab_to(page, "retake")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)

    tab_to(page, "photo-input")
    page.keyboard.press("Space")
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    tab_to(page, "close-result")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=ready]", timeout=PATIENCE_MS)
    tab_to(page, "camera-stop")
    page.keyboard.press("Enter")
    assert page.is_visible("#camera-on")
    tab_to(page, "camera-on")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)


def test_a_screen_reader_hears_what_happens(next_visit):
    visit = next_visit(permissions=["camera"])
    page = live(visit)
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    label = page.get_attribute("#scale", "aria-label")
    assert page.inner_text("[data-testid=hb-value]") in label and "11.0" in label
    assert page.get_attribute("[data-testid=result]", "aria-labelledby") == "result-title"
    names = page.locator("[data-testid=nail-item] canvas").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert names == [words.say("nail-number", number=number + 1) for number in range(len(names))]
    visit.upload(NO_PHOTO)
    assert page.get_attribute("[data-testid=error]", "role") == "alert"
    assert focused(page) == "error"
