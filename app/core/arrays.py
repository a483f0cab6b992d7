"""The array types of the pipeline, named once for the type checker."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
Uint8Array = NDArray[np.uint8]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
