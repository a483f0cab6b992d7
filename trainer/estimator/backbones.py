"""The frozen network that turns a picture of a nail into features, always as the same kind of ONNX graph.

Either a network of timm with its pretrained weights (from the model hub, or from a checkpoint file), or a
quantised MobileNet in a TFLite file. How pictures must be prepared is a property of the network and is
resolved here, once.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from app.files import sha256_of
from trainer.data.dataset import DataError
from trainer.estimator.tflite_import import INPUT_NAME, OPSET, OUTPUT_NAME, import_tflite
from trainer.tools.onnx_parts import store_half
from trainer.tools.torch_parts import import_torch_parts, quiet

DEFAULT_BACKBONE = "efficientnet_lite0"
RANDOM_WEIGHTS = "random weights"
# What these networks are usually asked at. Fully convolutional, so the side is free.
TFLITE_SIDE_PX = 224

_CORAL = "trained on ImageNet (ILSVRC 2012), from github.com/google-coral/test_data, Apache-2.0"
# What is known of a weights file goes by its bytes, since a name can be given to anything.
KNOWN_WEIGHTS = {
    "f409ef4f73fcbb9667841965623c5c8524aac33d41b9bf5f3667161fb4a76319": f"MobileNetV1 1.0 224, uint8, {_CORAL}",
    "cb273c23ee76374b05b9583177e28aa19744858a7679c56a250e83d0333da785": f"MobileNetV1 0.25 128, uint8, {_CORAL}",
    "7aad0c74c5e3c06e5eb3c827e13304fdd68a83da6087d92ee169c24ff9fd4776": f"MobileNetV2 1.0 224, uint8, {_CORAL}",
    "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c": f"MobileNetV2 1.0 224, int8, {_CORAL}",
}


@dataclass(frozen=True, slots=True)
class Backbone:
    """`model` takes `image` (N, 3, side_px, side_px), normalised, and gives `embedding` (N, features).

    `mean` and `std` are for RGB in 0..1; `weights` says in words where the weights come from. `depths` says how many
    of the features come from which depth of the network, one after the other; empty: all from the last.
    """

    name: str
    model: onnx.ModelProto
    features: int
    side_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    weights: str
    depths: tuple[int, ...] = ()


def load_backbone(name: str, weights: Path | None, side_px: int | None = None) -> Backbone:
    """A TFLite file where `weights` is one, else timm's `name`, with a checkpoint's weights or the hub's.

    It takes pictures of `side_px`; None: of the size that the network was trained with.

    Raises:
        DataError: no such file, no such network, or the hub cannot be reached.
    """
    if weights is not None and not weights.is_file():
        raise DataError(f"{weights}: no such file (--backbone-weights)")
    if weights is not None and weights.suffix == ".tflite":
        return _from_tflite(weights, side_px or TFLITE_SIDE_PX)
    return _from_timm(name, weights, side_px=side_px)


def _from_tflite(path: Path, side_px: int) -> Backbone:
    imported = import_tflite(path)
    digest = sha256_of(path)
    origin = KNOWN_WEIGHTS.get(digest, "origin not known")
    return Backbone(
        name=path.stem,
        model=imported.model,
        features=imported.features,
        side_px=side_px,
        # These networks take (x - 127.5) / 127.5, which is this in 0..1.
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        weights=f"{origin}; {path.name}, sha256 {digest}",
    )


def random_backbone(name: str, seed: int) -> Backbone:
    """timm's `name` as it is before any training: a row of a comparison that has no better weights.

    Raises:
        DataError: no such network.
    """
    return _from_timm(name, None, seed)


def exported(torch: Any, network: Any, side_px: int) -> onnx.ModelProto:
    """A network of PyTorch, from pictures (N, 3, side_px, side_px) to features, as `Backbone.model` has it."""
    written = io.BytesIO()
    with torch.no_grad(), quiet():
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, side_px, side_px),),
            written,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={INPUT_NAME: {0: "n"}, OUTPUT_NAME: {0: "n"}},
        )
    return onnx.load_from_string(written.getvalue())


def _from_timm(name: str, checkpoint: Path | None, seed: int | None = None, side_px: int | None = None) -> Backbone:
    torch = import_torch_parts()
    import timm
    from timm.data.config import resolve_data_config

    if not timm.is_model(name):
        raise DataError(f"{name}: timm {timm.__version__} knows no such network (--backbone)")
    network: Any
    if seed is not None:
        torch.manual_seed(seed)
        network = timm.create_model(name, num_classes=0)
    else:
        network = _pretrained(name) if checkpoint is None else _from_checkpoint(name, checkpoint)
    network.eval()
    config = resolve_data_config({}, model=network)
    side_px = side_px or int(config["input_size"][-1])
    with torch.no_grad():
        features = int(network(torch.zeros(2, 3, side_px, side_px)).shape[1])
    origin = (
        f"{RANDOM_WEIGHTS} (seed {seed}), never trained"
        if seed is not None
        else f"checkpoint {checkpoint.name}, sha256 {sha256_of(checkpoint)}"
        if checkpoint
        else f"pretrained, {network.pretrained_cfg.get('hf_hub_id')} {network.pretrained_cfg.get('tag')}, "
        f"licence {network.pretrained_cfg.get('license')}"
    )
    return Backbone(
        name=name,
        model=store_half(exported(torch, network, side_px)),
        features=features,
        side_px=side_px,
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        weights=f"timm {timm.__version__} {name}: {origin}",
    )


def _pretrained(name: str) -> Any:
    import timm

    # The client tells of each of its tries; one line at the end says it all.
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    try:
        return timm.create_model(name, num_classes=0, pretrained=True)
    except Exception as error:  # the hub's client, its transport and timm each have their own
        raise DataError(
            f"{name}: its pretrained weights cannot be had from the model hub ({type(error).__name__}); "
            "give a file with --backbone-weights FILE (a checkpoint of this network, or a .tflite MobileNet), or let "
            f"another network stand in: --backbone {DEFAULT_BACKBONE}"
        ) from None


def _from_checkpoint(name: str, checkpoint: Path) -> Any:
    import timm
    from timm.models import load_state_dict

    network = timm.create_model(name, num_classes=0)
    try:
        left_over = network.load_state_dict(load_state_dict(str(checkpoint)), strict=False)
    except Exception as error:  # the readers of both formats and torch's own
        raise DataError(f"{checkpoint}: cannot be read as weights of {name} ({type(error).__name__})") from None
    # Weights of the classifier are too many here; weights that are missing would stay random.
    if left_over.missing_keys:
        raise DataError(f"{checkpoint}: is not {name}; it lacks {len(left_over.missing_keys)} of its weights")
    return network
