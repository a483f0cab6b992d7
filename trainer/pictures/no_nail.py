"""What is taken for a nail and is none: fingertips whose nail is gone, skin along the finger, the ground beside it.

A fingertip seen from below, a knuckle and a toe have what a nail has around it. So the nail is taken out of the
training photographs, and the skin of the same finger put in its place.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.detection import iou_matrix
from trainer.data.outlines import rounded_outline

# Of the nail's length: how far behind the nail the skin lies that takes its place.
SKIN_BEHIND = (1.0, 1.6)
# A box on skin lies so many lengths of the nail behind it: the next nail's width away, and short of the wrist.
ALONG_FINGER = (0.9, 3.2)
# Nearer to the edge of the picture nothing is cut out, in pixels.
MARGIN_PX = 5
GROUND_BOXES = 5


def without_nails(
    photo: Image.Image, nail_boxes: FloatArray, directions: FloatArray, rng: np.random.Generator
) -> Image.Image:
    """The photo with skin in the place of its nails.

    Args:
        nail_boxes: (N, 4) xyxy in pixels of the RGB photo.
        directions: (N, 2) unit vectors from each nail towards the hand.
    """
    pixels = np.array(photo)
    height, width = pixels.shape[:2]
    for box, direction in zip(nail_boxes, directions, strict=True):
        centre = (box[:2] + box[2:]) / 2
        outline = centre + (rounded_outline(box) - centre) * rng.uniform(1.0, 1.2)
        inside = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(inside, outline.round().astype(np.int32), 255)
        shift = direction * _length(box[None], direction[None])[0] * rng.uniform(*SKIN_BEHIND)
        move = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]])
        skin = cv2.warpAffine(pixels, move, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.float32)
        # As light as the finger is around the nail, on the side of the hand.
        rows, columns = np.nonzero((cv2.dilate(inside, np.ones((9, 9), np.uint8)) > 0) & (inside == 0))
        behind = (np.stack([columns, rows], axis=1) - centre) @ direction > 0
        if behind.any():
            around = np.median(pixels[rows[behind], columns[behind]].astype(np.float32), axis=0)
            skin *= (around / np.maximum(np.median(skin[inside > 0], axis=0), 1.0)) ** rng.uniform(0.5, 1.0)
        share = cv2.GaussianBlur(inside, (0, 0), 1.5)[..., None] / np.float32(255)
        pixels = np.clip(pixels * (1 - share) + skin * share, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def skin_boxes_along(
    nail_boxes: FloatArray, directions: FloatArray, size: tuple[int, int], rng: np.random.Generator
) -> FloatArray:
    """Boxes (M, 4) on the fingers of these nails, farther back and about as large: joints and knuckles among them."""
    sides = nail_boxes[:, 2:] - nail_boxes[:, :2]
    back = _length(nail_boxes, directions)[:, None] * rng.uniform(*ALONG_FINGER, (len(nail_boxes), 1))
    centres = (nail_boxes[:, :2] + nail_boxes[:, 2:]) / 2 + directions * back + rng.normal(0, 0.15, sides.shape) * sides
    half = sides * np.exp(rng.normal(0, 0.25, (len(sides), 1))) / 2
    return _inside(np.concatenate([centres - half, centres + half], axis=1), size)


def boxes_beside(
    nail_boxes: FloatArray, taken: FloatArray, size: tuple[int, int], rng: np.random.Generator
) -> FloatArray:
    """Boxes (M, 4) anywhere in a photograph, about as large as its nails, that touch none of those `taken`."""
    side_px = float((nail_boxes[:, 2:] - nail_boxes[:, :2]).mean())
    return clear_of(_inside(_drawn_boxes(side_px, size, rng), size), taken)


def clear_of(boxes: FloatArray, taken: FloatArray) -> FloatArray:
    """Those of the boxes (M, 4) that touch none of those `taken` (N, 4)."""
    clear: FloatArray = boxes[np.all(iou_matrix(boxes, taken) == 0, axis=1)]
    return clear


def ground_boxes(nail_boxes: FloatArray, size: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """Boxes (M, 4) anywhere in a photograph of the data set but beside its nails, where the fourth finger's nail lies
    that nobody annotated."""
    side_px = float((nail_boxes[:, 2:] - nail_boxes[:, :2]).mean())
    boxes = _drawn_boxes(side_px, size, rng)
    across = boxes[:, 0::2].mean(axis=1)
    free = (across < nail_boxes[:, 0].min() - 0.6 * side_px) | (across > nail_boxes[:, 2].max() + 0.4 * side_px)
    return _inside(boxes[free], size)


def _drawn_boxes(side_px: float, size: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    centres = rng.uniform((0, 0), size, (GROUND_BOXES, 2))
    half = side_px * np.exp(rng.normal(0, 0.4, (GROUND_BOXES, 1))) / 2 * np.ones((1, 2))
    return np.concatenate([centres - half, centres + half], axis=1)


def _length(boxes: FloatArray, directions: FloatArray) -> FloatArray:
    """(N,) of each nail along its finger, in pixels."""
    lengths: FloatArray = np.abs((boxes[:, 2:] - boxes[:, :2]) * directions).sum(axis=1)
    return lengths


def _inside(boxes: FloatArray, size: tuple[int, int]) -> FloatArray:
    return boxes[(boxes[:, :2] > MARGIN_PX).all(axis=1) & (boxes[:, 2:] < np.array(size) - MARGIN_PX).all(axis=1)]
