"""Cut single fingers out of the white-board photographs, so that they can be pasted over other backgrounds.

Only the three annotated fingers are taken: the others show nails that the table does not name.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from trainer.data.outlines import rounded_outline
from trainer.pictures.levels import levels

# Of the nail's height: half the width of the band along a finger in which its pixels are looked for.
HALF_BAND = 0.85
# The board left of the fingers, from which its colour is taken, in nail widths from the foremost nail.
BOARD_GAP = 0.4
# A cut-out that fills less than this of the strip from the nail to the skin has holes.
LEAST_FILLED = 0.97
EDGE_BLUR_PX = 1.2


@dataclass(frozen=True, slots=True)
class Finger:
    """A finger with its opacity.

    Attributes:
        rgba: (H, W, 4) uint8, alpha last.
        nail: (K, 2) outline in pixels of `rgba`.
        skin: (K, 2) outline, or None where its patch of skin is cut off.
        nail_px: square root of the nail box's area.
    """

    rgba: Uint8Array
    nail: FloatArray
    skin: FloatArray | None
    nail_px: float


def cut_fingers(photo: Uint8Array, nail_boxes: FloatArray, skin_boxes: FloatArray) -> list[Finger]:
    """The fingers of one photograph (H, W, 3) RGB whose nail and skin boxes (N, 4) xyxy are known.

    A finger that cannot be told from the board is left out.
    """
    chroma = _distance_from_board(photo, nail_boxes)
    fingers = []
    for nail in nail_boxes:
        skin = _skin_of(nail, skin_boxes)
        if skin is not None:
            finger = _cut(photo, chroma, nail, skin)
            if finger is not None:
                fingers.append(finger)
    return fingers


def finger_masks(photo: Uint8Array, nail_boxes: FloatArray, skin_boxes: FloatArray) -> list[Uint8Array | None]:
    """Of each nail's finger (H, W) uint8, 255 where it is; None for one that cannot be told from the board."""
    chroma = _distance_from_board(photo, nail_boxes)
    skins = [_skin_of(nail, skin_boxes) for nail in nail_boxes]
    return [None if skin is None else _mask(chroma, nail, skin) for nail, skin in zip(nail_boxes, skins, strict=True)]


def _distance_from_board(photo: Uint8Array, nail_boxes: FloatArray) -> Uint8Array:
    """How far each pixel's colour, lightness apart, is from the board's beside the fingertips."""
    lab = cv2.cvtColor(cv2.GaussianBlur(photo, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    width = float(np.median(nail_boxes[:, 2] - nail_boxes[:, 0]))
    right = max(1, int(nail_boxes[:, 0].min() - BOARD_GAP * width))
    rows = slice(int(nail_boxes[:, 1].min()), int(nail_boxes[:, 3].max()))
    board = np.median(lab[rows, max(0, right - int(2 * width)) : right].reshape(-1, 3), axis=0)
    distance = np.linalg.norm(lab[..., 1:] - board[1:], axis=2)
    return levels(np.clip(distance * 6.0, 0, 255))


def _skin_of(nail: FloatArray, skin_boxes: FloatArray) -> FloatArray | None:
    """The patch of skin on the same finger: the nearest in height, to the right of the nail."""
    off_px = np.abs((skin_boxes[:, 1] + skin_boxes[:, 3] - nail[1] - nail[3]) / 2)
    nearest = skin_boxes[int(off_px.argmin())]
    same_finger = off_px.min() < (nail[3] - nail[1]) and nearest[2] > nail[2]
    return nearest if same_finger else None


def _mask(chroma: Uint8Array, nail: FloatArray, skin: FloatArray) -> Uint8Array | None:
    height, width = chroma.shape
    nail_centre, skin_centre = (nail[:2] + nail[2:]) / 2, (skin[:2] + skin[2:]) / 2
    along = (skin_centre - nail_centre) / np.linalg.norm(skin_centre - nail_centre)
    half_px = HALF_BAND * (nail[3] - nail[1])
    start = nail_centre - along * (nail[2] - nail[0]) * 0.4
    end = np.minimum(skin_centre + along * 1.2 * np.linalg.norm(skin[2:] - skin[:2]), [width - 1, height - 1])
    band = np.zeros((height, width), dtype=np.uint8)
    cv2.line(band, _pixel(start), _pixel(end), 255, int(2 * half_px))

    inside = band > 0
    threshold, _ = cv2.threshold(chroma[inside][None], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    finger = np.where(inside & (chroma > threshold), 255, 0).astype(np.uint8)
    cv2.fillConvexPoly(finger, rounded_outline(nail).round().astype(np.int32), 255)
    finger = levels(cv2.morphologyEx(finger, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)))
    finger = levels(cv2.morphologyEx(finger, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    _, parts = cv2.connectedComponents(finger)
    part = parts[_pixel(nail_centre)[::-1]]
    finger = np.where(parts == part, 255, 0).astype(np.uint8)
    strip = np.zeros_like(finger)
    cv2.line(strip, _pixel(nail_centre), _pixel(skin_centre), 255, int(0.6 * (nail[3] - nail[1])))
    return None if part == 0 or finger[strip > 0].mean() < LEAST_FILLED * 255 else finger


def _cut(photo: Uint8Array, chroma: Uint8Array, nail: FloatArray, skin: FloatArray) -> Finger | None:
    finger = _mask(chroma, nail, skin)
    if finger is None:
        return None
    # The board's white shines into the outermost pixel.
    finger = levels(cv2.erode(finger, np.ones((3, 3), np.uint8)))
    alpha = cv2.GaussianBlur(finger, (0, 0), EDGE_BLUR_PX)
    left, top, wide, high = cv2.boundingRect((alpha > 8).astype(np.uint8))
    corner = np.array([left, top], dtype=np.float64)
    rgba = np.dstack([photo, alpha])[top : top + high, left : left + wide].copy()
    skin_centre = (skin[:2] + skin[2:]) / 2
    whole_skin = skin[2] <= left + wide and finger[_pixel(skin_centre)[::-1]] > 0
    return Finger(
        rgba=rgba,
        nail=rounded_outline(nail) - corner,
        skin=rounded_outline(skin) - corner if whole_skin else None,
        nail_px=float(np.sqrt((nail[2:] - nail[:2]).prod())),
    )


def _pixel(point: FloatArray) -> tuple[int, int]:
    return int(point[0]), int(point[1])
