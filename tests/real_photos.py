"""The data set's photographs for tests: found where the trainer finds them, skipped where they are absent."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from trainer.data.dataset import DATA_VARIABLE, HANDS_VARIABLE, Patient, dataset_place, read_dataset
from trainer.data.hands import HANDS_BESIDE_REPOSITORY

DATASET = dataset_place()[0]
HANDS = Path(os.environ.get(HANDS_VARIABLE) or HANDS_BESIDE_REPOSITORY)

needs_real_photos = pytest.mark.skipif(
    not (DATASET / "metadata.csv").is_file(),
    reason=f"the Yakimov 2024 data set is not here: `python -m trainer data` fetches it, {DATA_VARIABLE} names it",
)

needs_hands = pytest.mark.skipif(
    not (HANDS / "index.csv").is_file(), reason=f"hands11k is not here; name its folder with {HANDS_VARIABLE}"
)


@cache
def patients() -> dict[str, Patient]:
    """Every usable patient by id."""
    return {patient.patient_id: patient for patient in read_dataset(DATASET, lambda _line: None)}


def best_iou(box: list[float], others: np.ndarray) -> float:
    """How well a box (4,) xyxy meets the best of the others (N, 4)."""
    from app.core.find.detection import iou_matrix

    return float(iou_matrix(np.array([box]), np.asarray(others, dtype=float)).max())
