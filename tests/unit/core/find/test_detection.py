"""Decode and non-maximum suppression, the latter against an independent reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.find.detection import EQUAL_IOU, Detections, decode, iou_matrix, nms


def reference_iou(a, b):
    """Intersection over union of two boxes, by counting what is left after the four ways to miss."""
    overlap_x = min(a[2], b[2]) - max(a[0], b[0])
    overlap_y = min(a[3], b[3]) - max(a[1], b[1])
    if overlap_x <= 0 or overlap_y <= 0:
        return 0.0
    both = overlap_x * overlap_y
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def reference_nms(boxes, class_ids, threshold):
    """Groups of indices, by the textbook: take the best that is left, strike what overlaps it, repeat; each group is
    the kept one and what it struck."""
    left = list(range(len(boxes)))
    groups = []
    while left:
        best = left[0]
        struck = [
            other
            for other in left[1:]
            if class_ids[other] == class_ids[best] and reference_iou(boxes[best], boxes[other]) > threshold
        ]
        groups.append([best, *struck])
        left = [other for other in left[1:] if other not in struck]
    return groups


def reference_mean(boxes, weights):
    """Edge by edge, in plain arithmetic."""
    return [sum(w * box[edge] for box, w in zip(boxes, weights, strict=True)) / sum(weights) for edge in range(4)]


# Corners on a coarse grid make equal, nested, touching and far boxes all likely.
coordinates = st.integers(0, 12)
box_lists = st.lists(
    st.tuples(coordinates, coordinates, st.integers(1, 8), st.integers(1, 8), st.integers(0, 1)), max_size=25
)


def detections(rows):
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in rows], dtype=np.float64).reshape(-1, 4)
    class_ids = np.array([row[4] for row in rows], dtype=np.int64)
    return Detections(boxes, np.linspace(0.9, 0.4, len(rows)), class_ids)


@given(box_lists, st.sampled_from([0.0, 0.25, 0.45, 0.7]))
def test_nms_keeps_what_the_reference_keeps(rows, threshold):
    found = detections(rows)
    kept = nms(found, threshold)
    groups = reference_nms(found.boxes.tolist(), found.class_ids.tolist(), threshold)
    best = [group[0] for group in groups]
    assert kept.confidences.tolist() == found.confidences[best].tolist()
    assert kept.class_ids.tolist() == found.class_ids[best].tolist()
    for box, group in zip(kept.boxes.tolist(), groups, strict=True):
        voices = [each for each in group if reference_iou(found.boxes[group[0]], found.boxes[each]) > EQUAL_IOU]
        assert box == pytest.approx(reference_mean(found.boxes[voices].tolist(), found.confidences[voices].tolist()))


@given(st.lists(st.tuples(*[st.floats(-1, 1)] * 4), min_size=2, max_size=6), st.floats(0.5, 1))
def test_candidates_that_take_turns_leave_the_box_where_it_is(shifts, fall):
    boxes = np.array([100.0, 100.0, 200.0, 200.0]) + np.array(shifts)
    confidences = 0.9 * fall ** np.arange(len(boxes))
    kept = nms(Detections(boxes, confidences, np.zeros(len(boxes), dtype=int)), 0.45)
    swapped = confidences.copy()
    swapped[:2] = confidences[:2].mean() + np.array([1e-9, -1e-9])
    turns = [
        nms(Detections(boxes[order], swapped, np.zeros(len(boxes), dtype=int)), 0.45).boxes
        for order in (np.arange(len(boxes)), np.array([1, 0, *range(2, len(boxes))]))
    ]
    assert len(kept) == len(turns[0]) == len(turns[1]) == 1
    assert turns[0] == pytest.approx(turns[1], abs=1e-6)
    assert (kept.boxes >= boxes.min(axis=0) - 1e-9).all() and (kept.boxes <= boxes.max(axis=0) + 1e-9).all()


def test_a_box_that_is_only_near_has_no_say():
    found = Detections(np.array([[0.0, 0, 100, 100], [20, 0, 120, 100]]), np.array([0.9, 0.8]), np.zeros(2, dtype=int))
    assert nms(found, 0.45).boxes.tolist() == [[0, 0, 100, 100]]


@given(box_lists)
def test_iou_is_that_of_the_reference(rows):
    boxes = detections(rows).boxes
    expected = [[reference_iou(a, b) for b in boxes.tolist()] for a in boxes.tolist()]
    assert np.allclose(iou_matrix(boxes, boxes), np.reshape(expected, (len(boxes), len(boxes))))


def head_output(*anchors):
    """(1, 6, N) from anchors (centre x, centre y, width, height, nail score, skin score)."""
    return np.array(anchors, dtype=np.float32).T[None]


def test_decode_gives_corners_classes_and_the_best_first():
    found = decode(head_output((100, 50, 20, 10, 0.6, 0.1), (10, 20, 4, 8, 0.2, 0.9), (5, 5, 2, 2, 0.34, 0.1)), 0.35)
    assert found.boxes.tolist() == [[8, 16, 12, 24], [90, 45, 110, 55]]
    assert found.class_ids.tolist() == [1, 0]
    assert found.confidences.tolist() == pytest.approx([0.9, 0.6])


def test_decode_leaves_out_what_is_no_box():
    nan, inf = float("nan"), float("inf")
    output = head_output(
        (nan, 5, 2, 2, 0.9, 0),
        (5, inf, 2, 2, 0.9, 0),
        (5, 5, 0, 2, 0.9, 0),
        (5, 5, 2, -3, 0.9, 0),
        (5, 5, 2, 2, nan, 0),
    )
    assert len(decode(output, 0.35)) == 0


def test_decode_of_nothing_is_empty_through_nms():
    empty = decode(np.zeros((1, 6, 2100), dtype=np.float32), 0.35)
    assert nms(empty, 0.45).boxes.shape == (0, 4)


@pytest.mark.parametrize("shape", [(6, 2100), (2, 6, 10), (1, 4, 10)])
def test_another_shape_is_an_error_that_names_it(shape):
    with pytest.raises(ValueError, match=str(shape[0])):
        decode(np.zeros(shape, dtype=np.float32), 0.35)


def test_of_class_and_best_keep_the_order():
    found = decode(head_output((10, 10, 4, 4, 0.9, 0), (30, 30, 4, 4, 0, 0.8), (50, 50, 4, 4, 0.7, 0)), 0.35)
    assert found.of_class(0).confidences.tolist() == pytest.approx([0.9, 0.7])
    assert found.best(2).class_ids.tolist() == [0, 1]
    assert len(found.best(50)) == 3
