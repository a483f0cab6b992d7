"""A page of other models: which folders make one, where it goes, and that a build knows which models it has."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from building import budget, cli, contents, manifest, models
from building.licences import entries
from building.pipeline import build
from building.places import DIST, ROOT, BuildError
from tests.other_models import NAME, STAND_IN, other_models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return other_models(tmp_path / "web")


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    said = json.loads((folder / "models.json").read_bytes())
    change(said)
    (folder / "models.json").write_text(json.dumps(said))


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, r"there is no folder .*web: take one that `python -m trainer export --out"),
    "no list": (lambda folder: (folder / "models.json").unlink(), r"web holds no models\.json: take one"),
    "no JSON": (lambda folder: (folder / "models.json").write_text("{"), r"models\.json is not what `python -m"),
    "no detector": (lambda folder: changed(folder, lambda said: said.pop("detector")), r"is not what .*'detector'"),
    "a path": (
        lambda folder: changed(folder, lambda said: said["detector"].update(file="../detector.onnx")),
        r"is not what .*\.\./detector\.onnx is no name",
    ),
    "no name": (lambda folder: changed(folder, lambda said: said["recipe"].pop("name")), r"is not what .*'name'"),
    "no network": (lambda folder: (folder / "estimator.onnx").unlink(), r"estimator\.onnx is missing.*export .* anew"),
    "another network": (
        lambda folder: flipped(folder / "detector.onnx"),
        r"detector\.onnx is not the file that .*sha256 differs: export the models anew",
    ),
    "no picture": (lambda folder: (folder / "golden.png").unlink(), r"golden\.png is missing.*self_test --models"),
    "other values": (
        lambda folder: (folder / "golden.json").write_text('{"models": {}}'),
        r"golden\.json is of other models: `python -m app\.self_test --models .*web --renew`",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_folder_that_makes_no_page_is_named_with_the_way_out(
    what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models.check(folder)
    spoil, said = SPOILED[what]
    spoil(folder)
    with pytest.raises(BuildError, match=said):
        models.check(folder)
    assert cli.run(folder.parent / "page", True, None, models_folder=folder) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("build.py: ") and errors.count("\n") == 1
    assert not (folder.parent / "page").exists()


def test_other_models_go_into_a_folder_of_their_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.parse([]).out == cli.parse(["--models", str(ROOT / "static" / "models")]).out == DIST
    assert cli.parse(["--models", str(folder)]).out == ROOT / "dist-web"
    assert cli.parse(["--models", str(folder), "--out", "there"]).out == Path("there")
    with pytest.raises(SystemExit):
        cli.parse(["--help"])
    assert "dist-NAME" in capsys.readouterr().out
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "dist-*/" in ignored


def test_a_page_has_what_models_json_names_and_nothing_else_of_the_folder(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "report.html").write_text("mine")
    ours, others = contents.static_files(), contents.static_files(models_folder=folder)
    assert set(others) == set(ours)
    assert {name for name, source in others.items() if source != ours[name]} == set(models.page_files(folder))
    changed(folder, lambda said: said["estimator"].update(file="heavy.onnx"))
    (folder / "estimator.onnx").rename(folder / "heavy.onnx")
    assert "models/heavy.onnx" in contents.static_files(models_folder=folder)


def test_a_build_knows_which_models_it_is_of(built_dist: Path, folder: Path, tmp_path: Path) -> None:
    assert manifest.is_of(built_dist, models.SHIPPED) and not manifest.is_of(built_dist, folder)
    assert manifest.is_stale(built_dist, folder) and not manifest.is_stale(built_dist)
    inputs = manifest.inputs_hash(models_folder=folder)
    # The same models elsewhere are no other ones.
    assert manifest.inputs_hash(models_folder=Path(shutil.copytree(folder, tmp_path / "copy"))) == inputs
    (folder / "notes.txt").write_text("mine")
    assert manifest.inputs_hash(models_folder=folder) == inputs
    changed(folder, lambda said: said["recipe"].update(name="another"))
    assert manifest.inputs_hash(models_folder=folder) != inputs


def test_a_page_of_other_models_may_be_too_heavy_and_says_so(
    built_dist: Path, folder: Path, node_and_npm: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "VISIT_BYTES", 1_000_000)
    console = Console(file=io.StringIO(), width=120)
    out = tmp_path / "page"
    made = build(out, npm_command=[node_and_npm[1]], models_folder=folder, offline=True, console=console)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "warning: too heavy: a visit, compressed" in said and "above the budget of 1.00 MB" in said
    assert f"{NAME} ({STAND_IN})" in said
    ours = manifest.read(built_dist)
    assert ours is not None
    assert made.version != ours.version
    assert manifest.is_of(out, folder) and not manifest.is_stale(out, folder) and manifest.is_stale(out)
    # Both halves of the running page carry another name, too.
    assert made.files["screen.pack.json"] != ours.files["screen.pack.json"]
    assert f"Recipe: {NAME} ({STAND_IN}). " in (out / "licences.html").read_text("utf-8")


def test_the_page_of_licences_says_of_other_models_what_they_say_of_themselves(folder: Path) -> None:
    changed(folder, lambda said: (said.pop("data"), said["estimator"].pop("backbone_weights")))
    files = {name: path.read_bytes() for name, path in models.page_files(folder).items()}
    (part,) = entries.models(files)
    assert part.note == f"Recipe: {NAME} ({STAND_IN}). models.json does not say what they were trained on."
    assert "Apache-2.0" not in part.inside[1].licence + part.inside[1].note
    assert set(part.covers) <= set(files)
