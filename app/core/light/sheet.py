"""White paper beside the fingers: where it is, and why there is none to go by.

Paper lies where the fingers point to. From there it is followed over the picture as long as it stays paper: brighter
than the nails, less red than they are, nearly grey. So a sleeve, which the fingers do not point to, is none, nor is a
table of wood, and what lies behind an edge is not reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import BoolArray, FloatArray, IntArray, Uint8Array
from app.core.find.detection import box_areas, box_centres
from app.core.pictures.linear import srgb_to_linear

# The picture is looked at no larger than this: paper has no detail.
LONGER_SIDE_PX = 112
# A level from which on a channel says no more than that there was at least so much light.
CLIPPED_LEVEL = 248.0
# Keeps the logarithm of black finite.
DARKEST = 1e-4
# (256,) natural logarithms of linear light.
LIGHT_OF_LEVEL: FloatArray = np.log(srgb_to_linear(np.arange(256) / 255) + DARKEST)
# Where paper is looked for, in nails from a nail's middle, away from the hand and to both sides.
AHEAD_IN_NAILS = (1.2, 1.6, 2.0, 2.6, 3.2)
ASIDE_IN_NAILS = (-0.8, -0.4, 0.0, 0.4, 0.8)
# Natural logarithms of linear light, beside the nails: red over blue lies this much lower, green this much higher.
LESS_RED_THAN_NAILS = 0.25
BRIGHTER_THAN_NAILS = 0.1
# How far red and blue may lie from green, which is further than any lamp that a room is lit by puts them.
MOST_TINT = 0.7


@dataclass(frozen=True, slots=True)
class Looked:
    """A small copy of a picture with its nails.

    Attributes:
        levels: (h, w, 3) uint8.
        light: (h, w, 3) natural logarithms of linear light.
        centres, sizes: the nails' middles (N, 2) and sizes (N,), roots of their areas, in its pixels.
        directions: (N, 2) unit vectors from each nail towards the hand.
        nail: (3,) the light of the nails, the middle one of each channel.
    """

    levels: Uint8Array
    light: FloatArray
    centres: FloatArray
    sizes: FloatArray
    directions: FloatArray
    nail: FloatArray

    @property
    def nail_px(self) -> float:
        """The area of a nail."""
        return float(np.median(self.sizes)) ** 2

    @property
    def clipped(self) -> BoolArray:
        """(h, w): too bright to say how bright."""
        clipped: BoolArray = self.levels.max(axis=2) >= CLIPPED_LEVEL
        return clipped


def look_at(picture: Image.Image, nails: FloatArray, directions: FloatArray) -> Looked:
    """A picture as the search for paper wants it.

    Args:
        picture: RGB, upright.
        nails: (N, 4) xyxy in pixels of the picture, N at least 1.
        directions: (N, 2) unit vectors from each nail towards the hand.
    """
    reduced = max(picture.size) / LONGER_SIDE_PX
    width, height = (max(round(side / reduced), 1) for side in picture.size)
    levels = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    light = LIGHT_OF_LEVEL[levels]
    boxes = nails / np.tile([picture.width / width, picture.height / height], 2)
    return Looked(
        levels=levels,
        light=light,
        centres=box_centres(boxes),
        sizes=np.sqrt(np.maximum(box_areas(boxes), 1.0)),
        directions=directions,
        nail=np.median([_middle_light(light, box) for box in boxes], axis=0),
    )


def paper_of(looked: Looked) -> BoolArray:
    """(h, w): what is paper, without its outermost pixels, which have something else in them."""
    brighter = looked.light[..., 1] > looked.nail[1] + BRIGHTER_THAN_NAILS
    return _eroded(_grown(_before_the_fingers(looked), brighter & _colourless(looked)))


def is_tinted(looked: Looked) -> bool:
    """Whether what the fingers point to is bright enough for paper, but not grey enough."""
    before = _before_the_fingers(looked)
    if not before.any():
        return False
    brighter = looked.light[..., 1] > looked.nail[1] + BRIGHTER_THAN_NAILS
    return bool((brighter & ~_colourless(looked))[before].mean() > 0.5)


def _colourless(looked: Looked) -> BoolArray:
    red, green, blue = (looked.light[..., channel] for channel in range(3))
    less_red: BoolArray = red - blue < looked.nail[0] - looked.nail[2] - LESS_RED_THAN_NAILS
    return less_red & (np.abs(red - green) < MOST_TINT) & (np.abs(blue - green) < MOST_TINT)


def _before_the_fingers(looked: Looked) -> BoolArray:
    height, width = looked.light.shape[:2]
    across = looked.directions[:, ::-1] * (-1, 1)
    places = [
        looked.centres + (aside * across - ahead * looked.directions) * looked.sizes[:, None]
        for ahead in AHEAD_IN_NAILS
        for aside in ASIDE_IN_NAILS
    ]
    x, y = np.floor(np.concatenate(places)).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    before = np.zeros((height, width), dtype=bool)
    before[y[inside], x[inside]] = True
    return before


def _middle_light(light: FloatArray, box: FloatArray) -> FloatArray:
    """(3,) of the pixels of a box ((4,) xyxy), at least one of them."""
    height, width = light.shape[:2]
    x1, y1, x2, y2 = (round(float(side)) for side in box)
    left, top = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
    middle: FloatArray = np.median(light[top : max(y2, top + 1), left : max(x2, left + 1)], axis=(0, 1))
    return middle


def _grown(seed: BoolArray, allowed: BoolArray) -> BoolArray:
    """All that is allowed and hangs together with an allowed pixel of the seed, over edges.

    Along rows and columns in turn, each time through whole runs of what is allowed: a few rounds reach every corner.
    """
    rows, columns = _runs(allowed), _runs(allowed.T).T
    grown = seed & allowed
    while True:
        larger = _filled(_filled(grown, allowed, rows), allowed, columns)
        if np.array_equal(larger, grown):
            return grown
        grown = larger


def _runs(allowed: BoolArray) -> IntArray:
    """(h, w): a number for each run of allowed pixels of a row, no two of them the same."""
    ends = np.ones((allowed.shape[0], allowed.shape[1] + 1), dtype=bool)
    ends[:, 1:] = ~allowed
    numbers: IntArray = np.cumsum(ends.ravel()).reshape(ends.shape)[:, 1:]
    return numbers


def _filled(grown: BoolArray, allowed: BoolArray, runs: IntArray) -> BoolArray:
    """All of the runs that something grown lies in."""
    reached = np.zeros(int(runs.max()) + 1, dtype=bool)
    reached[runs[grown]] = True
    filled: BoolArray = reached[runs] & allowed
    return filled


def _eroded(mask: BoolArray) -> BoolArray:
    eroded = mask.copy()
    eroded[1:] &= mask[:-1]
    eroded[:-1] &= mask[1:]
    eroded[:, 1:] &= mask[:, :-1]
    eroded[:, :-1] &= mask[:, 1:]
    return eroded
