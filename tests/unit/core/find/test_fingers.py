"""Which way fingers point: by their skin, by the other fingers, by colour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.core.find.fingers import direction_by_colour, finger_directions, match_skin

BOARD = Image.new("RGB", (800, 600), (210, 215, 220))


def boxes_at(*centres, size=40.0):
    return np.array([[x - size / 2, y - size / 2, x + size / 2, y + size / 2] for x, y in centres]).reshape(-1, 4)


@given(st.floats(-np.pi, np.pi), st.floats(0.8, 4.0))
def test_the_patch_of_skin_says_where_the_hand_is(angle, distance):
    towards = np.array([np.cos(angle), np.sin(angle)])
    skin = boxes_at((400 + towards[0] * distance * 40, 300 + towards[1] * distance * 40))
    assert finger_directions(BOARD, boxes_at((400, 300)), skin)[0] == pytest.approx(towards, abs=1e-6)


def test_each_finger_takes_its_own_patch_also_where_a_neighbours_is_nearer():
    # The middle finger reaches farther: its nail is nearer to the neighbours' patches than to its own.
    nails = boxes_at((300, 200), (220, 260), (300, 320))
    skin = boxes_at((400, 205), (320, 262), (400, 318))
    assert sorted(match_skin(nails, skin)) == [(0, 0), (1, 1), (2, 2)]


def test_a_little_finger_without_a_patch_takes_none_from_its_neighbour():
    # Where patient 54 of the data set has nails and patches. The last nail is nearest to its neighbour's patch.
    nails = boxes_at((583, 318), (520, 239), (539, 168), (634, 98), size=50)
    skin = boxes_at((714, 321), (658, 236), (679, 153), size=60)
    assert sorted(match_skin(nails, skin)) == [(0, 0), (1, 1), (2, 2)]
    degrees = np.degrees(np.arctan2(*finger_directions(BOARD, nails, skin)[:, ::-1].T))
    assert np.abs(degrees).max() < 10


def test_fingers_that_end_at_different_heights_keep_their_own_patches():
    # Of patient 102: each nail is nearer to the patch beside it than to its own.
    nails = boxes_at((519, 180), (486, 254), (558, 338), (595, 102), size=50)
    skin = boxes_at((661, 158), (638, 257), (684, 348), (718, 74), size=60)
    assert sorted(match_skin(nails, skin)) == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_a_thumb_that_lies_otherwise_has_its_own_patch():
    nails = boxes_at((300, 200), (300, 260), (420, 420))
    skin = boxes_at((400, 200), (400, 260), (440, 330))
    assert sorted(match_skin(nails, skin)) == [(0, 0), (1, 1), (2, 2)]


def test_a_nail_without_a_patch_points_like_the_others():
    nails = boxes_at((300, 200), (300, 260), (300, 320))
    directions = finger_directions(BOARD, nails, boxes_at((400, 200), (400, 320)))
    assert directions[1] == pytest.approx([1.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("place", [(300, 300), (900, 300), (305, 302)])
def test_a_patch_on_the_nail_or_far_away_is_not_its_own(place):
    assert match_skin(boxes_at((300, 300)), boxes_at(place)) == []


@pytest.mark.parametrize("angle_degrees", range(0, 360, 45))
def test_without_any_patch_colour_decides(angle_degrees):
    scene = BOARD.copy()
    towards = np.array([np.cos(np.radians(angle_degrees)), np.sin(np.radians(angle_degrees))])
    centre = np.array([400.0, 300.0])
    paint = ImageDraw.Draw(scene)
    paint.line([*(centre - towards * 15), *(centre + towards * 400)], fill=(205, 150, 125), width=56)
    found = direction_by_colour(scene, boxes_at((400, 300))[0])
    assert found @ towards > np.cos(np.radians(15))
    assert finger_directions(scene, boxes_at((400, 300)), np.zeros((0, 4)))[0] == pytest.approx(found)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**31))
@settings(max_examples=50)
def test_whatever_is_found_the_directions_are_unit_vectors(nails, patches, seed):
    rng = np.random.default_rng(seed)

    def some(count):
        return boxes_at(*rng.uniform(0, 600, (count, 2)), size=float(rng.uniform(5, 90)))

    directions = finger_directions(BOARD, some(nails), some(patches))
    assert directions.shape == (nails, 2)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(np.ones(nails))


def two_hands():
    """A board with two hands that face each other, and their nails: those of the left hand first."""
    picture = BOARD.copy()
    paint = ImageDraw.Draw(picture)
    nails = boxes_at((300, 200), (300, 280), (500, 200), (500, 280))
    for _, y1, _, y2 in nails[:2]:
        # Fingers from the left and from the right, with nails at their tips.
        paint.rectangle((0, y1 - 10, 325, y2 + 10), fill=(190, 140, 115))
        paint.rectangle((475, y1 - 10, 800, y2 + 10), fill=(190, 140, 115))
    return picture, nails


@pytest.mark.parametrize("patches", [(), ((200, 280), (600, 280)), ((200, 200), (600, 280))])
def test_two_hands_that_face_each_other_each_point_their_own_way(patches):
    picture, nails = two_hands()
    directions = finger_directions(picture, nails, boxes_at(*patches))
    assert directions[:, 0] == pytest.approx([-1, -1, 1, 1], abs=0.1)


def test_a_single_patch_belongs_to_the_nail_next_to_it_whichever_comes_first():
    nails = boxes_at((300, 200), (300, 280), (300, 360))
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        ((nail, _),) = match_skin(nails[order], boxes_at((400, 280)))
        assert order[nail] == 1
