"""Pictures of the browser as the core wants them."""

from __future__ import annotations

from typing import Any

import js
from PIL import Image
from pyodide.ffi import to_js

from app.engine.loans import borrowed, give_back

_canvas: Any = None
_context: Any = None


async def rgb_picture(number: int) -> Image.Image:
    """The ImageBitmap that the screen lent under this number -> RGB; it goes back, whatever happens.

    One canvas serves all frames: a new one a frame would leave megabytes to the collector each time.
    """
    global _canvas, _context
    bitmap = await borrowed(number)
    try:
        width, height = int(bitmap.width), int(bitmap.height)
        if _canvas is None:
            _canvas = js.OffscreenCanvas.new(width, height)
            options = to_js({"willReadFrequently": True, "alpha": False}, dict_converter=js.Object.fromEntries)
            _context = _canvas.getContext("2d", options)
        if (_canvas.width, _canvas.height) != (width, height):
            _canvas.width, _canvas.height = width, height
        _context.drawImage(bitmap, 0, 0)
        levels = _context.getImageData(0, 0, width, height).data.to_py()
        return Image.frombytes("RGB", (width, height), levels, "raw", "RGBX")
    finally:
        give_back(number, bitmap)
