"""The detector's figures on a split, by ultralytics' own validator run on the ONNX file that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer.detector.trained import SIDE_PX
from trainer.tools.torch_parts import import_torch_parts, quiet


def measure_detector(model: Path, data_yaml: Path, runs: Path, split: str = "test") -> dict[str, Any]:
    """P, R (at the confidence of the best F1) and mAP50 of each class and overall, as fractions."""
    import_torch_parts()
    from ultralytics.models import YOLO

    with quiet():
        result = YOLO(str(model), task="detect").val(
            data=str(data_yaml.resolve()),
            split=split,
            imgsz=SIDE_PX,
            batch=1,
            rect=False,
            plots=False,
            workers=0,
            project=str(runs.resolve()),
            name="detector-val",
            exist_ok=True,
            verbose=False,
        )
    figures: dict[str, Any] = {}
    for place, class_id in enumerate(result.box.ap_class_index):
        precision, recall, map50, _ = result.box.class_result(place)
        figures[result.names[int(class_id)]] = _entry(precision, recall, map50)
    precision, recall, map50, _ = result.box.mean_results()
    figures["overall"] = _entry(precision, recall, map50)
    return figures


def _entry(precision: float, recall: float, map50: float) -> dict[str, float]:
    return {"p": float(precision), "r": float(recall), "map50": float(map50)}
