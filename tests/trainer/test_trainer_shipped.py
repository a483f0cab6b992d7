"""The models in the repository: whole, small enough, and of the shapes that the app relies on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest

from app.core.manifest import parse_manifest
from app.models import SHIPPED_MODELS
from app.runtime.native import NativeNetwork

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 12_000_000
# What ONNX Runtime Web runs in plain WebAssembly and ONNX Runtime folds or fuses on loading.
KNOWN_OPERATORS = {
    "Add", "Cast", "Clip", "Concat", "Conv", "Div", "Flatten", "GlobalAveragePool", "MatMul", "MaxPool", "Mul",
    "ReduceMean", "Reshape", "Resize", "Shape", "Sigmoid", "Slice", "Softmax", "Split", "Sqrt", "Sub", "Transpose",
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads((SHIPPED_MODELS / "models.json").read_text())


@pytest.mark.parametrize("name", ["detector", "estimator"])
def test_file_is_the_one_that_models_json_names(document, name):
    entry = document[name]
    data = (SHIPPED_MODELS / entry["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert len(data) == entry["bytes"]


def test_together_they_are_small(document):
    assert sum(document[name]["bytes"] for name in ("detector", "estimator")) <= MAX_BYTES
    shipped = {path.name for path in SHIPPED_MODELS.iterdir() if path.suffix != ".md"}
    assert shipped == {"detector.onnx", "estimator.onnx", "golden.json", "golden.png", "models.json"}


def test_detector_shapes_and_opset():
    model = onnx.load(SHIPPED_MODELS / "detector.onnx")
    assert [entry.version for entry in model.opset_import if entry.domain == ""] == [13]
    assert {entry.key for entry in model.metadata_props} >= {"names", "stride", "imgsz", "task"}
    network = NativeNetwork(SHIPPED_MODELS / "detector.onnx")
    outputs = network.run_now({"images": np.full((1, 3, 320, 320), 0.5, np.float32)})
    assert list(outputs) == ["output0"] and outputs["output0"].shape == (1, 6, 2100)
    assert np.isfinite(outputs["output0"]).all()


def test_estimator_shapes(document):
    spec = parse_manifest(json.dumps(document)).estimator
    network = NativeNetwork(SHIPPED_MODELS / spec.file)
    nails = np.random.default_rng(0).uniform(-1, 1, (3, spec.pictures, 3, spec.side_px, spec.side_px))
    together = network.run_now({"image": nails.astype(np.float32)})
    assert together["hb_g_dl"].shape == (3,) and together["embedding"].shape[0] == 3
    alone = [network.run_now({"image": nails[[nail]].astype(np.float32)})["hb_g_dl"][0] for nail in range(3)]
    # A nail's value does not depend on the nails beside it.
    assert np.allclose(together["hb_g_dl"], alone, atol=1e-3)


@pytest.mark.parametrize("name", ["detector.onnx", "estimator.onnx"])
def test_only_common_operators(name):
    found = Counter(node.op_type for node in onnx.load(SHIPPED_MODELS / name).graph.node)
    assert not set(found) - KNOWN_OPERATORS


def test_models_json_says_where_all_comes_from(document):
    assert document["data"]["doi"] == "10.1038/s41597-024-03895-9"
    assert document["detector"]["start_weights"] and document["estimator"]["backbone_weights"]
    loso = document["estimator"]["metrics"]["loso"]
    assert loso["ci95"][0] < loso["mae"] < loso["ci95"][1] and loso["mae"] < loso["mean_mae"]
    assert document["interval"]["metrics"]["half_width"] < document["interval"]["mean_half_width_g_dl"]
    # What the screen says of severe anaemia (app.shared.words, severe-caution).
    held = document["interval"]["metrics"]
    assert 1 - held["coverage_severe"] > 2 * (1 - held["coverage"])
    nail = document["detector"]["metrics"]["test"]["nail"]
    assert nail["map50"] >= 0.98 and nail["r"] >= 0.98


def test_nothing_of_the_machine_stands_in_the_files():
    for path in SHIPPED_MODELS.iterdir():
        data = path.read_bytes()
        for place in (ROOT, Path.home()):
            assert f"{place}/".encode() not in data
