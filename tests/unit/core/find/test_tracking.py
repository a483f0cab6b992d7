"""One nail stays one nail from frame to frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.find.tracking import MOST_GROWN, MOST_MOVED_IN_NAILS, match_boxes

NAIL = np.array([[100.0, 100.0, 140.0, 130.0], [100.0, 160.0, 140.0, 190.0], [300.0, 40.0, 330.0, 80.0]])


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [1, 2, 0]])
def test_nails_are_followed_whatever_their_order(order):
    moved = NAIL[order] + np.array([6.0, -4.0, 6.0, -4.0])
    assert sorted(match_boxes(NAIL, moved)) == sorted((old, new) for new, old in enumerate(order))


def test_a_nail_that_is_gone_matches_no_other():
    assert match_boxes(NAIL, NAIL[1:2]) == [(1, 0)]
    assert match_boxes(NAIL[:1], NAIL[2:]) == []
    assert match_boxes(NAIL, np.zeros((0, 4))) == match_boxes(np.zeros((0, 4)), NAIL) == []


def test_a_box_that_grew_too_much_is_another_nail():
    centre = np.array([120.0, 115.0, 120.0, 115.0])
    for factor, same in ((MOST_GROWN * 0.95, True), (MOST_GROWN * 1.05, False)):
        grown = (NAIL[:1] - centre) * factor + centre
        assert bool(match_boxes(NAIL[:1], grown)) is same


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**31))
def test_each_box_is_matched_at_most_once_and_only_nearby(before_count, now_count, seed):
    rng = np.random.default_rng(seed)
    corners = [rng.uniform(0, 200, (count, 2)) for count in (before_count, now_count)]
    before, now = (np.concatenate([corner, corner + rng.uniform(10, 60, corner.shape)], axis=1) for corner in corners)
    pairs = match_boxes(before, now)
    assert len({first for first, _ in pairs}) == len({second for _, second in pairs}) == len(pairs)
    for first, second in pairs:
        moved = np.hypot(*((before[first, :2] + before[first, 2:] - now[second, :2] - now[second, 2:]) / 2))
        areas = [float(np.prod(box[2:] - box[:2])) for box in (before[first], now[second])]
        assert moved <= MOST_MOVED_IN_NAILS * (areas[0] * areas[1]) ** 0.25 + 1e-9
