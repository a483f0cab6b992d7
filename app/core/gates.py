"""Which nails count: gates on size, place and light of a nail that was found."""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.codes import NAIL_CUT_OFF, NAIL_OVEREXPOSED, NAIL_TOO_DARK, NAIL_TOO_SMALL

# The smallest annotated nail of the training photographs is 25 px high; below about half of that a nail has
# too few pixels for a colour.
MIN_SIDE_PX = 14
# A box this close to the border belongs to a nail that goes on outside the picture.
BORDER_PX = 1.0
# Mean luma (ITU-R BT.601, 0..255) below which sensor noise rules the colour.
MIN_LUMA = 35.0
# A pixel whose three channels all reach this level has lost its colour; half of a nail may not be like that.
CLIPPED_LEVEL = 250
MAX_CLIPPED_FRACTION = 0.5


def rejection(picture: Image.Image, box: FloatArray) -> str | None:
    """Why the nail in `box` ((4,) xyxy, pixels of the RGB picture) does not count; None when it does."""
    x1, y1, x2, y2 = (float(value) for value in box)
    if min(x2 - x1, y2 - y1) < MIN_SIDE_PX:
        return NAIL_TOO_SMALL
    right, bottom = picture.width - BORDER_PX, picture.height - BORDER_PX
    if x1 < BORDER_PX or y1 < BORDER_PX or x2 > right or y2 > bottom:
        return NAIL_CUT_OFF
    # The inner half of the box: nail, whatever the shape of the finger.
    quarter_x, quarter_y = (x2 - x1) / 4, (y2 - y1) / 4
    inner = picture.crop((int(x1 + quarter_x), int(y1 + quarter_y), int(x2 - quarter_x), int(y2 - quarter_y)))
    pixels = np.asarray(inner)
    if pixels.reshape(-1, 3).mean(axis=0) @ np.array([0.299, 0.587, 0.114]) < MIN_LUMA:
        return NAIL_TOO_DARK
    if (pixels.min(axis=2) >= CLIPPED_LEVEL).mean() > MAX_CLIPPED_FRACTION:
        return NAIL_OVEREXPOSED
    return None
