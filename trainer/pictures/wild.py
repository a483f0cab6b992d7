"""Which training pictures are made, how often, and in which poses: the recipe of the detector for any photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from trainer.data.dataset import Patient
from trainer.data.outlines import affine_about, box_of, rounded_outline
from trainer.data.wild import WildPhoto
from trainer.pictures.backgrounds import drawn_background, nail_free_patch
from trainer.pictures.camera import photographed, varnished
from trainer.pictures.chance import log_uniform
from trainer.pictures.fingers import Finger, cut_fingers
from trainer.pictures.scenes import Photo, Scene, known_anchors, photo_levels
from trainer.tools.progress import Progress

# Shares of the kinds of picture, with and without ordinary photographs to learn from.
SHARES = {"home": 0.22, "board": 0.06, "wild": 0.46, "mosaic": 0.13, "fingers": 0.13}
SHARES_WITHOUT_WILD = {"home": 0.40, "board": 0.18, "mosaic": 0.10, "fingers": 0.32}
# A nail's size in pixels of the 320 px canvas.
NAIL_PX = (10.0, 150.0)
MOSAIC_NAIL_PX = (10.0, 80.0)
# Larger than this, a photograph's pixels show.
MOST_ENLARGED = 3.0
VARNISH_CHANCE = 0.12
Window = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Material:
    """What pictures are made of: the white-board photographs, the fingers cut out of them, ordinary photographs."""

    board: tuple[Photo, ...]
    # Those of one patient together.
    fingers: tuple[tuple[Finger, ...], ...]
    wild: tuple[Photo, ...]


def read_material(patients: list[Patient], wild: list[WildPhoto], progress: Progress) -> Material:
    """Read and cut what the training pictures are made of; give it the training part only."""
    board, fingers = [], []
    with progress.task("cutting fingers out of photographs", len(patients)) as advance:
        for patient in patients:
            picture = np.array(patient.picture())
            board.append(_board_photo(patient, picture))
            cut = cut_fingers(picture, patient.nail_boxes, patient.skin_boxes)
            if cut:
                fingers.append(tuple(cut))
            advance()
    ordinary = [
        Photo(photo_levels(photo.pixels()), photo.outlines, (), photo.ignore, skin_known=False) for photo in wild
    ]
    return Material(tuple(board), tuple(fingers), tuple(ordinary))


def _board_photo(patient: Patient, picture: Uint8Array) -> Photo:
    nails, skins = (tuple(rounded_outline(box) for box in boxes) for boxes in (patient.nail_boxes, patient.skin_boxes))
    # Only three fingers of each hand are annotated; the others lie above and below them.
    left, top = (patient.nail_boxes[:, :2] - 0.4 * np.ptp(patient.nail_boxes[:, 1::2], axis=1).min()).min(axis=0)
    bottom = patient.nail_boxes[:, 3].max() + 0.4 * np.ptp(patient.nail_boxes[:, 1::2], axis=1).min()
    width, height = picture.shape[1::-1]
    others = np.array([[left, 0, width, max(top, 0)], [left, min(bottom, height), width, height]])
    return Photo(photo_levels(picture), nails, skins, others, skin_known=True)


class Pictures:
    """Training pictures by number: the same number gives the same picture.

    A map-style data set as torch's loader wants it.
    """

    def __init__(self, material: Material, count: int, side_px: int, seed: int) -> None:
        self.material, self.count, self.side_px, self.seed = material, count, side_px, seed
        shares = dict(SHARES if material.wild else SHARES_WITHOUT_WILD)
        if not material.fingers:
            del shares["fingers"]
        self.kinds = tuple(shares)
        self.chances = np.array(list(shares.values())) / sum(shares.values())

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Uint8Array, FloatArray, FloatArray, np.ndarray]:
        """Picture (side, side, 3) RGB; classes (N,); boxes (N, 4) xyxy; known (anchors, 2) bool."""
        rng = np.random.default_rng((self.seed, index))
        kind = self.kinds[rng.choice(len(self.kinds), p=self.chances)]
        scene = getattr(self, f"_{kind}")(rng)
        picture = scene.picture
        if kind != "home":
            for class_id, outline in scene.labels:
                if class_id == 0 and rng.random() < VARNISH_CHANCE:
                    picture = varnished(picture, outline, rng)
        picture = photographed(picture, 0.6 if kind == "home" else 1.0, rng)
        classes, boxes = scene.boxes()
        return picture, classes, boxes, known_anchors(scene)

    def _home(self, rng: np.random.Generator) -> Scene:
        """A white-board photograph much as it is. Its fourth finger, annotated nowhere, counts as no nail here:
        the test photographs are judged so."""
        photo = _any(self.material.board, rng)
        scene = Scene.empty(self.side_px)
        plain = Photo(photo.levels, photo.nails, photo.skins, np.zeros((0, 4)), skin_known=True)
        scene.show(plain, self._upright(photo, rng))
        return scene

    def _board(self, rng: np.random.Generator) -> Scene:
        photo = _any(self.material.board, rng)
        scene = self._surface(rng)
        scene.show(photo, self._posed(photo, (0, 0, self.side_px, self.side_px), NAIL_PX, rng))
        return scene

    def _wild(self, rng: np.random.Generator) -> Scene:
        photo = _any(self.material.wild, rng)
        if rng.random() < 0.5:
            scene = Scene.empty(self.side_px)
            quarter = int(rng.choice(4, p=[0.55, 0.15, 0.15, 0.15]))
            scene.show(photo, self._upright(photo, rng, quarter * np.pi / 2))
        else:
            scene = self._surface(rng)
            scene.show(photo, self._posed(photo, (0, 0, self.side_px, self.side_px), NAIL_PX, rng))
        return scene

    def _mosaic(self, rng: np.random.Generator) -> Scene:
        scene = Scene.empty(self.side_px)
        side = self.side_px
        x, y = (rng.uniform(0.3, 0.7, 2) * side).astype(int)
        for window in ((0, 0, x, y), (x, 0, side, y), (0, y, x, side), (x, y, side, side)):
            from_wild = self.material.wild and rng.random() < 0.6
            photo = _any(self.material.wild if from_wild else self.material.board, rng)
            scene.show(photo, self._posed(photo, window, MOSAIC_NAIL_PX, rng), window)
        return scene

    def _fingers(self, rng: np.random.Generator) -> Scene:
        """Up to five fingers in a row or strewn."""
        scene = self._surface(rng)
        side = self.side_px
        size_px = log_uniform(NAIL_PX, rng)
        count = int(rng.integers(1, 3 if size_px > 80 else 6))
        hand = self.material.fingers[rng.integers(len(self.material.fingers))]
        angle, mirror = rng.uniform(0, 2 * np.pi), bool(rng.random() < 0.5)
        middle = rng.uniform(0.15, 0.85, 2) * side
        across = np.array([-np.sin(angle), np.cos(angle)])
        along = np.array([np.cos(angle), np.sin(angle)])
        in_row = rng.random() < 0.6
        for place in range(count):
            finger = hand[rng.integers(len(hand))]
            if in_row:
                offset = (place - (count - 1) / 2) * rng.uniform(1.25, 1.7)
                target = middle + size_px * (across * offset + along * rng.normal(0, 0.6))
                turn = angle + rng.normal(0, 0.1)
            else:
                target, turn = rng.uniform(0.05, 0.95, 2) * side, rng.uniform(0, 2 * np.pi)
            scale = min(size_px * np.exp(rng.normal(0, 0.1)) / finger.nail_px, MOST_ENLARGED)
            centre = (box_of(finger.nail)[:2] + box_of(finger.nail)[2:]) / 2
            scene.paste(finger, affine_about(centre, target, scale, turn, mirror))
        return scene

    def _surface(self, rng: np.random.Generator) -> Scene:
        """A scene that shows no nail yet."""
        scene = Scene.empty(self.side_px)
        chance = rng.random()
        if chance < 0.35 and self.material.wild:
            photo = _any(self.material.wild, rng)
            avoid = np.concatenate([photo.nail_boxes, photo.ignore])
            patch = nail_free_patch(photo.levels[0], avoid, self.side_px, rng)
            if patch is not None:
                scene.picture = patch
                scene.unknown[..., 1] = True
        elif chance < 0.9:
            scene.picture = drawn_background(self.side_px, rng)
        return scene

    def _upright(self, photo: Photo, rng: np.random.Generator, turn_rad: float = 0.0) -> FloatArray:
        """Near the letterbox: slightly turned, moved and scaled, mirrored along both axes."""
        scale = self.side_px / photo.size.max() * np.exp(rng.uniform(-0.3, 0.35))
        # Half a turn and a mirror image are the other mirror image.
        turn = turn_rad + rng.choice([0.0, np.pi]) + np.clip(rng.normal(0, 0.12), -0.3, 0.3)
        target = self.side_px * (0.5 + rng.uniform(-0.1, 0.1, 2))
        return affine_about(photo.size / 2, target, scale, turn, bool(rng.random() < 0.5))

    def _posed(
        self, photo: Photo, window: Window, sizes_px: tuple[float, float], rng: np.random.Generator
    ) -> FloatArray:
        """Turned anyhow, with one of the nails inside `window` and of a size in pixels within `sizes_px`."""
        nail = box_of(photo.nails[rng.integers(len(photo.nails))])
        fitted = self.side_px / photo.size.max()
        scale = np.clip(log_uniform(sizes_px, rng) / photo.nail_px, 0.4 * fitted, min(5.0 * fitted, MOST_ENLARGED))
        low, high = np.array(window[:2], dtype=np.float64), np.array(window[2:], dtype=np.float64)
        target = low + rng.uniform(0.15, 0.85, 2) * (high - low)
        turn, mirror = rng.uniform(0, 2 * np.pi), bool(rng.random() < 0.5)
        return affine_about((nail[:2] + nail[2:]) / 2, target, scale, turn, mirror)


def collate(examples: list[tuple[Uint8Array, FloatArray, FloatArray, np.ndarray]]) -> dict[str, Any]:
    """Pictures as one batch in the words of ultralytics' loss, and `known` (B, anchors, 2) bool."""
    import torch

    pictures, classes, boxes, known = zip(*examples, strict=True)
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    side_px = stacked.shape[-1]
    xyxy = np.concatenate(boxes) / side_px
    xywh = np.concatenate([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], axis=1)
    of_picture = np.repeat(np.arange(len(classes)), [len(each) for each in classes])
    return {
        "img": stacked,
        "cls": torch.from_numpy(np.concatenate(classes)).float()[:, None],
        "bboxes": torch.from_numpy(xywh).float(),
        "batch_idx": torch.from_numpy(of_picture).float(),
        "known": torch.from_numpy(np.stack(known)),
    }


def _any(photos: tuple[Photo, ...], rng: np.random.Generator) -> Photo:
    return photos[rng.integers(len(photos))]
