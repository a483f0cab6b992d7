"""Which nail of a frame is which nail of the frames before."""

from __future__ import annotations

import numpy as np

from app.core.arrays import FloatArray
from app.core.find.detection import box_areas, box_centres, nearest_pairs

# Between two frames a nail moves by less than this, in its own sizes, and neighbouring nails lie further apart.
MOST_MOVED_IN_NAILS = 0.8
# And its size changes by less than this factor.
MOST_GROWN = 1.8


def match_boxes(before: FloatArray, now: FloatArray) -> list[tuple[int, int]]:
    """Pairs (index before, index now) of boxes (N, 4) and (M, 4) xyxy that show one nail; each index at most once, the
    nearest pairs first."""
    if not len(before) or not len(now):
        return []
    sizes_before, sizes_now = (np.sqrt(np.maximum(box_areas(boxes), 1.0)) for boxes in (before, now))
    centres_before, centres_now = (box_centres(boxes) for boxes in (before, now))
    size = np.sqrt(sizes_before[:, None] * sizes_now[None, :])
    moved = np.linalg.norm(centres_before[:, None] - centres_now[None, :], axis=2) / size
    grown = np.maximum(sizes_before[:, None] / sizes_now[None, :], sizes_now[None, :] / sizes_before[:, None])
    moved[(moved > MOST_MOVED_IN_NAILS) | (grown > MOST_GROWN)] = np.inf
    return nearest_pairs(moved)
