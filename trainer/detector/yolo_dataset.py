"""The photographs as ultralytics wants them: pictures at the detector's scale, labels, one YAML.

The pictures are scaled by `app.core.find.letterbox`, so the detector learns from the very pixels that it will be
shown on a phone; ultralytics adds the same grey margin by itself.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

import app.core.find.letterbox
from app.core.find.letterbox import letterbox_picture
from app.files import write_whole
from trainer.data.dataset import Patient, dataset_fingerprint
from trainer.data.splits import Split
from trainer.detector.trained import CLASS_NAMES
from trainer.tools.progress import Progress


@dataclass(frozen=True, slots=True)
class YoloDataset:
    """Where the YAML is, and one hash of all it was made from."""

    yaml_path: Path
    fingerprint: str


def write_yolo_dataset(
    patients: list[Patient], split: Split, folder: Path, side_px: int, progress: Progress
) -> YoloDataset:
    """Write images/, labels/ and data.yaml under `folder`.

    A folder that was already written from the same patients, scaled by the same means, is left as it is.
    """
    yaml_path, stamp = folder / "data.yaml", folder / "made-from.txt"
    parts = (side_px, split.train.tolist(), split.val.tolist(), split.test.tolist(), dataset_fingerprint(patients))
    scaling = inspect.getsource(app.core.find.letterbox)
    fingerprint = hashlib.sha256(repr((*parts, scaling)).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return YoloDataset(yaml_path, fingerprint)
    shutil.rmtree(folder, ignore_errors=True)
    with progress.task("scaling photographs", len(patients)) as advance:
        for name, indices in (("train", split.train), ("val", split.val), ("test", split.test)):
            images, labels = folder / "images" / name, folder / "labels" / name
            images.mkdir(parents=True)
            labels.mkdir(parents=True)
            for index in indices:
                _write_example(patients[index], images, labels, side_px)
                advance()
    splits = {name: f"images/{name}" for name in ("train", "val", "test")}
    names = dict(enumerate(CLASS_NAMES))
    yaml_path.write_text(yaml.safe_dump({"path": str(folder.resolve()), **splits, "names": names}))
    # Last: a folder without its stamp is made anew.
    write_whole(stamp, fingerprint)
    return YoloDataset(yaml_path, fingerprint)


def _write_example(patient: Patient, images: Path, labels: Path, side_px: int) -> None:
    canvas, place = letterbox_picture(patient.picture(), side_px)
    rows = slice(place.top, place.top + place.content_height)
    columns = slice(place.left, place.left + place.content_width)
    Image.fromarray(canvas[rows, columns]).save(images / f"{patient.patient_id}.png")
    (labels / f"{patient.patient_id}.txt").write_text("\n".join(_label_lines(patient)) + "\n")


def _label_lines(patient: Patient) -> list[str]:
    """Class, centre and size of each box, as fractions of the photograph."""
    size = np.array([patient.width, patient.height, patient.width, patient.height], dtype=np.float64)
    lines = []
    for class_id, boxes in enumerate((patient.nail_boxes, patient.skin_boxes)):
        for x1, y1, x2, y2 in boxes / size:
            lines.append(f"{class_id} {(x1 + x2) / 2:.6f} {(y1 + y2) / 2:.6f} {x2 - x1:.6f} {y2 - y1:.6f}")
    return lines
