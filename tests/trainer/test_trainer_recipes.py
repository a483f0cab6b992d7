"""Recipes: read strictly, fitted as they say, and exported by following the docs alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from app.core.manifest import View
from app.models import SHIPPED_MODELS, load_instrument
from tests.trainer.conftest import drawn
from tests.trainer.made_table import made_table
from tests.trainer.test_trainer_cli import trainer
from trainer.data.dataset import DataError
from trainer.estimator.methods import GRAPH_HEADS, fit_of, mean_of_nails
from trainer.estimator.regressors import HEADS
from trainer.recipes import Recipe, find_recipe, read_recipes

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "recipes.md"
GOOD = """\
[mine]
words = "one view"
backbone = "efficientnet_lite0"
backbone_px = 64
views = [{ name = "nail", along = 0.0, size = 0.8 }]
detail_px = 32
head = "ridge"
"""


def recipes(folder: Path, text: str) -> Path:
    """A file of recipes."""
    path = folder / "recipes.toml"
    path.write_text(text)
    return path


def of_the_docs() -> str:
    """The recipe that the docs write down."""
    (found,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(), re.S)
    return found


def test_the_shipped_recipes_are_the_three_of_the_docs():
    found = read_recipes()
    assert list(found) == ["ours", "original-web", "original-hybrid"]
    for name in ("original-web", "original-hybrid"):
        recipe = found[name]
        assert recipe.detector == "yolov8n" and recipe.backbone.startswith("mobilenetv4_conv_small")
        # The shorter side of the nail's box at 256 px, of which the middle 224.
        assert recipe.views == (View("nail", 0.0, 224 / 256, turned=False),) and recipe.detail_px == 224
    assert found["original-hybrid"].color_features == "mean" and found["original-hybrid"].head == "catboost"
    for name in found:
        assert f"`{name}`" in DOCS.read_text()


def test_what_a_recipe_does_not_name_is_the_plain_thing(tmp_path):
    (recipe,) = read_recipes(recipes(tmp_path, GOOD)).values()
    assert (recipe.detector, recipe.mirror, recipe.learn_from) == ("small", True, "nails")
    assert not (recipe.blocks or recipe.color_features or recipe.lights or recipe.likeness)


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('head = "ridge"\n', "", "head"),
        ("detail_px = 32", "detail_px = 0", "detail_px"),
        ("detail_px = 32", 'detail_px = "32"', "detail_px"),
        ("size = 0.8", "size = true", "size"),
        ("size = 0.8", "size = 0.8, tilt = 3", "tilt"),
        ("[{ name", "[] # { name", "views"),
        ("[mine]", "[mine]\nspeed = 3", "speed"),
        ("[mine]", "[mine]\nblocks = [4, 2]", "blocks"),
        ("[mine]", '[mine]\nlearn_from = "toes"', "learn_from"),
        ("[mine]", '[mine]\ncolor_features = "black"', "color_features"),
        ("[mine]", '[mine]\ncolor_features = "mean"\nlights = true', "lights"),
        ("[mine]", "mine = 3\n[other]", "mine"),
        ("[mine]", "[mine", "TOML"),
    ],
)
def test_a_wrong_recipe_is_one_line_that_names_file_recipe_and_field(tmp_path, good, bad, named):
    assert good in GOOD
    path = recipes(tmp_path, GOOD.replace(good, bad))
    with pytest.raises(DataError) as caught:
        read_recipes(path)
    assert named in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["export", "--recipe", "nobodys"], "nobodys"),
        (["compare", "ours", "nobodys"], "nobodys"),
        (["export", "--recipe", "ours", "--recipes", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_recipe_that_is_not_there_is_one_line(arguments, named):
    done = trainer(*arguments)
    assert done.returncode == 1 and done.stderr.count("error:") == 1 and named in done.stderr


@pytest.mark.parametrize(
    "arguments", [["compare"], ["compare", "ours"], ["compare", "ours", "ours"], ["export", "ours"]]
)
def test_wrong_numbers_of_recipes_are_usage_errors(arguments):
    assert trainer(*arguments).returncode == 2


def test_a_head_that_nobody_knows_is_named(tmp_path):
    (recipe,) = read_recipes(recipes(tmp_path, GOOD.replace("ridge", "ouija"))).values()
    with pytest.raises(DataError, match="ouija"):
        fit_of(recipe)
    assert set(GRAPH_HEADS) <= set(HEADS)


def test_a_recipe_may_learn_from_the_mean_of_each_persons_nails():
    table = made_table()
    averaged = mean_of_nails(table)
    assert len(averaged.features) == len(table.hb_g_dl)
    for person in (0, 7):
        assert np.allclose(averaged.features[person], table.features[table.patient == person].mean(axis=0))
    everybody = np.arange(len(table.hb_g_dl))
    web = find_recipe("original-web")
    by_nails = Recipe(**{**_fields(web), "learn_from": "nails"})
    fitted, other = (fit_of(recipe)(table, everybody).predict(table.features) for recipe in (web, by_nails))
    assert not np.allclose(fitted, other)


def _fields(recipe: Recipe) -> dict:
    return {name: getattr(recipe, name) for name in Recipe.__dataclass_fields__}


def test_a_recipe_written_by_the_docs_alone_is_exported_and_reads(tmp_path):
    data = drawn(tmp_path / "data", 36, 6).write()
    out = tmp_path / "models"
    file = recipes(tmp_path, of_the_docs())
    (recipe,) = read_recipes(file).values()
    common = ("--recipe", recipe.name, "--recipes", file, "--data", data, "--runs", tmp_path / "runs")
    done = trainer("export", *common, "--out", out, "--detector-from", SHIPPED_MODELS, timeout_s=400)
    assert done.returncode == 0, done.stderr
    document = json.loads((out / "models.json").read_text())
    assert document["recipe"]["name"] == recipe.name and document["recipe"]["stand_in"] is None
    assert document["estimator"]["head"] == "elasticnet" and "likeness" not in document
    assert recipe.name in (out / "estimator.md").read_text()
    assert load_instrument(out).manifest.estimator.side_px == recipe.detail_px
    # Models that read nothing of the test picture would not have come so far.
    assert json.loads((out / "golden.json").read_text())["reading"]["hb_g_dl"] > 0
