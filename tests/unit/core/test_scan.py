"""Many frames become one reading: nails followed, outliers dropped, and nothing said that the frames do not bear."""

import numpy as np
import pytest

from app.core.codes import (
    FRAME_OUTLIER,
    IMPLAUSIBLE,
    NAIL_SELDOM,
    NAIL_TOO_DARK,
    NO_NAIL,
    TOO_FEW_FRAMES,
    UNRELIABLE,
)
from app.core.person import typical_of_nails
from app.core.reading import Nail, Reading
from app.core.scan import FRAMES, LEAST_FRAMES, MOST_SPREAD_G_DL, Scan
from tests.unit.core.test_pipeline import MANIFEST

BOXES = ((100.0, 100.0, 140.0, 130.0), (100.0, 160.0, 140.0, 190.0), (300.0, 40.0, 330.0, 80.0))


def frame(values, reason=None, shift=0.0, size=(640, 480)):
    """One frame's reading: a nail a value, None for one that does not count."""
    nails = tuple(
        Nail(tuple(side + shift for side in box), 0.9, value, None if value is not None else reason or NAIL_TOO_DARK)
        for box, value in zip(BOXES, values, strict=False)
    )
    return Reading(width=size[0], height=size[1], models={}, nails=nails)


def scanned(frames):
    scan = Scan(MANIFEST)
    for each in frames:
        if scan.finished:
            break
        scan.add(each)
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
    frames = [frame([12.0, 16.0]) if i < FRAMES // 2 - 2 else frame([12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert reading.hb_g_dl == pytest.approx(12.0)
    frames = [frame([12.0, 16.0] if i < 10 else [12.0, None]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert [nail.reason for nail in reading.nails] == [None, NAIL_TOO_DARK]
    frames = [frame([12.0, None] if i < 4 else [12.0, 16.0] if i < 16 else [12.0]) for i in range(FRAMES)]
    _, reading = scanned(frames)
    assert [nail.reason for nail in reading.nails] == [None, NAIL_SELDOM]


def test_a_value_that_no_living_person_has_is_said():
    _, reading = scanned([frame([25.0])] * FRAMES)
    assert reading.error.code == TOO_FEW_FRAMES
    assert IMPLAUSIBLE in reading.error.message


def test_another_picture_size_begins_anew():
    frames = [frame([12.0])] * 10 + [frame([13.0], size=(480, 640))] * 20
    scan, reading = scanned(frames)
    assert reading.hb_g_dl == pytest.approx(13.0)
    assert (reading.width, reading.height) == (480, 640)
    assert scan.counting == 20


def test_nothing_scanned_is_nothing_read():
    reading = Scan(MANIFEST).conclude()
    assert reading.error.code == TOO_FEW_FRAMES
    assert reading.nails == ()
