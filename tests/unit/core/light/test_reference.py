"""White paper beside the nails: found, its colour read off at each nail, and refused where it says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from app.core.crops.views import nail_crops
from app.core.light.reference import NO_REFERENCE, WHITE, Reference, find_reference, under_white_light
from app.core.manifest import EstimatorSpec, View
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.shared import codes
from tests.drawn_hand import BLOWN, PAPER, TABLE, YELLOW, draw_hand

# From the nail towards the hand: the drawn one points left.
TO_THE_RIGHT = np.tile([1.0, 0.0], (3, 1))
SPEC = EstimatorSpec("", "", 16, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (View("nail", 0.0, 0.8),), False)


def hand_on(board: tuple[int, int, int]) -> tuple[Image.Image, np.ndarray]:
    hand = draw_hand(board=board)
    return hand.picture, np.array(hand.nail_boxes, dtype=float)


def under(picture: Image.Image, light: np.ndarray) -> Image.Image:
    """In other light: linear gains (3,), or (h, w, 3)."""
    linear = srgb_to_linear(np.asarray(picture) / 255) * light
    return Image.fromarray(np.rint(255 * linear_to_srgb(np.clip(linear, 0, 1))).astype(np.uint8))


def reference_of(picture: Image.Image, boxes: np.ndarray) -> Reference:
    return find_reference(picture, boxes, TO_THE_RIGHT[: len(boxes)])


def test_the_colour_of_the_paper_is_read_off_at_each_nail():
    picture, boxes = hand_on(PAPER)
    found = reference_of(picture, boxes)
    assert found.found and found.reason is None and found.rgb_linear.shape == (3, 3)
    assert found.rgb_linear == pytest.approx(np.tile(srgb_to_linear(np.array(PAPER) / 255), (3, 1)), rel=0.02)


@pytest.mark.parametrize("gains", [(0.8, 0.8, 0.8), (0.85, 0.7, 0.5), (0.3, 0.34, 0.4)])
def test_nails_look_the_same_in_every_light_once_it_is_divided_out(gains):
    picture, boxes = hand_on(PAPER)
    seen = [
        nail_crops(each, boxes, TO_THE_RIGHT, SPEC, None, reference_of(each, boxes))
        for each in (picture, under(picture, np.array(gains)))
    ]
    assert seen[1] == pytest.approx(seen[0], abs=0.03)
    assert np.abs(seen[1] - seen[0]).mean() < 0.006


def test_light_that_falls_off_over_the_hand_is_followed():
    picture, boxes = hand_on(PAPER)
    rows = np.linspace(1.0, 0.5, picture.height)[:, None, None]
    seen = under(picture, np.broadcast_to(rows, (picture.height, picture.width, 3)))
    expected = srgb_to_linear(np.array(PAPER) / 255) * np.interp(
        boxes[:, [1, 3]].mean(axis=1), [0, picture.height], [1.0, 0.5]
    ).reshape(-1, 1)
    assert reference_of(seen, boxes).rgb_linear == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    "board, reason",
    [
        (BLOWN, codes.REFERENCE_CLIPPED),
        (YELLOW, codes.REFERENCE_TINTED),
        (TABLE, codes.REFERENCE_MISSING),
        ((150, 105, 70), codes.REFERENCE_MISSING),
    ],
)
def test_what_is_no_white_paper_is_refused_with_its_reason(board, reason):
    assert reference_of(*hand_on(board)) == Reference(None, reason)


def test_paper_that_is_blown_out_beside_the_nails_alone_is_followed_there():
    picture, boxes = hand_on(PAPER)
    # So bright that green and blue are blown out on the left half, where the nails are, and dark on the other side.
    columns = np.linspace(1.6, 0.6, picture.width)[None, :, None]
    gains = np.broadcast_to(columns, (picture.height, picture.width, 3)) * (0.85, 1.0, 1.0)
    found = reference_of(under(picture, gains), boxes)
    middles = boxes[:, [0, 2]].mean(axis=1)
    expected = srgb_to_linear(np.array(PAPER) / 255) * (0.85, 1.0, 1.0)
    expected = expected * np.interp(middles, [0, picture.width], [1.6, 0.6]).reshape(-1, 1)
    assert found.found
    assert found.rgb_linear == pytest.approx(expected, rel=0.12)


def test_a_white_sleeve_is_no_reference():
    picture, boxes = hand_on(TABLE)
    sleeve = np.asarray(picture).copy()
    sleeve[:, int(0.8 * picture.width) :] = PAPER
    assert reference_of(Image.fromarray(sleeve), boxes).reason == codes.REFERENCE_MISSING


def test_a_corner_of_paper_is_too_small():
    picture, boxes = hand_on(TABLE)
    pixels = np.asarray(picture).copy()
    x1, y1, x2, y2 = boxes[1].astype(int)
    width = x2 - x1
    pixels[y1 : y2 + 10, x1 - 3 * width : x1 - width // 2] = PAPER
    assert reference_of(Image.fromarray(pixels), boxes).reason == codes.REFERENCE_SMALL


def test_paper_with_stripes_is_uneven():
    picture, boxes = hand_on(PAPER)
    pixels = np.asarray(picture)
    stripes = (np.arange(picture.height) // 40 % 2)[:, None, None] * 0.35 + 0.65
    board = (np.abs(pixels.astype(int) - PAPER).max(axis=2) < 12)[..., None]
    seen = under(picture, np.where(board, stripes, 1.0))
    assert reference_of(seen, boxes).reason == codes.REFERENCE_UNEVEN


def test_without_a_nail_there_is_no_place_to_read_it_off():
    picture, _ = hand_on(PAPER)
    assert find_reference(picture, np.zeros((0, 4)), np.zeros((0, 2))) == NO_REFERENCE


def test_views_stay_as_they_are_without_a_reference_and_paper_becomes_white_with_one():
    views = np.random.default_rng(0).uniform(size=(2, 3, 3, 4, 4)).astype(np.float32)
    assert under_white_light(views, NO_REFERENCE) is views
    light = np.array([[0.5, 0.4, 0.3], [0.2, 0.2, 0.1]])
    paper = np.broadcast_to(linear_to_srgb(light)[:, None, :, None, None], (2, 1, 3, 4, 4))
    white = under_white_light(paper, Reference(light))
    assert srgb_to_linear(white) == pytest.approx(np.full(white.shape, WHITE), rel=1e-3)


def test_some_of_the_nails_keep_their_own_light():
    reference = Reference(np.array([[0.5, 0.4, 0.3], [0.2, 0.2, 0.1], [0.9, 0.8, 0.7]]))
    assert reference.of(np.array([2])).rgb_linear == pytest.approx(np.array([[0.9, 0.8, 0.7]]))
    assert reference.off_by(np.array([2.0, 1.0, 1.0])).rgb_linear[1] == pytest.approx([0.4, 0.2, 0.1])
    assert NO_REFERENCE.of(np.array([0])) is NO_REFERENCE
