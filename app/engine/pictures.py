"""Pictures of the browser as the core wants them."""

from __future__ import annotations

import asyncio
from typing import Any

import js
from PIL import Image
from pyodide.ffi import JsException, to_js

from app.core.errors import MeasureError
from app.core.pictures.photo import MAX_PIXELS, Photo, open_reduced, too_large
from app.core.pictures.raw import is_raw
from app.core.pictures.srgb import UnknownColoursError
from app.engine.port import Lent
from app.shared.bitmaps import copied, size_of
from app.shared.codes import PICTURES_HIDDEN, UNREADABLE_IMAGE

# What a screen shows of a photo: more pixels than this a side it has not.
SCREEN_PX = 1600
# The largest photo takes a browser some seconds.
DECODE_PATIENCE_S = 20.0
# Drawn and read again to see whether the browser hides pictures. Some change a level or two, which does no harm.
PROBE_PX, PROBE_COLOUR, PROBE_LEVELS = 16, (200, 120, 40), 8

# One of each serves all frames: new ones would leave megabytes a frame to the collector.
_buffer: Any = None
_canvas: Any = None
_context: Any = None
# Whether what is drawn can be read; None until it was tried.
_readable: bool | None = None


async def rgb_picture(lent: Lent, thumbnail_px: int | None = None) -> Image.Image:
    """The ImageBitmap or VideoFrame that the screen lent -> RGB.

    Args:
        thumbnail_px: its width, where a thumbnail is to go back with it: on the screen's side that would take longer.
    """
    width, height = size_of(lent.picture)
    levels = await _levels(lent.picture, width, height)
    picture = Image.frombytes("RGB", (width, height), levels, "raw", "RGBX")
    if thumbnail_px is not None:
        lent.shown = _thumbnail(picture, thumbnail_px, max(1, round(thumbnail_px * height / width)))
    return picture


async def photo_of(content: Any) -> Photo:
    """A photo's file, a JavaScript ArrayBuffer, opened to be measured.

    What Pillow cannot open, HEIC and AVIF for two, the browser may; it converts their colours to sRGB as it draws.

    Raises:
        MeasureError: as `app.core.pictures.photo.open_photo` does, or `pictures_hidden`.
    """
    data = content.to_bytes()
    try:
        return open_reduced(data)
    except UnknownColoursError:
        # The browser would read it without its profile.
        raise
    except MeasureError as error:
        if error.code != UNREADABLE_IMAGE or is_raw(data):
            raise
        unreadable = error
    try:
        decoding = js.createImageBitmap(js.Blob.new(js.Array.of(content)))
        bitmap = await asyncio.wait_for(decoding, DECODE_PATIENCE_S)
    except (JsException, TimeoutError):
        raise unreadable from None
    size = bitmap.width, bitmap.height
    try:
        if size[0] * size[1] > MAX_PIXELS:
            raise too_large(*size)
        return Photo(Image.frombytes("RGB", size, _drawn(bitmap, *size), "raw", "RGBX"), size)
    finally:
        bitmap.close()


def screen_picture(picture: Image.Image) -> Any:
    """An ImageData of the very picture that is measured; of a large one, as much as a screen can show."""
    scale = SCREEN_PX / max(picture.size)
    if scale < 1:
        size = [max(1, round(side * scale)) for side in picture.size]
        picture = picture.resize((size[0], size[1]), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return _image_data(picture)


async def _levels(picture: Any, width: int, height: int) -> Any:
    """Red, green, blue and one byte more a pixel."""
    global _buffer
    if _buffer is None or _buffer.length != 4 * width * height:
        _buffer = js.Uint8Array.new(4 * width * height)
    if await copied(picture, _buffer, _options(format="RGBX")):
        return _buffer.to_py()
    return _drawn(picture, width, height)


def _drawn(picture: Any, width: int, height: int) -> Any:
    """The same by way of a canvas.

    Raises:
        MeasureError: `pictures_hidden`.
    """
    global _canvas, _context
    if not _reads_what_was_drawn():
        message = "this browser hides from pages what pictures look like, so nothing can be measured in them"
        raise MeasureError(PICTURES_HIDDEN, message)
    if _canvas is None:
        _canvas = js.OffscreenCanvas.new(width, height)
        _context = _canvas.getContext("2d", _options(willReadFrequently=True, alpha=False))
    if (_canvas.width, _canvas.height) != (width, height):
        _canvas.width, _canvas.height = width, height
    _context.drawImage(picture, 0, 0)
    return _context.getImageData(0, 0, width, height).data.to_py()


def _reads_what_was_drawn() -> bool:
    """Whether the browser gives pages the pixels that they drew: Firefox's resistFingerprinting gives noise instead."""
    global _readable
    if _readable is None:
        context = js.OffscreenCanvas.new(PROBE_PX, PROBE_PX).getContext("2d", _options(alpha=False))
        context.fillStyle = f"rgb{PROBE_COLOUR}"
        context.fillRect(0, 0, PROBE_PX, PROBE_PX)
        pixels = bytes(context.getImageData(0, 0, PROBE_PX, PROBE_PX).data.to_py())
        _readable = all(
            abs(level - PROBE_COLOUR[channel]) <= PROBE_LEVELS for channel in range(3) for level in pixels[channel::4]
        )
    return _readable


def _thumbnail(picture: Image.Image, width: int, height: int) -> Any:
    """An ImageData of a picture made this small; each of its pixels is the mean of four."""
    small = picture.resize((2 * width, 2 * height), Image.Resampling.NEAREST)
    return _image_data(small.resize((width, height), Image.Resampling.BOX))


def _image_data(picture: Image.Image) -> Any:
    levels = js.Uint8ClampedArray.new(to_js(picture.convert("RGBA").tobytes()))
    return js.ImageData.new(levels, *picture.size)


def _options(**options: Any) -> Any:
    return to_js(options, dict_converter=js.Object.fromEntries)
