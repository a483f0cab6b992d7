"""A scan ends in time on any device, with as many frames as can be measured by then."""

import pytest

from app.shared.deadline import ENOUGH, LIMIT_MS, MOST_BEFORE_MS, Deadline

TOTAL, LEAST = 30, 15
# The camera's clock.
CAMERA_MS = 80


def scan(frame_ms, camera_ms=CAMERA_MS, paused_ms=0, before_ms=100, first_ms=None):
    """One by itself: frames measured one after the other, each as soon as the camera gives it, and what it expected."""
    deadline = Deadline(TOTAL, LEAST)
    now_ms = 5000.0
    deadline.begin(now_ms - before_ms, now_ms)
    done, expected = 0, []
    begun_ms = now_ms
    while done < TOTAL and deadline.has_room(done, 0):
        if paused_ms and done == 10:
            now_ms += paused_ms
            deadline.passed(now_ms, False, True)
            paused_ms = 0
        takes_ms = first_ms if first_ms and not done else frame_ms
        now_ms += max(0.0, camera_ms - takes_ms)
        deadline.passed(now_ms, False, False)
        now_ms += takes_ms
        deadline.passed(now_ms, True, False)
        done += 1
        expected.append(deadline.expected(done))
    return done, now_ms - begun_ms, expected, deadline


@pytest.mark.parametrize("frame_ms", [5, 40, 80, 110])
def test_a_device_that_keeps_up_measures_every_frame_and_never_expects_fewer(frame_ms):
    done, _, expected, _ = scan(frame_ms)
    assert done == TOTAL and set(expected) == {TOTAL}


@pytest.mark.parametrize("frame_ms", [140, 170, 250, 330])
def test_a_slower_one_measures_fewer_in_time_and_says_about_how_many(frame_ms):
    done, lasted_ms, expected, _ = scan(frame_ms)
    assert LEAST <= done < TOTAL
    assert lasted_ms + frame_ms < LIMIT_MS
    assert all(number <= count for number, count in enumerate(expected, 1))
    assert all(abs(count - done) <= 2 for count in expected[5:])
    # Who has most of the frames by then waits for no more.
    assert lasted_ms < ENOUGH * LIMIT_MS + frame_ms or done <= ENOUGH * TOTAL


@pytest.mark.parametrize("frame_ms", [450, 900, 4000, 60_000])
def test_one_that_cannot_measure_enough_of_them_is_slow(frame_ms):
    done, lasted_ms, _, deadline = scan(frame_ms)
    assert done < LEAST and deadline.slow
    assert lasted_ms - frame_ms < LIMIT_MS


def test_a_first_frame_that_takes_long_condemns_no_device():
    done, _, _, _ = scan(60, first_ms=2500)
    assert done >= LEAST


def test_what_is_asked_already_takes_its_time_too():
    deadline = Deadline(TOTAL, LEAST)
    deadline.begin(0.0, 0.0)
    deadline.passed(LIMIT_MS - 1000.0, True, False)
    assert deadline.has_room(18, 0) and not deadline.has_room(18, 2)


def test_a_camera_that_gives_few_frames_is_waited_for_until_there_are_enough():
    done, lasted_ms, _, deadline = scan(frame_ms=30, camera_ms=500)
    assert done == LEAST and lasted_ms > LIMIT_MS and not deadline.slow


def test_time_in_which_the_system_holds_the_camera_back_does_not_count():
    done, lasted_ms, _, _ = scan(40, paused_ms=9000)
    assert done == TOTAL and lasted_ms > 9000


def test_a_camera_that_takes_long_before_its_first_frame_leaves_time_for_them():
    deadline = Deadline(TOTAL, LEAST)
    deadline.begin(0.0, 20_000.0)
    assert deadline.left_ms == LIMIT_MS - MOST_BEFORE_MS and deadline.has_room(0, 1)


def test_nothing_fits_when_the_time_is_over():
    deadline = Deadline(TOTAL, LEAST)
    deadline.begin(0.0, 0.0)
    deadline.passed(LIMIT_MS + 1.0, True, False)
    assert deadline.left_ms == 0.0 and not deadline.has_room(0, 1) and not deadline.has_room(3, 0)
