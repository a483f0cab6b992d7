"""Many frames become one reading: nails followed, outliers dropped, and nothing said that the frames do not bear."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.reading import Light, Nail, Reading
from app.core.scan.accumulator import (
    FRAMES,
    LEAST_FRAMES,
    MOST_A_FRAME,
    MOST_REPEATED,
    MOST_SPREAD_G_DL,
    Scan,
)
from app.core.typical import typical_of_nails
from app.shared.codes import (
    CAMERA_FROZEN,
    FRAME_OTHER_REFERENCE,
    FRAME_OTHER_SIZE,
    FRAME_OUTLIER,
    FRAME_REPEATED,
    IMPLAUSIBLE,
    LIKENESS_REASONS,
    NAIL_GLARE,
    NAIL_NOT_A_NAIL,
    NAIL_SELDOM,
    NAIL_TOO_DARK,
    NO_NAIL,
    REFERENCE_CLIPPED,
    REFERENCE_OK,
    SPOILED_REASONS,
    STRANGE_NAILS,
    TOO_FEW_FRAMES,
    TOO_SLOW,
    UNRELIABLE,
    UNUSABLE_NAILS,
)
from tests.unit.core.test_pipeline import MANIFEST

REPEATED = None
BOXES = (
    (100.0, 100.0, 140.0, 130.0),
    (100.0, 160.0, 140.0, 190.0),
    (300.0, 40.0, 330.0, 80.0),
    (300.0, 140.0, 330.0, 180.0),
)


KNOWN = Light(REFERENCE_OK, (0.8, 0.82, 0.7), "tinted")
UNKNOWN = Light()
CLIPPED = Light(REFERENCE_CLIPPED, None, "brighter")


def frame(values, reason=None, shift=0.0, size=(640, 480), light=UNKNOWN):
    """One frame's reading: a nail a value, None for one that does not count."""
    nails = tuple(
        Nail(tuple(side + shift for side in box), 0.9, value, None if value is not None else reason or NAIL_TOO_DARK)
        for box, value in zip(BOXES, values, strict=False)
    )
    return Reading(width=size[0], height=size[1], models={}, nails=nails, light=light)


def scanned(frames):
    scan = Scan(MANIFEST)
    for each in frames:
        if scan.finished:
            break
        scan.repeat() if each is REPEATED else scan.add(each)
    return scan, scan.conclude()


def test_every_nail_is_read_by_itself_and_the_person_by_all():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.05, (FRAMES, 3))
    scan, reading = scanned([frame(np.array([11.0, 12.0, 13.5]) + row, shift=i * 0.5) for i, row in enumerate(noise)])
    values = [nail.hb_g_dl for nail in reading.nails]
    assert values == pytest.approx([11.0, 12.0, 13.5], abs=0.05)
    assert reading.hb_g_dl == pytest.approx(typical_of_nails(values))
    assert reading.interval_g_dl == MANIFEST.interval.around(reading.hb_g_dl)
    assert reading.error is None
    assert reading.scan["frames"] == reading.scan["frames_used"] == FRAMES
    # The fingers' own differences are no unrest.
    assert reading.scan["std_dev_g_dl"] < 0.1
    assert reading.quality["spread_g_dl"] == pytest.approx(2.5, abs=0.1)
    assert scan.counting == FRAMES


def test_a_still_picture_scans_to_what_its_photo_says():
    _, reading = scanned([frame([11.2, 12.9, 12.1])] * FRAMES)
    assert reading.hb_g_dl == pytest.approx(typical_of_nails([11.2, 12.9, 12.1]))
    assert reading.scan["std_dev_g_dl"] == 0.0
    assert reading.scan["range_g_dl"] == pytest.approx([reading.hb_g_dl] * 2, abs=1e-3)


def test_frames_far_from_the_others_are_dropped_and_marked():
    frames = [frame([12.0 + 0.02 * (i % 5)]) for i in range(FRAMES)]
    frames[7] = frame([15.0])
    scan, reading = scanned(frames)
    assert reading.hb_g_dl == pytest.approx(12.04, abs=0.03)
    assert reading.scan["frames_used"] == FRAMES - 1
    assert scan.frames[7].reason == FRAME_OUTLIER
    assert reading.scan["reasons"].count(FRAME_OUTLIER) == 1


def test_a_finger_missing_in_some_frames_is_no_unrest():
    frames = [frame([10.0, 14.0] if i % 3 else [10.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert reading.error is None
    assert reading.scan["std_dev_g_dl"] == 0.0


@pytest.mark.parametrize("spread, unreliable", [(MOST_SPREAD_G_DL * 0.9, False), (MOST_SPREAD_G_DL * 1.1, True)])
def test_frames_that_disagree_are_no_reading(spread, unreliable):
    values = np.linspace(-1, 1, FRAMES)
    values *= spread / values.std(ddof=1)
    _, reading = scanned([frame([12.0 + value]) for value in values])
    assert (reading.error is not None and reading.error.code == UNRELIABLE) is unreliable


def test_the_scan_ends_when_too_few_frames_can_come():
    frames = [frame([None])] * FRAMES
    scan, reading = scanned(frames)
    assert len(scan.frames) == FRAMES - LEAST_FRAMES + 1
    assert scan.hopeless
    assert reading.error.code == TOO_FEW_FRAMES
    assert NAIL_TOO_DARK in reading.error.message
    assert reading.hb_g_dl is None


@pytest.mark.parametrize("good", [LEAST_FRAMES - 1, LEAST_FRAMES])
def test_half_of_the_frames_are_enough(good):
    frames = [frame([12.0])] * good + [frame([])] * (FRAMES - good)
    scan, reading = scanned(frames)
    assert (reading.error is None) is (good == LEAST_FRAMES)
    assert scan.frames[-1].reason == NO_NAIL


def test_a_nail_seen_seldom_does_not_count():
    frames = [frame([12.0, 16.0]) if i < FRAMES // 3 - 1 else frame([12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert reading.hb_g_dl == pytest.approx(12.0)
    frames = [frame([12.0, 16.0] if i < 9 else [12.0, None]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert [nail.reason for nail in reading.nails] == [None, NAIL_TOO_DARK]
    frames = [frame([12.0, None] if i < 7 else [12.0, 16.0] if i < 16 else [12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert [nail.reason for nail in reading.nails] == [None, NAIL_SELDOM]


def test_a_nail_that_only_some_ways_of_looking_find_counts():
    # Of a hand that lies as those of the training photographs, a little finger's nail is found in every second way.
    frames = [frame([12.0, 12.0, 16.0] if i % 8 in (1, 3, 5) else [12.0, 12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert [nail.hb_g_dl for nail in reading.nails] == [12.0, 12.0, 16.0]


def test_a_value_that_no_living_person_has_is_said():
    _, reading = scanned([frame([25.0])] * FRAMES)
    assert reading.error.code == TOO_FEW_FRAMES
    assert IMPLAUSIBLE in reading.error.message


@pytest.mark.parametrize("implausible", [3.6, 21.0])
def test_frames_with_an_implausible_value_go_into_nothing(implausible):
    plausible = 4.4 if implausible < 4 else 19.0
    _, reading = scanned([frame([plausible if i % 2 else implausible]) for i in range(FRAMES)])
    assert reading.hb_g_dl == plausible
    assert reading.scan["range_g_dl"] == [plausible, plausible]
    assert reading.scan["std_dev_g_dl"] == 0.0
    assert reading.scan["frames_used"] == FRAMES // 2
    assert reading.scan["reasons"] == [None if i % 2 else IMPLAUSIBLE for i in range(FRAMES)]


def test_frames_with_other_nails_than_those_that_count_are_marked():
    frames = [frame([12.0, None] if i < 21 else [None, 12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert reading.scan["reasons"] == [None] * 21 + [NAIL_SELDOM] * 9
    assert reading.scan["frames_used"] == 21


def test_no_nail_in_a_third_of_the_frames_leaves_no_frame_used():
    frames = [frame([12.0 if i % 4 == place else None for place in range(4)]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert reading.error.code == UNRELIABLE
    assert reading.scan["frames_used"] == 0
    assert set(reading.scan["reasons"]) == {NAIL_SELDOM}


@pytest.mark.parametrize("new", [1, LEAST_FRAMES - 1])
def test_a_camera_that_stands_still_is_no_reading(new):
    scan, reading = scanned([frame([12.0])] * new + [REPEATED] * 1000)
    assert len(scan.frames) == new + MOST_REPEATED
    assert reading.error.code == CAMERA_FROZEN
    assert f"{new} were new" in reading.error.message
    assert reading.scan["frames_used"] == new


@pytest.mark.parametrize("measured, counting", [(LEAST_FRAMES, LEAST_FRAMES), (LEAST_FRAMES, 8), (20, 10), (29, 15)])
def test_a_scan_that_ends_for_want_of_time_is_read_by_half_of_what_was_measured(measured, counting):
    scan = Scan(MANIFEST)
    for shown in [frame([12.0])] * counting + [frame([None])] * (measured - counting):
        scan.add(shown)
    reading = scan.conclude(late=True)
    assert reading.error is None and reading.hb_g_dl == 12.0
    assert (reading.scan["frames"], reading.scan["frames_used"]) == (measured, counting)


@pytest.mark.parametrize(
    "shown, code",
    [
        ([frame([12.0])] * (LEAST_FRAMES - 1), TOO_SLOW),
        ([frame([12.0])] * 4 + [frame([None])] * 4, TOO_SLOW),
        # Whatever the device could do, these would have been no reading.
        ([frame([])] * (LEAST_FRAMES - 1), TOO_FEW_FRAMES),
        ([frame([None])] * 10, TOO_FEW_FRAMES),
        ([frame([12.0])] * 7 + [frame([None])] * 8, TOO_FEW_FRAMES),
        ([frame([12.0])] * 4 + [REPEATED] * 20, CAMERA_FROZEN),
    ],
)
def test_one_that_ends_with_too_few_says_why(shown, code):
    scan = Scan(MANIFEST)
    for each in shown:
        scan.repeat() if each is REPEATED else scan.add(each)
    reading = scan.conclude(late=True)
    assert reading.error.code == code and reading.hb_g_dl is None
    assert f"{scan.new} frames were measured" in reading.error.message or code != TOO_SLOW


def test_a_slow_camera_is_read_by_its_new_frames():
    scan, reading = scanned([frame([12.0]) if i % 3 else REPEATED for i in range(100)])
    assert reading.error is None
    assert scan.new == reading.scan["frames_used"] == FRAMES
    assert reading.scan["reasons"].count(FRAME_REPEATED) == FRAMES // 2


def test_a_scan_ends_however_slow_the_camera_is():
    scan, reading = scanned([REPEATED if i % 9 else frame([12.0]) for i in range(1000)])
    assert len(scan.frames) == MOST_A_FRAME * FRAMES
    assert reading.scan["frames_used"] == MOST_A_FRAME * FRAMES // 9 + 1


# One frame: the camera's old one again, or three nails, each with a value, or none.
VALUES = st.one_of(st.none(), st.floats(2, 24), st.sampled_from([3.6, 4.4, 12.0, 12.1, 12.2]))
SHOWN = st.one_of(st.just(REPEATED), st.builds(frame, st.lists(VALUES, max_size=3)))
SIZES = st.sampled_from([(640, 480)] * 9 + [(480, 640)])


@settings(max_examples=40)
@given(st.lists(st.one_of(SHOWN, st.builds(frame, st.lists(VALUES, max_size=1), size=SIZES)), max_size=50))
@example([frame([3.6 if i % 2 else 4.4]) for i in range(FRAMES)])
def test_what_is_used_is_what_has_no_reason(shown):
    scan, reading = scanned(shown)
    used = [index for index, each in enumerate(scan.frames) if each.reason is None]
    assert reading.scan["reasons"] == [each.reason for each in scan.frames]
    assert reading.scan["frames_used"] == len(used)
    assert reading.scan["frames"] == len(scan.frames) <= MOST_A_FRAME * FRAMES
    assert all(scan.frames[index].hb_g_dl is not None for index in used)
    if reading.error is None:
        low, high = MANIFEST.plausible_g_dl
        assert all(low <= scan.frames[index].hb_g_dl <= high for index in used)


# Of one nail, in scans that are long enough: often near 12, so that there are readings and outliers.
ONE_NAIL = st.one_of(st.floats(11.8, 12.2), st.floats(11.8, 12.2), st.floats(2, 24), st.none())


@settings(max_examples=40)
@given(st.lists(ONE_NAIL, min_size=FRAMES, max_size=FRAMES))
@example([3.6 if i % 2 else 4.4 for i in range(FRAMES)])
def test_the_frames_used_are_the_sums(values):
    _, reading = scanned([frame([value]) for value in values])
    if reading.hb_g_dl is None:
        return
    reasons = reading.scan["reasons"]
    used = [value for value, reason in zip(values, reasons, strict=False) if reason is None]
    assert reading.hb_g_dl == pytest.approx(np.median(used))
    assert reading.scan["range_g_dl"] == pytest.approx([min(used), max(used)], abs=1e-3)
    assert reading.scan["std_dev_g_dl"] == pytest.approx(np.std(used, ddof=1), abs=1e-3)
    # Without the implausible values it is the same.
    without = [None if reason == IMPLAUSIBLE else value for value, reason in zip(values, reasons, strict=True)]
    assert scanned([frame([value]) for value in without])[1].hb_g_dl == reading.hb_g_dl


def test_another_picture_size_begins_anew():
    frames = [frame([12.0])] * 10 + [frame([13.0], size=(480, 640))] * 20
    scan, reading = scanned(frames)
    assert reading.scan["reasons"] == [FRAME_OTHER_SIZE] * 10 + [None] * 20
    assert reading.hb_g_dl == pytest.approx(13.0)
    assert (reading.width, reading.height) == (480, 640)
    assert scan.counting == 20


def test_nothing_scanned_is_nothing_read():
    reading = Scan(MANIFEST).conclude()
    assert reading.error.code == TOO_FEW_FRAMES
    assert reading.nails == ()


def test_frames_beside_paper_and_frames_without_are_never_mixed():
    fewer = [frame([9.0, 9.5, 9.2], light=CLIPPED)] * 8
    scan, reading = scanned([frame([12.0, 12.5, 12.2], light=KNOWN)] * 22 + fewer)
    assert reading.hb_g_dl == pytest.approx(12.2, abs=0.1)
    assert [each.reason for each in scan.frames] == [None] * 22 + [FRAME_OTHER_REFERENCE] * 8
    assert reading.light == KNOWN and reading.as_json()["light"]["reference"]["found"]
    # The other way round: of thirty frames only a few have paper, and they are the ones that do not count.
    scan, reading = scanned([frame([12.0, 12.5, 12.2], light=KNOWN)] * 8 + [frame([9.0, 9.5, 9.2], light=CLIPPED)] * 22)
    assert reading.hb_g_dl == pytest.approx(9.2, abs=0.1)
    assert [each.reason for each in scan.frames] == [FRAME_OTHER_REFERENCE] * 8 + [None] * 22
    assert reading.light == CLIPPED
    assert reading.as_json()["light"] == {
        "reference": {"found": False, "reason": REFERENCE_CLIPPED, "rgb_linear": None},
        "judged": "brighter",
    }


def test_paper_that_comes_and_goes_has_no_reading_where_too_few_frames_are_left():
    turns = [frame([12.0, 12.5, 12.2], light=KNOWN), frame([9.0, 9.5, 9.2], light=CLIPPED)] * 10
    _, reading = scanned(turns + [frame([None] * 3, NAIL_TOO_DARK)] * 10)
    assert reading.error.code == TOO_FEW_FRAMES


@pytest.mark.parametrize("reason", LIKENESS_REASONS)
def test_a_scan_of_nails_that_cannot_be_measured_ends_with_the_reason(reason):
    scan, reading = scanned([frame([None, None], reason)] * FRAMES)
    code = UNUSABLE_NAILS if reason in SPOILED_REASONS else STRANGE_NAILS
    assert scan.hopeless and reading.error.code == code and reason in reading.error.message
    assert [nail.reason for nail in reading.nails] == [reason] * 2


def test_a_nail_in_which_a_lamp_shines_leaves_the_reading_to_the_others():
    _, reading = scanned([frame([12.0, None], NAIL_GLARE)] * FRAMES)
    assert reading.error is None and reading.hb_g_dl == 12.0
    assert reading.nails[-1].reason == NAIL_GLARE


@pytest.mark.parametrize("values, code", [([12.0, None], STRANGE_NAILS), ([12.0, 12.2, None], None)])
def test_nails_of_which_half_are_none_give_no_reading(values, code):
    _, reading = scanned([frame(values, NAIL_NOT_A_NAIL)] * FRAMES)
    assert (reading.error.code if reading.error else None) == code
    assert reading.nails[-1].reason == NAIL_NOT_A_NAIL
