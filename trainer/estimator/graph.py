"""The Hb estimator as one ONNX graph: pictures of nails in, one Hb a nail and its features out.

`image` (nails, pictures, 3, side_px, side_px), normalised as models.json says -> `hb_g_dl` (nails,), which is right in
whatever light the pictures have, `hb_reference_g_dl` (nails,), which is right where white paper has shown the light and
it was divided out, and `embedding` (nails, features), the features before they are standardised; `polish`,
`not_a_nail` and `strangeness` (nails,), see `trainer.estimator.likeness`. The pictures come as
small as their detail is, and the graph enlarges them to what the backbone was trained at: that is a part of the bytes
to hand over. A view may be shown once or with its mirror image, whose features are then averaged with its own.
"""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from app.core.arrays import FloatArray, IntArray
from app.core.manifest import EstimatorSpec, View
from trainer.estimator.backbones import Backbone
from trainer.estimator.head import RidgeHead
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME

PREFIX = "backbone/"
# The graph's own note of how many features of a view come from which depth of the backbone.
DEPTHS = "feature_depths"
# The inside of the nail, the fold behind it, and the finger behind that. All lie on the finger whatever is around it,
# which `background` among the measured conditions checks (trainer.pictures.other_background). Only the square of the
# nail itself would reach beyond a round fingertip with its corners: a sliver of white board there looked like
# 0.06 g/dL of accuracy, and cost 0.3 on a table of another colour.
VIEWS = (
    View(name="nail", along=0.0, size=0.8, round=True),
    View(name="fold", along=0.45, size=0.9),
    View(name="finger", along=1.1, size=0.9),
)
MIRROR = True
# A phone's nail has far more detail than the 50 px of the training photographs, and its noise with it. Beside white
# paper the error is 1.42 g/dL at 24 px, at 32 and at 48, but a JPEG of quality 75 moves a reading by 0.6 g/dL at the
# most at 24 px and by 0.7 at 48.
DETAIL_PX = 24
# What the pixels of detail are enlarged to. Beside white paper the error is 1.41, 1.39, 1.41 and 1.42 g/dL at 64, 80,
# 96 and 128 px, which is the same; a frame's time goes with the square.
BACKBONE_PX = 80


def estimator_spec(backbone: Backbone) -> EstimatorSpec:
    """What the estimator of a backbone wants to be shown."""
    return EstimatorSpec(
        file="estimator.onnx",
        sha256="",
        side_px=DETAIL_PX,
        mean=backbone.mean,
        std=backbone.std,
        views=VIEWS,
        mirror=MIRROR,
    )


def feature_graph(backbone: Backbone, spec: EstimatorSpec) -> onnx.ModelProto:
    """The front half: pictures enlarged, backbone on every one, mean over mirror images, views side by side."""
    views, side_px = len(spec.views), backbone.side_px
    features = views * backbone.features
    model = compose.add_prefix(backbone.model, PREFIX)
    graph = model.graph
    # The backbone keeps its own order of nodes, and its input is the flattened and enlarged one.
    nodes = [
        helper.make_node("Reshape", [INPUT_NAME, "channel_shape"], ["channels"]),
        helper.make_node("MatMul", ["enlarge_rows", "channels"], ["tall"]),
        helper.make_node("MatMul", ["tall", "enlarge_columns"], ["large"]),
        helper.make_node("Reshape", ["large", "flat_shape"], [PREFIX + INPUT_NAME]),
        *graph.node,
        helper.make_node("Shape", [INPUT_NAME], ["image_shape"]),
        helper.make_node("Slice", ["image_shape", "slice_begin", "slice_end"], ["nail_count"]),
        helper.make_node("Concat", ["nail_count", "one_view_shape"], ["view_shape"], axis=0),
        helper.make_node("Reshape", [PREFIX + OUTPUT_NAME, "view_shape"], ["by_view"]),
        helper.make_node("ReduceMean", ["by_view"], ["view_means"], axes=[2], keepdims=0),
        helper.make_node("Reshape", ["view_means", "nail_shape"], [OUTPUT_NAME]),
    ]
    constants = [
        numpy_helper.from_array(np.array([-1, spec.side_px, spec.side_px], np.int64), "channel_shape"),
        numpy_helper.from_array(enlargement(spec.side_px, side_px), "enlarge_rows"),
        numpy_helper.from_array(np.ascontiguousarray(enlargement(spec.side_px, side_px).T), "enlarge_columns"),
        numpy_helper.from_array(np.array([-1, 3, side_px, side_px], np.int64), "flat_shape"),
        numpy_helper.from_array(np.array([0], np.int64), "slice_begin"),
        numpy_helper.from_array(np.array([1], np.int64), "slice_end"),
        numpy_helper.from_array(np.array([views, -1, backbone.features], np.int64), "one_view_shape"),
        numpy_helper.from_array(np.array([-1, features], np.int64), "nail_shape"),
    ]
    image = helper.make_tensor_value_info(
        INPUT_NAME, TensorProto.FLOAT, ["nails", "pictures", 3, spec.side_px, spec.side_px]
    )
    embedding = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["nails", features])
    whole = helper.make_graph(nodes, "features", [image], [embedding], [*graph.initializer, *constants])
    helper.set_model_props(model, {DEPTHS: json.dumps(list(backbone.depths or [backbone.features]))})
    return checked(whole, model)


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
    return np.tile(one_view, width.dim_value // len(one_view))


def add_heads(model: onnx.ModelProto, heads: dict[str, RidgeHead]) -> onnx.ModelProto:
    """Put heads behind `feature_graph`'s output, which stays an output: name of the head's output -> head."""
    tail: list[onnx.NodeProto] = []
    constants = [numpy_helper.from_array(np.array([-1], np.int64), "hb_shape")]
    for output, head in heads.items():
        nodes, floats = _head(output, head)
        tail += nodes
        constants += [numpy_helper.from_array(np.asarray(values, np.float32), name) for name, values in floats.items()]
    values = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["nails"]) for output in heads]
    graph = model.graph
    whole = helper.make_graph(
        [*graph.node, *tail], "estimator", list(graph.input), [*values, *graph.output], [*graph.initializer, *constants]
    )
    return checked(whole, model)


def _head(output: str, head: RidgeHead) -> tuple[list[onnx.NodeProto], dict[str, FloatArray]]:
    """Nodes and constants of a head, all of them named after its output."""

    def named(name: str) -> str:
        return f"{output}/{name}"

    steps = (
        ("Sub", OUTPUT_NAME, ("mean",), "centred"),
        ("Div", named("centred"), ("std",), "standardised"),
        ("Clip", named("standardised"), ("clip_low", "clip_high"), "clipped"),
        ("MatMul", named("clipped"), ("weights",), "weighted"),
        ("Add", named("weighted"), ("intercept",), "column"),
    )
    nodes = [
        helper.make_node(kind, [taken, *(named(constant) for constant in constants)], [named(given)])
        for kind, taken, constants, given in steps
    ]
    nodes.append(helper.make_node("Reshape", [named("column"), "hb_shape"], [output]))
    floats = {
        "mean": head.mean,
        "std": head.std,
        "clip_low": np.array(-head.clip),
        "clip_high": np.array(head.clip),
        "weights": head.weights[:, None],
        "intercept": np.array([head.intercept]),
    }
    return nodes, {named(name): values for name, values in floats.items()}


def checked(graph: onnx.GraphProto, like: onnx.ModelProto) -> onnx.ModelProto:
    """A model of this graph, of the same kind as `like` and with its notes, looked through by ONNX's own checker."""
    model = helper.make_model(graph, opset_imports=list(like.opset_import), ir_version=like.ir_version)
    model.producer_name = "hemolens"
    model.metadata_props.extend(like.metadata_props)
    onnx.checker.check_model(model, full_check=True)
    return model
