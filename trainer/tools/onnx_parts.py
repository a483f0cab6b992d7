"""What both exports do to an ONNX graph: smaller storage, and the networks' common names."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Below this, a weight's bytes do not matter and its precision may (biases, shapes, anchors).
SMALLEST_HALVED = 1024


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose large float32 weights are stored as float16, each behind a Cast back to float32.

    The computing stays float32: ONNX Runtime folds the casts when it loads the file. What is lost is the
    rounding of the weights, 2^-11 of each.
    """
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    casts = []
    for index, weight in enumerate(halved.graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims, dtype=int) < SMALLEST_HALVED:
            continue
        values = numpy_helper.to_array(weight)
        # A number that float16 cannot hold would come back as infinity.
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = weight.name
        halved.graph.initializer[index].CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
    nodes = [*casts, *halved.graph.node]
    del halved.graph.node[:]
    halved.graph.node.extend(nodes)
    onnx.checker.check_model(halved, full_check=True)
    return halved
