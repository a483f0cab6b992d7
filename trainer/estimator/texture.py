"""Two depths of one backbone: what the nail is like as a whole, and the texture of its shallower feature maps.

Networks that learned to name things keep in their last maps what tells things apart, and lose on the way the fine
differences of colour and surface that a pale nail is made of. Those stand in the maps at an eighth of the picture's
side: of the last of them the mean and the spread over the picture join the embedding, at no cost of their own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

from trainer.data.dataset import DataError
from trainer.estimator.backbones import Backbone
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME

# A map's side as a share of the picture's.
REDUCTION = 8


def with_texture(backbone: Backbone) -> Backbone:
    """The backbone with `embedding` (N, features + 2 c): its own, then mean and spread of c shallower channels.

    Raises:
        DataError: the network has no feature map of that size.
    """
    name, channels = _last_map(backbone)
    model = onnx.ModelProto()
    model.CopyFrom(backbone.model)
    graph = model.graph
    deep = f"{OUTPUT_NAME}_deep"
    for node in graph.node:
        node.output[:] = [deep if output == OUTPUT_NAME else output for output in node.output]
    graph.node.extend(
        [
            helper.make_node("ReduceMean", [name], ["texture_mean"], axes=[2, 3], keepdims=1),
            # In two passes: the difference of two sums of squares would depend on the runtime's last digits.
            helper.make_node("Sub", [name, "texture_mean"], ["texture_off"]),
            helper.make_node("Mul", ["texture_off", "texture_off"], ["texture_squares"]),
            helper.make_node("ReduceMean", ["texture_squares"], ["texture_variance"], axes=[2, 3], keepdims=1),
            helper.make_node("Sqrt", ["texture_variance"], ["texture_spread"]),
            helper.make_node("Concat", ["texture_mean", "texture_spread"], ["texture_map"], axis=1),
            helper.make_node("Reshape", ["texture_map", "texture_shape"], ["texture"]),
            helper.make_node("Concat", [deep, "texture"], [OUTPUT_NAME], axis=1),
        ]
    )
    graph.initializer.append(numpy_helper.from_array(np.array([-1, 2 * channels], np.int64), "texture_shape"))
    features = backbone.features + 2 * channels
    output = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["n", features])
    del graph.output[:]
    graph.output.append(output)
    onnx.checker.check_model(model, full_check=True)
    return replace(backbone, model=model, features=features, depths=(backbone.features, 2 * channels))


def _last_map(backbone: Backbone) -> tuple[str, int]:
    """Name and channels of the last feature map at the picture's side / REDUCTION."""
    sized = onnx.ModelProto()
    sized.CopyFrom(backbone.model)
    image = next(entry for entry in sized.graph.input if entry.name == INPUT_NAME)
    for dimension, size in zip(image.type.tensor_type.shape.dim, (1, 3, *(backbone.side_px,) * 2), strict=True):
        dimension.dim_value = size
    # What the file says of the sizes in between was said of another side.
    del sized.graph.value_info[:]
    inferred = shape_inference.infer_shapes(sized).graph
    shapes = {
        entry.name: tuple(dimension.dim_value for dimension in entry.type.tensor_type.shape.dim)
        for entry in inferred.value_info
    }
    side = backbone.side_px // REDUCTION
    outputs = [output for node in inferred.node for output in node.output]
    maps = [name for name in outputs if len(shapes.get(name, ())) == 4 and shapes[name][2:] == (side, side)]
    if not maps:
        raise DataError(f"{backbone.name}: has no feature map of {side} px at {backbone.side_px} px (--backbone)")
    return maps[-1], shapes[maps[-1]][1]
