"""Models that want all that models can: colour features, trees for a head, a view that does not turn with the finger.

Made of the shipped backbone and of one tree for each colour feature, so that a feature in the wrong place, or of the
wrong patch of skin, is another value. What a recipe trains is like this in every part but the trees' size.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.utils
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from app.core.crops.colour import COLOUR_FEATURE_NAMES, nail_colours
from app.core.manifest import PATCH_FEATURES, ColourSpec
from app.core.pipeline import see
from app.files import sha256_of
from app.models import SHIPPED_MODELS, load_instrument
from app.self_test import renew

NAME = "colour-and-trees"
# What a tree adds or takes, and what all of them start from.
STEP_G_DL, START_G_DL = 0.04, 12.0
MEAN_SKIN = [150.0] * PATCH_FEATURES


def colour_models(folder: Path, picture: Image.Image) -> Path:
    """Write them into a new folder; their trees tell the nails of this picture apart."""
    shutil.copytree(SHIPPED_MODELS, folder)
    path = folder / "estimator.onnx"
    path.write_bytes(_with_trees(onnx.load(path), _between(picture)).SerializeToString())
    document: dict[str, Any] = json.loads((folder / "models.json").read_bytes())
    for section in ("likeness", "interval_reference"):
        del document[section]
    document["recipe"] = {"name": NAME, "words": "made for a test", "stand_in": None}
    document["estimator"] |= {
        "sha256": sha256_of(path),
        "bytes": path.stat().st_size,
        "color_features": {"without_skin": "mean", "mean_skin": MEAN_SKIN},
    }
    document["estimator"]["views"][0]["turned"] = False
    (folder / "models.json").write_text(json.dumps(document))
    renew(folder)
    return folder


def _between(picture: Image.Image) -> np.ndarray:
    """(67,) of each feature the middle between the nails that have the least and the most of it."""
    seen = asyncio.run(see(load_instrument(), picture))
    colours = nail_colours(picture, seen.nails.boxes, seen.skin.boxes, ColourSpec("mean", tuple(MEAN_SKIN)))
    assert len(colours) > 1
    return np.sort(colours, axis=0)[[0, -1]].mean(axis=0)


def _with_trees(shipped: onnx.ModelProto, thresholds: np.ndarray) -> onnx.ModelProto:
    """The shipped graph up to its features, then trees on the colour behind them."""
    front = onnx.utils.Extractor(shipped).extract_model(["image"], ["embedding"])
    graph, trees = front.graph, len(COLOUR_FEATURE_NAMES)
    width = graph.output[0].type.tensor_type.shape.dim[1].dim_value
    three = np.arange(3)
    splits = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["column"],
        domain="ai.onnx.ml",
        base_values=[START_G_DL],
        n_targets=1,
        nodes_treeids=np.repeat(np.arange(trees), 3).tolist(),
        nodes_nodeids=np.tile(three, trees).tolist(),
        nodes_featureids=[width + tree if node == 0 else 0 for tree in range(trees) for node in three],
        nodes_modes=["BRANCH_GT", "LEAF", "LEAF"] * trees,
        nodes_values=[float(thresholds[tree]) if node == 0 else 0.0 for tree in range(trees) for node in three],
        nodes_truenodeids=[1, 0, 0] * trees,
        nodes_falsenodeids=[2, 0, 0] * trees,
        target_treeids=np.repeat(np.arange(trees), 2).tolist(),
        target_nodeids=[1, 2] * trees,
        target_ids=[0] * 2 * trees,
        # No two trees add the same, so that no two mistakes make up for each other.
        target_weights=[sign * STEP_G_DL * (1 + tree / trees) for tree in range(trees) for sign in (1, -1)],
    )
    nodes = [
        *graph.node,
        helper.make_node("Concat", ["embedding", "color_features"], ["features"], axis=1),
        splits,
        helper.make_node("Reshape", ["column", "flat"], ["hb_g_dl"]),
    ]
    colours = helper.make_tensor_value_info("color_features", TensorProto.FLOAT, ["nails", trees])
    values = helper.make_tensor_value_info("hb_g_dl", TensorProto.FLOAT, ["nails"])
    constants = [*graph.initializer, numpy_helper.from_array(np.array([-1]), "flat")]
    whole = helper.make_graph(nodes, NAME, [*graph.input, colours], [values, *graph.output], constants)
    opsets = [*front.opset_import, helper.make_opsetid("ai.onnx.ml", 2)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=front.ir_version)
    onnx.checker.check_model(model, full_check=True)
    return model
