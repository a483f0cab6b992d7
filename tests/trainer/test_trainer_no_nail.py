"""Pictures without a nail get no number from what ships: drawn ones, and some that come with the trainer's packages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.library import NoReadingError, measure, open_instrument
from tests.no_nail_pictures import KINDS, SEEDS

# Beside the package named first.
STOCK = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    ("matplotlib", "mpl-data/sample_data/logo2.png"),
    ("matplotlib", "mpl-data/sample_data/Minduka_Present_Blue_Pack.png"),
    ("ultralytics", "assets/bus.jpg"),
    ("ultralytics", "assets/zidane.jpg"),
)


@pytest.fixture(scope="module")
def instrument():
    return open_instrument()


def value_of(instrument, picture: Image.Image) -> float | None:
    try:
        return measure(instrument, picture).hb_g_dl
    except NoReadingError:
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_without_a_nail_gets_no_number(instrument, kind):
    read = {seed: value_of(instrument, kind(np.random.default_rng([seed, 18]))) for seed in SEEDS}
    assert not {seed: value for seed, value in read.items() if value is not None}


@pytest.mark.parametrize("package, name", STOCK)
def test_a_picture_that_comes_with_a_package_gets_no_number(instrument, package, name):
    found = importlib.util.find_spec(package)
    assert found is not None and found.origin is not None
    picture = Image.open(Path(found.origin).parent / name).convert("RGB")
    assert value_of(instrument, picture) is None
