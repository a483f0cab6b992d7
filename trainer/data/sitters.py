"""Whose nails teach what a bare nail looks like: the patients, and people in ordinary photographs.

Patients were photographed by one camera in one room. What tells paint from blood there takes every second bare nail in
an ordinary photograph for something else, so the few of these that there are teach as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from trainer.data.dataset import Patient, read_photograph
from trainer.data.outlines import rounded_outline
from trainer.data.wild import WildPhoto

# The shorter side of a nail that shows enough to teach.
LEAST_NAIL_PX = 24


@dataclass(frozen=True, slots=True)
class Sitter:
    """A photograph of somebody's nails. Boxes are (N, 4) xyxy in pixels of the upright picture.

    Attributes:
        session: what was photographed together stays on one side of a split.
        photo: its file.
        nail_boxes: of the nails that teach.
        skin_boxes: patches of skin; none where nobody marked any.
        outlines: one (K, 2) polygon of pixels a nail.
        taken: (M, 4) all that may be a nail: the rest of the photograph is none.
        ordinary: it was taken anywhere, and not on the laboratory's white board.
        painted: these nails really are.
    """

    session: str
    photo: Path
    nail_boxes: FloatArray
    skin_boxes: FloatArray
    outlines: tuple[FloatArray, ...]
    taken: FloatArray
    ordinary: bool = False
    painted: bool = False

    def picture(self) -> Image.Image:
        """The photograph, upright and in sRGB, as the app opens it.

        Raises:
            DataError: it cannot be read.
        """
        return read_photograph(self.photo)


def sitters_of(patients: Sequence[Patient], wild: Sequence[WildPhoto]) -> list[Sitter]:
    """All patients, then the ordinary photographs with nails that show enough."""
    return [*map(_patient, patients), *(sitter for photo in wild for sitter in _ordinary(photo))]


def _patient(patient: Patient) -> Sitter:
    boxes = patient.nail_boxes
    outlines = tuple(rounded_outline(box) for box in boxes)
    return Sitter(patient.session, patient.photo, boxes, patient.skin_boxes, outlines, boxes)


def _ordinary(photo: WildPhoto) -> list[Sitter]:
    sides_px = (photo.nail_boxes[:, 2:] - photo.nail_boxes[:, :2]).min(axis=1)
    teaching = np.flatnonzero(~photo.difficult & (sides_px >= LEAST_NAIL_PX))
    if not len(teaching):
        return []
    return [
        Sitter(
            f"ordinary {photo.group or photo.name}",
            photo.picture,
            photo.nail_boxes[teaching],
            np.zeros((0, 4)),
            tuple(photo.outlines[index] for index in teaching),
            np.concatenate([photo.nail_boxes, photo.ignore.reshape(-1, 4)]),
            ordinary=True,
            painted=photo.painted,
        )
    ]
