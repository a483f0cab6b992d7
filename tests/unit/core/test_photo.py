"""Photos as they come: eight orientations, every mode, damage, and far too many pixels."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.codes import TOO_LARGE, UNREADABLE_IMAGE
from app.core.errors import MeasureError
from app.core.photo import MAX_PIXELS, open_photo

# Corner colours of the upright test picture: top left, top right, bottom left, bottom right.
CORNERS = ((200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0))
ORIENTATION_TAG = 0x0112
# How a camera that was held otherwise stores an upright picture, by the EXIF orientation it writes.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def upright_picture():
    picture = Image.new("RGB", (80, 48))
    for corner, (x, y) in zip(CORNERS, ((0, 0), (40, 0), (0, 24), (40, 24)), strict=True):
        picture.paste(corner, (x, y, x + 40, y + 24))
    return picture


def encode(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_upright(orientation, kind):
    transpose = STORED_AS[orientation]
    stored = upright_picture() if transpose is None else upright_picture().transpose(transpose)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    picture = open_photo(encode(stored, kind, exif=exif))
    assert picture.size == (80, 48)
    for corner, place in zip(CORNERS, ((15, 9), (65, 9), (15, 39), (65, 39)), strict=True):
        assert np.abs(np.array(picture.getpixel(place)) - corner).max() < 30


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb_of_the_same_brightness(mode):
    grey = Image.new("L", (20, 10), 130)
    if mode == "I;16":
        stored = Image.fromarray(np.full((10, 20), 130 * 257, dtype=np.uint16))
    elif mode == "CMYK":
        stored = Image.new("CMYK", (20, 10), (125, 125, 125, 0))
    elif mode == "1":
        stored = Image.new("1", (20, 10), 1)
    else:
        stored = grey.convert(mode)
    picture = open_photo(encode(stored, "TIFF" if mode == "CMYK" else "PNG"))
    assert picture.mode == "RGB"
    expected = 255 if mode == "1" else 130
    assert np.abs(np.asarray(picture).astype(int) - expected).max() <= 2


def test_transparent_parts_become_white():
    picture = open_photo(encode(Image.new("RGBA", (4, 4), (10, 20, 30, 0)), "PNG"))
    assert picture.getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"<svg/>"])
def test_what_is_no_photo_is_unreadable(data):
    with pytest.raises(MeasureError) as caught:
        open_photo(data)
    assert caught.value.code == UNREADABLE_IMAGE


@given(st.integers(1, 600), st.sampled_from(["JPEG", "PNG", "WEBP"]))
@settings(max_examples=60)
def test_a_photo_cut_short_is_unreadable_never_another_error(missing, kind):
    data = encode(upright_picture(), kind)
    try:
        # JPEG and PNG carry a few bytes at the end that a decoder can do without.
        assert open_photo(data[:-missing]).size == (80, 48)
    except MeasureError as error:
        assert error.code == UNREADABLE_IMAGE


def test_too_many_pixels_are_refused_before_they_are_decoded():
    side = int(MAX_PIXELS**0.5) + 2000

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    # A PNG of a few bytes that claims to be huge: decoding it would end in another error.
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    with pytest.raises(MeasureError) as caught:
        open_photo(data)
    assert caught.value.code == TOO_LARGE
    assert "64" in caught.value.message
