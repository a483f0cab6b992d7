"""The networks in the native ONNX Runtime at one thread: what this machine can do, to read every other figure by."""

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

RUNS = 15
# It is asked again and again between what the page does, so a few are enough.
REFERENCE_RUNS = 5
# What DESIGN.md's targets are scaled by: the original's detector and its backbone.
REFERENCE_DETECTOR, REFERENCE_BACKBONE = "yolov8n.yaml", "mobilenetv4_conv_small"


def opened(model: bytes) -> onnxruntime.InferenceSession:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def median_ms(session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray], runs: int = RUNS) -> float:
    """One inference, the median of `runs`."""
    session.run(None, inputs)
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        session.run(None, inputs)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def shipped_ms(models: Path, nails: int) -> dict[str, float]:
    """Our detector, and our estimator on so many nails."""
    from app.core.manifest import parse_manifest

    manifest = parse_manifest((models / "models.json").read_bytes())
    side, spec = manifest.detector.side_px, manifest.estimator
    image = np.zeros((1, 3, side, side), dtype=np.float32)
    crops = np.zeros((nails, spec.pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    return {
        "detector": median_ms(opened((models / manifest.detector.file).read_bytes()), {"images": image}),
        "estimator": median_ms(opened((models / spec.file).read_bytes()), {"image": crops}),
    }


class Reference:
    """YOLOv8n at 320 and MobileNetV4-Conv-Small at 224, one after the other: how fast this machine is just now.

    Their weights do not matter here and are random.
    """

    def __init__(self, cache: Path) -> None:
        """The two files are kept in `cache`."""
        files = {"images": (cache / "yolov8n.onnx", 320), "image": (cache / "mobilenetv4.onnx", 224)}
        if not all(path.is_file() for path, _ in files.values()):
            _export(cache, *(path for path, _ in files.values()))
        self._networks = [
            (opened(path.read_bytes()), {name: np.zeros((1, 3, side, side), dtype=np.float32)})
            for name, (path, side) in files.items()
        ]

    def ms(self) -> float:
        """Both, once."""
        return sum(median_ms(session, inputs, REFERENCE_RUNS) for session, inputs in self._networks)


def _export(cache: Path, detector: Path, backbone: Path) -> None:
    from trainer.tools.torch_parts import import_torch_parts

    torch = import_torch_parts()
    import timm
    from ultralytics.nn.tasks import DetectionModel

    cache.mkdir(parents=True, exist_ok=True)
    network: Any = DetectionModel(REFERENCE_DETECTOR, nc=2, verbose=False).eval()
    network.model[-1].export = True
    network.model[-1].format = "onnx"
    classifier = timm.create_model(REFERENCE_BACKBONE, pretrained=False, num_classes=0).eval()
    for each, name, side, path in ((network.fuse(), "images", 320, detector), (classifier, "image", 224, backbone)):
        picture = torch.zeros(1, 3, side, side)
        torch.onnx.export(each, (picture,), str(path), input_names=[name], opset_version=17, dynamo=False)
