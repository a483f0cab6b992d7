"""A detector trained for an epoch on drawn hands: interrupted, gone on with, exported, measured."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest

from app.files import sha256_of
from tests.trainer.conftest import drawn
from trainer.data.dataset import DataError, read_dataset
from trainer.data.splits import original_split
from trainer.detector import export as detector_export
from trainer.detector.comparison import DetectorRecipe, train_detector
from trainer.detector.export import export_detector, largest_difference
from trainer.detector.free_sides import free_sides
from trainer.detector.metrics import measure_detector
from trainer.detector.start import find_start_weights
from trainer.detector.trained import SIDE_PX
from trainer.detector.yolo_dataset import write_yolo_dataset
from trainer.steps.models import kept_detector
from trainer.tools.progress import Progress

RECIPE = DetectorRecipe(epochs=2, batch=4)


class InterruptedProgress(Progress):
    """Somebody presses Ctrl-C after the first epoch."""

    def _lines(self, title, total, done):
        def advance(steps=1, note=""):
            raise KeyboardInterrupt

        yield advance

    _bar = _lines


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(runs, patients, yolo, start, best checkpoint) of a training that was interrupted once."""
    folder = tmp_path_factory.mktemp("detector")
    dataset = drawn(folder / "data", 8, 8)
    patients = read_dataset(dataset.write(), lambda line: None)
    runs = folder / "runs"
    yolo = write_yolo_dataset(patients, original_split(patients), runs / "yolo", SIDE_PX, Progress())
    start = find_start_weights("none", runs, Progress())
    with pytest.raises(KeyboardInterrupt):
        train_detector(yolo.yaml_path, yolo.fingerprint, runs, RECIPE, start, InterruptedProgress())
    assert not (runs / "detector" / "finished.txt").exists()
    best = train_detector(yolo.yaml_path, yolo.fingerprint, runs, RECIPE, start, Progress())
    return runs, patients, yolo, start, best


def test_an_interrupted_training_goes_on(trained):
    runs, *_, best = trained
    with (runs / "detector" / "results.csv").open() as lines:
        epochs = [int(row["epoch"]) for row in csv.DictReader(lines)]
    assert epochs == [1, 2]
    assert best.is_file()


def test_a_finished_training_is_not_done_again(trained):
    runs, _, yolo, start, best = trained
    before = best.stat().st_mtime_ns
    (runs / "detector" / "finished.txt").unlink()
    assert train_detector(yolo.yaml_path, yolo.fingerprint, runs, RECIPE, start, Progress()) == best
    assert best.stat().st_mtime_ns == before


@pytest.mark.parametrize("what", ["recipe", "data"])
def test_another_training_is_not_taken_for_this_one(trained, what):
    runs, _, yolo, start, _ = trained
    recipe = DetectorRecipe(**{**asdict(RECIPE), "seed": 5}) if what == "recipe" else RECIPE
    fingerprint = "other" if what == "data" else yolo.fingerprint
    with pytest.raises(DataError, match=f"another {what}.*--runs"):
        train_detector(yolo.yaml_path, fingerprint, runs, recipe, start, Progress())


def test_export_and_measure(trained, tmp_path, monkeypatch):
    runs, patients, yolo, _, best = trained
    before = best.read_bytes()
    shipped = export_detector(best)
    assert best.read_bytes() == before
    assert [path.name for path in best.parent.glob("*.onnx")] == []
    # Two bytes a weight, of which YOLOv8n has 3 million.
    assert len(shipped.SerializeToString()) < 6_600_000
    # The same checkpoint gives the same file.
    assert export_detector(best).SerializeToString() == shipped.SerializeToString()
    difference = largest_difference(best, shipped, patients[:2])
    assert 0 < difference["scores"] < 0.05 and difference["photographs"] == 2

    path = tmp_path / "detector.onnx"
    path.write_bytes(shipped.SerializeToString())
    from app.runtime.native import NativeNetwork

    network = NativeNetwork(path)
    for height, width in ((320, 320), (256, 320), (320, 192), (32, 320)):
        output = network.run_now({"images": np.zeros((1, 3, height, width), np.float32)})["output0"]
        assert output.shape == (1, 6, height * width // 64 + height * width // 256 + height * width // 1024)
    with pytest.raises(ValueError, match="one size"):
        free_sides(shipped)
    with monkeypatch.context() as as_ultralytics_has_it:
        as_ultralytics_has_it.setattr(detector_export, "free_sides", lambda model: model)
        square = export_detector(best).SerializeToString()
    (tmp_path / "square.onnx").write_bytes(square)
    entry = {"file": "square.onnx", "sha256": sha256_of(square), "bytes": len(square), "side_px": 320}
    (tmp_path / "models.json").write_text(json.dumps({"detector": entry}))
    kept, freed = kept_detector(tmp_path)
    assert (
        freed["stride_px"] == 32 and freed["sha256"] == sha256_of(kept) and "square" in freed["training"]["figures_of"]
    )
    picture = np.random.default_rng(0).random((1, 3, 320, 320), dtype=np.float32)
    answers = [NativeNetwork(model).run_now({"images": picture})["output0"] for model in (kept, square)]
    assert (answers[0] == answers[1]).all()

    figures = measure_detector(path, yolo.yaml_path, runs)
    assert set(figures) >= {"overall"}
    assert all(0.0 <= value <= 1.0 for entry in figures.values() for value in entry.values())


def test_labels_are_fractions_of_the_photograph(trained):
    _, patients, yolo, *_ = trained
    patient = patients[0]
    (label,) = yolo.yaml_path.parent.glob(f"labels/*/{patient.patient_id}.txt")
    rows = np.loadtxt(label)
    assert rows[:, 0].tolist() == [0] * 3 + [1] * 3
    x1, y1, x2, y2 = patient.nail_boxes[0]
    expected = [(x1 + x2) / 2 / 400, (y1 + y2) / 2 / 300, (x2 - x1) / 400, (y2 - y1) / 300]
    assert rows[0, 1:] == pytest.approx(expected, abs=1e-5)


def test_start_weights_that_are_not_there(tmp_path):
    with pytest.raises(DataError, match="--detector-weights"):
        find_start_weights("somewhere/else.pt", tmp_path, Progress())
