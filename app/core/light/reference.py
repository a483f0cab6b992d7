"""The colour of the light at each nail, as white paper beside the fingers shows it, divided out of what is seen.

Light falls off over a hand, so the paper's brightness is a smooth surface over the picture, a plane in the logarithm,
fitted through the paper and read off at each nail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.light.sheet import Looked, is_tinted, look_at, paper_of
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.shared.codes import (
    REFERENCE_CLIPPED,
    REFERENCE_MISSING,
    REFERENCE_SMALL,
    REFERENCE_TINTED,
    REFERENCE_UNEVEN,
    REFERENCE_UNUSED,
)

# What paper is made to: linear, of a full level. Below 1, so that what shines more than paper keeps its difference.
WHITE = 0.85
# In nails' areas: below the first nobody meant it as a reference, below the second it says too little.
LEAST_MEANT, LEAST_SEEN = 1.0, 4.0
# Of the paper: how much may not be blown out at the least, and in nails' areas.
LEAST_UNCLIPPED_SHARE, LEAST_UNCLIPPED = 0.08, 4.0
# How much three of four places of the paper differ at most from the paper half a nail away, natural logarithm. In the
# training photographs, brightened by up to a fifth, light that falls off comes to 0.14; stripes and folds to more.
MOST_UNEVEN = 0.2
UNEVEN_PERCENTILE = 75.0
# The plane is fitted again and again, what lies off it weighs less: shadows more than shine.
ROUNDS, SHADOW_OFF, SHINE_OFF = 8, 0.08, 0.15
# Pixels that it goes through, spread over the paper.
MOST_FITTED = 1000
# As if so large a share of the pixels said that there is no slope.
FLATNESS = 0.003


@dataclass(frozen=True, slots=True)
class Reference:
    """The paper's linear RGB (N, 3) at each nail, 1 a full level; None, and one of `codes.REFERENCES`, where it says
    nothing."""

    rgb_linear: FloatArray | None
    reason: str | None = None

    @property
    def found(self) -> bool:
        """Whether the light is known."""
        return self.rgb_linear is not None

    def off_by(self, gains: FloatArray) -> Reference:
        """That of a paper that is not white: its linear red, green and blue are `gains` (3,) of what they should be."""
        return self if self.rgb_linear is None else Reference(self.rgb_linear * gains)

    def of(self, nails: IntArray) -> Reference:
        """The same for some of the nails, by their numbers."""
        if self.rgb_linear is None:
            return self
        return Reference(self.rgb_linear[nails])


NO_REFERENCE = Reference(None, REFERENCE_MISSING)
UNUSED_REFERENCE = Reference(None, REFERENCE_UNUSED)


def find_reference(picture: Image.Image, nails: FloatArray, directions: FloatArray) -> Reference:
    """What paper beside the nails says; arguments as `app.core.light.sheet.look_at` has them, N may be 0."""
    if not len(nails):
        return NO_REFERENCE
    looked = look_at(picture, nails, directions)
    paper = paper_of(looked)
    seen = paper.sum() / looked.nail_px
    if seen < LEAST_SEEN:
        if is_tinted(looked):
            return Reference(None, REFERENCE_TINTED)
        return Reference(None, REFERENCE_SMALL if seen >= LEAST_MEANT else REFERENCE_MISSING)
    known = paper & ~looked.clipped
    if known.sum() < max(LEAST_UNCLIPPED * looked.nail_px, LEAST_UNCLIPPED_SHARE * paper.sum()):
        return Reference(None, REFERENCE_CLIPPED)
    if _unevenness(looked, known) > MOST_UNEVEN:
        return Reference(None, REFERENCE_UNEVEN)
    return Reference(np.exp(_surface(looked, known)))


def under_white_light(views: FloatArray, reference: Reference) -> FloatArray:
    """Views (N, k, 3, h, w) of N nails, 0..1, as they would be if the paper beside each nail were white; as they are
    where there is no reference."""
    if reference.rgb_linear is None:
        return views
    gains = (WHITE / reference.rgb_linear)[:, None, :, None, None]
    return linear_to_srgb(np.clip(srgb_to_linear(views) * gains, 0.0, 1.0)).astype(np.float32)


def _unevenness(looked: Looked, known: BoolArray) -> float:
    """By how much the known paper differs from itself half a nail away, natural logarithm."""
    step = max(round(float(np.median(looked.sizes)) / 2), 1)
    bright = looked.light.mean(axis=2)
    differences = [
        np.abs(there - here)[both]
        for there, here, both in (
            (bright[step:], bright[:-step], known[step:] & known[:-step]),
            (bright[:, step:], bright[:, :-step], known[:, step:] & known[:, :-step]),
        )
    ]
    # Where paper is too narrow for that, nothing speaks against it.
    return max((float(np.percentile(each, UNEVEN_PERCENTILE)) for each in differences if each.size), default=0.0)


def _surface(looked: Looked, known: BoolArray) -> FloatArray:
    """The paper's light (N, 3) at the nails.

    A pixel of which one channel is blown out says nothing, in no channel: a plane of each channel through other pixels
    is a colour that no lamp has.
    """
    some = np.linspace(0, known.sum() - 1, min(int(known.sum()), MOST_FITTED)).astype(int)
    rows, columns = (each[some] for each in np.nonzero(known))
    width = looked.light.shape[1]
    light, places = looked.light[rows, columns], _plane(np.stack([columns, rows], axis=1), width)
    flat = np.diag([0.0, 1.0, 1.0]) * len(light) * FLATNESS
    weights: FloatArray = np.ones(len(light))
    plane: FloatArray = np.zeros((3, 3))
    for _ in range(ROUNDS):
        weighted = places * weights[:, None]
        plane = np.linalg.solve(weighted.T @ places + flat, weighted.T @ light)
        off = (light - places @ plane).mean(axis=1)
        weights = 1 / (1 + (np.minimum(off, 0) / SHADOW_OFF) ** 2 + (np.maximum(off, 0) / SHINE_OFF) ** 2)
    at_nails: FloatArray = _plane(looked.centres, width) @ plane
    return at_nails


def _plane(points: FloatArray | IntArray, width: int) -> FloatArray:
    """Points (n, 2), x and y in pixels -> (n, 3): one, and how far from the middle of the width, in halves of it."""
    return np.concatenate([np.ones((len(points), 1)), points / width * 2 - 1], axis=1)
