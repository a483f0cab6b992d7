"""Every kind of nail, and of what is none, from one photograph, as the estimator's features.

A photograph is taken as a dozen other cameras in other light would have taken it: what tells paint from blood in one
laboratory's light alone would refuse bare nails everywhere else.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array
from app.core.crops.views import nail_crops
from app.core.find.detection import box_areas
from app.core.find.fingers import finger_directions
from app.core.light.reference import NO_REFERENCE, Reference, find_reference
from app.core.manifest import EstimatorSpec
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.runtime.native import NativeNetwork
from trainer.data.sitters import Sitter
from trainer.estimator.features import network_of_process
from trainer.estimator.tflite_import import OUTPUT_NAME
from trainer.pictures.backgrounds import drawn_background
from trainer.pictures.camera import photographed
from trainer.pictures.lights import NAIL_JITTER, SKIN_JITTER, drawn_light
from trainer.pictures.no_nail import boxes_beside, clear_of, ground_boxes, skin_boxes_along, without_nails
from trainer.pictures.other_background import on_another_background
from trainer.pictures.polish import CLEAR, drawn_polish, painted
from trainer.pictures.spoiled import blurred, pressed, shone_on

BARE, PAINTED, CLEAR_COAT, NO_NAIL, GLARE, BLURRED, PRESSED = range(7)
SEED = 18
COPIES = 4
# There are few ordinary photographs, so each is taken so many times as often.
ORDINARY_TIMES = 3
# Of other cameras; the rest is light alone. Exposures, in EV, are such that bright ones lose their lightest parts.
CAMERA_SHARE, CAMERA_STRENGTH = 0.75, (0.3, 1.0)
EXPOSURE_EV, EXPOSURE_SD_EV = 0.1, 0.35
DRAWN_PX, DRAWN_BOXES = 400, 4
_NOTHING: FloatArray = np.zeros((0, 4))


def embedded(sitter: Sitter, number: int, network_bytes: bytes, spec: EstimatorSpec) -> dict[str, np.ndarray]:
    """The columns of `likeness_table.LikenessTable` but for those of the sitters, of which this is the `number`-th."""
    rng = np.random.default_rng([SEED, number])
    rows = _Rows(sitter, network_of_process(network_bytes), spec, rng)
    photo, nails, skin = sitter.picture(), sitter.nail_boxes, sitter.skin_boxes
    directions = finger_directions(photo, nails, skin)
    copies = COPIES * ORDINARY_TIMES if sitter.ordinary else COPIES
    as_they_are = PAINTED if sitter.painted else BARE
    rows.add_nails(as_they_are, photo, elsewhere=False)
    for copy in range(copies):
        moved = not sitter.ordinary and copy % 2 == 0
        seen = on_another_background(photo, nails, skin, rng) if moved else photo
        rows.add_nails(as_they_are, seen, elsewhere=True)
    if not sitter.painted:
        _add_painted(rows, photo, sitter.outlines, directions, copies, rng)
        _add_spoiled(rows, photo, sitter, directions, copies, rng)
    _add_no_nails(rows, photo, sitter, directions, copies, rng)
    return {
        "features": np.concatenate(rows.features).astype(np.float32),
        "kind": np.array(rows.kind),
        "as_it_is": np.array(rows.as_it_is),
        "picture": np.array(rows.picture),
        "sitter": np.full(len(rows.kind), number),
    }


class _Rows:
    """What is found of one sitter."""

    def __init__(self, sitter: Sitter, network: NativeNetwork, spec: EstimatorSpec, rng: np.random.Generator) -> None:
        self._sitter, self._network, self._spec, self._rng = sitter, network, spec, rng
        self.features: list[FloatArray] = []
        self.kind: list[int] = []
        self.as_it_is: list[bool] = []
        self.picture: list[int] = []
        self._pictures = 0

    def add_nails(self, kinds: int | list[int], photo: Image.Image, elsewhere: bool) -> None:
        """The sitter's nails in a photo of theirs; `elsewhere`: by another camera, and as a detector sets boxes."""
        nails, skin = self._sitter.nail_boxes, self._sitter.skin_boxes
        if elsewhere:
            photo = taken_elsewhere(photo, self._rng)
            nails, skin = self._jittered(nails, NAIL_JITTER), self._jittered(skin, SKIN_JITTER)
        self.add(kinds, photo, nails, skin, as_it_is=not elsewhere)

    def add(
        self, kinds: int | list[int], photo: Image.Image, boxes: FloatArray, skin: FloatArray, as_it_is: bool = False
    ) -> None:
        """Each box twice: as it is, and beside paper where the photo shows some."""
        if not len(boxes):
            return
        directions = finger_directions(photo, boxes, skin)
        papers: list[Reference] = [NO_REFERENCE]
        paper = find_reference(photo, boxes, directions)
        if paper.found:
            papers.append(paper)
        for each in papers:
            crops = nail_crops(photo, boxes, directions, self._spec, None, each)
            self.features.append(self._network.run_now({"image": crops})[OUTPUT_NAME])
            self.kind += [kinds] * len(boxes) if isinstance(kinds, int) else kinds
            self.as_it_is += [as_it_is] * len(boxes)
            self.picture += [self._pictures] * len(boxes)
            self._pictures += 1

    def _jittered(self, boxes: FloatArray, share: float) -> FloatArray:
        return drawn_light(self._rng).jittered(boxes, share, self._rng)


def _add_painted(
    rows: _Rows,
    photo: Image.Image,
    outlines: tuple[FloatArray, ...],
    directions: FloatArray,
    copies: int,
    rng: np.random.Generator,
) -> None:
    for copy in range(copies):
        pixels: Uint8Array = np.asarray(photo)
        kinds = []
        for outline, direction in zip(outlines, directions, strict=True):
            polish = drawn_polish(rng)
            kinds.append(CLEAR_COAT if polish.coat == CLEAR else PAINTED)
            pixels = painted(pixels, outline, direction, polish, rng)
        rows.add_nails(kinds, Image.fromarray(pixels), elsewhere=copy > 0)


def _add_spoiled(
    rows: _Rows, photo: Image.Image, sitter: Sitter, directions: FloatArray, copies: int, rng: np.random.Generator
) -> None:
    nails = sitter.nail_boxes
    nail_px = float(np.sqrt(box_areas(nails)).mean())
    for copy in range(copies // 2):
        shining = pale = np.asarray(photo)
        for outline, direction in zip(sitter.outlines, directions, strict=True):
            shining = shone_on(shining, outline, rng)
            pale = pressed(pale, outline, direction, rng)
        rows.add_nails(GLARE, Image.fromarray(shining), elsewhere=copy > 0)
        rows.add_nails(PRESSED, Image.fromarray(pale), elsewhere=copy > 0)
        rows.add_nails(BLURRED, blurred(photo, nail_px, rng), elsewhere=copy > 0)


def _add_no_nails(
    rows: _Rows, photo: Image.Image, sitter: Sitter, directions: FloatArray, copies: int, rng: np.random.Generator
) -> None:
    nails = sitter.nail_boxes
    for copy in range(copies // 2):
        rows.add_nails(NO_NAIL, without_nails(photo, nails, directions, rng), elsewhere=copy > 0)
        seen = taken_elsewhere(photo, rng) if copy else photo
        along = clear_of(skin_boxes_along(nails, directions, photo.size, rng), sitter.taken)
        rows.add(NO_NAIL, seen, along, _NOTHING, as_it_is=not copy)
        if sitter.ordinary:
            beside = boxes_beside(nails, sitter.taken, photo.size, rng)
            rows.add(NO_NAIL, taken_elsewhere(photo, rng), beside, _NOTHING)
    if not sitter.ordinary:
        rows.add(NO_NAIL, taken_elsewhere(photo, rng), ground_boxes(nails, photo.size, rng), _NOTHING)
    drawn = Image.fromarray(drawn_background(DRAWN_PX, rng))
    centres, half = rng.uniform(70, DRAWN_PX - 70, (DRAWN_BOXES, 2)), rng.uniform(15, 60, (DRAWN_BOXES, 2))
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    rows.add(NO_NAIL, taken_elsewhere(drawn, rng), boxes, _NOTHING)


def taken_elsewhere(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The RGB photo as another camera would have taken it in other light."""
    seen = drawn_light(rng).photographed(photo, rng)
    if rng.random() >= CAMERA_SHARE:
        return seen
    linear = srgb_to_linear(np.arange(256) / 255.0) * 2 ** rng.normal(EXPOSURE_EV, EXPOSURE_SD_EV)
    levels = np.rint(255 * linear_to_srgb(np.clip(linear, 0.0, 1.0))).astype(np.uint8)
    return Image.fromarray(photographed(levels[np.asarray(seen)], rng.uniform(*CAMERA_STRENGTH), rng))
