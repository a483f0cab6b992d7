"""Pictures of the browser as the core wants them."""

from __future__ import annotations

from typing import Any

import js
from PIL import Image
from pyodide.ffi import to_js

_canvas: Any = None
_context: Any = None


def rgb_picture(bitmap: Any) -> Image.Image:
    """An ImageBitmap -> RGB; the bitmap is closed, whatever happens.

    One canvas serves all frames: a new one a frame would leave megabytes to the collector each time.
    """
    global _canvas, _context
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
        return Image.frombuffer("RGBA", (width, height), levels, "raw", "RGBA", 0, 1).convert("RGB")
    finally:
        bitmap.close()
