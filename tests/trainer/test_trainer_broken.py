"""`python -m trainer` on broken data: a clear error and status 1, or a clear warning and what can go on goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.conftest import drawn

ROOT = Path(__file__).resolve().parents[2]


def trainer(step: str, data: Path, runs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trainer", step, "--data", str(data), "--runs", str(runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


def one_error(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what is wrong; the status says so too."""
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("step", ["prepare", "sweep"])
def test_empty_folder(tmp_path, step):
    assert "metadata.csv" in one_error(trainer(step, tmp_path, tmp_path / "runs"))


def test_one_session_only(tmp_path):
    data = drawn(tmp_path / "data", 5, 1).write()
    assert "1 measurement session" in one_error(trainer("sweep", data, tmp_path / "runs"))


def test_two_patients(tmp_path):
    data = drawn(tmp_path / "data", 2, 2).write()
    assert "2 measurement session" in one_error(trainer("prepare", data, tmp_path / "runs"))


def test_hb_in_g_dl(tmp_path, dataset):
    for row in dataset.rows:
        row["HB_LEVEL_GperL"] = str(float(row["HB_LEVEL_GperL"]) / 10)
    said = one_error(trainer("prepare", dataset.write(), tmp_path / "runs"))
    assert "HB_LEVEL_GperL" in said and "g/dL" in said


def test_what_spoils_one_patient_leaves_that_patient_out(tmp_path):
    dataset = drawn(tmp_path / "data", 8, 8)
    dataset.rows[1]["HB_LEVEL_GperL"] = "nan"
    dataset.rows.append(dict(dataset.rows[2]))
    photo = dataset.photo("4")
    photo.write_bytes(photo.read_bytes()[: photo.stat().st_size // 2])
    done = trainer("prepare", dataset.write(), tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 3, done.stderr
    assert any("patient 2" in line and "nan" in line for line in warnings)
    assert any("patient 3" in line and "twice" in line for line in warnings)
    assert any("4.jpg" in line and "cannot be read" in line for line in warnings)
    assert "6 patients of 6 sessions" in done.stderr
