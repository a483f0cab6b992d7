"""A backbone that can be trained further: timm's own network, or a MobileNet from a TFLite file as torch runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from trainer.config import BackboneChoice
from trainer.data.dataset import DataError
from trainer.estimator.backbones import RANDOM_WEIGHTS, load_backbone
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME
from trainer.tools.torch_parts import import_torch_parts

_FOLDED: dict[str, Callable[..., Any]] = {
    "Cast": lambda value: value.astype(np.float32),
    "Sub": np.subtract,
    "Mul": np.multiply,
}


def trainable(choice: BackboneChoice, folder: Path, seed: int) -> tuple[Any, str]:
    """(network from images (N, 3, side, side) to features (N, d), where its weights come from)."""
    torch = import_torch_parts()
    torch.manual_seed(seed)
    if choice.weights is not None and choice.weights.endswith(".tflite"):
        backbone = load_backbone(choice.name, folder / choice.weights)
        return from_onnx(backbone.model), backbone.weights
    import timm

    if not timm.is_model(choice.name):
        raise DataError(f"{choice.name}: timm {timm.__version__} knows no such network (--config)")
    network = timm.create_model(choice.name, num_classes=0)
    return network, f"timm {timm.__version__} {choice.name}: {RANDOM_WEIGHTS} (seed {seed}), never trained"


def from_onnx(model: onnx.ModelProto) -> Any:
    """The graph of `tflite_import` as a torch module whose weights and biases are parameters.

    Raises:
        DataError: the graph has an operator that such a graph does not have.
    """
    import_torch_parts()
    import torch

    constants = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        if node.op_type in _FOLDED and all(name in constants for name in node.input):
            constants[node.output[0]] = _FOLDED[node.op_type](*(constants[name] for name in node.input))
        else:
            nodes.append(node)

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = torch.nn.ParameterDict(
                {
                    _key(name): torch.nn.Parameter(torch.from_numpy(np.array(constants[name], dtype=np.float32)))
                    for node in nodes
                    if node.op_type == "Conv"
                    for name in node.input[1:]
                }
            )

        def forward(self, image: Any) -> Any:
            values = {INPUT_NAME: image}
            for node in nodes:
                values[node.output[0]] = self._run(node, values)
            return values[OUTPUT_NAME]

        def _run(self, node: onnx.NodeProto, values: dict[str, Any]) -> Any:
            first = values[node.input[0]]
            if node.op_type == "Conv":
                return self._convolution(node, first)
            if node.op_type == "Clip":
                return first.clamp(float(constants[node.input[1]]), float(constants[node.input[2]]))
            if node.op_type == "Add":
                return first + values[node.input[1]]
            if node.op_type == "GlobalAveragePool":
                return first.mean(dim=(2, 3), keepdim=True)
            if node.op_type == "Flatten":
                return first.flatten(1)
            raise DataError(f"operator {node.op_type} is not one of a MobileNetV1 or V2")

        def _convolution(self, node: onnx.NodeProto, image: Any) -> Any:
            attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
            top, left, bottom, right = attributes["pads"]
            weight, bias = (self.weights[_key(name)] for name in node.input[1:3])
            padded = torch.nn.functional.pad(image, (left, right, top, bottom))
            return torch.nn.functional.conv2d(
                padded, weight, bias, stride=tuple(attributes["strides"]), groups=attributes.get("group", 1)
            )

    return Network()


def _key(name: str) -> str:
    # A name with a dot would be a path into the module.
    return name.replace(".", "_")
