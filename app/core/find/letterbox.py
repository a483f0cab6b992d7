"""Letterbox: fit a picture of any size into the detector's canvas, and take boxes there and back."""

from __future__ import annotations

import math
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
    """Where a picture of `width` x `height` pixels lies inside a canvas of `canvas_width` x `canvas_height`.

    The content is scaled to `content_width` x `content_height` and starts at (`left`, `top`).
    """

    width: int
    height: int
    canvas_width: int
    canvas_height: int
    content_width: int
    content_height: int
    left: int
    top: int

    @classmethod
    def fit(cls, width: int, height: int, side_px: int, stride_px: int | None = None) -> Letterbox:
        """Centre a `width` x `height` picture in a canvas whose longer side is `side_px`, its aspect kept.

        Args:
            stride_px: the canvas is as narrow as its multiples allow, as ultralytics' `LetterBox` has it with `auto`;
                None: it is a square.

        Raises:
            ValueError: a side is not positive.
        """
        if min(width, height, side_px) < 1:
            raise ValueError(f"letterbox of {width}x{height} into {side_px}: every side must be positive")
        scale = side_px / max(width, height)
        content_width = max(1, round(width * scale))
        content_height = max(1, round(height * scale))
        step_px = stride_px or side_px
        canvas_width = step_px * math.ceil(content_width / step_px)
        canvas_height = step_px * math.ceil(content_height / step_px)
        return cls(
            width=width,
            height=height,
            canvas_width=canvas_width,
            canvas_height=canvas_height,
            content_width=content_width,
            content_height=content_height,
            left=(canvas_width - content_width) // 2,
            top=(canvas_height - content_height) // 2,
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


def letterbox_picture(picture: Image.Image, side_px: int, stride_px: int | None = None) -> tuple[Uint8Array, Letterbox]:
    """Scale an RGB picture into a grey canvas, see `Letterbox.fit`.

    Returns:
        The canvas, (canvas_height, canvas_width, 3) uint8 RGB, and where the picture lies in it.
    """
    place = Letterbox.fit(picture.width, picture.height, side_px, stride_px)
    size = place.content_width, place.content_height
    content = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
    canvas = np.full((place.canvas_height, place.canvas_width, 3), PADDING_GREY, dtype=np.uint8)
    rows = slice(place.top, place.top + place.content_height)
    columns = slice(place.left, place.left + place.content_width)
    canvas[rows, columns] = np.asarray(content)
    return canvas, place
