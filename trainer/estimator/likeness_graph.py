"""What `trainer.estimator.likeness` learns, as a part of the estimator's ONNX graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from app.core.crops.likeness import SIGNS, STRANGENESS
from app.shared.codes import LIKENESS_SIGNS
from trainer.estimator.graph import checked
from trainer.estimator.head import CLIP
from trainer.estimator.likeness import LikenessModel
from trainer.estimator.tflite_import import OUTPUT_NAME


def add_likeness(model: onnx.ModelProto, likeness: LikenessModel) -> onnx.ModelProto:
    """Put the outputs of `LikenessModel.signs` behind `feature_graph`'s output, which stays an output."""

    def named(name: str) -> str:
        return f"likeness/{name}"

    def node(kind: str, inputs: tuple[str, ...], output: str, **attributes: Any) -> onnx.NodeProto:
        return helper.make_node(kind, list(inputs), [output], **attributes)

    nodes = [
        node("Sub", (OUTPUT_NAME, named("mean")), named("from_mean")),
        node("Div", (named("from_mean"), named("std")), named("standardised")),
        node("Clip", (named("standardised"), named("clip_low"), named("clip_high")), named("clipped")),
        node("Sub", (named("clipped"), named("centre")), named("centred")),
        node("Mul", (named("centred"), named("centred")), named("squares")),
        node("ReduceMean", (named("squares"),), named("mean_square"), axes=[1], keepdims=1),
        node("Div", (named("mean_square"), named("rest")), named("as_if_alike")),
        node("MatMul", (named("centred"), named("directions")), named("along")),
        node("Mul", (named("along"), named("along")), named("along_squares")),
        node("MatMul", (named("along_squares"), named("excess")), named("more")),
        node("Add", (named("as_if_alike"), named("more")), named("strangeness_column")),
        node("Reshape", (named("strangeness_column"), named("shape")), STRANGENESS),
    ]
    floats = {
        "mean": likeness.mean,
        "std": likeness.std,
        "clip_low": np.array(-CLIP),
        "clip_high": np.array(CLIP),
        "centre": likeness.centre,
        "rest": np.array([likeness.rest]),
        "directions": likeness.directions,
        "excess": likeness.excess[:, None],
    }
    for place, output in enumerate(LIKENESS_SIGNS):
        weighted, column = named(f"{output}_weighted"), named(f"{output}_column")
        nodes += [
            node("MatMul", (named("centred"), named(f"{output}_weights")), weighted),
            node("Add", (weighted, named(f"{output}_intercept")), column),
            node("Reshape", (column, named("shape")), output),
        ]
        floats[f"{output}_weights"] = likeness.weights[:, place : place + 1]
        floats[f"{output}_intercept"] = likeness.intercepts[place : place + 1]
    constants = [numpy_helper.from_array(np.asarray(array, np.float32), named(name)) for name, array in floats.items()]
    constants.append(numpy_helper.from_array(np.array([-1], np.int64), named("shape")))
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["nails"]) for name in SIGNS]
    graph = model.graph
    whole = helper.make_graph(
        [*graph.node, *nodes],
        graph.name,
        list(graph.input),
        [*graph.output, *outputs],
        [*graph.initializer, *constants],
    )
    return checked(whole, model)
