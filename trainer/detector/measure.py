"""Recall and precision on ordinary photographs, through the app's own way of finding nails.

A found nail counts where it overlaps an annotated one by IoU 0.5 or more, each annotated one once. Nails marked
as difficult and regions to be ignored count neither way: missing them is no miss, finding them no false alarm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.detect import find
from app.core.find.detection import Detections, box_areas, iou_matrix
from app.core.find.ways import UPRIGHT, Way
from app.core.manifest import DetectorSpec
from app.core.pipeline import MAX_NAILS
from app.runtime.native import NativeNetwork
from trainer.data.wild import WildPhoto
from trainer.detector.free_sides import STRIDE_PX
from trainer.detector.trained import CLASS_NAMES, NMS_IOU, SIDE_PX

MATCH_IOU = 0.5
# Of a found box inside a region to be ignored: from here on it belongs to the region.
IGNORED_SHARE = 0.5
# On photographs that choose.
WANTED_PRECISION = 0.9


@dataclass(frozen=True, slots=True)
class Counts:
    """Nails found, nails missed, and boxes around no nail."""

    hits: int = 0
    misses: int = 0
    false_alarms: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.hits + other.hits, self.misses + other.misses, self.false_alarms + other.false_alarms)

    def f1(self) -> float:
        """Harmonic mean of recall and precision, 0 where nothing was hit."""
        return 2 * self.hits / max(2 * self.hits + self.misses + self.false_alarms, 1)

    def figures(self) -> dict[str, Any]:
        """Recall and precision as fractions (0 where there is nothing to divide by), and what they come from."""
        nails, found = self.hits + self.misses, self.hits + self.false_alarms
        return {
            "recall": self.hits / nails if nails else 0.0,
            "precision": self.hits / found if found else 0.0,
            "nails": nails,
            "found": found,
            "hits": self.hits,
        }


def measure_photos(
    model: bytes, photos: Iterable[WildPhoto], confidence: float, ways: Sequence[Way] = UPRIGHT
) -> Counts:
    """The detector's ONNX file on photographs that it was not trained with, looked at in these ways."""
    network = NativeNetwork(model)
    total = Counts()
    for photo in photos:
        total += count_nails(find_nails(network, photo.pixels(), confidence, ways), photo)
    return total


def find_nails(
    network: NativeNetwork, pixels: np.ndarray, confidence: float, ways: Sequence[Way] = UPRIGHT
) -> Detections:
    """Nails in (H, W, 3) uint8 RGB, boxes in its pixels, best first, as the app finds them."""
    spec = DetectorSpec("", "", SIDE_PX, CLASS_NAMES, confidence, NMS_IOU, STRIDE_PX)
    found = asyncio.run(find(spec, network, Image.fromarray(pixels), ways=ways))
    return found.of_class(spec.class_id("nail")).best(MAX_NAILS)


def best_confidence(by_confidence: Mapping[float, Counts]) -> float:
    """The lowest confidence at which `WANTED_PRECISION` of the boxes are nails; where none is so good, the best F1.

    A nail that is missed is lost, while a false box still has to pass the gates and the median.
    """
    good = [each for each, counts in by_confidence.items() if counts.figures()["precision"] >= WANTED_PRECISION]
    return min(good) if good else best_f1(by_confidence)


def best_f1(by_confidence: Mapping[float, Counts]) -> float:
    """The confidence with the best F1; the highest of several, which leaves out the most."""
    return max(by_confidence, key=lambda confidence: (by_confidence[confidence].f1(), confidence))


def count_nails(found: Detections, photo: WildPhoto) -> Counts:
    """Match what was found, best first, with what is annotated."""
    plain, difficult = photo.nail_boxes[~photo.difficult], photo.nail_boxes[photo.difficult]
    overlaps = iou_matrix(found.boxes, plain)
    excused = (iou_matrix(found.boxes, difficult) >= MATCH_IOU).any(axis=1)
    excused |= _share_inside(found.boxes, photo.ignore) >= IGNORED_SHARE
    free = np.ones(len(plain), dtype=bool)
    false_alarms = 0
    for index in range(len(found)):
        candidates = np.where(free, overlaps[index], 0.0)
        if candidates.size and candidates.max() >= MATCH_IOU:
            free[candidates.argmax()] = False
        elif not excused[index]:
            false_alarms += 1
    return Counts(hits=int((~free).sum()), misses=int(free.sum()), false_alarms=false_alarms)


def _share_inside(boxes: FloatArray, regions: FloatArray) -> FloatArray:
    """The largest share of each box (N, 4) that lies in one of the regions (M, 4) -> (N,)."""
    if not len(regions) or not len(boxes):
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    inside = np.clip(high - low, 0, None).prod(axis=2).max(axis=1)
    return np.asarray(inside / np.maximum(box_areas(boxes), 1e-9))
