"""What every trained detector has, whichever way it was trained: its picture's side, its classes, its checkpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.data.dataset import DataError

SIDE_PX = 320
CLASS_NAMES = ("nail", "skin")
# As the original system has them; where there are ordinary photographs to choose by, another confidence ships.
CONFIDENCE, NMS_IOU = 0.35, 0.45


@dataclass(frozen=True, slots=True)
class TrainedDetector:
    """A finished training: its checkpoint, and in words and numbers what models.json says of it."""

    checkpoint: Path
    architecture: str
    start_weights: str
    training: dict[str, Any]


def check_same_training(folder: Path, made_from: dict[str, Any]) -> None:
    """Let a training go on only with what it was begun with.

    Raises:
        DataError: the folder holds a training of another recipe, other data or other start weights.
    """
    stamp = folder / "made-from.json"
    if not stamp.is_file():
        if (folder / "weights").is_dir():
            raise DataError(f"{folder}: holds a training of an unknown recipe; move it away or give another --runs")
        return
    before = json.loads(stamp.read_text())
    changed = [name for name in made_from if before.get(name) != made_from[name]]
    if changed:
        names = " and ".join(name.replace("_", " ") for name in changed)
        raise DataError(f"{folder}: holds a training with another {names}; move it away or give another --runs")
