"""Whether the estimator looks at nail and skin alone: the same fingers with all else taken away.

The photographs show a white board, whose colour says what the light was, and no phone has one in its picture.
Pictures made here keep each finger, its outermost pixels cut off with the board's shine in them, and put a drawn
background in the place of everything else. What an estimator reads on them differently, it took from the board.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array
from trainer.data.outlines import rounded_outline
from trainer.pictures.backgrounds import drawn_background
from trainer.pictures.fingers import finger_masks
from trainer.pictures.levels import levels

# A fringe of the board a few pixels wide gave away 0.06 g/dL. Cut off by as much the estimator is measured, and by up
# to as much it learns: a detector's box may lie as far off.
ERODED_PX = 3
# Of the nail's height: how wide a finger is taken to be where its outline cannot be told from the board.
PLAIN_WIDTH = 0.7


def on_another_background(
    photo: Image.Image,
    nail_boxes: FloatArray,
    skin_boxes: FloatArray,
    rng: np.random.Generator,
    eroded_px: int = ERODED_PX,
) -> Image.Image:
    """The fingers of these nails and patches of skin ((N, 4) xyxy, pixels of the RGB photo) before something drawn."""
    pixels = np.asarray(photo)
    kept: Uint8Array = np.zeros(pixels.shape[:2], dtype=np.uint8)
    for nail, mask in zip(nail_boxes, finger_masks(pixels, nail_boxes, skin_boxes), strict=True):
        kept |= _plain_finger(kept.shape, nail, skin_boxes) if mask is None else mask
    kept = levels(cv2.erode(kept, np.ones((2 * eroded_px + 1,) * 2, np.uint8)))
    height, width = kept.shape
    background = drawn_background(max(height, width), rng)[:height, :width]
    return Image.fromarray(np.where(kept[..., None] > 0, pixels, background))


def _plain_finger(shape: tuple[int, ...], nail: FloatArray, skin_boxes: FloatArray) -> Uint8Array:
    """The nail, and a band from it to the patch of skin that lies at its height."""
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, rounded_outline(nail).round().astype(np.int32), 255)
    nail_centre = (nail[:2] + nail[2:]) / 2
    skin_centres = (skin_boxes[:, :2] + skin_boxes[:, 2:]) / 2
    nearest = skin_centres[int(np.abs(skin_centres[:, 1] - nail_centre[1]).argmin())]
    (x1, y1), (x2, y2) = ((int(x), int(y)) for x, y in (nail_centre, nearest))
    cv2.line(mask, (x1, y1), (x2, y2), 255, int(PLAIN_WIDTH * (nail[3] - nail[1])))
    return mask
