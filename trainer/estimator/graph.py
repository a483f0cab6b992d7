"""The Hb estimator as one ONNX graph: pictures of nails in, one Hb a nail and its features out.

`image` (nails, pictures, 3, side_px, side_px), normalised as models.json says -> `hb_g_dl` (nails,), which is right in
whatever light the pictures have, `hb_reference_g_dl` (nails,), which is right where white paper has shown the light and
it was divided out, and `embedding` (nails, features), the features before they are standardised; `polish`,
`not_a_nail` and `strangeness` (nails,), see `trainer.estimator.likeness`. The pictures come as
small as their detail is, and the graph enlarges them to what the backbone was trained at: that is a part of the bytes
to hand over. A view may be shown once or with its mirror image, whose features are then averaged with its own. Where
the recipe wants colour, `color_features` (nails, 67) is a second input, and stands behind the pictures' features.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from app.core.arrays import FloatArray, IntArray
from app.core.crops.colour import COLOUR_FEATURE_NAMES
from app.core.manifest import EstimatorSpec
from trainer.estimator.backbones import Backbone
from trainer.estimator.head import Head
from trainer.estimator.head_graph import ML_DOMAIN, ML_OPSET, SHAPE, head_graph
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME

PREFIX = "backbone/"
# The graph's own note of how many features of a view come from which depth of the backbone.
DEPTHS = "feature_depths"
# The colour features' input, as `app.core.crops.shown` names it.
COLOUR_NAME = "color_features"


def feature_graph(backbone: Backbone, spec: EstimatorSpec) -> onnx.ModelProto:
    """The front half: pictures enlarged, backbone on every one, mean over mirror images, views side by side."""
    views, side_px = len(spec.views), backbone.side_px
    features = views * backbone.features
    model = compose.add_prefix(backbone.model, PREFIX)
    graph = model.graph
    # The backbone keeps its own order of nodes, and its input is the flattened and enlarged one.
    nodes, constants = _enlarged(spec.side_px, side_px)
    nodes += [
        *graph.node,
        helper.make_node("Shape", [INPUT_NAME], ["image_shape"]),
        helper.make_node("Slice", ["image_shape", "slice_begin", "slice_end"], ["nail_count"]),
        helper.make_node("Concat", ["nail_count", "one_view_shape"], ["view_shape"], axis=0),
        helper.make_node("Reshape", [PREFIX + OUTPUT_NAME, "view_shape"], ["by_view"]),
        helper.make_node("ReduceMean", ["by_view"], ["view_means"], axes=[2], keepdims=0),
        helper.make_node("Reshape", ["view_means", "nail_shape"], [OUTPUT_NAME if spec.colour is None else "seen"]),
    ]
    constants += [
        numpy_helper.from_array(np.array([0], np.int64), "slice_begin"),
        numpy_helper.from_array(np.array([1], np.int64), "slice_end"),
        numpy_helper.from_array(np.array([views, -1, backbone.features], np.int64), "one_view_shape"),
        numpy_helper.from_array(np.array([-1, features], np.int64), "nail_shape"),
    ]
    image = helper.make_tensor_value_info(
        INPUT_NAME, TensorProto.FLOAT, ["nails", "pictures", 3, spec.side_px, spec.side_px]
    )
    inputs = [image]
    if spec.colour is not None:
        colours = len(COLOUR_FEATURE_NAMES)
        inputs.append(helper.make_tensor_value_info(COLOUR_NAME, TensorProto.FLOAT, ["nails", colours]))
        nodes.append(helper.make_node("Concat", ["seen", COLOUR_NAME], [OUTPUT_NAME], axis=1))
        features += colours
    embedding = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["nails", features])
    whole = helper.make_graph(nodes, "features", inputs, [embedding], [*graph.initializer, *constants])
    helper.set_model_props(model, {DEPTHS: json.dumps(list(backbone.depths or [backbone.features]))})
    return checked(whole, model)


def _enlarged(small_px: int, large_px: int) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """From `image` to the backbone's input: all pictures in one row, at its size; nodes and constants."""
    flat = numpy_helper.from_array(np.array([-1, 3, large_px, large_px], np.int64), "flat_shape")
    if small_px == large_px:
        return [helper.make_node("Reshape", [INPUT_NAME, "flat_shape"], [PREFIX + INPUT_NAME])], [flat]
    rows = enlargement(small_px, large_px)
    nodes = [
        helper.make_node("Reshape", [INPUT_NAME, "channel_shape"], ["channels"]),
        helper.make_node("MatMul", ["enlarge_rows", "channels"], ["tall"]),
        helper.make_node("MatMul", ["tall", "enlarge_columns"], ["large"]),
        helper.make_node("Reshape", ["large", "flat_shape"], [PREFIX + INPUT_NAME]),
    ]
    constants = [
        numpy_helper.from_array(np.array([-1, small_px, small_px], np.int64), "channel_shape"),
        numpy_helper.from_array(rows, "enlarge_rows"),
        numpy_helper.from_array(np.ascontiguousarray(rows.T), "enlarge_columns"),
        flat,
    ]
    return nodes, constants


def enlargement(small_px: int, large_px: int) -> FloatArray:
    """(large_px, small_px) float32: linear interpolation between the middles of pixels, as Pillow's BILINEAR."""
    at = np.clip((np.arange(large_px) + 0.5) * small_px / large_px - 0.5, 0, small_px - 1)
    off = np.abs(at[:, None] - np.arange(small_px)[None, :])
    weights: FloatArray = np.clip(1 - off, 0, None).astype(np.float32)
    return weights


def feature_depths(model: onnx.ModelProto) -> IntArray:
    """From which depth of the backbone each number of `embedding` comes, as `NailTable.depth` has it."""
    props = {entry.key: entry.value for entry in model.metadata_props}
    sizes = json.loads(props[DEPTHS])
    width = next(entry for entry in model.graph.output if entry.name == OUTPUT_NAME).type.tensor_type.shape.dim[1]
    one_view = np.repeat(np.arange(len(sizes)), sizes)
    wants_colour = any(entry.name == COLOUR_NAME for entry in model.graph.input)
    colours = len(COLOUR_FEATURE_NAMES) if wants_colour else 0
    views = np.tile(one_view, (width.dim_value - colours) // len(one_view))
    # Colour is a kind of its own, as another depth of the backbone is.
    return np.concatenate([views, np.full(colours, len(sizes))])


def add_heads(model: onnx.ModelProto, heads: Mapping[str, Head]) -> onnx.ModelProto:
    """Put heads behind `feature_graph`'s output, which stays an output: name of the head's output -> head.

    Raises:
        DataError: a head that no graph here can hold.
    """
    tail: list[onnx.NodeProto] = []
    constants = [numpy_helper.from_array(np.array([-1], np.int64), SHAPE)]
    for output, head in heads.items():
        made = head_graph(output, head)
        tail += made.nodes
        constants += made.constants
    values = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["nails"]) for output in heads]
    graph = model.graph
    whole = helper.make_graph(
        [*graph.node, *tail], "estimator", list(graph.input), [*values, *graph.output], [*graph.initializer, *constants]
    )
    return checked(whole, model)


def checked(graph: onnx.GraphProto, like: onnx.ModelProto) -> onnx.ModelProto:
    """A model of this graph, of the same kind as `like` and with its notes, looked through by ONNX's own checker."""
    opsets = list(like.opset_import)
    domains = {entry.domain for entry in opsets}
    if ML_DOMAIN not in domains and any(node.domain == ML_DOMAIN for node in graph.node):
        opsets.append(helper.make_opsetid(ML_DOMAIN, ML_OPSET))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=like.ir_version)
    model.producer_name = "hemolens"
    model.metadata_props.extend(like.metadata_props)
    onnx.checker.check_model(model, full_check=True)
    return model
