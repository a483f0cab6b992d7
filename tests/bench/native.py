"""The networks in the native ONNX Runtime at one thread: what this machine can do, to read every other figure by."""

import statistics
import time
from pathlib import Path

import numpy as np
import onnxruntime

RUNS = 15
# What DESIGN.md's targets are scaled by: the original's detector and its backbone.
REFERENCE_DETECTOR, REFERENCE_BACKBONE = "yolov8n.yaml", "mobilenetv4_conv_small"


def median_ms(model: bytes, inputs: dict[str, np.ndarray]) -> float:
    """One inference at one thread, the median of RUNS."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session.run(None, inputs)
    times = []
    for _ in range(RUNS):
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
        "detector": median_ms((models / manifest.detector.file).read_bytes(), {"images": image}),
        "estimator": median_ms((models / spec.file).read_bytes(), {"image": crops}),
    }


def reference_ms(cache: Path) -> float | None:
    """YOLOv8n at 320 and MobileNetV4-Conv-Small at 224, one after the other; None without the extra `train`.

    Their weights do not matter here and are random. The two files are kept in `cache`.
    """
    files = {"images": (cache / "yolov8n.onnx", 320), "image": (cache / "mobilenetv4.onnx", 224)}
    if not all(path.is_file() for path, _ in files.values()):
        try:
            _export(cache, *(path for path, _ in files.values()))
        except ImportError:
            return None
    return sum(
        median_ms(path.read_bytes(), {name: np.zeros((1, 3, side, side), dtype=np.float32)})
        for name, (path, side) in files.items()
    )


def _export(cache: Path, detector: Path, backbone: Path) -> None:
    from trainer.torch_parts import import_torch_parts

    torch = import_torch_parts()
    import timm
    from ultralytics.nn.tasks import DetectionModel

    cache.mkdir(parents=True, exist_ok=True)
    network = DetectionModel(REFERENCE_DETECTOR, nc=2, verbose=False).eval()
    network.model[-1].export = True
    network.model[-1].format = "onnx"
    classifier = timm.create_model(REFERENCE_BACKBONE, pretrained=False, num_classes=0).eval()
    for each, name, side, path in ((network.fuse(), "images", 320, detector), (classifier, "image", 224, backbone)):
        picture = torch.zeros(1, 3, side, side)
        torch.onnx.export(each, (picture,), str(path), input_names=[name], opset_version=17, dynamo=False)
