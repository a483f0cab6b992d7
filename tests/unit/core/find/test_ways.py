"""A canvas in eight ways, and what several looks agree on."""

import numpy as np
import pytest

from app.core.find.detection import Detections
from app.core.find.ways import ALL_WAYS, agreed

WIDTH, HEIGHT = 40, 24
# Nothing about it is the same on two sides.
BOX = np.array([[3.0, 5.0, 12.0, 9.0]])


def seen(*things):
    """Of (box, confidence, class)."""
    boxes, confidences, class_ids = zip(*things, strict=True) if things else ((), (), ())
    return Detections(np.array(boxes, dtype=float).reshape(-1, 4), np.array(confidences), np.array(class_ids, int))


@pytest.mark.parametrize("way", ALL_WAYS, ids=str)
def test_a_box_comes_back_to_where_it_was(way):
    canvas = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    x1, y1, x2, y2 = BOX[0].astype(int)
    canvas[y1:y2, x1:x2] = 1
    rows, columns, _ = np.nonzero(way.turned(canvas))
    there = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], dtype=float)
    assert way.turned_back(there, (WIDTH, HEIGHT)).tolist() == BOX.tolist()


def test_the_ways_are_all_there_are():
    square = np.arange(9, dtype=np.uint8).reshape(3, 3, 1)
    assert len({way.turned(square).tobytes() for way in ALL_WAYS}) == len(ALL_WAYS) == 8


def test_a_box_lies_at_the_mean_and_a_third_of_the_looks_have_to_be_sure():
    looks = [seen(([0, 0, 10, 10], 0.8, 0)), seen(([2, 0, 12, 10], 0.4, 0)), seen()]
    found = agreed(looks)
    assert found.boxes == pytest.approx(np.array([[2 / 3, 0, 10 + 2 / 3, 10]]))
    assert found.confidences.tolist() == [0.8]
    assert agreed([*looks, seen()]).confidences.tolist() == [0.4]
    assert agreed([*looks, *([seen()] * 4)]).confidences.tolist() == [0.0]


def test_two_things_of_one_look_stay_two_and_classes_apart():
    one = seen(([0, 0, 10, 10], 0.9, 0), ([2, 0, 12, 10], 0.5, 0), ([0, 0, 10, 10], 0.7, 1))
    found = agreed([one, one])
    assert found.confidences == pytest.approx([0.9, 0.7, 0.5])
    assert found.class_ids.tolist() == [0, 1, 0]
    assert found.boxes[0].tolist() == [0, 0, 10, 10]


def test_nothing_is_agreed_on_where_nothing_was_found_and_a_box_without_area_is_kept():
    assert len(agreed([seen(), seen()])) == 0
    flat = seen(([5, 5, 5, 5], 0.9, 0))
    assert len(agreed([flat, seen()])) == 1
