"""A page of other models than those that ship says so wherever a person would take it for ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.shared import words
from building.models import SHIPPED
from building.pipeline import build
from tests.bench import recipes
from tests.browser import Host
from tests.drawn_hand import drawn_photo
from tests.e2e.test_page_self_test import open_it, run_it
from tests.other_models import NAME, STAND_IN, other_models

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return other_models(tmp_path_factory.mktemp("models") / "web")


@pytest.fixture(scope="module")
def host(folder: Path, built_dist: Path, node_and_npm: tuple[str, str]) -> Iterator[Host]:
    """A page of these models; `built_dist` has made what both pages share."""
    out = folder.parent / "page"
    build(out, npm_command=[node_and_npm[1]], models_folder=folder, compressed=False)
    host = Host(out)
    yield host
    host.stop()


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    words.use(words.DEFAULT)


def test_a_page_of_other_models_says_so_beside_a_reading_in_the_settings_and_behind_the_reading(visit):
    visit.open()
    visit.wait_for_engine()
    page = visit.page
    visit.upload(drawn_photo())
    assert len(visit.reading()["nails"]) == 3
    assert page.inner_text("#read-by") == words.say("read-by", name=NAME)
    page.click("[data-testid=debug] summary")
    assert re.fullmatch(rf"{NAME}: detector [0-9a-f]{{12}}, estimator [0-9a-f]{{12}}", page.inner_text("#debug-models"))
    page.click("#open-settings")
    assert page.inner_text("#settings-models") == f"{NAME} ({STAND_IN})"
    page.select_option("#language", "de")
    page.click("#settings-done")
    words.use("de")
    assert page.inner_text("#read-by") == words.say("read-by", name=NAME)
    # The golden values came with the models.
    words.use(words.DEFAULT)
    page.click("#open-settings")
    page.select_option("#language", words.DEFAULT)
    page.click("#settings-done")
    open_it(page)
    report = run_it(page)
    assert words.say("self-test.passed") == page.inner_text("#self-test-verdict").strip(), report


def test_the_terminal_names_the_recipe_too(folder, tmp_path):
    photo = tmp_path / "hand.jpg"
    photo.write_bytes(drawn_photo()["buffer"])

    def said(*arguments: object) -> str:
        command = [sys.executable, "-m", "app", str(photo), *map(str, arguments)]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=True)
        return finished.stdout

    assert words.say("read-by", name=NAME) in said("--models", folder)
    assert words.say("read-by", name="ours") not in said()
    assert json.loads(said("--models", folder, "--json"))["models"]["recipe"] == NAME


def test_the_bench_shows_each_page_by_its_recipe_beside_ours(folder, tmp_path):
    again = other_models(tmp_path / "again")
    assert recipes.named([SHIPPED, folder, again]) == {"ours": SHIPPED, NAME: folder, f"{NAME} (again)": again}
    page = {
        "frame_ms": {"python": 9.0, "total": 27.0},
        "photo_stages_ms": {"detect": 400.0},
        "photo_ms": {"total": 700.0},
    }
    at_target = {part: {stage: ms / 2 for stage, ms in stages.items()} for part, stages in page.items()}
    lines = recipes.table_lines({"ours": {**page, "at_target": at_target}, NAME: {**page, "at_target": at_target}})
    assert lines[0] == f"| | ours | at 25 ms | {NAME} | at 25 ms |"
    assert "| one frame: detect | 0.0 ms | 0.0 ms | 0.0 ms | 0.0 ms |" in lines
    assert "| photo of 12 megapixels | 700.0 ms | 350.0 ms | 700.0 ms | 350.0 ms |" in lines
    assert {line.count("|") for line in lines} == {6}
