"""Networks in the page: ONNX Runtime Web, reached through static/engine-shim.mjs."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any

import numpy as np
from pyodide.ffi import JsException, to_js

from app.core.arrays import FloatArray
from app.core.errors import MeasureError
from app.shared.codes import MODEL_UNAVAILABLE


class WebNetwork:
    """An ONNX file that runs in WebAssembly."""

    def __init__(self, shim: Any, session: int) -> None:
        """Wrap an open session of the shim, by its number."""
        self._shim = shim
        self._session = session

    def run(self, inputs: Mapping[str, FloatArray]) -> Coroutine[Any, Any, dict[str, FloatArray]]:
        """One inference: named float32 arrays in, named arrays out. It begins at once, beside Python.

        Each array crosses the border as one flat copy, so nothing of Python's is held on the other side.
        """
        names = to_js(list(inputs))
        data = to_js([np.ascontiguousarray(array, dtype=np.float32).reshape(-1) for array in inputs.values()])
        shapes = to_js([list(array.shape) for array in inputs.values()])
        return self._answered(self._shim.run(self._session, names, data, shapes))

    async def _answered(self, running: Any) -> dict[str, FloatArray]:
        try:
            answer = await running
        except JsException as error:
            raise MeasureError(MODEL_UNAVAILABLE, f"a network failed: {error}") from None
        outputs: dict[str, FloatArray] = {}
        for output in answer:
            shape = output.shape.to_py()
            outputs[str(output.name)] = np.asarray(output.data.to_py(), dtype=np.float32).reshape(shape)
        return outputs
