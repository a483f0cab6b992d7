"""Nails that are badly photographed by code: what the estimator learns to refuse, and what lamps it has never seen."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.light.judge import Light
from app.core.pictures.pixels import LUMA_WEIGHTS
from tests.drawn_hand import draw_hand
from trainer.data.outlines import rounded_outline
from trainer.estimator.light_profile import UNLEARNED, measured, spec_of
from trainer.pictures.spoiled import blurred, pressed, shone_on

HAND = draw_hand()
PIXELS = np.asarray(HAND.picture)
BOXES = np.array(HAND.nail_boxes)
BOX = BOXES[1]
# The fingers of the drawn hand point to the left.
TOWARDS_HAND = np.array([1.0, 0.0])
SEEDS = range(12)


def changed(after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The box (x1, y1), (x2, y2) of all pixels that are not what they were."""
    there = np.argwhere((after != PIXELS).any(axis=2))[:, ::-1]
    return there.min(axis=0), there.max(axis=0)


def inside(picture: np.ndarray) -> np.ndarray:
    x1, y1, x2, y2 = BOX.round().astype(int)
    return picture[y1:y2, x1:x2].astype(float)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reflection_lies_in_the_nail_and_makes_it_brighter_nowhere_darker(seed):
    after = shone_on(PIXELS, rounded_outline(BOX), np.random.default_rng(seed))
    low, high = changed(after)
    assert (low > BOX[:2] - 5).all() and (high < BOX[2:] + 5).all()
    more = inside(after) - inside(PIXELS)
    # What becomes of a level twice, to linear light and back, is itself or its neighbour.
    assert more.min() >= -1 and (more @ LUMA_WEIGHTS).max() > 25


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pressed_nail_is_pale_at_the_tip_and_loses_red_against_green(seed):
    after = pressed(PIXELS, rounded_outline(BOX), TOWARDS_HAND, np.random.default_rng(seed))
    low, high = changed(after)
    assert (low > BOX[:2] - 5).all() and (high < BOX[2:] + 5).all()
    width = inside(after).shape[1]
    ratio = [(inside(each)[..., 0] / inside(each)[..., 1]) for each in (PIXELS, after)]
    at_tip = slice(int(0.15 * width), int(0.25 * width))
    assert (ratio[1] - ratio[0])[:, at_tip].mean() < -0.02
    assert inside(after).sum() > inside(PIXELS).sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_blurred_photo_keeps_its_light_and_loses_its_edges(seed):
    after = np.asarray(blurred(HAND.picture, 60.0, np.random.default_rng(seed)))
    assert after.mean() == pytest.approx(PIXELS.mean(), abs=2)

    def edges(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture.astype(float), axis=1)).max(axis=1).mean())

    assert edges(after) < 0.6 * edges(PIXELS)


def test_the_same_chance_gives_the_same_picture():
    first, second = (shone_on(PIXELS, rounded_outline(BOX), np.random.default_rng(5)) for _ in range(2))
    assert (first == second).all()


def test_light_that_was_never_learned_is_said_so_by_the_limits_of_other_sessions():
    rng = np.random.default_rng(0)
    sessions = np.repeat([f"day {day}" for day in range(10)], 30)
    lights = [Light(*rng.normal((170, 0.3, -0.05), (8, 0.03, 0.02))) for _ in sessions]
    far = [Light(240, 0.1, 0.0), Light(60, 0.6, -0.2), Light(170, 0.9, -0.05)]
    figures = measured(lights, [far] * len(lights), sessions)
    assert figures["said"] == 1.0 and figures["false_alarm"] == pytest.approx(0.03, abs=0.03)
    spec = spec_of(lights)
    assert spec.centre == pytest.approx((7.42, 0.3, -0.05), abs=0.02)
    assert spec.luma[0] < 170 < spec.luma[1]


def test_what_counts_as_never_learned_is_two_stops_and_a_third_of_red_or_blue():
    gains = {tuple(round(gain, 2) for gain in light.gains) for light in UNLEARNED}
    assert gains == {
        (4.0, 4.0, 4.0), (0.25, 0.25, 0.25), (1.35, 1.0, 1.0), (0.74, 1.0, 1.0), (1.0, 1.0, 1.35), (1.0, 1.0, 0.74)
    }  # fmt: skip
