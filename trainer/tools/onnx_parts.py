"""What both exports do to an ONNX graph: smaller storage, and the networks' common names."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from app.core.arrays import FloatArray

# Below this, a weight's bytes do not matter and its precision may (biases, shapes, anchors).
SMALLEST_PACKED = 1024
INT8_LARGEST = 127


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose large float32 weights are stored as float16, each behind a Cast back to float32.

    The computing stays float32: ONNX Runtime folds the casts when it loads the file. What is lost is the
    rounding of the weights, 2^-11 of each.
    """
    packed, casts = _copy(model), []
    for index, name, values in _large_weights(packed):
        # A number that float16 cannot hold would come back as infinity.
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        packed.graph.initializer[index].CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
    return _begun_with(casts, packed)


def store_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose large float32 weights are stored as int8, with a scale for each output channel (the first axis).

    The computing stays float32: ONNX Runtime folds Cast and Mul when it loads the file; DequantizeLinear it would not.
    What is lost is the rounding of the weights, 1/254 of the largest of each channel: only for a network whose features
    are learned from after it.
    """
    packed, steps = _copy(model), []
    for index, name, values in _large_weights(packed):
        within = tuple(range(1, values.ndim))
        scales = np.maximum(np.abs(values).max(axis=within, keepdims=True), np.finfo(np.float32).tiny) / INT8_LARGEST
        whole = np.rint(values / scales).astype(np.int8)
        packed.graph.initializer[index].CopyFrom(numpy_helper.from_array(whole, f"{name}_int8"))
        packed.graph.initializer.append(numpy_helper.from_array(scales.astype(np.float32), f"{name}_scale"))
        steps += [
            helper.make_node("Cast", [f"{name}_int8"], [f"{name}_cast"], name=f"{name}_cast", to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [name], name=f"{name}_mul"),
        ]
    return _begun_with(steps, packed)


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def _large_weights(model: onnx.ModelProto) -> list[tuple[int, str, FloatArray]]:
    """Place among the initializers, name and values of every large float32 weight."""
    return [
        (index, weight.name, numpy_helper.to_array(weight))
        for index, weight in enumerate(model.graph.initializer)
        if weight.data_type == TensorProto.FLOAT and np.prod(weight.dims, dtype=int) >= SMALLEST_PACKED
    ]


def _begun_with(nodes: list[onnx.NodeProto], model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with these nodes before its own."""
    nodes = [*nodes, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return model


def pads_in_convolutions(model: onnx.ModelProto) -> onnx.ModelProto:
    """A slimmed copy in which a convolution pads by itself: one pass over the picture instead of two."""
    import onnxslim

    slim: onnx.ModelProto = onnxslim.slim(model)
    onnx.checker.check_model(slim, full_check=True)
    return slim
