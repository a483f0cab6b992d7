"""Letterbox: fit a picture of any size into the detector's square, and take boxes there and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array

# The grey that YOLO models see around a picture during training (ultralytics, `LetterBox`).
PADDING_GREY = 114
# The picture is averaged over whole blocks of pixels, and filtered only for what is then still missing: a fifth of the
# time that the filter takes alone, and boxes that differ by a hundredth of their area.
REDUCING_GAP = 1.0


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture of `width` x `height` pixels lies inside a square canvas of `side_px`.

    The content is scaled to `content_width` x `content_height` and starts at (`left`, `top`).
    """

    width: int
    height: int
    side_px: int
    content_width: int
    content_height: int
    left: int
    top: int

    @classmethod
    def fit(cls, width: int, height: int, side_px: int) -> Letterbox:
        """Centre a `width` x `height` picture in the square, its aspect kept.

        Raises:
            ValueError: a side is not positive.
        """
        if min(width, height, side_px) < 1:
            raise ValueError(f"letterbox of {width}x{height} into {side_px}: every side must be positive")
        scale = side_px / max(width, height)
        content_width = max(1, round(width * scale))
        content_height = max(1, round(height * scale))
        return cls(
            width=width,
            height=height,
            side_px=side_px,
            content_width=content_width,
            content_height=content_height,
            left=(side_px - content_width) // 2,
            top=(side_px - content_height) // 2,
        )

    @property
    def _scale_xyxy(self) -> FloatArray:
        # Each axis has its own factor, since the content is rounded to whole pixels.
        x = self.content_width / self.width
        y = self.content_height / self.height
        return np.array([x, y, x, y])

    @property
    def _offset_xyxy(self) -> FloatArray:
        return np.array([self.left, self.top, self.left, self.top], dtype=np.float64)

    def to_canvas(self, boxes: FloatArray) -> FloatArray:
        """Boxes (N, 4) xyxy in pixels of the picture -> the same in pixels of the canvas."""
        return np.asarray(boxes, dtype=np.float64) * self._scale_xyxy + self._offset_xyxy

    def to_picture(self, boxes: FloatArray) -> FloatArray:
        """Boxes (N, 4) xyxy in pixels of the canvas -> the same in pixels of the picture, clipped to it."""
        boxes = (np.asarray(boxes, dtype=np.float64) - self._offset_xyxy) / self._scale_xyxy
        limits = np.array([self.width, self.height, self.width, self.height], dtype=np.float64)
        return np.clip(boxes, 0.0, limits)


def letterbox_picture(picture: Image.Image, side_px: int) -> tuple[Uint8Array, Letterbox]:
    """Scale an RGB picture into a grey square.

    Returns:
        The canvas, (side_px, side_px, 3) uint8 RGB, and where the picture lies in it.
    """
    place = Letterbox.fit(picture.width, picture.height, side_px)
    size = place.content_width, place.content_height
    content = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
    canvas = np.full((side_px, side_px, 3), PADDING_GREY, dtype=np.uint8)
    rows = slice(place.top, place.top + place.content_height)
    columns = slice(place.left, place.left + place.content_width)
    canvas[rows, columns] = np.asarray(content)
    return canvas, place
