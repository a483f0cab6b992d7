"""What OpenCV gives back, as what it is: its own types say no more than that there are numbers."""

from __future__ import annotations

import numpy as np
from cv2.typing import MatLike

from app.core.arrays import Uint8Array


def levels(picture: MatLike) -> Uint8Array:
    """The same array, of 8-bit levels."""
    return np.asarray(picture, dtype=np.uint8)
