"""In Chromium, Firefox and WebKit: a photo of each format is read as at the terminal, in each language."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.shared import words
from tests.browser import Host, Visit
from tests.browser_kinds import Kind, find_kind
from tests.drawn_hand import draw_hand
from tests.e2e.conftest import assert_nothing_went_wrong
from tests.e2e.test_page_photo import assert_same_reading, terminal_readings
from tests.real_photos import DATASET, best_iou, needs_real_photos

# How the drawn hand is written, and how far a nail's value may be from the terminal's: decoders of JPEG differ by some
# levels at edges, and AVIF is decoded by the browser. The same pixels give the same value.
FORMATS = {
    "JPEG": ({"quality": 92}, 0.4),
    "PNG": ({}, 0.05),
    "WEBP": ({"lossless": True}, 0.05),
    "GIF": ({}, 0.05),
    "BMP": ({}, 0.05),
    "TIFF": ({}, 0.05),
    "AVIF": ({"quality": 92}, 0.4),
}


@pytest.fixture(scope="module")
def opened(kind: Kind, built_dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A visit whose engine is ready, one for all tests of a browser."""
    host = Host(built_dist)
    with kind.visiting(host.address, tmp_path_factory.mktemp(kind.name)) as visit:
        visit.open()
        visit.wait_for_engine()
        yield visit
    host.stop()
    assert_nothing_went_wrong(visit)


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    words.use(words.DEFAULT)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The drawn hand in each format."""
    folder = tmp_path_factory.mktemp("formats")
    paths = {}
    for kind, (options, _tolerance) in FORMATS.items():
        buffer = io.BytesIO()
        picture = draw_hand().picture
        if kind == "GIF":
            # Of 256 colours, the ones that cover most: with Pillow's own choice nails have edges as polish has.
            picture = picture.quantize(256, Image.Quantize.MAXCOVERAGE)
        picture.save(buffer, kind, **options)
        paths[kind] = folder / f"hand.{kind.lower()}"
        paths[kind].write_bytes(buffer.getvalue())
    return paths


@pytest.fixture(scope="module")
def at_the_terminal(written: dict[str, Path]) -> dict[str, dict]:
    """What `python -m app --json` says of each: of AVIF, which the page leaves to the browser, as Pillow decodes it."""
    decoded = written["AVIF"].with_name("decoded.png")
    Image.open(written["AVIF"]).save(decoded)
    return dict(zip(written, terminal_readings(*(written | {"AVIF": decoded}).values()), strict=True))


@pytest.mark.parametrize("name", FORMATS)
def test_a_photo_of_each_format_is_read_as_at_the_terminal(opened, written, at_the_terminal, name):
    opened.upload(written[name])
    shown = opened.reading()
    assert_same_reading(shown, at_the_terminal[name], FORMATS[name][1])
    boxes = [nail["box"] for nail in shown["nails"]]
    assert [best_iou(box, boxes) > 0.5 for box in draw_hand().nail_boxes] == [True] * 3
    assert opened.page.is_visible("#still")


@needs_real_photos
def test_a_real_photograph_is_read_as_at_the_terminal(opened):
    photo = DATASET / "photo" / "14.jpg"
    opened.upload(photo)
    assert_same_reading(opened.reading(), *terminal_readings(photo))


def test_what_is_no_photo_is_said_and_the_next_one_is_read(opened, written):
    opened.upload({"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear photo, I am a letter."})
    said = opened.page.inner_text("[data-testid=error]")
    assert all(part in said for part in words.error_words("unreadable_image"))
    opened.upload(written["PNG"])
    assert len(opened.reading()["nails"]) == 3


def test_each_language_has_its_words_and_its_direction(opened, written):
    page = opened.page
    opened.upload(written["PNG"])
    for code in (*(code for code, _, _ in words.LANGUAGES), words.DEFAULT):
        page.click("#open-settings")
        page.select_option("#language", code)
        page.click("#settings-done")
        words.use(code)
        assert page.get_attribute("html", "lang") == code
        assert page.get_attribute("html", "dir") == words.direction()
        assert page.inner_text("#result-title") == words.say("result-title")
        assert page.inner_text("[data-testid=disclaimer]") == words.say("disclaimer")
        assert words.say("red-flags") in page.inner_text("[data-testid=result]")
        assert page.evaluate("getComputedStyle(document.body).direction") == words.direction()


def test_where_firefox_hides_pictures_from_pages_it_is_said(built_dist, written, at_the_terminal, tmp_path):
    firefox = find_kind("firefox")
    if isinstance(firefox, str):
        pytest.skip(firefox)
    host = Host(built_dist)
    hides = {"privacy.resistFingerprinting": True}
    with firefox.visiting(host.address, tmp_path / "profile", preferences=hides) as visit:
        visit.open()
        visit.wait_for_engine()
        # The browser alone can decode it, and gives noise instead of its pixels.
        visit.upload(written["AVIF"])
        assert visit.page.get_attribute("[data-testid=error]", "data-code") == "pictures_hidden"
        assert words.say("error.pictures_hidden") in visit.page.inner_text("[data-testid=error]")
        visit.upload(written["PNG"])
        assert_same_reading(visit.reading(), at_the_terminal["PNG"], FORMATS["PNG"][1])
    host.stop()
    assert_nothing_went_wrong(visit)
