"""Figures of the bench at the pace of the targets."""

import pytest

from tests.bench.pace import TARGET_REFERENCE_MS, Pace, at_target, each_at_target


def test_what_is_timed_has_the_mean_of_the_reference_before_and_after():
    answers = iter([20.0, 40.0, 50.0])
    pace = Pace(lambda: next(answers))
    pace.begin()
    assert [pace.of_this(), pace.of_this()] == [30.0, 45.0]


def test_a_machine_that_slows_down_gives_the_same_figure():
    references_ms = [25.0, 50.0, 100.0]
    assert at_target([1.0, 2.0, 4.0], references_ms) == pytest.approx(1.0)
    assert each_at_target([2.4 + 0.5, 2.4 + 1.0, 2.4 + 2.0], references_ms, fixed=2.4) == pytest.approx([2.9] * 3)
    assert at_target([7.0], [TARGET_REFERENCE_MS]) == 7.0
