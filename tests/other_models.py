"""Folders of models that are not those that ship, as `python -m trainer export --recipe` writes them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from building.models import SHIPPED

NAME = "original-web"
STAND_IN = "EfficientNet-Lite0 stands in for MobileNetV4-Conv-Small"


def other_models(folder: Path) -> Path:
    """The shipped networks under the name of another recipe, in this new folder."""
    shutil.copytree(SHIPPED, folder)
    listing = folder / "models.json"
    recipe = {"name": NAME, "words": "the original's page, as it is", "stand_in": STAND_IN}
    listing.write_text(json.dumps({**json.loads(listing.read_bytes()), "recipe": recipe}))
    return folder
