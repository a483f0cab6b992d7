"""A photograph's bytes -> an upright RGB picture in sRGB: the one door for phone, terminal and trainer."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from app.core.errors import MeasureError
from app.core.pictures.raw import is_raw
from app.core.pictures.srgb import profile_of, to_srgb
from app.shared.codes import TOO_LARGE, UNREADABLE_IMAGE

# 64 megapixels as RGB are 192 MB: what a phone's tab survives, and above the 48 of today's cameras.
MAX_PIXELS = 64_000_000

# A nail is looked at in some 50 pixels, so of a large photo few are needed. A JPEG decodes to a half, a quarter or an
# eighth in less time: its longer side then has at least so many pixels, twice those of the training photographs.
ENOUGH_PX = 1600
SHARES = (8, 4, 2)

# What photos come in, and no more: each further decoder of Pillow is one more that a file can attack, and the page's
# Pillow is as old as its Pyodide (docs/audits.md).
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

# What makes a picture upright, by its orientation (Exif 3.0, tag 0x0112); 1 is upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
UPRIGHT = 1
# Those that make the height of the width.
SIDEWAYS = (5, 6, 7, 8)
# Of CMYK JPEG, in Adobe's marker: ink stored as luma, chroma and black.
YCCK = 2
XMP_ORIENTATION = re.compile(rb"""tiff:Orientation\s*(?:=\s*["']|>)\s*([1-8])\s*["'<]""")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it was opened.

    Attributes:
        picture: upright, RGB, in sRGB.
        size: (width, height) of the upright photo itself, in pixels.
        whole: gives the picture with all of these pixels; None where it has them.
    """

    picture: Image.Image
    size: tuple[int, int]
    whole: Callable[[], Image.Image] | None = None


def open_photo(data: bytes) -> Image.Image:
    """Decode a photograph, turn it as its orientation says, and make it RGB, in sRGB.

    Raises:
        MeasureError: `unreadable_image` or `too_large`.
    """
    return _decoded(data, None).picture


def open_reduced(data: bytes) -> Photo:
    """The same with no more pixels than nails are looked at, where its format decodes to fewer sooner; raises alike."""
    return _decoded(data, ENOUGH_PX)


def _decoded(data: bytes, enough_px: int | None) -> Photo:
    if is_raw(data):
        message = "this is a camera's raw file, of which only a small preview could be read; export it as a JPEG"
        raise MeasureError(UNREADABLE_IMAGE, message)
    try:
        with warnings.catch_warnings():
            # Of size: Pillow's own limit is far lower, ours is checked below, before a pixel is decoded. Of damage and
            # of formats that this Pillow was built without: the errors below say as much.
            warnings.simplefilter("ignore")
            with _opened(data) as photo:
                size = photo.size
                if size[0] * size[1] > MAX_PIXELS:
                    raise too_large(*size)
                if enough_px is not None:
                    _reduce(photo, enough_px)
                photo.load()
                reduced = photo.size != size
                orientation, profile = orientation_of(photo), profile_of(photo, data)
                picture = flatten(photo)
                if photo.mode == "CMYK" and photo.info.get("adobe_transform") == YCCK and not _decodes_ycck():
                    picture = _inks_of(picture)
            # One photo of 48 megapixels is 144 MB: of each that is made, the one before is let go of.
            del photo
            if orientation in TURNS:
                picture = picture.transpose(TURNS[orientation])
            if orientation in SIDEWAYS:
                size = size[::-1]
            return Photo(to_srgb(picture, profile), size, partial(open_photo, data) if reduced else None)
    except MeasureError:
        raise
    except Image.DecompressionBombError:
        raise MeasureError(TOO_LARGE, f"the photo has more than {MAX_PIXELS // 1_000_000} megapixels") from None
    except UnidentifiedImageError:
        raise MeasureError(UNREADABLE_IMAGE, "this is not a photo in a known format; use JPEG, PNG or WebP") from None
    except MemoryError:
        raise MeasureError(TOO_LARGE, "the photo does not fit into this device's memory") from None
    except Exception as error:  # decoders raise what they like on broken data: OSError, ValueError, SyntaxError...
        raise MeasureError(UNREADABLE_IMAGE, f"the photo is damaged and cannot be decoded ({error})") from None


def _reduce(photo: Image.Image, enough_px: int) -> None:
    """Have a photo that is not decoded yet decode to fewer pixels, if its format can."""
    share = next((share for share in SHARES if max(photo.size) >= share * enough_px), None)
    if share is not None:
        photo.draft(None, (photo.width // share, photo.height // share))


def _opened(data: bytes) -> Image.Image:
    """A photo whose pixels are not decoded yet.

    Opening a JPEG, Pillow looks for its resolution in EXIF. Where an offset there is larger than a Python of 32 bits
    can seek to, as the page's is, the whole picture would fail: then it is opened without its EXIF.
    """
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except OverflowError:
        return Image.open(io.BytesIO(data.replace(b"Exif\0\0", b"Damage", 1)), formats=FORMATS)


def too_large(width: int, height: int) -> MeasureError:
    """The error for a photo above `MAX_PIXELS`."""
    megapixels = width * height / 1_000_000
    return MeasureError(
        TOO_LARGE,
        f"the photo has {megapixels:.0f} megapixels, {MAX_PIXELS // 1_000_000} can be handled; use a smaller one",
    )


def orientation_of(photo: Image.Image) -> int:
    """How a decoded photo has still to be turned, 1 to 8: as EXIF says, else as XMP says, else not at all.

    EXIF's number may be of any integer type. Where the two contradict each other EXIF is right: cameras write it, and
    programs that turn a photo keep it. Of TIFF, Pillow has done what it could understand, and taken that out.
    """
    try:
        by_exif = _integer(photo.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # damaged EXIF raises what it likes
        by_exif = None
    if by_exif is not None and UPRIGHT <= by_exif <= max(TURNS):
        return by_exif
    xmp: Any = photo.info.get("XML:com.adobe.xmp") or photo.info.get("xmp") or b""
    found = XMP_ORIENTATION.search(xmp.encode(errors="replace") if isinstance(xmp, str) else bytes(xmp))
    return int(found.group(1)) if found else UPRIGHT


@cache
def _decodes_ycck() -> bool:
    """Whether this Pillow makes ink of what a JPEG stores as luma and chroma; the page's hands it out as it is stored.

    Asked of a JPEG of our own, of cyan ink and no other.
    """
    luma = [255 - level for level in Image.new("RGB", (1, 1), (255, 0, 0)).convert("YCbCr").getpixel((0, 0))]  # type: ignore[union-attr]
    buffer = io.BytesIO()
    Image.new("CMYK", (8, 8), (*luma, 0)).save(buffer, "JPEG", quality=100)
    data = bytearray(buffer.getvalue())
    data[data.index(b"Adobe") + 11] = YCCK
    cyan = Image.open(io.BytesIO(bytes(data))).convert("CMYK").getpixel((4, 4))[0]  # type: ignore[index]
    return bool(cyan > 240)


def _inks_of(stored: Image.Image) -> Image.Image:
    """Luma, chroma and black, upside down as Pillow hands them out -> cyan, magenta, yellow and black."""
    *luma, black = stored.split()
    inks = Image.merge("YCbCr", [band.point([255 - level for level in range(256)]) for band in luma]).convert("RGB")
    return Image.merge("CMYK", [*inks.split(), black])


def _integer(value: Any) -> int | None:
    """A tag's number: bytes come as they are, of several the first counts."""
    if isinstance(value, bytes):
        return value[0] if len(value) == 1 else None
    if isinstance(value, tuple) and value:
        value = value[0]
    return value if isinstance(value, int) else None


def flatten(photo: Image.Image) -> Image.Image:
    """Any mode -> RGB, or L and CMYK as they are; transparent parts become white, 16-bit grey is scaled to 8."""
    if photo.mode.startswith("I;16") or photo.mode in ("I", "F"):
        return photo.convert("F").point(lambda value: value / 257.0).convert("L")
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        rgba = photo.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return photo if photo.mode in ("RGB", "L", "CMYK") else photo.convert("RGB")
