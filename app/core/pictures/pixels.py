"""Levels of a part of a picture, and how bright they are."""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array

# ITU-R BT.601.
LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])


def inner_pixels(picture: Image.Image, box: FloatArray) -> Uint8Array:
    """(h, w, 3) of the inner half of a box ((4,) xyxy), at least one pixel: nail, whatever the shape of the finger."""
    x1, y1, x2, y2 = (float(value) for value in box)
    quarter_x, quarter_y = (x2 - x1) / 4, (y2 - y1) / 4
    left = min(max(int(x1 + quarter_x), 0), picture.width - 1)
    top = min(max(int(y1 + quarter_y), 0), picture.height - 1)
    right, bottom = max(int(x2 - quarter_x), left + 1), max(int(y2 - quarter_y), top + 1)
    return np.asarray(picture.crop((left, top, min(right, picture.width), min(bottom, picture.height))))


def mean_colour(pixels: Uint8Array) -> FloatArray:
    """(3,) of (h, w, 3), row upon row, which is several times as fast as pixel upon pixel."""
    mean: FloatArray = pixels.reshape(len(pixels), -1).mean(axis=0).reshape(-1, 3).mean(axis=0)
    return mean
