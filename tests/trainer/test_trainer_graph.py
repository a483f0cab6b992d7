"""The estimator as one graph against numpy and scikit-learn; weights stored as float16 against float32."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from app.core.crops.views import nail_crops
from app.core.manifest import ColourSpec, EstimatorSpec, View
from app.runtime.native import NativeNetwork
from tests.drawn_hand import draw_hand
from trainer.data.dataset import DataError
from trainer.estimator.backbones import Backbone, load_backbone
from trainer.estimator.graph import add_heads, enlargement, feature_depths, feature_graph
from trainer.estimator.head import CLIP, NailTable, fit_head
from trainer.estimator.methods import GRAPH_HEADS
from trainer.estimator.regressors import HEADS, fit
from trainer.estimator.texture import with_texture
from trainer.tools.onnx_parts import store_half, store_int8

SIDE_PX, DETAIL_PX, FEATURES, BIAS = 64, 24, 6, 5.0


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    """One convolution, ReLU and the spatial mean: small enough to be written again in numpy."""
    weights = np.random.default_rng(0).normal(size=(FEATURES, 3, 1, 1)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["image", "weights", "bias"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("GlobalAveragePool", ["relu"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", FEATURES])],
        # The bias keeps every feature alive, so that the floor on a feature's std, which sklearn has not, is not met.
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(np.full(FEATURES, BIAS, np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return Backbone("small", model, FEATURES, SIDE_PX, (0.5, 0.4, 0.3), (0.2, 0.2, 0.3), "random, for a test")


@pytest.fixture(scope="module")
def spec(backbone: Backbone) -> EstimatorSpec:
    """Two views, mirrored."""
    views = (View("nail", 0.0, 0.8), View("fold", 0.4, 0.9))
    return EstimatorSpec(
        file="",
        sha256="",
        side_px=DETAIL_PX,
        mean=backbone.mean,
        std=backbone.std,
        views=views,
        mirror=True,
    )


def enlarged(crops: np.ndarray) -> np.ndarray:
    """(nails, pictures, 3, s, s) -> the same with S for s, by Pillow."""
    flat = [Image.fromarray(each) for each in crops.reshape(-1, *crops.shape[-2:])]
    large = [np.asarray(each.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)) for each in flat]
    return np.stack(large).reshape(*crops.shape[:3], SIDE_PX, SIDE_PX)


def by_hand(backbone: Backbone, crops: np.ndarray) -> np.ndarray:
    """(nails, 4 pictures, 3, s, s) -> (nails, 2 views x features), by Pillow and numpy."""
    crops = enlarged(crops)
    weights = numpy_helper.to_array(backbone.model.graph.initializer[0])[:, :, 0, 0]
    features = np.maximum(np.einsum("fc,npchw->npfhw", weights, crops) + BIAS, 0).mean(axis=(3, 4))
    return np.concatenate([features[:, :2].mean(axis=1), features[:, 2:].mean(axis=1)], axis=1)


def test_estimator_is_crops_then_sklearn(backbone, spec):
    hand = draw_hand(3, 400, 300)
    boxes = np.array(hand.nail_boxes)
    rng = np.random.default_rng(1)
    # Sixty nails: the drawn ones moved about.
    moved = np.concatenate([boxes + rng.uniform(-8, 8, boxes.shape) for _ in range(20)])
    towards_the_hand = np.tile([1.0, 0.0], (len(moved), 1))
    crops = nail_crops(hand.picture, moved, towards_the_hand, spec)
    features = by_hand(backbone, crops).astype(np.float64)
    hb_g_dl = rng.uniform(6, 17, len(features))

    table = NailTable(features, np.arange(60), hb_g_dl, np.zeros(60))
    head, other = fit_head(table, np.arange(60), (3.0,)), fit_head(table, np.arange(30), (50.0,))
    model = add_heads(feature_graph(backbone, spec), {"hb_g_dl": head, "hb_reference_g_dl": other})
    clip = FunctionTransformer(lambda values: np.clip(values, -CLIP, CLIP))
    sklearn = make_pipeline(StandardScaler(), clip, Ridge(alpha=3.0)).fit(features, hb_g_dl)

    network = NativeNetwork(model.SerializeToString())
    for nails in (crops, crops[:1]):
        outputs = network.run_now({"image": nails})
        assert set(outputs) == {"hb_g_dl", "hb_reference_g_dl", "embedding"}
        assert outputs["hb_g_dl"].shape == (len(nails),) and outputs["hb_g_dl"].dtype == np.float32
        assert np.allclose(outputs["embedding"], features[: len(nails)], atol=1e-4)
        assert np.allclose(outputs["hb_g_dl"], sklearn.predict(features[: len(nails)]), atol=1e-3)
        assert np.allclose(outputs["hb_reference_g_dl"], other.predict(features[: len(nails)]), atol=1e-3)


def colourful_nails(rng):
    """What a graph with colour is shown: crops as small as the backbone wants them, and 67 features."""
    shown = rng.normal(size=(60, 4, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    return {"image": shown, "color_features": rng.uniform(0, 255, (60, 67)).astype(np.float32)}


@pytest.mark.parametrize("name", GRAPH_HEADS)
def test_every_head_is_the_same_in_the_graph_and_in_python(backbone, spec, name):
    rng = np.random.default_rng(2)
    wants_colour = replace(spec, side_px=SIDE_PX, colour=ColourSpec("refused"))
    front = feature_graph(backbone, wants_colour)
    # Nothing to enlarge: the crops go into the backbone as they are.
    assert "MatMul" not in {node.op_type for node in front.graph.node}
    shown = colourful_nails(rng)
    features = NativeNetwork(front.SerializeToString()).run_now(shown)["embedding"].astype(np.float64)
    assert features.shape == (60, 2 * FEATURES + 67) and np.array_equal(features[:, -67:], shown["color_features"])
    assert feature_depths(front).tolist() == [0] * 2 * FEATURES + [1] * 67
    hb_g_dl = 8 + features[:, -67] / 40 + rng.normal(size=60)
    head = fit(HEADS[name], NailTable(features, np.arange(60), hb_g_dl, np.arange(60) % 6), np.arange(60), 0)
    whole = NativeNetwork(add_heads(front, {"hb_g_dl": head}).SerializeToString())
    expected = head.predict(features)
    assert np.ptp(expected) > 0.5
    for nails in (1, 2, 16, 60):
        found = whole.run_now({name: array[:nails] for name, array in shown.items()})["hb_g_dl"]
        assert found.shape == (nails,) and np.allclose(found, expected[:nails], atol=2e-3)


def test_a_head_that_no_graph_can_hold_is_named(backbone, spec):
    rows = np.random.default_rng(0).normal(size=(60, 2 * FEATURES))
    table = NailTable(rows, np.arange(60), 10 + rows[:, 0], np.arange(60) % 6)
    with pytest.raises(DataError, match="SVR"):
        add_heads(feature_graph(backbone, spec), {"hb_g_dl": fit(HEADS["svr_rbf"], table, np.arange(60), 0)})


def test_pictures_are_enlarged_as_pillow_would():
    small = np.random.default_rng(0).normal(size=(1, 1, 3, DETAIL_PX, DETAIL_PX)).astype(np.float32)
    rows = enlargement(DETAIL_PX, SIDE_PX)
    assert np.allclose(rows @ small @ rows.T, enlarged(small), atol=1e-5)
    assert np.allclose(rows.sum(axis=1), 1)


def test_a_view_alone_and_its_mirror_image_alone_average_to_both(backbone, spec):
    crops = np.random.default_rng(0).normal(size=(3, 4, 3, DETAIL_PX, DETAIL_PX)).astype(np.float32)
    network = NativeNetwork(feature_graph(backbone, spec).SerializeToString())
    both, straight, mirrored = (
        network.run_now({"image": np.ascontiguousarray(each)})["embedding"]
        for each in (crops, crops[:, ::2], crops[:, 1::2])
    )
    assert np.allclose(both, (straight + mirrored) / 2, atol=1e-5)


def test_texture_is_the_mean_and_spread_of_the_last_map_at_an_eighth_of_the_side(timm_checkpoint):
    path, network, torch = timm_checkpoint
    plain = load_backbone("mobilenetv3_small_050", path)
    backbone = with_texture(plain)
    pictures = np.random.default_rng(0).normal(size=(2, 3, 224, 224)).astype(np.float32)
    found = NativeNetwork(backbone.model.SerializeToString()).run_now({"image": pictures})["embedding"]
    deep, texture = np.split(found, [plain.features], axis=1)
    assert backbone.depths == (plain.features, texture.shape[1]) and backbone.features == found.shape[1]
    assert np.allclose(deep, NativeNetwork(plain.model.SerializeToString()).run_now({"image": pictures})["embedding"])

    maps = []
    hooks = [
        layer.register_forward_hook(lambda _layer, _inputs, output: maps.append(output)) for layer in network.modules()
    ]
    with torch.no_grad():
        network(torch.from_numpy(pictures))
    for hook in hooks:
        hook.remove()
    last = [each for each in maps if each.ndim == 4 and each.shape[2:] == (28, 28)][-1].numpy()
    expected = np.concatenate([last.mean(axis=(2, 3)), last.std(axis=(2, 3))], axis=1)
    assert np.abs(texture - expected).max() < 0.01 * np.abs(expected).max()


def test_the_graph_says_which_depth_a_feature_comes_from(backbone, spec):
    two_deep = replace(backbone, depths=(4, 2))
    assert feature_depths(feature_graph(two_deep, spec)).tolist() == [0, 0, 0, 0, 1, 1] * 2
    assert feature_depths(feature_graph(backbone, spec)).tolist() == [0] * 12


@pytest.mark.parametrize("packed, share, most_off", [(store_half, 0.52, 0.01), (store_int8, 0.27, 0.1)])
def test_packed_weights_take_fewer_bytes_and_compute_alike(packed, share, most_off):
    weights = np.random.default_rng(3).normal(scale=0.1, size=(64, 64, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["y"])],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64, 6, 6])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.ones(64, np.float32), "b")],
    )
    full = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    before = full.SerializeToString()
    small = packed(full)
    assert full.SerializeToString() == before
    assert len(small.SerializeToString()) < share * len(before)
    # Biases are small and stay exact.
    assert {entry.name: entry.data_type for entry in small.graph.initializer}["b"] == TensorProto.FLOAT
    picture = np.random.default_rng(4).normal(size=(1, 64, 8, 8)).astype(np.float32)
    outputs = [NativeNetwork(model.SerializeToString()).run_now({"x": picture})["y"] for model in (full, small)]
    assert 0 < np.abs(outputs[0] - outputs[1]).max() < most_off


def test_int8_keeps_a_channel_of_zeros_and_each_channel_to_its_own_scale():
    weights = np.random.default_rng(5).normal(size=(4, 512)).astype(np.float32)
    weights[0], weights[1] = 0.0, weights[1] * 1e-3
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 512])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 512])],
        [numpy_helper.from_array(weights, "w")],
    )
    small = store_int8(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
    found = NativeNetwork(small.SerializeToString()).run_now({"x": np.zeros((4, 512), np.float32)})["y"]
    assert (found[0] == 0).all()
    assert np.abs(found - weights).max(axis=1) == pytest.approx(np.zeros(4), abs=0.02)
    assert np.abs(found[1] - weights[1]).max() <= np.abs(weights[1]).max() / 253


def test_half_leaves_numbers_that_do_not_fit():
    constants = np.linspace(0, 1e6, 2048).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "c"], ["y"])],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2048])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2048])],
        [numpy_helper.from_array(constants, "c")],
    )
    half = store_half(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
    assert [entry.data_type for entry in half.graph.initializer] == [TensorProto.FLOAT]


@pytest.fixture(scope="module")
def timm_checkpoint(tmp_path_factory):
    """Random weights of a small network of timm, as a checkpoint that stands in for the hub's file format."""
    from trainer.tools.torch_parts import import_torch_parts

    torch = import_torch_parts()
    import timm

    torch.manual_seed(0)
    network = timm.create_model("mobilenetv3_small_050")
    path = tmp_path_factory.mktemp("timm") / "small.pth"
    torch.save(network.state_dict(), path)
    network.reset_classifier(0)
    return path, network.eval(), torch


def test_timm_backbone_from_a_checkpoint(timm_checkpoint):
    path, network, torch = timm_checkpoint
    backbone = load_backbone("mobilenetv3_small_050", path)
    assert backbone.side_px == 224
    assert "small.pth" in backbone.weights
    pictures = np.random.default_rng(0).normal(size=(3, 3, 224, 224)).astype(np.float32)
    found = NativeNetwork(backbone.model.SerializeToString()).run_now({"image": pictures})["embedding"]
    with torch.no_grad():
        expected = network(torch.from_numpy(pictures)).numpy()
    assert found.shape == (3, backbone.features)
    # What rounding the weights to float16 may cost.
    assert np.abs(found - expected).max() < 0.01 * np.abs(expected).max()


def test_a_checkpoint_of_another_network_is_refused(timm_checkpoint, tmp_path):
    path, _, torch = timm_checkpoint
    with pytest.raises(DataError, match=r"small\.pth"):
        load_backbone("resnet18", path)
    part = tmp_path / "part.pth"
    weights = torch.load(path)
    torch.save({name: weights[name] for name in list(weights)[:20]}, part)
    with pytest.raises(DataError, match="lacks"):
        load_backbone("mobilenetv3_small_050", part)
    with pytest.raises(DataError, match="no such file"):
        load_backbone("mobilenetv3_small_050", tmp_path / "none.pth")


def test_every_shipped_graph_is_valid_onnx():
    from app.models import SHIPPED_MODELS

    for name in ("detector.onnx", "estimator.onnx"):
        onnx.checker.check_model(onnx.load(SHIPPED_MODELS / name), full_check=True)
