"""A fitted head as nodes of an ONNX graph: standardise, clip, reduce where there is a PCA, then a sum or trees."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from app.core.arrays import FloatArray
from trainer.data.dataset import DataError
from trainer.estimator.head import CLIP, Head, RidgeHead
from trainer.estimator.regressors import FittedHead
from trainer.estimator.tflite_import import OUTPUT_NAME

# Of trees.
ML_DOMAIN, ML_OPSET = "ai.onnx.ml", 2
TREES = "TreeEnsembleRegressor"
# The name of the constant [-1], which all heads share.
SHAPE = "hb_shape"


@dataclass(frozen=True, slots=True)
class HeadGraph:
    """Nodes that take `embedding` (nails, d) and `SHAPE`, and give the output (nails,); and their own constants."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)


def head_graph(output: str, head: Head) -> HeadGraph:
    """The nodes of a head, all of them named after its output.

    Raises:
        DataError: a head that no graph here can hold.
    """
    made = _Made(output)
    if isinstance(head, RidgeHead):
        clipped = made.standardised(head.mean, head.std, head.clip)
        column = made.summed(clipped, head.weights, head.intercept)
    elif isinstance(head, FittedHead):
        value = made.standardised(head.standardiser.mean, head.standardiser.std, CLIP)
        if head.pca is not None:
            value = made.reduced(value, head.pca.mean_, head.pca.components_)
        regressor: Any = head.regressor
        if hasattr(regressor, "coef_"):
            column = made.summed(value, regressor.coef_, float(regressor.intercept_))
        elif hasattr(regressor, "save_model"):
            column = made.trees(value, regressor)
        else:
            raise DataError(f"{type(regressor).__name__}: such a head cannot be put into a graph")
    else:
        raise DataError(f"{type(head).__name__}: such a head cannot be put into a graph")
    made.flattened(column)
    return made.graph


class _Made:
    """A head's graph on its way; each step gives the name of what it leads to."""

    def __init__(self, output: str) -> None:
        self.output, self.graph = output, HeadGraph()

    def _named(self, name: str) -> str:
        return f"{self.output}/{name}"

    def _floats(self, name: str, values: Any) -> str:
        array: FloatArray = np.asarray(values, np.float32)
        self.graph.constants.append(numpy_helper.from_array(array, self._named(name)))
        return self._named(name)

    def _node(self, kind: str, inputs: list[str], name: str) -> str:
        self.graph.nodes.append(helper.make_node(kind, inputs, [self._named(name)]))
        return self._named(name)

    def standardised(self, mean: FloatArray, std: FloatArray, clip: float) -> str:
        centred = self._node("Sub", [OUTPUT_NAME, self._floats("mean", mean)], "centred")
        divided = self._node("Div", [centred, self._floats("std", std)], "standardised")
        return self._node(
            "Clip", [divided, self._floats("clip_low", -clip), self._floats("clip_high", clip)], "clipped"
        )

    def reduced(self, value: str, mean: FloatArray, components: FloatArray) -> str:
        off = self._node("Sub", [value, self._floats("pca_mean", mean)], "off")
        return self._node("MatMul", [off, self._floats("components", components.T)], "reduced")

    def summed(self, value: str, weights: FloatArray, intercept: float) -> str:
        weighted = self._node("MatMul", [value, self._floats("weights", np.reshape(weights, (-1, 1)))], "weighted")
        return self._node("Add", [weighted, self._floats("intercept", [intercept])], "column")

    def trees(self, value: str, regressor: Any) -> str:
        """CatBoost's own translation of its trees, of which the one node is taken over."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trees.onnx"
            regressor.save_model(str(path), format="onnx")
            written = onnx.load(path)
        (node,) = (each for each in written.graph.node if each.op_type == TREES)
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:], copy.output[:] = [value], [self._named("column")]
        self.graph.nodes.append(copy)
        return self._named("column")

    def flattened(self, column: str) -> None:
        self.graph.nodes.append(helper.make_node("Reshape", [column, SHAPE], [self.output]))
