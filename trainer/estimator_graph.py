"""The Hb estimator as one ONNX graph: pictures of nails in, one Hb a nail and its features out.

`image` (nails, pictures, 3, side_px, side_px), normalised as models.json says -> `hb_g_dl` (nails,) and
`embedding` (nails, features), the features before they are standardised.
"""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from app.core.arrays import IntArray
from app.core.manifest import EstimatorSpec, View
from trainer.backbones import Backbone
from trainer.head import RidgeHead
from trainer.tflite_import import INPUT_NAME, OUTPUT_NAME

PREFIX = "backbone/"
# The graph's own note of how many features of a view come from which depth of the backbone.
DEPTHS = "feature_depths"
# The inside of the nail, the fold behind it, and the finger behind that. All lie on the finger whatever is around it,
# which `background` among the measured conditions checks (trainer.other_background). Only the nail's own square would
# reach beyond a round fingertip with its corners: a sliver of white board there looked like 0.06 g/dL of accuracy, and
# cost 0.3 on a table of another colour.
VIEWS = (
    View(name="nail", along=0.0, size=0.8, round=True),
    View(name="fold", along=0.45, size=0.9),
    View(name="finger", along=1.1, size=0.9),
)
MIRROR = True
# A phone's nail has far more detail than the 50 px of the training photographs, and its noise with it. The error
# does not depend on this from 16 px to all there is, but noise of one grey level, or another JPEG decoder, moves
# a nail's value less the smaller it is.
DETAIL_PX = 20


def estimator_spec(backbone: Backbone) -> EstimatorSpec:
    """What the estimator of a backbone wants to be shown."""
    return EstimatorSpec(
        file="estimator.onnx",
        sha256="",
        side_px=backbone.side_px,
        detail_px=DETAIL_PX,
        mean=backbone.mean,
        std=backbone.std,
        views=VIEWS,
        mirror=MIRROR,
    )


def feature_graph(backbone: Backbone, spec: EstimatorSpec) -> onnx.ModelProto:
    """The front half: backbone on every picture, mean over mirror images, views side by side."""
    views, images_a_view = len(spec.views), spec.pictures // len(spec.views)
    features = views * backbone.features
    model = compose.add_prefix(backbone.model, PREFIX)
    graph = model.graph
    # The backbone keeps its own order of nodes, and its input is the flattened one.
    flatten = helper.make_node("Reshape", [INPUT_NAME, "flat_shape"], [PREFIX + INPUT_NAME])
    nodes = [
        flatten,
        *graph.node,
        helper.make_node("Reshape", [PREFIX + OUTPUT_NAME, "view_shape"], ["by_view"]),
        helper.make_node("ReduceMean", ["by_view"], ["view_means"], axes=[2], keepdims=0),
        helper.make_node("Reshape", ["view_means", "nail_shape"], [OUTPUT_NAME]),
    ]
    constants = [
        numpy_helper.from_array(np.array([-1, 3, spec.side_px, spec.side_px], np.int64), "flat_shape"),
        numpy_helper.from_array(np.array([-1, views, images_a_view, backbone.features], np.int64), "view_shape"),
        numpy_helper.from_array(np.array([-1, features], np.int64), "nail_shape"),
    ]
    image = helper.make_tensor_value_info(
        INPUT_NAME, TensorProto.FLOAT, ["nails", spec.pictures, 3, spec.side_px, spec.side_px]
    )
    embedding = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["nails", features])
    whole = helper.make_graph(nodes, "features", [image], [embedding], [*graph.initializer, *constants])
    helper.set_model_props(model, {DEPTHS: json.dumps(list(backbone.depths or [backbone.features]))})
    return _checked(whole, model)


def feature_depths(model: onnx.ModelProto) -> IntArray:
    """From which depth of the backbone each number of `embedding` comes, as `NailTable.depth` has it."""
    props = {entry.key: entry.value for entry in model.metadata_props}
    sizes = json.loads(props[DEPTHS])
    width = next(entry for entry in model.graph.output if entry.name == OUTPUT_NAME).type.tensor_type.shape.dim[1]
    one_view = np.repeat(np.arange(len(sizes)), sizes)
    return np.tile(one_view, width.dim_value // len(one_view))


def add_head(model: onnx.ModelProto, head: RidgeHead) -> onnx.ModelProto:
    """Put the head behind `feature_graph`'s output, which stays an output."""
    tail = [
        helper.make_node("Sub", [OUTPUT_NAME, "feature_mean"], ["centred"]),
        helper.make_node("Div", ["centred", "feature_std"], ["standardised"]),
        helper.make_node("Clip", ["standardised", "clip_low", "clip_high"], ["clipped"]),
        helper.make_node("MatMul", ["clipped", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "intercept"], ["hb_column"]),
        helper.make_node("Reshape", ["hb_column", "hb_shape"], ["hb_g_dl"]),
    ]
    floats = {
        "feature_mean": head.mean,
        "feature_std": head.std,
        "clip_low": np.array(-head.clip),
        "clip_high": np.array(head.clip),
        "weights": head.weights[:, None],
        "intercept": np.array([head.intercept]),
    }
    constants = [numpy_helper.from_array(np.asarray(values, dtype=np.float32), name) for name, values in floats.items()]
    constants.append(numpy_helper.from_array(np.array([-1], np.int64), "hb_shape"))
    hb = helper.make_tensor_value_info("hb_g_dl", TensorProto.FLOAT, ["nails"])
    graph = model.graph
    whole = helper.make_graph(
        [*graph.node, *tail], "estimator", list(graph.input), [hb, *graph.output], [*graph.initializer, *constants]
    )
    return _checked(whole, model)


def _checked(graph: onnx.GraphProto, like: onnx.ModelProto) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=list(like.opset_import), ir_version=like.ir_version)
    model.producer_name = "hemolens"
    model.metadata_props.extend(like.metadata_props)
    onnx.checker.check_model(model, full_check=True)
    return model
