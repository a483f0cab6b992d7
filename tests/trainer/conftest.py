"""Small data sets, drawn and written by these tests: as the real one is laid out, and broken where a test says."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tests.drawn_hand import draw_hand
from trainer.data.dataset import COLUMNS, NAIL_COLUMN, SKIN_COLUMN

WIDTH, HEIGHT = 400, 300


@dataclass
class DrawnDataset:
    """Rows as they will stand in metadata.csv; change them, then `write()`."""

    folder: Path
    rows: list[dict[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=lambda: list(COLUMNS))

    def add(self, patient_id: str, session: str, hb_g_l: float | str) -> None:
        """One patient with a photograph of three nails; redder skin with more Hb."""
        redness = 120 + 0.5 * hb_g_l if isinstance(hb_g_l, float | int) else 180
        hand = draw_hand(3, WIDTH, HEIGHT, skin=(int(redness), 140, 120), seed=len(self.rows))
        (self.folder / "photo").mkdir(parents=True, exist_ok=True)
        self.photo(patient_id).write_bytes(hand.encoded())
        nails = [[y1, x1, y2, x2] for x1, y1, x2, y2 in hand.nail_boxes]
        skin = [[y1, min(x2 + 10, WIDTH - 30), y2, min(x2 + 40, WIDTH)] for y1, _, y2, x2 in nails]
        values = (patient_id, session, str(hb_g_l), json.dumps(nails), json.dumps(skin))
        self.rows.append(dict(zip(COLUMNS, values, strict=True)))

    def photo(self, patient_id: str) -> Path:
        """Where a patient's photograph is."""
        return self.folder / "photo" / f"{patient_id}.jpg"

    def set_nails(self, row: int, boxes_yxyx: list[list[float]]) -> None:
        """Other nail boxes for one row."""
        self.rows[row][NAIL_COLUMN] = json.dumps(boxes_yxyx)

    def set_skin(self, row: int, text: str) -> None:
        """Another skin cell for one row."""
        self.rows[row][SKIN_COLUMN] = text

    def write(self) -> Path:
        """Write metadata.csv; returns the folder."""
        with (self.folder / "metadata.csv").open("w", newline="") as lines:
            writer = csv.DictWriter(lines, self.columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.rows)
        return self.folder


def drawn(folder: Path, patients: int, sessions: int) -> DrawnDataset:
    """`patients` in `sessions`, Hb between 80 and 160 g/L."""
    dataset = DrawnDataset(folder)
    levels = np.random.default_rng(1).uniform(80, 160, patients)
    for index in range(patients):
        dataset.add(str(index + 1), f"session{index % sessions}", float(levels[index].round(1)))
    return dataset


@pytest.fixture
def dataset(tmp_path: Path) -> DrawnDataset:
    """Five patients of five sessions."""
    return drawn(tmp_path / "data", 5, 5)
