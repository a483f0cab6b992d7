"""`python -m trainer` as people meet it: exit codes, one line an error, tables where they belong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.models import SHIPPED_MODELS
from tests.children import heeding_ctrl_c
from trainer.report.tables import detector_table, hb_table, markdown
from trainer.tools.marked import MarkerError, write_tables

ROOT = Path(__file__).resolve().parents[2]


def trainer(*arguments: str | Path, timeout_s: int = 120) -> subprocess.CompletedProcess[str]:
    """Run the command from the repository's root."""
    command = [sys.executable, "-m", "trainer", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


def test_help_teaches():
    done = trainer("--help")
    assert done.returncode == 0
    for word in ("data", "prepare", "evaluate", "--data", "--from", "--detector-weights", "Ctrl-C"):
        assert word in done.stdout


@pytest.mark.parametrize("in_repository", [True, False])
def test_a_package_that_cannot_be_had_is_one_line(tmp_path, in_repository):
    for name in ("app", "trainer", "locks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    if in_repository:
        # All is installed by its books, so it installs nothing; and yet one package does not import.
        for name in ("bootstrap.py", "pyproject.toml"):
            shutil.copy(ROOT / name, tmp_path)
    block = "import runpy, sys; sys.modules['rich'] = None; runpy.run_module('trainer', run_name='__main__')"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", block, "data"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1 and "error: rich is not installed" in done.stderr and "[train]" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / ".venv").exists()


def test_a_folder_of_any_name_is_one_line():
    done = trainer("prepare", "--data", "\u03c0\n\x1b[31m")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1 and r"\n\x1b[31m" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["fly"], ["prepare", "--speed"], ["detector", "--detector-epochs", "0"]])
def test_usage_errors_exit_2(arguments):
    assert trainer(*arguments).returncode == 2


def test_empty_folder_is_one_line(tmp_path):
    done = trainer("prepare", "--data", tmp_path, "--runs", tmp_path / "runs")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 1 and "metadata.csv" in done.stderr


def test_no_models_is_one_line(tmp_path, dataset):
    done = trainer("evaluate", "--data", dataset.write(), "--runs", tmp_path / "runs", "--out", tmp_path / "none")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 1 and "models.json" in done.stderr


def test_warnings_do_not_stop_what_can_go_on(tmp_path, dataset):
    dataset.photo("2").write_bytes(b"no picture")
    done = trainer("prepare", "--data", dataset.write(), "--runs", tmp_path / "runs")
    assert done.returncode == 0
    assert done.stderr.count("warning:") == 1 and "2.jpg" in done.stderr
    assert "4 patients of 4 sessions" in done.stderr
    assert len(list((tmp_path / "runs" / "yolo" / "images").glob("*/*.png"))) == 4


def test_one_session_only_is_one_line(tmp_path, dataset):
    for row in dataset.rows:
        row["MEASUREMENT_DATE"] = "monday"
    done = trainer("prepare", "--data", dataset.write(), "--runs", tmp_path / "runs")
    assert done.returncode == 1 and "session" in done.stderr


def test_a_detector_to_keep_must_be_there_and_whole(tmp_path, dataset):
    out = tmp_path / "models"
    export = ("export", "--data", dataset.write(), "--runs", tmp_path / "runs", "--out", out, "--keep-detector")
    missing = trainer(*export)
    assert missing.returncode == 1 and str(out) in missing.stderr and "--keep-detector" in missing.stderr
    shutil.copytree(SHIPPED_MODELS, out)
    (out / "detector.onnx").write_bytes(b"cut short")
    other = trainer(*export)
    assert other.returncode == 1 and "detector.onnx" in other.stderr and "Traceback" not in other.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child process only on POSIX")
def test_interrupting_says_how_to_go_on(tmp_path, dataset):
    command = [
        sys.executable,
        "-u",
        "-m",
        "trainer",
        "features",
        "--data",
        dataset.write(),
        "--runs",
        tmp_path / "runs",
    ]
    # An unreachable hub would fail by itself; the interruption comes while the command starts to work.
    running = subprocess.Popen(
        heeding_ctrl_c(command),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    assert running.stderr is not None
    first = running.stderr.readline()
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=60)[1]
    assert "reading" in first
    assert running.returncode == 130, rest
    assert "the same command goes on" in rest and "Traceback" not in rest


FIGURES = {
    "hb": {
        "loso": {
            "n": 9, "sessions": 3, "mae": 1.2345, "ci95": [1.0, 1.5], "rmse": 2.0, "r2": 0.5, "skill": 0.2,
            "auc11": 0.9, "auc12": None, "mean_mae": 2.0, "mean_ci95": [1.8, 2.2],
        },
        "grouped3": {"mae": 1.3, "mean_mae": 2.1, "repetitions": 10},
        "original_split": {
            "n": 3, "val_n": 2, "mae": 1.4, "val_mae": 1.6, "mean_mae": 2.3, "mean_val_mae": 2.4, "r2": None,
        },
        "mean": {"mae": 2.0, "ci95": [1.8, 2.2]},
    },
    "interval": {
        "target": 0.9, "half_width": 3.0, "mean_half_width": 4.0, "coverage": 0.91, "coverage_severe": 0.25,
    },
    "detector": {
        "nail": {"p": 0.91, "r": 0.92, "map50": 0.93}, "overall": {"p": 0.5, "r": 0.5, "map50": 0.5},
        "n": 38, "start_weights": "none",
    },
}  # fmt: skip


def test_tables_of_a_document_are_replaced_and_nothing_else(tmp_path):
    document = tmp_path / "accuracy.md"
    before = (
        "# Title\n<!-- table:hb -->\nOUTDATED\n<!-- /table -->\nmiddle\n<!-- table:detector -->\n<!-- /table -->\nend\n"
    )
    document.write_text(before)
    tables = {table.name: markdown(table) for table in (detector_table(FIGURES["detector"]), hb_table(FIGURES))}
    write_tables(document, tables)
    text = document.read_text()
    assert text.startswith("# Title\n<!-- table:hb -->\n| measured on")
    assert "OUTDATED" not in text and "\nmiddle\n" in text and text.endswith("<!-- /table -->\nend\n")
    assert "1.234 [1.00, 1.50]" in text and "| nail | 0.910 | 0.920 | 0.930 |" in text and "25%" in text
    write_tables(document, tables)
    assert document.read_text() == text


def test_a_document_without_markers_is_left_alone(tmp_path):
    document = tmp_path / "accuracy.md"
    document.write_text("# Title\n<!-- table:hb -->\n")
    with pytest.raises(MarkerError, match="table:hb"):
        write_tables(document, {"hb": "a table"})
    assert document.read_text() == "# Title\n<!-- table:hb -->\n"
    with pytest.raises(MarkerError, match="--write"):
        write_tables(tmp_path / "none.md", {})


def test_tables_have_as_many_cells_as_columns():
    for table in (detector_table(FIGURES["detector"]), hb_table(FIGURES)):
        assert all(len(row) == len(table.header) for row in table.rows)
        assert len({line.count("|") for line in markdown(table).splitlines() if line.startswith("|")}) == 1


def test_shipped_models_are_where_the_trainer_writes_them():
    assert SHIPPED_MODELS == ROOT / "static" / "models"
