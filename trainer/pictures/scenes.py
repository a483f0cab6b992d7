"""Training pictures, made anew for every step from what the photographs show.

A picture is one photograph in another pose, a mosaic of four, or fingers pasted over a background. With it come
the boxes, and a map of where nothing is known: of skin, because the photographs it shows name none, or of nails,
because a region is to be ignored or a nail is cut off or hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from app.core.find.detection import box_areas
from app.core.find.letterbox import PADDING_GREY
from trainer.data.outlines import box_of, moved
from trainer.pictures.fingers import Finger
from trainer.pictures.levels import levels

NAIL, SKIN = 0, 1
# Of a nail's box inside the picture or not covered: above, it is a nail; below, it is none; between, unknown.
SEEN_SHARE, UNSEEN_SHARE = 0.5, 0.15
SMALLEST_NAIL_PX = 5.0


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph to make pictures of.

    Attributes:
        levels: (H, W, 3) uint8 RGB, each half as large as the one before, so that a small copy is a clean one.
        nails, skins: outlines (K, 2) in pixels of the first level.
        ignore: (M, 4) xyxy regions of which nothing is known.
        skin_known: whether every patch of skin that counts stands in `skins`.
    """

    levels: tuple[Uint8Array, ...]
    nails: tuple[FloatArray, ...]
    skins: tuple[FloatArray, ...]
    ignore: FloatArray
    skin_known: bool

    @property
    def size(self) -> FloatArray:
        """Width and height in pixels."""
        return np.array(self.levels[0].shape[1::-1], dtype=np.float64)

    @property
    def nail_boxes(self) -> FloatArray:
        """(N, 4) xyxy."""
        return np.array([box_of(nail) for nail in self.nails]).reshape(-1, 4)

    @property
    def nail_px(self) -> float:
        """The middle nail's size, square root of its area."""
        return float(np.sqrt(np.median(box_areas(self.nail_boxes))))


def photo_levels(picture: Uint8Array) -> tuple[Uint8Array, ...]:
    """The picture, half of it, and so on down to about 100 pixels."""
    found = [picture]
    while min(found[-1].shape[:2]) >= 200:
        found.append(levels(cv2.resize(found[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)))
    return tuple(found)


@dataclass(slots=True)
class Scene:
    """A picture in the making.

    Attributes:
        picture: (side, side, 3) uint8 RGB.
        unknown: (side, side, 2) bool, by class: nothing may be learned of that class there.
        labels: (class, outline) of what is in it.
    """

    picture: Uint8Array
    unknown: np.ndarray
    labels: list[tuple[int, FloatArray]] = field(default_factory=list)

    @classmethod
    def empty(cls, side_px: int) -> Scene:
        """The grey of the letterbox."""
        picture = np.full((side_px, side_px, 3), PADDING_GREY, dtype=np.uint8)
        return cls(picture, np.zeros((side_px, side_px, 2), dtype=bool))

    def show(self, photo: Photo, affine: FloatArray, window: tuple[int, int, int, int] | None = None) -> None:
        """Draw a photograph through an affine map (2, 3); of it only `window` (x1, y1, x2, y2) is painted."""
        side = self.picture.shape[0]
        x1, y1, x2, y2 = window or (0, 0, side, side)
        shift = np.array([[0, 0, -x1], [0, 0, -y1]])
        inner = affine + shift
        scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
        level = int(np.clip(np.floor(np.log2(1 / max(scale, 1e-6))), 0, len(photo.levels) - 1))
        source = photo.levels[level]
        # A level's size is rounded to whole pixels; its centres lie half a pixel inside.
        factor = photo.size / source.shape[1::-1]
        to_first = np.array([[factor[0], 0, factor[0] / 2], [0, factor[1], factor[1] / 2], [0, 0, 1.0]])
        to_centre = inner @ to_first - np.array([[0, 0, 0.5], [0, 0, 0.5]])
        target = self.picture[y1:y2, x1:x2]
        cv2.warpAffine(
            source, to_centre, (x2 - x1, y2 - y1), dst=target, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_LINEAR
        )
        quad = moved(_corners(np.array([0.0, 0.0, *photo.size])), affine)
        self._mark(SKIN, quad, (x1, y1, x2, y2), not photo.skin_known)
        for region in photo.ignore:
            for class_id in (NAIL, SKIN):
                self._mark(class_id, moved(_corners(region), affine), (x1, y1, x2, y2), True)
        for class_id, outlines in ((NAIL, photo.nails), (SKIN, photo.skins)):
            for outline in outlines:
                self._label(class_id, moved(outline, affine), (x1, y1, x2, y2))

    def paste(self, finger: Finger, affine: FloatArray, opacity: FloatArray | None = None) -> None:
        """Lay a finger over the picture; what it covers is hidden."""
        side = self.picture.shape[0]
        rgba = _reduced(finger.rgba, affine)
        factor = np.array(finger.rgba.shape[1::-1]) / rgba.shape[1::-1]
        small_to_first = np.array([[factor[0], 0, factor[0] / 2], [0, factor[1], factor[1] / 2], [0, 0, 1.0]])
        to_centre = affine @ small_to_first - np.array([[0, 0, 0.5], [0, 0, 0.5]])
        warped = cv2.warpAffine(rgba, to_centre, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        alpha = warped[..., 3:].astype(np.float32) / 255.0
        self.picture = (self.picture * (1 - alpha) + warped[..., :3] * alpha).astype(np.uint8)
        covered = warped[..., 3] > 127
        self.unknown[covered] = False
        before, self.labels = self.labels, []
        for class_id, outline in before:
            self._keep(class_id, outline, 1.0 - _covered_share(covered, outline))
        window = (0, 0, side, side)
        self._label(NAIL, moved(finger.nail, affine), window)
        if finger.skin is not None:
            self._label(SKIN, moved(finger.skin, affine), window)

    def boxes(self) -> tuple[FloatArray, FloatArray]:
        """Classes (N,) and boxes (N, 4) xyxy clipped to the picture; the map of the unknown leaves them free."""
        side = self.picture.shape[0]
        classes = np.array([class_id for class_id, _ in self.labels], dtype=np.float64)
        boxes = np.array([box_of(outline) for _, outline in self.labels]).reshape(-1, 4)
        return classes, np.clip(boxes, 0, side)

    def _label(self, class_id: int, outline: FloatArray, window: tuple[int, int, int, int]) -> None:
        box = box_of(outline)
        clipped = np.clip(outline, window[:2], window[2:])
        inside = box_of(clipped)
        area = float((box[2:] - box[:2]).prod())
        self._keep(class_id, clipped, float((inside[2:] - inside[:2]).prod()) / max(area, 1e-6))

    def _keep(self, class_id: int, outline: FloatArray, seen_share: float) -> None:
        box = box_of(outline)
        large = float(np.sqrt((box[2:] - box[:2]).prod())) >= SMALLEST_NAIL_PX
        if seen_share >= SEEN_SHARE and large:
            self.labels.append((class_id, outline))
        elif seen_share > UNSEEN_SHARE:
            side = self.picture.shape[0]
            self._mark(class_id, _corners(box), (0, 0, side, side), True)

    def _mark(self, class_id: int, quad: FloatArray, window: tuple[int, int, int, int], unknown: bool) -> None:
        x1, y1, x2, y2 = window
        drawn = np.zeros(self.unknown.shape[:2], dtype=np.uint8)
        cv2.fillConvexPoly(drawn, quad.round().astype(np.int32), 1)
        part = self.unknown[y1:y2, x1:x2, class_id]
        part[drawn[y1:y2, x1:x2] > 0] = unknown


def known_anchors(scene: Scene, strides: tuple[int, ...] = (8, 16, 32)) -> np.ndarray:
    """(anchors, 2) bool: where the loss may judge each class; an anchor is judged by its centre.

    The anchors are the network's: by stride, then rows, then columns. Inside a labelled box of a class that
    class is known, whatever lies beneath.
    """
    unknown = scene.unknown.copy()
    classes, boxes = scene.boxes()
    for class_id, (x1, y1, x2, y2) in zip(classes.astype(int), boxes.round().astype(int), strict=True):
        unknown[y1:y2, x1:x2, class_id] = False
    return ~np.concatenate([unknown[step // 2 :: step, step // 2 :: step].reshape(-1, 2) for step in strides])


def _corners(box: FloatArray) -> FloatArray:
    x1, y1, x2, y2 = box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], dtype=np.float64)


def _reduced(rgba: Uint8Array, affine: FloatArray) -> Uint8Array:
    """Halved while the map makes it smaller than half: a clean small copy."""
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    while scale <= 0.5 and min(rgba.shape[:2]) >= 16:
        rgba = levels(cv2.resize(rgba, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        scale *= 2
    return rgba


def _covered_share(covered: np.ndarray, outline: FloatArray) -> float:
    low, high = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int)
    part = covered[max(low[1], 0) : high[1], max(low[0], 0) : high[0]]
    return float(part.mean()) if part.size else 0.0
