"""The light on the nails, told from that of the training photographs."""

import numpy as np
import pytest
from PIL import Image

from app.core.light.judge import Light, is_dark, judge_light, light_on_nails
from app.core.manifest import LightSpec
from app.shared.codes import LIGHT_BRIGHT, LIGHT_DARK, LIGHT_GOOD, LIGHT_TINTED

# Standard deviations of 0.2, 0.1 and 0.07; bright nails are pale.
COVARIANCE = np.diag([0.2, 0.1, 0.07]) @ [[1, -0.8, 0], [-0.8, 1, 0], [0, 0, 1]] @ np.diag([0.2, 0.1, 0.07])
LEARNED = LightSpec((120.0, 210.0), (7.3, 0.3, -0.07), tuple(np.linalg.inv(COVARIANCE).ravel()), farthest=2.0)
BOX = np.array([[10.0, 10.0, 50.0, 40.0]])


def test_the_numbers_are_those_of_the_inner_half():
    picture = Image.new("RGB", (80, 60), (0, 0, 0))
    picture.paste((200, 100, 50), (20, 17, 40, 33))
    light = light_on_nails(picture, BOX)
    assert light.luma == pytest.approx(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert light.red_over_green == pytest.approx(np.log2(201 / 101))
    assert light.blue_over_green == pytest.approx(np.log2(51 / 101))


def test_without_a_nail_there_is_no_light_on_it():
    assert light_on_nails(Image.new("RGB", (8, 8)), np.zeros((0, 4))) is None


def test_one_odd_nail_of_three_does_not_decide():
    picture = Image.new("RGB", (200, 60), (180, 150, 140))
    picture.paste((255, 255, 255), (60, 0, 110, 60))
    boxes = BOX + np.array([[0, 0, 0, 0], [55, 0, 55, 0], [120, 0, 120, 0]])
    assert light_on_nails(picture, boxes) == light_on_nails(picture, BOX)


@pytest.mark.parametrize(
    "light, said",
    [
        (Light(150, 0.3, 0.0), LIGHT_GOOD),
        (Light(130, 0.45, -0.1), LIGHT_GOOD),
        (Light(190, 0.18, -0.1), LIGHT_GOOD),
        # Bright and red, dark and pale: each of them alone would be nothing rare.
        (Light(190, 0.45, -0.1), LIGHT_TINTED),
        (Light(130, 0.18, -0.1), LIGHT_TINTED),
        (Light(100, 0.3, 0.0), LIGHT_DARK),
        (Light(225, 0.3, 0.0), LIGHT_BRIGHT),
        (Light(150, 0.6, 0.0), LIGHT_TINTED),
        (Light(150, 0.3, 0.2), LIGHT_TINTED),
    ],
)
def test_each_way_to_differ_has_its_word(light, said):
    assert judge_light(light, LEARNED) == said


def test_a_dark_picture_is_dark_and_black_breaks_nothing():
    black = Image.new("RGB", (80, 60))
    assert is_dark(black)
    assert np.isfinite(light_on_nails(black, BOX).red_over_green)
    assert not is_dark(Image.new("RGB", (80, 60), (90, 90, 90)))
