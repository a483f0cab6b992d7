"""Other cameras and other light, simulated on the training photographs: for the estimator, whose matter is colour.

A phone sets its white balance and exposure as it likes. The head therefore learns from copies of every photograph
under drawn lights, and is measured under fixed ones, which are never those it learned from.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear

# Standard deviations of the drawn lights: log gain of red and blue, of green, log exposure; noise up to this many
# grey levels; box edges as a share of the box. Phones' white balance wanders by 10 % and more.
RED_BLUE_SD, GREEN_SD, EXPOSURE_SD = 0.12, 0.03, 0.2
MOST_NOISE_LEVELS = 4.0
# Of the JPEG that a photo is sent on as, with colours at half the size, as phones and messengers write it.
JPEG_QUALITIES = (60, 98)
CHROMA_HALVED = 2
NAIL_JITTER, SKIN_JITTER = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Light:
    """What happens to a photograph: gains on linear red, green and blue, noise in grey levels, jitter of boxes, and the
    quality of the JPEG that it is written as (None: it is not)."""

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise_levels: float = 0.0
    jitter: bool = False
    jpeg_quality: int | None = None

    def photographed(self, photo: Image.Image, rng: np.random.Generator) -> Image.Image:
        """The RGB photo under this light."""
        if self.gains == (1.0, 1.0, 1.0) and self.noise_levels == 0.0 and self.jpeg_quality is None:
            return photo
        of_level = np.stack([self._levels(gain) for gain in self.gains])
        levels = np.stack([of_level[k][np.asarray(photo)[..., k]] for k in range(3)], axis=-1)
        if self.noise_levels:
            levels = levels + rng.standard_normal(levels.shape, dtype=np.float32) * np.float32(self.noise_levels)
        seen = Image.fromarray(np.clip(np.round(levels), 0, 255).astype(np.uint8))
        return seen if self.jpeg_quality is None else as_jpeg(seen, self.jpeg_quality)

    @staticmethod
    def _levels(gain: float) -> FloatArray:
        """(256,) float32: what becomes of each level."""
        linear = srgb_to_linear(np.arange(256) / 255.0) * gain
        levels: FloatArray = (linear_to_srgb(np.clip(linear, 0.0, 1.0)) * 255.0).astype(np.float32)
        return levels

    def jittered(self, boxes: FloatArray, share: float, rng: np.random.Generator) -> FloatArray:
        """Boxes (N, 4) xyxy as a detector would have set them, edges moved by a share of the box's size."""
        if not self.jitter:
            return boxes
        sizes = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        return boxes + rng.normal(0.0, share, boxes.shape) * sizes


AS_IT_IS = Light()


def drawn_light(rng: np.random.Generator) -> Light:
    """A light to learn from; every photograph gets its own."""
    log_gains = rng.normal(0.0, (RED_BLUE_SD, GREEN_SD, RED_BLUE_SD)) + rng.normal(0.0, EXPOSURE_SD)
    red, green, blue = np.exp(log_gains).tolist()
    return Light(
        (red, green, blue),
        noise_levels=float(rng.uniform(0.0, MOST_NOISE_LEVELS)),
        jitter=True,
        jpeg_quality=int(rng.integers(*JPEG_QUALITIES, endpoint=True)),
    )


def as_jpeg(photo: Image.Image, quality: int) -> Image.Image:
    """The RGB photo, written as a JPEG of this quality and read again."""
    written = io.BytesIO()
    photo.save(written, "JPEG", quality=quality, subsampling=CHROMA_HALVED)
    return Image.open(written).convert("RGB")


def _white_balance(share: float) -> tuple[Light, ...]:
    return tuple(Light((1 + red * share, 1.0, 1 + blue * share)) for red in (-1, 1) for blue in (-1, 1))


# Name -> the lights over which an error is averaged: every sign of the shift.
SHIFTS: dict[str, tuple[Light, ...]] = {
    "wb10": _white_balance(0.10),
    "wb20": _white_balance(0.20),
    "exposure": tuple(Light((float(np.exp(sign * 0.2)),) * 3) for sign in (-1, 1)),
}

# The paper itself off by so much on red and blue: it is whiter or yellower than the board of the training photographs.
PAPER_OFF = 0.05
PAPERS: tuple[FloatArray, ...] = tuple(
    np.array((1 + red * PAPER_OFF, 1.0, 1 + blue * PAPER_OFF)) for red in (-1, 1) for blue in (-1, 1)
)
