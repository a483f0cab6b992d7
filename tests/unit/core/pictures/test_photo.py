"""Photos as they come: eight orientations, every mode, damage, and far too many pixels."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin, TiffImagePlugin

from app.core.errors import MeasureError
from app.core.pictures.photo import MAX_PIXELS, open_photo
from app.shared.codes import TOO_LARGE, UNREADABLE_IMAGE

# Corner colours of the upright test picture: top left, top right, bottom left, bottom right.
CORNERS = ((200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0))
ORIENTATION_TAG = 0x0112
# The integers of TIFF and EXIF: their number, and how struct writes them.
INTEGERS = {
    "BYTE": (1, "B"),
    "SHORT": (3, "H"),
    "LONG": (4, "I"),
    "SBYTE": (6, "b"),
    "SSHORT": (8, "h"),
    "SLONG": (9, "i"),
}
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


def exif_with(orientation, kind="SHORT", order="<"):
    """EXIF that says nothing but how the camera was held, as a number of this type."""
    number, form = INTEGERS[kind]
    value = struct.pack(order + form, orientation).ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 1)
    return b"Exif\0\0" + head + struct.pack(order + "HHI", ORIENTATION_TAG, number, 1) + value + bytes(4)


def xmp_with(orientation, as_element=False):
    """XMP that says the same."""
    said = f"<tiff:Orientation>{orientation}</tiff:Orientation>" if as_element else ""
    attribute = "" if as_element else f' tiff:Orientation="{orientation}"'
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/"{attribute}>{said}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def turned_photo(kind, stored_as, exif=None, xmp=None):
    """The upright picture as a camera stores it that was held so, with what it says of that."""
    transpose = STORED_AS[stored_as]
    stored = upright_picture() if transpose is None else upright_picture().transpose(transpose)
    options = {} if exif is None else {"exif": exif}
    if xmp is not None and kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif kind == "TIFF":
        said = TiffImagePlugin.ImageFileDirectory_v2()
        if xmp is not None:
            said[700] = xmp
        if exif is not None:
            number, value = max(exif[18:20]), max(exif[24:28])
            said.tagtype[ORIENTATION_TAG] = number
            said[ORIENTATION_TAG] = bytes([value]) if number == 1 else value
        options = {"tiffinfo": said}
    elif xmp is not None:
        options["xmp"] = xmp
    return encode(stored, kind, **options)


def assert_upright(picture):
    assert picture.size == (80, 48)
    for corner, place in zip(CORNERS, ((15, 9), (65, 9), (15, 39), (65, 39)), strict=True):
        assert np.abs(np.array(picture.getpixel(place)) - corner).max() < 30


KINDS = ("JPEG", "PNG", "WEBP", "TIFF")


@pytest.mark.parametrize("number", INTEGERS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_orientation_comes_out_upright_as_any_integer(kind, number):
    for orientation in range(1, 9):
        for order in "<>":
            assert_upright(open_photo(turned_photo(kind, orientation, exif_with(orientation, number, order))))


@pytest.mark.parametrize("as_element", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_orientation_that_xmp_alone_says_comes_out_upright(kind, as_element):
    for orientation in range(1, 9):
        assert_upright(open_photo(turned_photo(kind, orientation, xmp=xmp_with(orientation, as_element))))


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_that_say_it_exif_is_right_and_it_is_turned_once(kind):
    for orientation in range(1, 9):
        for other in (1, 3, 6, orientation):
            photo = turned_photo(kind, orientation, exif_with(orientation), xmp_with(other))
            assert_upright(open_photo(photo))


@pytest.mark.parametrize("kind", KINDS)
def test_an_orientation_that_is_none_leaves_the_word_to_xmp(kind):
    for nonsense in (0, 9, 200):
        assert_upright(open_photo(turned_photo(kind, 1, exif_with(nonsense))))
        assert_upright(open_photo(turned_photo(kind, 6, exif_with(nonsense), xmp_with(6))))


def test_damaged_exif_leaves_the_picture_as_it_lies():
    assert_upright(open_photo(turned_photo("JPEG", 1, b"Exif\0\0II*\0" + b"\xff" * 20)))


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
