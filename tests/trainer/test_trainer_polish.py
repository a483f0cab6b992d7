"""Nails painted by code, and nails taken away: what the estimator learns to refuse."""

from __future__ import annotations

import numpy as np
import pytest

from tests.drawn_hand import draw_hand
from trainer.data.outlines import rounded_outline
from trainer.pictures.no_nail import ground_boxes, skin_boxes_along, without_nails
from trainer.pictures.polish import CHIPPED, CLEAR, COATS, FULL, GROWN_OUT, TIP, Polish, drawn_polish, painted

HAND = draw_hand()
PIXELS = np.asarray(HAND.picture)
BOXES = np.array(HAND.nail_boxes)
BOX = BOXES[1]
# The fingers of the drawn hand point to the left.
TOWARDS_HAND = np.array([1.0, 0.0])
BLUE = (0.0, 0.05, 0.6)


def share_painted(polish: Polish, box: np.ndarray) -> float:
    """Of the inside of a part of the picture, how much is bluer than it was."""
    after = painted(PIXELS, rounded_outline(BOX), TOWARDS_HAND, polish, np.random.default_rng(0)).astype(int)
    x1, y1, x2, y2 = box.round().astype(int)
    bluer = (after - PIXELS)[y1:y2, x1:x2] @ (-1, -1, 2) > 60
    return float(bluer.mean())


def part(first: float, last: float) -> np.ndarray:
    """A piece of the nail, by shares of its length from the tip on, its rim left out."""
    x1, y1, x2, y2 = BOX
    height = y2 - y1
    return np.array([x1 + first * (x2 - x1), y1 + 0.3 * height, x1 + last * (x2 - x1), y2 - 0.3 * height])


def test_a_full_coat_covers_the_nail_and_nothing_else():
    coat = Polish(FULL, BLUE, gloss=0.0)
    assert share_painted(coat, part(0.15, 0.85)) > 0.95
    after = painted(PIXELS, rounded_outline(BOX), TOWARDS_HAND, coat, np.random.default_rng(0))
    changed = np.argwhere((after != PIXELS).any(axis=2))
    assert (changed.min(axis=0)[::-1] > BOX[:2] - 4).all() and (changed.max(axis=0)[::-1] < BOX[2:] + 4).all()


@pytest.mark.parametrize("coat", [TIP, GROWN_OUT])
def test_what_covers_the_tip_leaves_the_rest_bare(coat):
    polish = Polish(coat, BLUE, covered=0.4, gloss=0.0)
    assert share_painted(polish, part(0.08, 0.25)) > 0.7
    assert share_painted(polish, part(0.8, 0.95)) < 0.3


def test_a_chipped_coat_covers_its_share():
    assert share_painted(Polish(CHIPPED, BLUE, covered=0.5, gloss=0.0), BOX) == pytest.approx(0.45, abs=0.15)


def test_a_clear_coat_shines_and_has_no_colour():
    after = painted(
        PIXELS,
        rounded_outline(BOX),
        TOWARDS_HAND,
        Polish(CLEAR, BLUE, opacity=0.0, gloss=1.0),
        np.random.default_rng(1),
    )
    change = after.astype(int) - PIXELS
    assert change.max() > 20
    x1, y1, x2, y2 = BOX.round().astype(int)
    assert np.abs(np.median(change[y1:y2, x1:x2].reshape(-1, 3), axis=0)).max() < 25


def test_every_coat_is_drawn_and_the_same_chance_gives_the_same_picture():
    drawn = [drawn_polish(np.random.default_rng(seed)) for seed in range(200)]
    assert {polish.coat for polish in drawn} == set(COATS)
    assert all(0 <= channel <= 1 for polish in drawn for channel in polish.colour)
    first, second = (
        painted(PIXELS, rounded_outline(BOX), TOWARDS_HAND, drawn[0], np.random.default_rng(5)) for _ in range(2)
    )
    assert (first == second).all()


def test_a_nail_that_is_taken_away_leaves_skin():
    directions = np.tile(TOWARDS_HAND, (len(BOXES), 1))
    gone = np.asarray(without_nails(HAND.picture, BOXES, directions, np.random.default_rng(0))).astype(int)
    for x1, y1, x2, y2 in BOXES.round().astype(int):
        skin = np.median(PIXELS[y1:y2, x2 + 20 : 2 * x2 - x1 + 20].reshape(-1, 3), axis=0)
        inside = gone[y1 + 10 : y2 - 10, x1 + 10 : x2 - 10].reshape(-1, 3)
        # Nothing of the nail is left, which is paler than skin and pinker.
        assert np.abs(np.median(inside, axis=0) - skin).max() < 40
        assert np.abs(inside - np.median(inside, axis=0)).mean() < np.abs(PIXELS[y1:y2, x1:x2] - skin).mean()


def test_boxes_of_what_is_no_nail_touch_none():
    directions = np.tile(TOWARDS_HAND, (len(BOXES), 1))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        skin = skin_boxes_along(BOXES, directions, HAND.picture.size, rng)
        ground = ground_boxes(BOXES, HAND.picture.size, rng)
        found = np.concatenate([skin, ground])
        assert (found[:, :2] > 0).all() and (found[:, 2:] < HAND.picture.size).all()
        centres = (found[:, :2] + found[:, 2:]) / 2
        inside = (centres[:, None] > BOXES[None, :, :2]) & (centres[:, None] < BOXES[None, :, 2:])
        assert not inside.all(axis=2).any()
