"""Pictures without colour: grey, sepia, or toned in one or two colours. Nothing in them speaks of haemoglobin."""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.core.pictures.pixels import LUMA_WEIGHTS

# The best nails, each with as much around it on every side as it is wide: nail, skin and what lies behind.
MOST_NAILS = 4
SAMPLES_A_SIDE = 16
# A channel that has reached this says nothing of colour any more.
CLIPPED_LEVEL = 250
FEWEST_SAMPLES = 60
# The samples are put into so many groups by luma; within one, chroma may still rise or fall with luma.
GROUPS = 12
# Chroma that luma does not explain, as a share of all chroma and a little of the luma. The least of the photographs of
# yakimov2024 is 0.115, of nails-in-the-wild 0.100, of hands11k 0.091, and 0.076 with four tenths of their colour taken
# out; light and JPEG quality change little. The most of yakimov2024 made sepia or duotone, as JPEG of quality 75, is
# 0.059: what is left there is the JPEG's own. Of small nails it leaves more, and a third of nails-in-the-wild passes.
LEAST_SHARE = 0.075
LUMA_SHARE = 0.11


def has_colour(picture: Image.Image, boxes: FloatArray, white: FloatArray | None = None) -> bool:
    """Whether the nails in `boxes` (N, 4) xyxy, pixels of the RGB picture, and what is around them, have colours.

    `white` (3,): linear RGB of what is white there, where that is known; a lamp's colour is then no tone.

    In a toned picture a pixel's colour follows from how bright it is. In a hand it does not: skin, nails and whatever
    lies behind have their own, however pale. Where the light has burnt all out, nobody can tell: then they have.
    """
    samples = np.concatenate([_around(picture, box) for box in boxes[:MOST_NAILS]])
    samples = samples[samples.max(axis=1) < CLIPPED_LEVEL]
    if len(samples) < FEWEST_SAMPLES:
        return True
    if white is not None:
        samples = linear_to_srgb(np.minimum(srgb_to_linear(samples / 255) / white, 1.0)) * 255
    luma = samples @ LUMA_WEIGHTS
    chroma = samples[:, ::2] - luma[:, None]
    by_luma = np.argsort(luma, kind="stable")[: len(luma) // GROUPS * GROUPS]
    of_luma = _less_mean(luma[by_luma].reshape(GROUPS, -1, 1))
    of_chroma = _less_mean(chroma[by_luma].reshape(GROUPS, -1, 2))
    slope = (of_luma * of_chroma).sum(axis=1, keepdims=True) / ((of_luma**2).sum(axis=1, keepdims=True) + 1)
    unexplained = np.percentile(np.hypot(*np.moveaxis(of_chroma - slope * of_luma, -1, 0)), 75)
    all_chroma = np.hypot(*chroma.mean(axis=0))
    return bool(unexplained >= LEAST_SHARE * (all_chroma + LUMA_SHARE * luma.mean()))


def _around(picture: Image.Image, box: FloatArray) -> FloatArray:
    """(SAMPLES_A_SIDE ** 2, 3) levels of a nail and what is around it."""
    x1, y1, x2, y2 = (float(side) for side in box)
    width, height = (x2 - x1) / 2, (y2 - y1) / 2
    left, top = max(x1 - width, 0), max(y1 - height, 0)
    right, bottom = min(x2 + width, picture.width), min(y2 + height, picture.height)
    size = SAMPLES_A_SIDE, SAMPLES_A_SIDE
    small = picture.resize(size, Image.Resampling.BOX, box=(left, top, right, bottom), reducing_gap=1.0)
    return np.asarray(small, dtype=np.float64).reshape(-1, 3)


def _less_mean(groups: FloatArray) -> FloatArray:
    left: FloatArray = groups - groups.mean(axis=1, keepdims=True)
    return left
