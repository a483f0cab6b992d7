"""trainer/recipes.toml, read strictly: what detector, backbone, views, features and head a set of models is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from app.core.manifest import MEAN_SKIN, REFUSED, View
from app.shared.codes import RECIPE_OURS
from trainer.config import field_of, nothing_else, read_toml
from trainer.data.dataset import DataError

DEFAULT_RECIPES = Path(__file__).with_name("recipes.toml")
OURS = RECIPE_OURS
# One Ridge a depth of the backbone, see trainer.estimator.head; every other head is one of
# trainer.estimator.regressors.
RIDGE_BY_DEPTH = "ridge_by_depth"
NAILS, MEAN_OF_NAILS = "nails", "mean"
VIEW_FIELDS = {"name", "along", "size", "round", "turned"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One table of recipes.toml, whose head says what each field means."""

    name: str
    words: str
    backbone: str
    backbone_px: int
    views: tuple[View, ...]
    detail_px: int
    head: str
    detector: str = "small"
    blocks: tuple[int, ...] = ()
    mirror: bool = True
    color_features: str = ""
    learn_from: str = NAILS
    lights: bool = False
    likeness: bool = False

    def document(self) -> dict[str, Any]:
        """The same as models.json has it; `recipe_of` reads it again."""
        return asdict(self)


def read_recipes(path: Path = DEFAULT_RECIPES) -> dict[str, Recipe]:
    """All recipes by their names.

    Raises:
        DataError: the file cannot be read, or a field is missing, unknown or of the wrong kind; names both.
    """
    recipes = {}
    for name, section in read_toml(path).items():
        if not isinstance(section, dict):
            raise DataError(f"{path}: {name} is no table; a recipe begins with [{name}] (--recipes)")
        try:
            recipes[name] = recipe_of({"name": name, **section})
        except ValueError as error:
            raise DataError(f"{path}: recipe {name}: {error} (--recipes)") from None
    return recipes


def find_recipe(name: str, path: Path = DEFAULT_RECIPES) -> Recipe:
    """The recipe of that name.

    Raises:
        DataError: as `read_recipes`, or there is none of that name.
    """
    recipes = read_recipes(path)
    if name not in recipes:
        raise DataError(f"{name}: no such recipe in {path}; there are {', '.join(recipes)} (--recipe)")
    return recipes[name]


def recipe_of(section: dict[str, Any]) -> Recipe:
    """A recipe from its table, or from what models.json has of it.

    Raises:
        ValueError: a field is missing, unknown or of the wrong kind; names it.
    """
    nothing_else(section, {field.name for field in fields(Recipe)})
    kinds = {"backbone_px": int, "detail_px": int, "mirror": bool, "lights": bool, "likeness": bool}
    kinds |= {"views": list, "blocks": list}
    required = {"name", "words", "backbone", "backbone_px", "views", "detail_px", "head"}
    values = {
        field.name: field_of(section, field.name, kinds.get(field.name, str))
        for field in fields(Recipe)
        if field.name in section or field.name in required
    }
    values["views"] = tuple(_view(view) for view in values["views"])
    values["blocks"] = tuple(values.get("blocks", ()))
    recipe = Recipe(**values)
    if not recipe.views:
        raise ValueError("views is empty")
    for name in ("backbone_px", "detail_px"):
        if values[name] < 1:
            raise ValueError(f"{name} is {values[name]}, expected 1 or more")
    if not all(isinstance(block, int) for block in recipe.blocks) or list(recipe.blocks) != sorted(set(recipe.blocks)):
        raise ValueError(f"blocks is {list(recipe.blocks)}, expected numbers that rise")
    _one_of("color_features", recipe.color_features, ("", MEAN_SKIN, REFUSED))
    _one_of("learn_from", recipe.learn_from, (NAILS, MEAN_OF_NAILS))
    if recipe.lights and recipe.color_features:
        # Paper divides the light out of the pictures, not out of the colour features.
        raise ValueError("lights and color_features cannot go together")
    return recipe


def _view(entry: Any) -> View:
    if not isinstance(entry, dict):
        raise ValueError(f"views holds {entry!r}, expected {{ name = NAME, along = NAILS, size = NAILS }}")
    nothing_else(entry, VIEW_FIELDS)
    switches = {name: field_of(entry, name, bool) for name in ("round", "turned") if name in entry}
    along, size = (float(field_of(entry, name, float)) for name in ("along", "size"))
    return View(field_of(entry, "name", str), along, size, **switches)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}, expected {' or '.join(repr(each) for each in choices if each)}")
