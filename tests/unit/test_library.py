"""`from app import measure, open_instrument`: from the repository, and from a wheel that stands for itself."""

import asyncio
import dataclasses
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import app
from app import library
from app.__main__ import main
from app.core.golden import PICTURE
from app.models import SHIPPED_MODELS
from app.shared import codes
from building.contents import engine_archive, screen_pack
from tests.children import run_here
from tests.drawn_hand import BOARD, draw_hand
from tests.real_photos import best_iou

if TYPE_CHECKING:
    # Of the names of `app` rather than `app.library`: type checkers must see them there.
    from app import Instrument, Measurement

ROOT = Path(__file__).resolve().parents[2]
# What the wheel is made of, as the repository has it.
PACKED = ("app", "trainer", "static/models", "building/wheel.py", "pyproject.toml", "README.md", "LICENSE")
# As in the README.
THREE_LINES = """\
from app import measure, open_instrument
reading = measure(open_instrument(), "hand.png")
print(reading.hb_g_dl, *reading.interval_g_dl)
"""


@pytest.fixture(scope="module")
def instrument() -> "Instrument":
    return app.open_instrument(threads=1)


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "hand.png"
    draw_hand().picture.save(path)
    return path


def run(folder: Path, *arguments: str, packages: Path = ROOT) -> str:
    """What Python prints in this folder, with `packages` before all else on its path."""
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    command = [sys.executable, *arguments]
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_measurement_says_what_the_terminal_says(instrument: "Instrument", hand: Path) -> None:
    said = json.loads(run(hand.parent, "-m", "app", hand.name, "--json", "--group", "woman"))
    found = app.measure(instrument, hand, app.Person("woman"))
    assert found.hb_g_dl == pytest.approx(said["hb_g_dl"], abs=1e-3)
    assert found.interval_g_dl == pytest.approx(said["interval_g_dl"], abs=1e-3)
    assert (found.coverage, found.narrower_than_no_photo) == (said["coverage"], said["narrower_than_no_photo"])
    severity = found.severity
    assert (severity.group, severity.table, severity.label) == ("woman", "who-2024", said["severity"]["label"])
    assert list(severity.possible) == said["severity"]["set"]
    assert dataclasses.asdict(found.models) == {**said["models"], "recipe": None}
    assert [nail.as_json() for nail in found.nails] == said["nails"] and len(found.nails) == 3
    assert (found.width_px, found.height_px) == draw_hand().picture.size
    assert all(best_iou(list(nail.box), np.array(draw_hand().nail_boxes)) > 0.5 for nail in found.nails)


def test_a_path_its_name_its_bytes_and_its_picture_are_the_same_photo(instrument: "Instrument", hand: Path) -> None:
    photos = (hand, str(hand), hand.read_bytes(), draw_hand().picture)
    assert len({app.measure(instrument, photo) for photo in photos}) == 1


def test_a_measurement_stays_as_it_was_made(instrument: "Instrument", hand: Path) -> None:
    found = app.measure(instrument, hand)
    for part, name in (
        (found, "hb_g_dl"),
        (found.severity, "label"),
        (found.models, "detector"),
        (found.nails[0], "box"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, name, None)
    hash(found)


def test_the_async_twin_leaves_the_event_loop_free(instrument: "Instrument", hand: Path) -> None:
    async def both() -> "tuple[Measurement, int]":
        ticks, measuring = 0, asyncio.ensure_future(app.measure_async(instrument, hand))
        while not measuring.done():
            await asyncio.sleep(0)
            ticks += 1
        return measuring.result(), ticks

    found, ticks = asyncio.run(both())
    assert found == app.measure(instrument, hand)
    assert ticks > 10


def test_it_measures_inside_a_running_event_loop_as_notebooks_have_one(instrument: "Instrument", hand: Path) -> None:
    async def cell() -> "Measurement":
        return app.measure(instrument, hand)

    assert asyncio.run(cell()) == app.measure(instrument, hand)


def test_a_photo_without_a_reading_raises_and_says_what_was_found(instrument: "Instrument") -> None:
    with pytest.raises(app.NoReadingError) as caught:
        app.measure(instrument, Image.new("RGB", (640, 480), BOARD))
    assert (caught.value.code, caught.value.nails) == (codes.NO_NAIL, ())
    grey = draw_hand().picture.convert("L").convert("RGB")
    with pytest.raises(app.NoReadingError, match="colour") as caught:
        app.measure(instrument, grey)
    assert caught.value.code == codes.UNUSABLE_NAILS
    assert {nail.reason for nail in caught.value.nails} == {codes.NAIL_NO_COLOUR}


def test_what_cannot_be_opened_is_named(instrument: "Instrument", tmp_path: Path) -> None:
    for photo in (tmp_path / "nowhere.jpg", b"not a photo"):
        with pytest.raises(app.MeasureError) as caught:
            app.measure(instrument, photo)
        assert caught.value.code == codes.UNREADABLE_IMAGE and not isinstance(caught.value, app.NoReadingError)
    with pytest.raises(ValueError, match="mode L: convert it to RGB"):
        app.measure(instrument, Image.new("L", (640, 480)))
    with pytest.raises(app.MeasureError) as caught:
        app.open_instrument(tmp_path)
    assert caught.value.code == codes.MODEL_UNAVAILABLE


def test_the_package_loads_nothing_before_it_is_asked(tmp_path: Path) -> None:
    loaded = "sorted({'numpy', 'PIL', 'onnxruntime', 'asyncio'} & set(sys.modules))"
    assert run(tmp_path, "-c", f"import app, app.shared.codes, sys; print({loaded})") == "[]\n"
    assert set(app.__all__) <= set(dir(app))
    assert set(app.__all__) == set(library.__all__) - {"Photo"}
    assert all(getattr(app, name) is not None for name in app.__all__)
    with pytest.raises(ImportError, match="no_such_name"):
        from app import no_such_name  # type: ignore[attr-defined]  # noqa: F401


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, and nothing of the repository."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    for name in PACKED:
        ignore = shutil.ignore_patterns("__pycache__")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=ignore)
        else:
            (source / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    # Offline: what builds it, setuptools, is locked in base.txt.
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    run(source, "-m", "pip", "wheel", ".", *options, "--wheel-dir", str(made))
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(made / "packages")
    return made / "packages"


def test_the_wheel_carries_the_models_once_and_the_types(installed: Path) -> None:
    carried = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert "app/py.typed" in carried
    models = {path.name: path.read_bytes() for path in SHIPPED_MODELS.iterdir()}
    assert {"models.json", "golden.json", PICTURE, "detector.onnx", "estimator.onnx"} <= set(models)
    assert {path.name: path.read_bytes() for path in (installed / "app/shipped_models").iterdir()} == models
    assert [name for name in carried if name.endswith(".onnx") and not name.startswith("app/shipped_models/")] == []
    assert {name.split("/")[0].split("-")[0] for name in carried} == {"app", "trainer", "hemolens"}


def test_the_wheel_measures_anywhere_as_the_repository_does(
    installed: Path, hand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(hand, tmp_path / "hand.png")
    terminal = run(tmp_path, "-m", "app", "hand.png", "--json", packages=installed)
    where = "import app.models as m; print(m.__file__, m.SHIPPED_MODELS)"
    lines = run(tmp_path, "-c", f"{THREE_LINES}{where}", packages=installed).splitlines()
    assert lines[1].split() == [str(installed / "app/models.py"), str(installed / "app/shipped_models")]
    monkeypatch.chdir(tmp_path)
    assert terminal == run_here(main, "hand.png", "--json").stdout
    with redirect_stdout(io.StringIO()) as said:
        exec(THREE_LINES, {})
    assert lines[0] == said.getvalue().strip()


def test_the_wheel_passes_its_own_test(installed: Path, tmp_path: Path) -> None:
    said = run(tmp_path, "-m", "app.self_test", packages=installed)
    tried = said.split()
    assert tried[0] == tried[2] and int(tried[0]) > 10, said


def test_the_page_carries_none_of_it() -> None:
    assert json.loads(screen_pack())["app/__init__.py"] == ""
    with zipfile.ZipFile(io.BytesIO(engine_archive())) as engine:
        assert engine.read("app/__init__.py") == b""
        assert not {"app/library.py", "app/models.py"} & set(engine.namelist())


def test_the_three_lines_of_the_readme_are_the_ones_tried_here() -> None:
    imports, measured, _ = THREE_LINES.splitlines()
    shown = (ROOT / "docs/terminal.md").read_text(encoding="utf-8")
    assert imports in shown and measured.replace("hand.png", "hand.jpg") in shown
