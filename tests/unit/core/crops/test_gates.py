"""Which nails count."""

import numpy as np
import pytest
from PIL import Image

from app.core.crops.gates import rejection
from app.shared.codes import NAIL_CUT_OFF, NAIL_OVEREXPOSED, NAIL_TOO_DARK, NAIL_TOO_SMALL

BOX = np.array([100.0, 100.0, 150.0, 140.0])


def picture(colour=(220, 150, 140)):
    return Image.new("RGB", (400, 300), colour)


def test_a_nail_in_good_light_counts():
    assert rejection(picture(), BOX) is None


@pytest.mark.parametrize(
    "box, reason",
    [
        ((100, 100, 113, 140), NAIL_TOO_SMALL),
        ((100, 100, 140, 112), NAIL_TOO_SMALL),
        ((0, 100, 50, 140), NAIL_CUT_OFF),
        ((100, 0.5, 150, 40), NAIL_CUT_OFF),
        ((360, 100, 400, 140), NAIL_CUT_OFF),
        ((100, 260, 150, 299.5), NAIL_CUT_OFF),
    ],
)
def test_size_and_border(box, reason):
    assert rejection(picture(), np.array(box, dtype=np.float64)) == reason


@pytest.mark.parametrize(
    "colour, reason",
    [
        ((36, 35, 35), None),
        ((20, 20, 20), NAIL_TOO_DARK),
        ((255, 255, 255), NAIL_OVEREXPOSED),
        # One channel at its end is a red light or a red nail, not a lost picture.
        ((255, 180, 170), None),
    ],
)
def test_light(colour, reason):
    assert rejection(picture(colour), BOX) == reason


def test_a_bright_board_around_the_nail_does_not_count_against_it():
    scene = picture((255, 255, 255))
    scene.paste((220, 150, 140), (110, 105, 140, 135))
    assert rejection(scene, BOX) is None
