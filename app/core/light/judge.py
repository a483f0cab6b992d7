"""The light on the nails, and whether the models have learned from such light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.manifest import LightSpec
from app.core.pictures.pixels import LUMA_WEIGHTS, inner_pixels, mean_colour
from app.shared.codes import LIGHT_BRIGHT, LIGHT_DARK, LIGHT_GOOD, LIGHT_TINTED, LIGHT_UNKNOWN

# Keeps the logarithm of black finite.
LEVEL_OFFSET = 1.0
# The mean luma of a whole picture below which nothing is found in it, whatever it shows.
DARK_PICTURE_LUMA = 40.0
THUMBNAIL_PX = 64


@dataclass(frozen=True, slots=True)
class Light:
    """How bright the nails are and what colour their light seems to have.

    Attributes:
        luma: mean luma (ITU-R BT.601, 0..255) of the nails' inner halves.
        red_over_green, blue_over_green: log2 of the ratios of their mean levels.
    """

    luma: float
    red_over_green: float
    blue_over_green: float

    def numbers(self) -> FloatArray:
        """(3,) log2 of all three: in the training photographs bright nails are pale ones, so a nail that is both
        bright and red lies in another light, though neither alone is rare."""
        return np.array([np.log2(self.luma + LEVEL_OFFSET), self.red_over_green, self.blue_over_green])


def light_on_nails(picture: Image.Image, boxes: FloatArray) -> Light | None:
    """The middle one of the nails in `boxes` (N, 4) xyxy, each number by itself; None where there is no nail."""
    if not len(boxes):
        return None
    levels = np.array([mean_colour(inner_pixels(picture, box)) for box in boxes])
    luma = levels @ LUMA_WEIGHTS
    ratios = np.log2((levels + LEVEL_OFFSET) / (levels[:, 1:2] + LEVEL_OFFSET))
    middle = np.median(np.column_stack([luma, ratios[:, 0], ratios[:, 2]]), axis=0)
    return Light(*(float(number) for number in middle))


def judge_light(light: Light, learned: LightSpec) -> str:
    """One of `codes.LIGHTS`: as in the training photographs, or dark, bright, of another colour."""
    off = light.numbers() - learned.centre
    if off @ np.reshape(learned.precision, (3, 3)) @ off <= learned.farthest**2:
        return LIGHT_GOOD
    if light.luma < learned.luma[0]:
        return LIGHT_DARK
    return LIGHT_BRIGHT if light.luma > learned.luma[1] else LIGHT_TINTED


def judge_nails(picture: Image.Image, boxes: FloatArray, learned: LightSpec) -> str:
    """One of `codes.LIGHTS`, of the nails in `boxes` (N, 4) xyxy."""
    light = light_on_nails(picture, boxes)
    return LIGHT_UNKNOWN if light is None else judge_light(light, learned)


def is_dark(picture: Image.Image) -> bool:
    """Whether the whole picture is too dark for anything to be found."""
    size = THUMBNAIL_PX, THUMBNAIL_PX
    small = np.asarray(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0))
    return float(mean_colour(small) @ LUMA_WEIGHTS) < DARK_PICTURE_LUMA
