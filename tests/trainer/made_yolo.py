"""A YOLOv8n with 80 classes that was never trained, quantised by code: for the import, where no weights are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from trainer.tools.torch_parts import import_torch_parts, quiet

SIDE_PX = 64


def export_untrained(folder: Path) -> onnx.ModelProto:
    """A float export of ultralytics', with batch normalisations inside its convolutions that do something."""
    torch = import_torch_parts()
    from ultralytics.models import YOLO
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(3)
    network: Any = DetectionModel("yolov8n.yaml", nc=80, verbose=False)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.weight.data.uniform_(0.8, 1.6)
            part.bias.data.normal_(0.2, 0.3)
            part.running_mean.normal_(0.0, 0.1)
            part.running_var.uniform_(0.1, 0.5)
        elif isinstance(part, torch.nn.Conv2d) and part.bias is not None:
            # Equal ones would be stored once, and all scores be next to nothing.
            part.bias.data.normal_()
    checkpoint = folder / "untrained.pt"
    torch.save({"model": network, "train_args": {}}, checkpoint)
    with quiet():
        written = YOLO(str(checkpoint)).export(format="onnx", imgsz=SIDE_PX, opset=13, simplify=True)
    return onnx.load(str(written))


def quantise(model: onnx.ModelProto, by_channel: bool) -> onnx.ModelProto:
    """A copy with the weights of its convolutions as whole numbers, under the names that ONNX Runtime gives them.

    By channel they are uint8 with zero points, otherwise int8 with one scale for all.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    weights = [
        each
        for each in copy.graph.initializer
        # The numbers that read a box off its distribution are fixed: rounded, they would move the boxes.
        if each.name.endswith(".weight") and len(each.dims) == 4 and ".dfl." not in each.name
    ]
    steps = []
    for weight in weights:
        values = numpy_helper.to_array(weight)
        if by_channel:
            low = np.minimum(values.min(axis=(1, 2, 3)), 0)
            high = np.maximum(values.max(axis=(1, 2, 3)), 0)
            scale = (high - low) / 255
            zero = np.rint(-low / scale).astype(np.uint8)
            along = (-1, 1, 1, 1)
            whole = np.rint(values / scale.reshape(along)) + zero.reshape(along)
            whole = whole.clip(0, 255).astype(np.uint8)
        else:
            scale, zero = np.abs(values).max() / 127, np.int8(0)
            whole = np.rint(values / scale).astype(np.int8)
        parts = {"quantized": whole, "scale": np.float32(scale), "zero_point": zero}
        copy.graph.initializer.extend(
            numpy_helper.from_array(np.asarray(part), f"{weight.name}_{name}") for name, part in parts.items()
        )
        steps.append(
            helper.make_node("DequantizeLinear", [f"{weight.name}_{name}" for name in parts], [weight.name], axis=0)
        )
        copy.graph.initializer.remove(weight)
    nodes = [*steps, *copy.graph.node]
    del copy.graph.node[:]
    copy.graph.node.extend(nodes)
    onnx.checker.check_model(copy, full_check=True)
    return copy
