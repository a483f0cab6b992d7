"""A reading says which models made it."""

from dataclasses import replace

import pytest

from app.core.reading import Light, reading_of, recipe_of
from tests.unit.core.test_pipeline import MANIFEST

HASHES = {"detector": "dd", "estimator": "ee"}
STAND_IN = "a backbone stands in for another"


@pytest.mark.parametrize(
    ("document", "recipe", "models"),
    [
        ({}, {"name": "ours", "stand_in": ""}, HASHES),
        ({"recipe": {"name": "ours", "words": "w", "stand_in": None}}, {"name": "ours", "stand_in": ""}, HASHES),
        (
            {"recipe": {"name": "original-web", "words": "w", "stand_in": STAND_IN}},
            {"name": "original-web", "stand_in": STAND_IN},
            {**HASHES, "recipe": "original-web"},
        ),
        ({"recipe": "not an object"}, {"name": "ours", "stand_in": ""}, HASHES),
    ],
)
def test_the_recipe_is_named_where_it_is_not_ours(document, recipe, models):
    manifest = replace(MANIFEST, document=document)
    assert recipe_of(manifest) == recipe
    reading = reading_of(manifest, (640, 480), (), (), 12.0, None, Light()).as_json()
    assert reading["models"] == models
