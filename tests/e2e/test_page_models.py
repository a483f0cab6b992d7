"""A page of other models than those that ship says so wherever a person would take it for ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.shared import codes, words
from building.models import SHIPPED
from building.pipeline import build
from tests.bench import recipes
from tests.browser import PATIENCE_MS, Cameras, Host
from tests.colour_models import NAME, colour_models
from tests.drawn_hand import draw_hand
from tests.e2e.test_page_self_test import open_it, run_it
from tests.film import film_of_the_drawn_hand
from tests.other_models import STAND_IN

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Cameras:
    return Cameras(film_of_the_drawn_hand(tmp_path_factory.mktemp("film")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models with colour features and trees, of which a part stands in for another."""
    # In a thread of its own: Playwright keeps an event loop in this one, beside which there can be no other.
    with ThreadPoolExecutor(1) as beside:
        place = tmp_path_factory.mktemp("models") / "trees"
        made = beside.submit(colour_models, place, draw_hand().picture).result()
    said = json.loads((made / "models.json").read_bytes())
    said["recipe"]["stand_in"] = STAND_IN
    (made / "models.json").write_text(json.dumps(said))
    return made


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "hand.png"
    draw_hand().picture.save(path)
    return path


def terminal(*arguments: object) -> str:
    """What `python -m app` prints."""
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=True).stdout


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


def test_a_page_of_other_models_reads_as_the_terminal_does_and_says_whose_reading_it_is(visit, folder, photo):
    visit.open()
    visit.wait_for_engine()
    page = visit.page
    visit.upload(photo)
    expected = json.loads(terminal(photo, "--models", folder, "--json"))
    values = sorted(nail["hb_g_dl"] for nail in expected["nails"])
    assert len(values) == 3 and values[2] - values[0] > 0.05
    assert sorted(nail["hb_g_dl"] for nail in visit.reading()["nails"]) == pytest.approx(values, abs=0.01)
    assert page.inner_text("#read-by") == words.say("read-by", name=NAME)
    assert page.get_attribute("[data-testid=reference]", "data-reference") == codes.REFERENCE_UNUSED
    assert page.inner_text("[data-testid=reference]") == words.paper_words(codes.REFERENCE_UNUSED)
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


def test_offline_a_scan_with_other_models_ends_in_a_reading_near_the_photos(new_visit, host, folder, photo):
    visit = new_visit(host.address, permissions=["camera"])
    visit.open_unhurried()
    visit.wait_for_engine()
    visit.wait_for_offline_ready()
    visit.context.set_offline(True)
    page = visit.page
    page.reload()
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")
    visit.wait_for_engine()
    page.wait_for_selector("[data-testid=overlay] rect.nail", timeout=PATIENCE_MS)
    # Nobody is asked for paper that these models would not look at.
    assert page.inner_text("#paper-live") == ""
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
    expected = json.loads(terminal(photo, "--models", folder, "--json"))
    # The film has other colours than the drawing, by some levels, and each tree that answers otherwise moves a nail by
    # a tenth; all of them together have 8 g/dL to give.
    assert visit.reading()["hb_g_dl"] == pytest.approx(expected["hb_g_dl"], abs=1.0)
    assert page.inner_text("#read-by") == words.say("read-by", name=NAME)


def test_the_terminal_names_the_recipe_too(folder, photo):
    assert words.say("read-by", name=NAME) in terminal(photo, "--models", folder)
    assert "HemoLens's own models" not in terminal(photo)
    assert json.loads(terminal(photo, "--models", folder, "--json"))["models"]["recipe"] == NAME


def test_the_bench_shows_each_page_by_its_recipe_beside_ours(folder):
    named = {"ours": SHIPPED, NAME: folder, f"ours ({SHIPPED.name})": SHIPPED}
    assert recipes.named([SHIPPED, folder, SHIPPED]) == named
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
