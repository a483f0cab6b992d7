"""A folder of models: what of it goes into a page, whether it is whole, and which recipe it is of.

static/models/ is one, and `python -m trainer export --recipe NAME --out FOLDER` writes others.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from building.places import DIST, STATIC, BuildError, sha256

SHIPPED = STATIC / "models"
# Where they lie in a page.
FOLDER = "models/"
LISTING = "models.json"
NETWORKS = ("detector", "estimator")
# What the page's own check compares itself with, and the picture that it is of.
GOLDEN = ("golden.json", "golden.png")
# The recipe of the models that ship, and of a models.json that names none.
OURS = "ours"


def is_shipped(folder: Path) -> bool:
    """Whether these are the models that ship."""
    return folder.resolve() == SHIPPED.resolve()


def dist_of(folder: Path) -> Path:
    """Where a page of these models is built unless somebody says otherwise: dist/ is the page that ships."""
    return DIST if is_shipped(folder) else DIST.with_name(f"{DIST.name}-{folder.resolve().name}")


def page_files(folder: Path) -> dict[str, Path]:
    """What of a folder a page has, by its path there; what is missing is left out, see `check`."""
    try:
        networks = _networks(json.loads((folder / LISTING).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        networks = {}
    found = {f"{FOLDER}{name}": folder / name for name in (LISTING, *networks, *GOLDEN)}
    return {name: path for name, path in found.items() if path.is_file()}


def check(folder: Path) -> None:
    """Look whether a page can be made of this folder.

    Raises:
        BuildError: something is missing, or is not what models.json says.
    """
    way_out = "take one that `python -m trainer export --out FOLDER` wrote"
    if not folder.is_dir():
        raise BuildError(f"there is no folder {folder}: {way_out}")
    if not (folder / LISTING).is_file():
        raise BuildError(f"{folder} holds no {LISTING}: {way_out}")
    try:
        said = json.loads((folder / LISTING).read_bytes())
        networks = _networks(said)
        recipe_in_words(said)
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"{folder / LISTING} is not what `python -m trainer export` writes: {error!r}") from None
    for name, wanted in networks.items():
        if not (folder / name).is_file():
            raise BuildError(f"{folder / name} is missing, which {LISTING} names: export the models anew")
        if sha256((folder / name).read_bytes()) != wanted:
            raise BuildError(
                f"{folder / name} is not the file that {LISTING} names, its sha256 differs: export the models anew"
            )
    _check_golden(folder, said)


def recipe_in_words(said: dict[str, Any]) -> str:
    """What a models.json says of its recipe: its name, and what stands in for a part of it.

    Raises:
        KeyError, TypeError: it says it in another way.
    """
    recipe = said.get("recipe", {"name": OURS})
    stand_in = recipe.get("stand_in") if isinstance(recipe, dict) else None
    return "{} ({})".format(recipe["name"], stand_in) if stand_in else str(recipe["name"])


def _networks(said: dict[str, Any]) -> dict[str, str]:
    """The sha256 of each network by the name of its file, which lies in the folder itself."""
    found = {str(said[part]["file"]): str(said[part]["sha256"]) for part in NETWORKS}
    for name in found:
        if Path(name).name != name:
            raise ValueError(f"{name} is no name of a file")
    return found


def _check_golden(folder: Path, said: dict[str, Any]) -> None:
    way_out = f"`python -m app.self_test --models {folder} --renew` writes it"
    for name in GOLDEN:
        if not (folder / name).is_file():
            raise BuildError(f"{folder / name} is missing, by which a page checks itself: {way_out}")
    try:
        of_models = json.loads((folder / GOLDEN[0]).read_bytes())["models"]
    except (ValueError, KeyError, TypeError):
        of_models = None
    if of_models != {part: said[part]["sha256"] for part in NETWORKS}:
        raise BuildError(f"{folder / GOLDEN[0]} is of other models: {way_out}")
