"""Pictures of the browser as the core wants them."""

from __future__ import annotations

from typing import Any

import js
from PIL import Image
from pyodide.ffi import to_js

from app.engine.loans import borrowed, give_back
from app.lent import copied, size_of

# One of each serves all frames: new ones would leave megabytes a frame to the collector.
_buffer: Any = None
_canvas: Any = None
_context: Any = None


async def rgb_picture(number: int, thumbnail_px: int | None = None) -> Image.Image:
    """The ImageBitmap or VideoFrame that the screen lent under this number -> RGB; it goes back, whatever happens.

    Args:
        thumbnail_px: its width, where a thumbnail is to go back with it: on the screen's side that would take longer.
    """
    lent, thumbnail = await borrowed(number), None
    try:
        width, height = size_of(lent)
        levels = await _levels(lent, width, height)
        picture = Image.frombytes("RGB", (width, height), levels, "raw", "RGBX")
        if thumbnail_px is not None:
            thumbnail = _thumbnail(picture, thumbnail_px, max(1, round(thumbnail_px * height / width)))
        return picture
    finally:
        give_back(number, lent, thumbnail)


async def _levels(lent: Any, width: int, height: int) -> Any:
    """Red, green, blue and one byte more a pixel."""
    global _buffer
    if _buffer is None or _buffer.length != 4 * width * height:
        _buffer = js.Uint8Array.new(4 * width * height)
    if await copied(lent, _buffer, _options(format="RGBX")):
        return _buffer.to_py()
    return _drawn(lent, width, height)


def _drawn(picture: Any, width: int, height: int) -> Any:
    """The same by way of a canvas."""
    global _canvas, _context
    if _canvas is None:
        _canvas = js.OffscreenCanvas.new(width, height)
        _context = _canvas.getContext("2d", _options(willReadFrequently=True, alpha=False))
    if (_canvas.width, _canvas.height) != (width, height):
        _canvas.width, _canvas.height = width, height
    _context.drawImage(picture, 0, 0)
    return _context.getImageData(0, 0, width, height).data.to_py()


def _thumbnail(picture: Image.Image, width: int, height: int) -> Any:
    """An ImageData of a picture made this small; each of its pixels is the mean of four."""
    small = picture.resize((2 * width, 2 * height), Image.Resampling.NEAREST)
    levels = small.resize((width, height), Image.Resampling.BOX).convert("RGBA").tobytes()
    return js.ImageData.new(js.Uint8ClampedArray.new(to_js(levels)), width, height)


def _options(**options: Any) -> Any:
    return to_js(options, dict_converter=js.Object.fromEntries)
