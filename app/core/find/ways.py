"""The eight ways in which a picture lies, and what a detector finds in several of them, as one.

A detector draws a nail a little differently when the same photograph lies on its side, and the reading follows the
box. The mean over all eight ways depends on none of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.arrays import FloatArray, IntArray, Uint8Array
from app.core.find.detection import Detections, iou_matrix

# Boxes of two ways that overlap so much are of one thing.
SAME_IOU = 0.4
# So many of the looks have to be sure of a thing. Half would be too many: the nail of a little finger, which is marked
# in no training photograph, is found where fingers stand upright and not where they lie as they do there.
SHARE = 1 / 3
# Boxes of no confidence have a mean, too.
LEAST_SAY = 1e-9


@dataclass(frozen=True, slots=True)
class Way:
    """Mirrored left to right, or not, then turned against the clock by so many quarters."""

    quarters: int = 0
    mirrored: bool = False

    def turned(self, canvas: Uint8Array) -> Uint8Array:
        """(height, width, channels) as it lies in this way; an odd number of quarters swaps its sides."""
        return np.rot90(canvas[:, ::-1] if self.mirrored else canvas, self.quarters)

    def turned_back(self, boxes: FloatArray, size: tuple[int, int]) -> FloatArray:
        """Boxes (N, 4) xyxy of the turned canvas, in pixels of the canvas as it was, `size` (width, height)."""
        corners = boxes.reshape(-1, 2, 2)
        for quarter in reversed(range(self.quarters)):
            # The width that this quarter turned into a height.
            width = size[quarter % 2]
            corners = np.stack([width - corners[..., 1], corners[..., 0]], axis=-1)
        if self.mirrored:
            corners = np.stack([size[0] - corners[..., 0], corners[..., 1]], axis=-1)
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


UPRIGHT = (Way(),)
# Lying and standing take turns, so that a few are nearly as good as all.
ALL_WAYS = (
    Way(),
    Way(1),
    Way(2, mirrored=True),
    Way(3, mirrored=True),
    Way(2),
    Way(3),
    Way(0, mirrored=True),
    Way(1, mirrored=True),
)


def agreed(looks: Sequence[Detections]) -> Detections:
    """What several looks at one picture found, best first: boxes at the mean of their drawings, weighted by confidence,
    as Solovyev, Wang and Gabruseva (2021) have it, weighted boxes fusion, arXiv:1910.13302. Of a thing they are as
    confident as a third of them are at least.
    """
    if len(looks) == 1:
        return looks[0]
    boxes = np.concatenate([look.boxes for look in looks])
    confidences = np.concatenate([look.confidences for look in looks])
    class_ids = np.concatenate([look.class_ids for look in looks])
    of_look = np.repeat(np.arange(len(looks)), [len(look) for look in looks])
    alike = iou_matrix(boxes, boxes)
    alike[class_ids[:, None] != class_ids[None, :]] = 0.0
    np.fill_diagonal(alike, 1.0)
    left = np.ones(len(boxes), dtype=bool)
    things: list[tuple[FloatArray, float, int]] = []
    for seed in np.argsort(-confidences, kind="stable"):
        if not left[seed]:
            continue
        same = _one_a_look(np.where(left, alike[seed], 0.0), of_look)
        left[same] = False
        say = np.maximum(confidences[same], LEAST_SAY)
        sure = np.sort(confidences[same])[::-1]
        needed = math.ceil(SHARE * len(looks))
        confidence = float(sure[needed - 1]) if len(sure) >= needed else 0.0
        things.append((say @ boxes[same] / say.sum(), confidence, int(class_ids[seed])))
    things.sort(key=lambda thing: -thing[1])
    return Detections(
        np.array([box for box, _, _ in things]).reshape(-1, 4),
        np.array([confidence for _, confidence, _ in things]),
        np.array([class_id for _, _, class_id in things], dtype=class_ids.dtype),
    )


def _one_a_look(alike: FloatArray, of_look: IntArray) -> IntArray:
    """Indices of the most alike of each look, of those that are alike enough."""
    order = np.argsort(-alike, kind="stable")
    order = order[alike[order] >= SAME_IOU]
    _, first = np.unique(of_look[order], return_index=True)
    one: IntArray = order[np.sort(first)]
    return one
