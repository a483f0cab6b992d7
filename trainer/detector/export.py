"""From a checkpoint to the detector that ships: ONNX opset 13, (1, 3, height, width) in, (1, 6, cells) out."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from app.core.find.letterbox import letterbox_picture
from app.runtime.native import NativeNetwork
from trainer.data.dataset import Patient
from trainer.detector.free_sides import STRIDE_PX, free_sides
from trainer.detector.trained import SIDE_PX
from trainer.tools.onnx_parts import store_half
from trainer.tools.torch_parts import import_torch_parts, quiet

OPSET = 13
INPUT_NAME = "images"
# Written by ultralytics: when and from which folder. The same checkpoint must give the same bytes everywhere.
DROPPED_METADATA = ("date",)
DESCRIPTION = "HemoLens nail and skin detector"


def export_detector(checkpoint: Path) -> onnx.ModelProto:
    """The checkpoint as it ships, for a canvas with free sides, its weights stored as float16.

    The checkpoint itself is left alone; ultralytics writes its files beside a copy.
    """
    import_torch_parts()
    from ultralytics.models import YOLO

    with tempfile.TemporaryDirectory() as folder, quiet():
        copy = Path(folder) / "detector.pt"
        shutil.copyfile(checkpoint, copy)
        written = YOLO(str(copy)).export(format="onnx", imgsz=SIDE_PX, opset=OPSET, simplify=True, dynamic=False)
        full = onnx.load(str(written))
    kept = [(entry.key, entry.value) for entry in full.metadata_props if entry.key not in DROPPED_METADATA]
    del full.metadata_props[:]
    for key, value in kept:
        full.metadata_props.add(key=key, value=DESCRIPTION if key == "description" else value)
    return store_half(free_sides(full))


def largest_difference(checkpoint: Path, shipped: onnx.ModelProto, patients: list[Patient]) -> dict[str, float]:
    """How far what ships, in ONNX Runtime, is from the checkpoint in PyTorch, at most, on real photographs: boxes in
    px, scores. In it are the export and the rounding of the weights to float16."""
    torch = import_torch_parts()
    from ultralytics.models import YOLO

    network: Any = YOLO(str(checkpoint)).model
    trained = network.float().eval()
    network = NativeNetwork(shipped.SerializeToString())
    boxes_px = scores = 0.0
    for patient in patients:
        canvas, _ = letterbox_picture(patient.picture(), SIDE_PX, STRIDE_PX)
        image = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255.0)
        ours = network.run_now({INPUT_NAME: image})["output0"]
        with torch.no_grad():
            answer = trained(torch.from_numpy(image))
        exact = (answer[0] if isinstance(answer, tuple | list) else answer).numpy()
        # Boxes without a score are noise that nobody reads.
        read = exact[0, 4:].max(axis=0) >= 0.05
        if read.any():
            boxes_px = max(boxes_px, float(np.abs(ours - exact)[0, :4, read].max()))
        scores = max(scores, float(np.abs(ours - exact)[0, 4:].max()))
    return {"boxes_px": boxes_px, "scores": scores, "photographs": len(patients)}
