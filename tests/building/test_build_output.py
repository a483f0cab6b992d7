"""The folder a build writes: whole or untouched, and known to be fresh or stale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import building
from building import manifest, pipeline
from building.places import ROOT, BuildError

# Nobody listens there: what still tried to use a network would fail.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(ROOT / "build.py"), *arguments]
    environment = {**os.environ, **NO_NETWORK}
    return subprocess.run(line, check=False, capture_output=True, encoding="utf-8", env=environment)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_offline_builds_the_same_page_without_a_network(built_dist: Path, tmp_path: Path) -> None:
    run = command("--offline", "--out", str(tmp_path / "page"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "page" / "build.json").read_bytes() == (built_dist / "build.json").read_bytes()
    assert names_in(tmp_path) == ["page"]  # nothing beside it


def test_every_step_is_named_and_the_bytes_are_told(built_dist: Path, tmp_path: Path) -> None:
    said = command("--offline", "--out", str(tmp_path / "page")).stdout
    for number in range(1, pipeline.STEPS + 1):
        assert f"{number}/{pipeline.STEPS} " in said
    assert "Pyodide" in said and "compressed" in said


def test_help_teaches_and_wrong_options_are_usage_errors() -> None:
    assert "--offline" in command("--help").stdout
    assert command("--nonsense").returncode == 2


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_no_build_made_is_never_replaced(what: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    if what == "folder":
        mine.mkdir()
    file = mine / "letter.txt" if what == "folder" else mine
    file.write_text("dear")
    run = command("--offline", "--out", str(mine))
    assert run.returncode == 1
    assert run.stderr.startswith("build.py: ") and run.stderr.count("\n") == 1
    assert "mine" in run.stderr and "--out" in run.stderr
    assert file.read_text() == "dear"


def test_an_earlier_build_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    pipeline.replace_folder(out, {"old.txt": b"1", "deep/er.txt": b"2"})
    pipeline.replace_folder(out, {"new.txt": b"3"})
    assert [path.name for path in out.rglob("*")] == ["new.txt"]
    assert names_in(tmp_path) == ["dist"]


def test_a_build_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    pipeline.replace_folder(out, {"old.txt": b"1"})
    with pytest.raises(BuildError, match="cannot be written"):
        pipeline.replace_folder(out, {"a": b"file", "a/b": b"the same name as a folder"})
    assert (out / "old.txt").read_bytes() == b"1"
    assert names_in(tmp_path) == ["dist"]


def test_a_build_is_fresh_until_something_changes(built_dist: Path, tmp_path: Path) -> None:
    assert not building.is_stale(built_dist)
    assert building.is_stale(tmp_path / "nowhere")
    copy = tmp_path / "dist"
    shutil.copytree(built_dist, copy)
    assert not building.is_stale(copy)
    (copy / "engine.zip").unlink()
    assert building.is_stale(copy)


def test_any_source_that_changes_makes_a_build_stale(tmp_path: Path) -> None:
    for name in ("app/x.py", "static/index.html", "static/models/m.onnx", "building/y.py", "package-lock.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = manifest.inputs_hash(tmp_path)
        file.write_text("1")
        between = manifest.inputs_hash(tmp_path)
        file.write_text("2")
        assert len({before, between, manifest.inputs_hash(tmp_path)}) == 3, name
    leftover = tmp_path / "app" / "__pycache__" / "x.pyc"
    leftover.parent.mkdir()
    before = manifest.inputs_hash(tmp_path)
    leftover.write_text("1")
    assert manifest.inputs_hash(tmp_path) == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 99}', '{"schema": 1, "files": 3}'])
def test_a_folder_with_another_build_json_is_not_ours(text: str, tmp_path: Path) -> None:
    (tmp_path / "build.json").write_text(text)
    assert manifest.read(tmp_path) is None


def test_the_worker_template_must_have_its_places() -> None:
    made = manifest.make({"a": b"1"}, b"")
    with pytest.raises(BuildError, match=r"\{\{FILES\}\} exactly once"):
        pipeline.service_worker('"{{VERSION}}" {{HEADERS}}', made)
