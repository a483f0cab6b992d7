"""A photograph's bytes -> an upright RGB picture."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from app.core.codes import TOO_LARGE, UNREADABLE_IMAGE
from app.core.errors import MeasureError

# 64 megapixels as RGB are 192 MB: what a phone's tab survives, and above the 48 of today's cameras.
MAX_PIXELS = 64_000_000

# What photos come in, and no more: each further decoder of Pillow is one more that a file can attack, and the page's
# Pillow is as old as its Pyodide (docs/audits.md).
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


def open_photo(data: bytes) -> Image.Image:
    """Decode a photograph, turn it as its EXIF orientation says, and make it RGB.

    Raises:
        MeasureError: `unreadable_image` or `too_large`.
    """
    try:
        with warnings.catch_warnings():
            # Of size: Pillow's own limit is far lower, ours is checked below, before a pixel is decoded. Of damage and
            # of formats that this Pillow was built without: the errors below say as much.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as photo:
                if photo.width * photo.height > MAX_PIXELS:
                    raise too_large(photo.width, photo.height)
                photo.load()
                # Turned in place, and not copied where it is RGB already: one photo of 48 megapixels is 192 MB.
                ImageOps.exif_transpose(photo, in_place=True)
                return flatten(photo)
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


def too_large(width: int, height: int) -> MeasureError:
    """The error for a photo above `MAX_PIXELS`."""
    megapixels = width * height / 1_000_000
    return MeasureError(
        TOO_LARGE,
        f"the photo has {megapixels:.0f} megapixels, {MAX_PIXELS // 1_000_000} can be handled; use a smaller one",
    )


def flatten(photo: Image.Image) -> Image.Image:
    """Any mode -> RGB; transparent parts become white, 16-bit grey is scaled to 8."""
    if photo.mode.startswith("I;16") or photo.mode in ("I", "F"):
        return photo.convert("F").point(lambda value: value / 257.0).convert("RGB")
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        rgba = photo.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return photo if photo.mode == "RGB" else photo.convert("RGB")
