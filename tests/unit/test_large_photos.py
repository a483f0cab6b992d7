"""A large photo is decoded to as many pixels as nails are looked at, and nobody can tell."""

import asyncio
import io
from functools import cache

import pytest
from PIL import Image

from app.core.pictures.photo import ENOUGH_PX, open_photo, open_reduced
from app.core.pipeline import ENOUGH_NAIL_PX, measure_photo, measure_picture
from app.models import load_instrument
from tests.drawn_hand import draw_hand

TWELVE_MEGAPIXELS = (4000, 3000)
SIDEWAYS = 6
# g/dL: the same reading is one within it.
SAME_G_DL = 0.05


@pytest.fixture(scope="module")
def instrument():
    return load_instrument(threads=1)


@cache
def large(kind="JPEG", size=TWELVE_MEGAPIXELS, orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    draw_hand().picture.resize(size, Image.Resampling.BICUBIC).save(buffer, kind, exif=exif, compress_level=1)
    return buffer.getvalue()


@pytest.mark.parametrize(("size", "share"), [((4000, 3000), 2), ((3198, 2400), 1), ((8000, 6000), 4)])
def test_a_jpeg_has_enough_pixels_and_says_how_many_the_photo_has(size, share):
    photo = open_reduced(large(size=size))
    assert photo.size == size
    assert photo.picture.size == (size[0] // share, size[1] // share)
    assert max(photo.picture.size) >= ENOUGH_PX
    assert (photo.whole is None) == (share == 1)


def test_one_that_lies_on_its_side_is_turned_with_its_size():
    photo = open_reduced(large(orientation=SIDEWAYS))
    assert photo.size == (3000, 4000) and photo.picture.size == (1500, 2000)
    assert photo.whole().size == (3000, 4000)


def test_a_png_decodes_to_all_it_has():
    photo = open_reduced(large("PNG"))
    assert photo.picture.size == photo.size == TWELVE_MEGAPIXELS and photo.whole is None


@pytest.mark.parametrize("orientation", [1, SIDEWAYS])
def test_reading_and_boxes_are_those_of_all_pixels(instrument, orientation):
    data = large(orientation=orientation)
    whole = asyncio.run(measure_picture(instrument, open_photo(data)))
    reading = asyncio.run(measure_photo(instrument, data))
    assert reading.hb_g_dl == pytest.approx(whole.hb_g_dl, abs=SAME_G_DL)
    assert (reading.width, reading.height) == (whole.width, whole.height)
    assert len(reading.nails) == len(whole.nails) >= 3 and len(reading.skin) == len(whole.skin) >= 1
    for found, expected in zip(reading.nails, whole.nails, strict=True):
        assert found.box == pytest.approx(expected.box, abs=0.05 * (expected.box[2] - expected.box[0]))


def test_where_nails_are_small_all_pixels_are_looked_at(instrument):
    hand = draw_hand().picture
    scene = Image.new("RGB", TWELVE_MEGAPIXELS, hand.getpixel((2, 2)))
    scene.paste(hand.resize((1280, 960), Image.Resampling.BICUBIC), (1400, 1000))
    buffer = io.BytesIO()
    scene.save(buffer, "JPEG", quality=95)
    data = buffer.getvalue()
    few = asyncio.run(measure_picture(instrument, open_reduced(data).picture))
    sides_px = [min(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (nail.box for nail in few.nails)]
    assert min(sides_px) < ENOUGH_NAIL_PX
    whole = asyncio.run(measure_picture(instrument, open_photo(data)))
    assert whole.hb_g_dl is not None
    assert asyncio.run(measure_photo(instrument, data)).as_json() == whole.as_json()
