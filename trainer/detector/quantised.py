"""Start weights out of a quantised ONNX file of YOLOv8n: made floats, and put into the network that ultralytics trains.

Such a file has the batch normalisations inside its convolutions. A training needs them outside, and doing in training
mode what they do afterwards: each gets the mean and variance that its convolution really has on the training
photographs, and the scale and shift that undo them. So nothing changes until the first step is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array
from app.core.find.letterbox import letterbox_picture
from app.files import sha256_of
from app.runtime.native import NativeNetwork
from trainer.data.dataset import DataError
from trainer.detector.trained import SIDE_PX
from trainer.tools.torch_parts import import_torch_parts

COCO_CLASSES = 80
# What the house keeps beside the repository; the file itself does not say that it was found in a public repository.
FOUND_SHA256 = "8ea02ba965c1f1bafb3c39ca63ea977bf8e16615e48223ff311b76f93f250818"
# Fixed numbers, 0 to 15, which a file can only hold less exactly than they are.
FIXED = ".dfl."
# Of scores as logits, between the file and what was made of it. The file rounds what flows between its layers as
# well, so they are not equal: the known one comes to 0.993; with two of its layers exchanged, one twice as strong or
# one without its bias, to 0.94 and less.
LEAST_CORRELATION = 0.97
COMPARED_PICTURES = 4


@dataclass(frozen=True, slots=True)
class QuantisedDetector:
    """A file's weights as floats, by the names of the fused network's parameters, and what it says of itself."""

    path: Path
    weights: dict[str, FloatArray]
    about: dict[str, str]

    def words(self) -> str:
        """Where a training starts that starts from it."""
        digest = sha256_of(self.path)
        claims = [self.about[key] for key in ("description", "license") if self.about.get(key)]
        found = "int8 weights of a public repository, made floats" if digest == FOUND_SHA256 else "read as floats"
        return (
            f"{self.path.name}, sha256 {digest}: {found}; "
            + (f"its own metadata say: {', '.join(claims)}" if claims else "it does not say what it was trained on")
            + "; batch normalisations set anew on the training photographs"
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near the network is to its file, on so many pictures: scores as logits, and each picture's best score."""

    correlation: float
    best_score: float
    pictures: int


def read_quantised(path: Path) -> QuantisedDetector:
    """Read every weight: stored as a float, or as whole numbers with scale and zero point as ONNX Runtime names them.

    Raises:
        DataError: not an ONNX file, or not one of YOLOv8n with 80 classes; names the weight that is in the way.
    """
    try:
        model = onnx.load(str(path))
    except Exception as error:  # its reader's exceptions have no common base
        raise DataError(f"{path}: cannot be read as ONNX ({_one_line(error)}) (--detector-weights)") from None
    stored = {weight.name: weight for weight in model.graph.initializer}
    weights = {}
    for name, shape in _fused_shapes(_new_network()).items():
        values = _floats(name, stored)
        if values is None:
            raise DataError(f"{path}: holds no {name}, so it is no YOLOv8n of ultralytics' (--detector-weights)")
        if values.shape != shape:
            raise DataError(
                f"{path}: {name} is {_by(values.shape)}, and {_by(shape)} in YOLOv8n with {COCO_CLASSES} classes "
                "(--detector-weights)"
            )
        weights[name] = values
    return QuantisedDetector(path, weights, {entry.key: entry.value for entry in model.metadata_props})


def start_network(read: QuantisedDetector, images: Sequence[FloatArray]) -> Any:
    """An ultralytics `DetectionModel` with 80 classes that gives what the weights give, in training mode too.

    Args:
        images: (1, 3, side, side) each, 0 to 1: training pictures, on which the convolutions' means and variances
            are taken.
    """
    torch = import_torch_parts()
    network = _new_network()
    normalised = _normalised(network)
    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, values in read.weights.items():
            block, _, kind = name.rpartition(".conv.")
            if block in normalised and kind == "bias":
                _set_normalisation(normalised[block], torch.tensor(values), torch.zeros(len(values)), None)
            else:
                parameters[name].copy_(torch.tensor(values))
        for block, (mean, variance) in _moments(network, images).items():
            _set_normalisation(normalised[block], torch.tensor(read.weights[f"{block}.conv.bias"]), mean, variance)
    return network


def agreement(read: QuantisedDetector, network: Any, pictures: Sequence[Path]) -> Agreement:
    """The network beside its file in ONNX Runtime, on the first pictures, at the file's own size.

    Raises:
        DataError: the file does not run, or gives something else than the network does.
    """
    torch = import_torch_parts()
    source = onnx.load(str(read.path)).graph.input[0]
    side_px = source.type.tensor_type.shape.dim[-1].dim_value or SIDE_PX
    theirs, ours = [], []
    for picture in pictures[:COMPARED_PICTURES]:
        image = input_of(picture, side_px)
        try:
            answer = next(iter(NativeNetwork(read.path).run_now({source.name: image}).values()))
        except Exception as error:  # ONNX Runtime's exceptions have no common base
            raise DataError(f"{read.path}: does not run ({_one_line(error)}) (--detector-weights)") from None
        with torch.no_grad():
            exact = network.eval()(torch.from_numpy(image))[0].numpy()
        if answer.shape != exact.shape:
            raise DataError(f"{read.path}: gives {_by(answer.shape)}, not {_by(exact.shape)} (--detector-weights)")
        theirs.append(answer[0, 4:])
        ours.append(exact[0, 4:])
    correlation = float(np.corrcoef(_logits(theirs), _logits(ours))[0, 1])
    best = max(abs(float(their.max() - our.max())) for their, our in zip(theirs, ours, strict=True))
    # Written so that no number at all is refused as well.
    if not correlation >= LEAST_CORRELATION:
        raise DataError(
            f"{read.path}: gives other scores than the YOLOv8n made of its weights (correlation {correlation:.2f}, at "
            f"least {LEAST_CORRELATION} expected), so it is another network (--detector-weights)"
        )
    return Agreement(correlation, best, len(theirs))


def _new_network() -> Any:
    import_torch_parts()
    from ultralytics.nn.tasks import DetectionModel

    return DetectionModel("yolov8n.yaml", nc=COCO_CLASSES, verbose=False)


def _normalised(network: Any) -> dict[str, Any]:
    """Name -> batch normalisation of every convolution that has one."""
    return {name.removesuffix(".bn"): part for name, part in network.named_modules() if name.endswith(".bn")}


def _fused_shapes(network: Any) -> dict[str, tuple[int, ...]]:
    """The parameters that the network has once its normalisations are inside its convolutions."""
    shapes = {}
    for name, values in network.named_parameters():
        if ".bn." in name:
            if name.endswith(".bn.bias"):
                shapes[name.replace(".bn.bias", ".conv.bias")] = tuple(values.shape)
        elif FIXED not in name:
            shapes[name] = tuple(values.shape)
    return shapes


def _floats(name: str, stored: Mapping[str, onnx.TensorProto]) -> FloatArray | None:
    if name in stored:
        return numpy_helper.to_array(stored[name]).astype(np.float32)
    parts = [f"{name}_{part}" for part in ("quantized", "scale", "zero_point")]
    if not all(part in stored for part in parts):
        return None
    whole, scale, zero_point = (numpy_helper.to_array(stored[part]).astype(np.float64) for part in parts)
    # One number for all, or one for each output channel.
    along = (-1,) + (1,) * (whole.ndim - 1)
    if not {scale.size, zero_point.size} <= {1, whole.shape[0]}:
        return None
    return ((whole - zero_point.reshape(along)) * scale.reshape(along)).astype(np.float32)


def _set_normalisation(part: Any, shift: Any, mean: Any, variance: Any | None) -> None:
    """Let it add `shift` (C,) and nothing else, while it normalises by `mean` and `variance` (C,); None: by 1."""
    variance = mean + 1 if variance is None else variance
    part.running_mean.copy_(mean)
    part.running_var.copy_(variance)
    part.weight.copy_((variance + part.eps).sqrt())
    part.bias.copy_(shift + mean)


def _moments(network: Any, images: Sequence[FloatArray]) -> dict[str, tuple[Any, Any]]:
    """Mean and variance (C,) of what comes into each normalisation, over all pixels of all images."""
    torch = import_torch_parts()
    normalised = _normalised(network)
    sums: dict[str, list[Any]] = {block: [0, 0.0, 0.0] for block in normalised}

    def note(block: str, values: Any) -> None:
        values = values.double()
        found = sums[block]
        found[0] += values[:, 0].numel()
        found[1] = found[1] + values.sum(dim=(0, 2, 3))
        found[2] = found[2] + values.square().sum(dim=(0, 2, 3))

    hooks = [
        part.register_forward_pre_hook(lambda _, inputs, block=block: note(block, inputs[0]))
        for block, part in normalised.items()
    ]
    network.eval()
    for image in images:
        network(torch.from_numpy(image))
    for hook in hooks:
        hook.remove()
    found = {}
    for block, (count, total, squares) in sums.items():
        mean = total / count
        found[block] = (mean.float(), (squares / count - mean.square()).clamp(min=0).float())
    return found


def input_of(picture: Path, side_px: int = SIDE_PX) -> FloatArray:
    """(1, 3, side, side), 0 to 1, of a photograph's file."""
    with Image.open(picture) as opened:
        canvas, _ = letterbox_picture(opened.convert("RGB"), side_px)
    return as_input(canvas)


def as_input(canvas: Uint8Array) -> FloatArray:
    """(1, 3, side, side), 0 to 1, of (side, side, 3) RGB."""
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255.0)


def _logits(scores: Sequence[FloatArray]) -> FloatArray:
    flat = np.concatenate([each.ravel() for each in scores]).astype(np.float64).clip(1e-7, 1 - 1e-7)
    return np.asarray(np.log(flat / (1 - flat)))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _by(shape: Sequence[int]) -> str:
    return "x".join(str(size) for size in shape)
