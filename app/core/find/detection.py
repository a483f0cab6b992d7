"""From the detector's raw output to boxes: decode, non-maximum suppression, classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.core.arrays import FloatArray, IntArray

# Overlap from which on two boxes are one drawing of one thing, a pixel or two apart.
EQUAL_IOU = 0.9


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found, best first.

    Attributes:
        boxes: (N, 4) xyxy, pixels.
        confidences: (N,) in 0..1.
        class_ids: (N,) index into the detector's class names.
    """

    boxes: FloatArray
    confidences: FloatArray
    class_ids: IntArray

    def __len__(self) -> int:
        return len(self.boxes)

    def of_class(self, class_id: int) -> Detections:
        """Only those of one class, order kept."""
        return self.take(np.flatnonzero(self.class_ids == class_id))

    def best(self, count: int) -> Detections:
        """The `count` most confident, or all where there are fewer."""
        return self.take(np.arange(min(count, len(self))))

    def at_least(self, confidence: float) -> Detections:
        """Those of this confidence or more."""
        return self.take(np.flatnonzero(self.confidences >= confidence))

    def take(self, indices: IntArray) -> Detections:
        """Those at `indices`, in that order."""
        return Detections(self.boxes[indices], self.confidences[indices], self.class_ids[indices])


def decode(output: FloatArray, confidence: float) -> Detections:
    """Read a YOLOv8 head's output.

    Args:
        output: (1, 4 + classes, anchors): centre x, centre y, width, height in pixels of the canvas, then one
            score a class in 0..1.
        confidence: boxes whose best class scores below it are left out, and so are boxes that are not finite
            or have no area.

    Raises:
        ValueError: the output has another shape.
    """
    if output.ndim != 3 or output.shape[0] != 1 or output.shape[1] < 5:
        raise ValueError(f"detector output has shape {output.shape}, expected (1, 4 + classes, anchors)")
    rows = output[0].T
    scores = rows[:, 4:]
    class_ids = scores.argmax(axis=1)
    confidences = scores[np.arange(len(scores)), class_ids]
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(rows).all(axis=1) & (confidences >= confidence) & (rows[:, 2:4] > 0).all(axis=1)
    rows, class_ids, confidences = rows[usable], class_ids[usable], confidences[usable]
    half = rows[:, 2:4] / 2
    boxes = np.concatenate([rows[:, :2] - half, rows[:, :2] + half], axis=1).astype(np.float64)
    order = np.argsort(-confidences, kind="stable")
    return Detections(boxes[order], confidences[order].astype(np.float64), class_ids[order])


def iou_matrix(first: FloatArray, second: FloatArray) -> FloatArray:
    """Intersection over union of boxes (N, 4) and (M, 4) xyxy -> (N, M); 0 where a box has no area."""
    # One side after the other: numpy goes slowly through an axis of two.
    width, height = (
        np.maximum(
            np.minimum(first[:, None, side + 2], second[:, side + 2])
            - np.maximum(first[:, None, side], second[:, side]),
            0,
        )
        for side in (0, 1)
    )
    overlap = width * height
    union = box_areas(first)[:, None] + box_areas(second)[None, :] - overlap
    ious: FloatArray = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)
    return ious


def nearest_pairs(costs: FloatArray) -> list[tuple[int, int]]:
    """Pairs (row, column) of costs (N, M), each index at most once, the cheapest first; never at an infinite cost."""
    left, pairs = np.array(costs, dtype=np.float64), []
    while np.isfinite(left).any():
        row, column = (int(index) for index in np.unravel_index(left.argmin(), left.shape))
        pairs.append((row, column))
        left[row, :] = np.inf
        left[:, column] = np.inf
    return pairs


def box_centres(boxes: FloatArray) -> FloatArray:
    """Middles (N, 2) of boxes (N, 4) xyxy."""
    centres: FloatArray = (boxes[:, :2] + boxes[:, 2:]) / 2
    return centres


def box_areas(boxes: FloatArray) -> FloatArray:
    """Areas (N,) of boxes (N, 4) xyxy; 0 for a box that is inside out."""
    areas: FloatArray = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return areas


def nms(found: Detections, iou: float) -> Detections:
    """Greedy non-maximum suppression within each class: of boxes that overlap by more than `iou`, the most
    confident stays. `found` must be sorted best first, as `decode` returns it.

    What stays lies at the mean of itself and of those it suppresses that are as good as equal to it (`EQUAL_IOU`),
    weighted by confidence: two drawings of one nail would otherwise take turns from frame to frame, and the reading
    with them. After Gidaris and Komodakis (2015), bounding box voting, arXiv:1505.01749.
    """
    ious = iou_matrix(found.boxes, found.boxes)
    same_class = found.class_ids[:, None] == found.class_ids[None, :]
    rivals, equals = (ious > iou) & same_class, (ious > max(iou, EQUAL_IOU)) & same_class
    undecided, kept, boxes = np.ones(len(found), dtype=bool), [], found.boxes.copy()
    for index in range(len(found)):
        if not undecided[index]:
            continue
        kept.append(index)
        say = np.where(equals[index] & undecided, found.confidences, 0.0)
        if say.sum() > 0:
            boxes[index] = say @ found.boxes / say.sum()
        undecided &= ~rivals[index]
        undecided[index] = False
    return Detections(boxes, found.confidences, found.class_ids).take(np.array(kept, dtype=np.intp))
