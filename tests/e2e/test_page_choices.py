"""What a person chooses: photos of every kind and number, whose hand it is, the language; and each choice counts."""

import io

import pytest
from PIL import Image

from app.shared import words
from app.shared.groups import Person
from app.shared.severity import classify, comparison
from tests.browser import PATIENCE_MS
from tests.drawn_hand import draw_hand
from tests.real_photos import best_iou


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


@pytest.fixture
def visit(next_visit):
    return next_visit()


def opened(visit):
    visit.open()
    visit.wait_for_engine()
    return visit.page


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(data, name="hand.png", kind="image/png"):
    return {"name": name, "mimeType": kind, "buffer": data}


@pytest.mark.parametrize(
    "kind, options",
    [("JPEG", {"quality": 92}), ("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 92}), ("BMP", {})],
)
def test_each_format_that_pillow_or_the_browser_opens_is_read(visit, kind, options):
    opened(visit)
    visit.upload(photo(encoded(draw_hand().picture, kind, **options), f"hand.{kind.lower()}", f"image/{kind.lower()}"))
    shown = visit.reading()["nails"]
    assert [best_iou(box, [nail["box"] for nail in shown]) > 0.5 for box in draw_hand().nail_boxes] == [True] * 3


def test_a_photo_of_48_megapixels_is_read(visit):
    page = opened(visit)
    huge = draw_hand().picture.resize((8000, 6000), Image.Resampling.BICUBIC)
    visit.upload(photo(encoded(huge, "JPEG", quality=85), "huge.jpg", "image/jpeg"))
    assert len(visit.reading()["nails"]) == 3
    assert page.get_attribute("[data-testid=overlay]", "viewBox") == "0 0 8000 6000"


def test_two_hands_in_a_photo_are_read_nail_by_nail(visit):
    opened(visit)
    hand = draw_hand().picture
    both = Image.new("RGB", (hand.width * 2, hand.height))
    # Fingers point at each other.
    both.paste(hand.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (0, 0))
    both.paste(hand, (hand.width, 0))
    visit.upload(photo(encoded(both, "PNG")))
    assert len(visit.reading()["nails"]) == 6


def test_several_photos_are_listed_and_each_can_be_looked_at(visit):
    page = opened(visit)
    board = Image.new("RGB", (640, 480), (200, 210, 214))
    page.set_input_files(
        "[data-testid=upload]",
        [
            photo(encoded(draw_hand().picture, "PNG"), "first.png"),
            photo(encoded(board, "PNG"), "board.png"),
            photo(encoded(draw_hand(fingers=2).picture, "PNG"), "third.png"),
        ],
    )
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert len(visit.reading()["nails"]) == 3
    texts = page.locator("#photo-list button").all_inner_texts()
    assert texts[1] == words.say("no-reading") and "g/dL" in texts[0] and "g/dL" in texts[2]
    page.click("#photo-list li:nth-child(3) button")
    assert len(visit.reading()["nails"]) == 2
    assert page.get_attribute("#photo-list li:nth-child(3) button", "aria-current") == "true"
    page.click("#photo-list li:nth-child(2) button")
    assert words.say("error.no_nail") in page.inner_text("[data-testid=error]")
    page.click("#photo-list li:nth-child(1) button")
    assert len(visit.reading()["nails"]) == 3
    page.click("[data-testid=close-result]")
    assert page.is_hidden("#photos")
    assert page.get_attribute("#photo-image", "src") is None


GIVE = """async ([event, name, type, base64]) => {
    const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], name, { type }));
    const made = event === "paste"
        ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true })
        : new DragEvent(event, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(made);
}"""


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_photo_can_be_dropped_and_pasted(visit, way):
    import base64

    page = opened(visit)
    given = ["hand.png", "image/png", base64.b64encode(encoded(draw_hand().picture, "PNG")).decode()]
    if way == "drop":
        page.evaluate(GIVE, ["dragenter", *given])
        assert page.inner_text("#drop") == words.say("drop-here")
    page.evaluate(GIVE, [way, *given])
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert page.is_hidden("#drop")
    assert len(visit.reading()["nails"]) == 3


def test_whose_hand_it_is_changes_the_limits_in_two_taps_and_is_kept(visit):
    page = opened(visit)
    visit.upload(photo(encoded(draw_hand().picture, "PNG")))
    value = float(page.inner_text("[data-testid=hb-value]"))
    low, high = (float(part) for part in page.inner_text("[data-testid=hb-interval]").split(" g/dL")[0].split(" to "))

    def assert_compared_as(person):
        classified = classify(value, low, high, person)
        assert page.inner_text("[data-testid=severity]") == words.severity_words(classified["set"])
        lines = words.comparison_lines(classified, comparison(value, person))
        assert page.locator("#comparison li").all_inner_texts() == lines

    assert_compared_as(Person())
    page.click("#change-whose")
    page.select_option("#group", "pregnant_2nd_trimester")
    assert_compared_as(Person("pregnant_2nd_trimester"))
    # The bands of the scale begin where these limits are.
    assert page.locator("#scale .limit").all_inner_texts() == ["7.0", "9.5", "10.5"]
    page.fill("#elevation", "2400")
    page.select_option("#smoking", "10_to_19")
    assert_compared_as(Person("pregnant_2nd_trimester", 2400, "10_to_19"))
    assert page.locator("#scale .limit").all_inner_texts() == ["8.9", "11.4", "12.4"]
    page.fill("#elevation", "9000")
    assert "9,000" in page.inner_text("#elevation-wrong")
    page.select_option("#smoking", "10_to_19")
    assert_compared_as(Person("pregnant_2nd_trimester", 2400, "10_to_19"))
    page.click("#settings-done")
    page.reload()
    visit.wait_for_engine()
    page.click("#open-settings")
    chosen = [page.input_value(f"#{name}") for name in ("group", "elevation", "smoking")]
    assert chosen == ["pregnant_2nd_trimester", "2400", "10_to_19"]


def test_an_elevation_counts_as_it_is_understood_or_not_at_all(visit):
    visit.open()
    page = visit.page
    page.wait_for_selector("#start:not([hidden])")

    def stored():
        return page.evaluate("JSON.parse(localStorage.getItem('hemolens-settings /') || '{}').elevation_m || 0")

    def typed(text):
        page.focus("#elevation")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(text)
        while_typing = stored()
        page.keyboard.press("Tab")
        return while_typing, stored()

    page.click("#open-settings")
    assert typed("2,400 m") == (0, 2400)
    assert page.inner_text("#elevation-understood") == "Understood: 2,400\u00a0m."
    assert typed("5100") == (2400, 2400)
    assert page.is_hidden("#elevation-understood")
    said = page.inner_text("#elevation-wrong")
    assert "5,100\u00a0m is outside" in said and "2,400\u00a0m is still used" in said
    assert typed("about 510") == (2400, 2400)
    assert "not a number" in page.inner_text("#elevation-wrong")
    assert typed("٣٦٤٠ م") == (2400, 3640)
    assert page.is_hidden("#elevation-wrong")
    page.select_option("#language", "de")
    assert page.inner_text("#elevation-understood") == "Verstanden: 3.640\u00a0m."
    assert typed("8.000 Fuß") == (3640, 2438)
    # Closed with Escape, what stands in the field counts too.
    page.focus("#elevation")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("-430")
    page.keyboard.press("Escape")
    page.wait_for_function("() => JSON.parse(localStorage.getItem('hemolens-settings /')).elevation_m === -430")
    page.click("#open-settings")
    assert page.input_value("#elevation") == "-430"


def test_infants_get_no_class_and_the_screen_says_why(visit):
    page = opened(visit)
    page.click("#open-settings")
    page.select_option("#group", "infant_under_6_months")
    page.keyboard.press("Escape")
    visit.upload(photo(encoded(draw_hand().picture, "PNG")))
    assert page.inner_text("[data-testid=severity]") == words.say("no-class")
    assert words.say("note.infant") in page.inner_text("#comparison")


@pytest.mark.parametrize("locale", ["de-AT", "es-MX", "fr", "ar-EG", "hi"])
def test_the_page_speaks_the_language_of_the_device(visit, locale):
    code = locale[:2]
    # What a context's `locale` does, for one page of a profile that has the HemoLens page already.
    devtools = visit.context.new_cdp_session(visit.page)
    agent = visit.page.evaluate("navigator.userAgent")
    devtools.send("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": locale})
    page = opened(visit)
    visit.upload(photo(encoded(draw_hand().picture, "PNG")))
    words.use(code)
    assert page.get_attribute("html", "lang") == code
    assert page.get_attribute("html", "dir") == words.direction()
    assert page.inner_text("#result-title") == words.say("result-title")
    assert page.inner_text("[data-testid=disclaimer]") == words.say("disclaimer")
    assert words.say("red-flags") in page.inner_text("[data-testid=result]")


def test_another_language_can_be_chosen_with_a_reading_on_the_screen_and_is_kept(visit):
    page = opened(visit)
    visit.upload(photo(encoded(draw_hand().picture, "PNG")))
    page.click("#open-settings")
    page.select_option("#language", "de")
    page.click("#settings-done")
    words.use("de")
    assert page.inner_text("#result-title") == words.say("result-title")
    assert "," in page.inner_text("[data-testid=hb-interval]")
    assert page.inner_text("[data-testid=retake]") == words.say("another-photo")
    page.reload()
    page.wait_for_selector("#start:not([hidden])")
    assert page.inner_text("[data-testid=disclaimer]") == words.say("disclaimer")


def test_mirror_images_can_be_left_out(visit):
    page = opened(visit)
    hand = photo(encoded(draw_hand().picture, "PNG"))
    visit.upload(hand)
    with_mirror = [nail["hb_g_dl"] for nail in visit.reading()["nails"]]
    page.click("[data-testid=debug] summary")
    page.uncheck("[data-testid=flip-tta]")
    visit.upload(hand)
    without = [nail["hb_g_dl"] for nail in visit.reading()["nails"]]
    assert without != with_mirror
    assert without == pytest.approx(with_mirror, abs=1.5)
    assert page.locator("#debug-stage-rows tr").count() >= 3
    # Another recipe than this is named beside the reading and in the settings: tests/e2e/test_page_models.py.
    assert page.inner_text("#debug-models").startswith("ours: detector ")
    assert page.is_hidden("#read-by")
    page.click("#open-settings")
    assert page.is_visible("#settings-version") and page.is_hidden("#settings-models")


@pytest.mark.parametrize("asked, focused", [("photo", "photo-input"), ("camera", None)])
def test_the_shortcuts_of_the_installed_app_lead_where_they_say(host, new_visit, asked, focused):
    visit = new_visit(f"{host.address}?start={asked}", permissions=["camera"])
    visit.open()
    page = visit.page
    visit.address = host.address
    page.wait_for_selector("#start:not([hidden])")
    if focused:
        assert page.evaluate("document.activeElement.id") == focused
        assert page.is_hidden("[data-testid=camera]")
    else:
        page.wait_for_selector("[data-testid=camera]:visible", timeout=PATIENCE_MS)
