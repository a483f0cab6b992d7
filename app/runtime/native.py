"""Networks on CPython: ONNX Runtime on the processor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

from app.core.arrays import FloatArray
from app.core.errors import MeasureError
from app.shared.codes import MODEL_UNAVAILABLE


class NativeNetwork:
    """An ONNX file that runs on this machine's processor."""

    def __init__(self, model: Path | bytes, threads: int = 0) -> None:
        """Load a model from its file or its bytes; 0 threads leaves the number to ONNX Runtime.

        Raises:
            MeasureError: `model_unavailable`.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        source = model if isinstance(model, bytes) else str(model)
        try:
            self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions have no common base
            name = "the model" if isinstance(model, bytes) else str(model)
            raise MeasureError(MODEL_UNAVAILABLE, f"{name} cannot be loaded: {error}") from None
        self._output_names = [output.name for output in self._session.get_outputs()]

    def run_now(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """One inference: named float32 arrays in, named arrays out."""
        outputs = self._session.run(self._output_names, dict(inputs))
        return {name: np.asarray(output) for name, output in zip(self._output_names, outputs, strict=True)}

    async def run(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """The same as `run_now`, in the form that the pipeline calls."""
        return self.run_now(inputs)
