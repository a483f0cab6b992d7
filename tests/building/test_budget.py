"""What a visit may weigh: told line by line, and a build above it stops before it replaces anything."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from building import budget
from building.pipeline import build
from building.places import BuildError

SMALL = {"vendor/pyodide/a": b"1" * 3000, "models/m.onnx": b"2" * 2000, "index.html": b"3" * 1000}


def shown(weights: budget.Weights) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(budget.summary(weights))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_budget_is_the_one_that_was_set() -> None:
    assert (budget.VISIT_BYTES, budget.MODELS_BYTES) == (9_500_000, 6_000_000)


def test_a_visit_travels_compressed_and_models_lie() -> None:
    weights = budget.weigh(SMALL, {"models/m.onnx.br": b"x" * 500, "models/m.onnx.gz": b"x"})
    visit, models = budget.lines(weights)
    assert visit.weighs_bytes == 3000 + 500 + 1000
    assert models.weighs_bytes == 2000


def test_the_table_tells_each_part_and_what_is_left() -> None:
    said = shown(budget.weigh(SMALL, {}))
    assert "Pyodide" in said and "3.0 kB" in said
    lines = {line.split("  ")[0]: line.split() for line in said.splitlines()}
    assert lines["a visit, compressed"][-6:] == ["9.50", "MB", "6.0", "kB", "9.49", "MB"]
    assert lines["the models"][-6:] == ["6.00", "MB", "2.0", "kB", "6.00", "MB"]


@pytest.mark.parametrize(("over", "stops"), [(0, False), (1, True)])
def test_a_budget_may_be_used_up_and_not_passed(over: int, stops: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MODELS_BYTES", 2000 - over)
    weights = budget.weigh(SMALL, {})
    if not stops:
        budget.check(weights)
        return
    with pytest.raises(BuildError, match=r"the models: 2\.0 kB, 0\.0 kB above .*raise MODELS_BYTES in building/budget"):
        budget.check(weights)


@pytest.mark.parametrize("constant", ["VISIT_BYTES", "MODELS_BYTES"])
def test_a_build_that_is_too_heavy_says_what_weighs_and_leaves_the_earlier_page(
    constant: str, built_dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    out.mkdir()
    (out / "build.json").write_bytes((built_dist / "build.json").read_bytes())
    (out / "old.txt").write_text("still here")
    monkeypatch.setattr(budget, constant, 1_000_000)
    console = Console(file=io.StringIO(), width=120)
    with pytest.raises(BuildError) as stopped:
        build(out, npm_command=None, offline=True, console=console)
    said = str(stopped.value)
    assert said.startswith("too heavy") and "\n" not in said
    assert "above the budget of 1.00 MB" in said and "models " in said and f"raise {constant}" in said
    assert isinstance(console.file, io.StringIO)
    assert "left" in console.file.getvalue()
    assert {path.name for path in tmp_path.rglob("*")} == {"dist", "build.json", "old.txt"}
    assert (out / "old.txt").read_text() == "still here"
