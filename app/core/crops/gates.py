"""Which nails count: gates on size, place and light of a nail that was found."""

from __future__ import annotations

from PIL import Image

from app.core.arrays import FloatArray
from app.core.pictures.pixels import LUMA_WEIGHTS, inner_pixels, mean_colour
from app.shared.codes import NAIL_CUT_OFF, NAIL_OVEREXPOSED, NAIL_TOO_DARK, NAIL_TOO_SMALL

# The smallest annotated nail of the training photographs is 25 px high; below about half of that a nail has
# too few pixels for a colour.
MIN_SIDE_PX = 14
# A box this close to the border belongs to a nail that goes on outside the picture.
BORDER_PX = 1.0
# Mean luma (0..255) below which sensor noise rules the colour.
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
    pixels = inner_pixels(picture, box)
    if mean_colour(pixels) @ LUMA_WEIGHTS < MIN_LUMA:
        return NAIL_TOO_DARK
    clipped = pixels >= CLIPPED_LEVEL
    if (clipped[..., 0] & clipped[..., 1] & clipped[..., 2]).mean() > MAX_CLIPPED_FRACTION:
        return NAIL_OVEREXPOSED
    return None
