"""What the page measures and shows of a photo is what the terminal measures: the same colours, the same way up."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, features

from app.core.pictures.photo import open_photo
from app.shared import words
from tests.browser import PATIENCE_MS
from tests.drawn_hand import draw_hand
from tests.e2e.test_page_photo import assert_same_reading, terminal_readings
from tests.made_profiles import CMYK, DISPLAY_P3, PROFILES, converted
from tests.unit.core.pictures.test_photo import exif_with, turned_photo, xmp_with
from tests.unit.test_photo_colours import chromaticities, encoded, gamma, iccp, tiff_with, with_chunks, ycck

P3 = PROFILES["Display P3"]
SHOWN = "document.getElementById('still').toDataURL()"
# Whether the photo stands there once the browser is done with it, before the engine is ready.
PREVIEWED = """async () => {
    const image = document.getElementById("photo-image");
    await image.decode().catch(() => {});
    await new Promise(done => setTimeout(done, 500));
    return document.body.dataset.engine === "loading" ? image.checkVisibility() : "too late";
}"""


def hand():
    return draw_hand(width=640, height=480).picture


def inks():
    """The hand in ink: as much black as all three colours share."""
    levels = 255 - np.asarray(hand()).astype(int)
    black = levels.min(axis=2, keepdims=True) // 2
    return Image.fromarray(np.concatenate([levels - black, black], axis=2).astype(np.uint8), "CMYK")


def coloured():
    """Photos by their file name: every format that carries a profile, every kind of profile."""
    photos = {f"{name}.png": encoded(hand(), "PNG", icc_profile=profile) for name, profile in PROFILES.items()}
    photos |= {
        "plain.png": encoded(hand(), "PNG"),
        "p3.tiff": encoded(hand(), "TIFF", icc_profile=P3),
        "p3.webp": encoded(hand(), "WEBP", icc_profile=P3, lossless=True),
        "p3.jpg": encoded(hand(), "JPEG", icc_profile=P3, quality=95, subsampling=0),
        "gamma.png": with_chunks(hand(), gamma(1 / 1.8), chromaticities(DISPLAY_P3)),
        "coded.png": with_chunks(hand(), (b"cICP", bytes([12, 13, 0, 1])), iccp(PROFILES["swapped"])),
        "ink.tiff": encoded(inks(), "TIFF"),
        "ink.jpg": encoded(inks(), "JPEG", quality=95, subsampling=0),
        "ink-profile.tiff": encoded(inks(), "TIFF", icc_profile=CMYK),
        "ink-profile.jpg": encoded(inks(), "JPEG", icc_profile=CMYK, quality=95, subsampling=0),
        "ink-luma.jpg": ycck(inks()),
    }
    return photos


def turned():
    """Photos that say in some way how they were held."""
    photos = {}
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        name = kind.lower()
        photos[f"exif.{name}"] = turned_photo(kind, 6, exif_with(6))
        photos[f"exif-byte.{name}"] = turned_photo(kind, 8, exif_with(8, "BYTE"))
        photos[f"xmp.{name}"] = turned_photo(kind, 5, xmp=xmp_with(5))
        photos[f"both.{name}"] = turned_photo(kind, 6, exif_with(6), xmp_with(3))
    return photos


@pytest.fixture
def visit(next_visit):
    return next_visit()


def choose(visit, photos):
    """Choose them all at once, and wait until all are read."""
    page = visit.page
    page.evaluate("document.body.dataset.state = 'asked'")
    files = [{"name": name, "mimeType": "image/x", "buffer": data} for name, data in photos.items()]
    page.set_input_files("[data-testid=upload]", files)
    page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=2 * PATIENCE_MS)


def shown(visit):
    """The picture on the stage."""
    return Image.open(io.BytesIO(base64.b64decode(visit.page.evaluate(SHOWN).split(",")[1]))).convert("RGB")


def assert_same_picture(visit, name, expected):
    found = shown(visit)
    assert found.size == expected.size, name
    apart = np.abs(np.asarray(found).astype(int) - np.asarray(expected).astype(int))
    if name.endswith(("jpg", "jpeg", "webp", "avif")):
        # Decoders of two makers differ at edges, most where they are sharp and the picture small.
        most = (3, 30) if found.size == (80, 48) else (2, 8)
        assert apart.mean() < most[0] and np.percentile(apart, 99) <= most[1], name
    else:
        assert apart.max() <= 2, name


def test_every_photo_is_measured_and_shown_in_the_colours_of_the_terminal(visit, tmp_path):
    photos = coloured()
    visit.open()
    visit.wait_for_engine()
    choose(visit, photos)
    for number, (name, data) in enumerate(photos.items(), 1):
        visit.page.click(f"#photo-list li:nth-child({number}) button")
        assert_same_picture(visit, name, open_photo(data))
    exact = {name: data for name, data in photos.items() if name.endswith(("png", "tiff"))}
    paths = [tmp_path / name for name in ("plain.png", "Display P3.png", "ink.tiff", "p3.tiff")]
    for path in paths:
        path.write_bytes(exact[path.name])
    for path, expected in zip(paths, terminal_readings(*paths), strict=True):
        visit.page.click(f"#photo-list li:nth-child({1 + list(photos).index(path.name)}) button")
        assert_same_reading(visit.reading(), expected)


def test_every_photo_is_shown_as_it_was_measured_whichever_way_it_was_held(visit):
    photos = turned()
    visit.open()
    visit.wait_for_engine()
    choose(visit, photos)
    for number, (name, data) in enumerate(photos.items(), 1):
        visit.page.click(f"#photo-list li:nth-child({number}) button")
        assert open_photo(data).size == (80, 48)
        assert_same_picture(visit, name, open_photo(data))
        # So does the list.
        thumbnail = f"(c => [c.width, c.height])(document.querySelectorAll('#photo-list canvas')[{number - 1}])"
        assert visit.page.evaluate(thumbnail) == [80, 48]


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")
def test_a_format_of_the_browsers_own_keeps_its_colours(visit):
    visit.open()
    visit.wait_for_engine()
    data = encoded(hand(), "AVIF", icc_profile=P3, quality=95, subsampling="4:4:4")
    visit.upload({"name": "hand.avif", "mimeType": "image/avif", "buffer": data})
    assert len(visit.reading()["nails"]) == 3
    assert_same_picture(visit, "hand.avif", converted(hand(), P3))


def test_a_large_photo_is_shown_smaller_with_its_boxes_on_the_nails(visit):
    visit.open()
    visit.wait_for_engine()
    large = hand().resize((3200, 2400), Image.Resampling.BICUBIC)
    visit.upload({"name": "large.jpg", "mimeType": "image/jpeg", "buffer": encoded(large, "JPEG", quality=90)})
    assert len(visit.reading()["nails"]) == 3
    assert shown(visit).size == (1600, 1200)
    assert visit.page.get_attribute("[data-testid=overlay]", "viewBox") == "0 0 3200 2400"
    # Each nail of the list is cut out of the place that its box names.
    for number, nail in enumerate(visit.reading()["nails"]):
        item = f"document.querySelectorAll('#nails canvas')[{number}].toDataURL()"
        cut = Image.open(io.BytesIO(base64.b64decode(visit.page.evaluate(item).split(",")[1]))).convert("RGB")
        x1, y1, x2, y2 = nail["box"]
        middle = large.crop((round(x1), round(y1), round(x2), round(y2))).resize((1, 1), Image.Resampling.BOX)
        inner = cut.crop((35, 40, 77, 72)).resize((1, 1), Image.Resampling.BOX)
        assert np.abs(np.subtract(middle.getpixel((0, 0)), inner.getpixel((0, 0)))).max() < 25


SAID = {
    "grey.jpg": ("no_colour", encoded(hand().convert("L"), "JPEG", quality=75)),
    "cut.png": ("unreadable_image", encoded(hand(), "PNG", icc_profile=P3[:200])),
    "raw.dng": ("unreadable_image", tiff_with({50706: (1, 4, 1)})),
}


def test_what_cannot_be_measured_for_its_colours_is_said_in_words(visit):
    visit.open()
    visit.wait_for_engine()
    for name, (code, data) in SAID.items():
        visit.upload({"name": name, "mimeType": "image/x", "buffer": data})
        said = visit.page.inner_text("[data-testid=error]")
        assert all(text in said for text in words.error_words(code)), name


def test_while_it_is_measured_only_what_the_browser_can_show_stands_there(visit):
    visit.open()
    visit.page.wait_for_selector("#start:not([hidden])")
    # Before the engine is ready. Chromium cannot show a TIFF.
    for kind, visible in (("TIFF", False), ("PNG", True)):
        photo = {"name": f"hand.{kind}", "mimeType": "image/x", "buffer": encoded(hand(), kind)}
        visit.page.set_input_files("[data-testid=upload]", photo)
        assert visit.page.evaluate(PREVIEWED) in (visible, "too late"), kind
    visit.page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert visit.page.is_hidden("#photo-image") and visit.page.is_visible("#still")
