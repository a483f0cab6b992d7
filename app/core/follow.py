"""Whether nails are still where they were: then the detector need not be asked again.

The detector is the dearest step of a frame, and a hand held still before a camera on the clock gives it the same
picture again and again. What decides is the picture itself, around the nails and nowhere else.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.detection import Detections
from app.core.gates import LUMA_WEIGHTS

# Around all that was found, in shares of its extent.
MARGIN = 0.15
SMALL_PX = 48
# Mean difference in grey levels, of the part reduced to SMALL_PX, light evened out. Noise is below 1 there; a hand that
# moves by a fiftieth of the part makes 2 to 4 on the edges of fingers.
MOST_DIFFERENT = 1.5
# The detector is asked every so often whatever the picture says: a nail may have come into view elsewhere.
MOST_FRAMES = 4


class Follower:
    """Remembers the last picture that the detector was asked about."""

    def __init__(self) -> None:
        self._found: Detections | None = None
        self._size = (0, 0)
        self._part = (0.0, 0.0, 0.0, 0.0)
        self._small: FloatArray = np.zeros((0, 0))
        self._followed = 0

    def still(self, picture: Image.Image) -> Detections | None:
        """What was found before, where the picture is still the same around it; else None: ask the detector."""
        if self._found is None or picture.size != self._size or self._followed >= MOST_FRAMES:
            return None
        if float(np.abs(_reduced(picture, self._part) - self._small).mean()) > MOST_DIFFERENT:
            return None
        self._followed += 1
        return self._found

    def found(self, picture: Image.Image, found: Detections) -> None:
        """The detector's answer for this picture."""
        self._followed = 0
        self._found = found if len(found) else None
        if not len(found):
            return
        low, high = found.boxes[:, :2].min(axis=0), found.boxes[:, 2:].max(axis=0)
        margin = MARGIN * (high - low)
        left, top = np.maximum(low - margin, 0)
        right, bottom = np.minimum(high + margin, picture.size)
        self._size, self._part = picture.size, (float(left), float(top), float(right), float(bottom))
        self._small = _reduced(picture, self._part)


def _reduced(picture: Image.Image, part: tuple[float, float, float, float]) -> FloatArray:
    """(SMALL_PX, SMALL_PX) grey levels of a part, less their mean: light that breathes moves nothing."""
    small = picture.resize((SMALL_PX, SMALL_PX), Image.Resampling.BILINEAR, box=part, reducing_gap=2.0)
    grey: FloatArray = np.asarray(small, dtype=np.float32) @ LUMA_WEIGHTS.astype(np.float32)
    level: FloatArray = grey - grey.mean()
    return level
