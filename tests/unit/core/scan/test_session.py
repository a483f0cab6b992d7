"""A scan frame by frame: what each leads to, and what no longer counts."""

import asyncio

import numpy as np
import pytest

from app.core.pipeline import following, measure_picture, see
from app.core.scan.accumulator import LEAST_FRAMES, MOST_REPEATED
from app.core.scan.session import ScanSession
from app.core.stages import Stages
from app.shared.codes import CAMERA_FROZEN, DETECT, FOLLOW, FRAME_REPEATED
from tests.unit.core.scan.test_frame_pairs import hb_of, picture
from tests.unit.core.test_pipeline import NAIL_1, NAIL_2, instrument


def scanned(session, pictures):
    """What each frame led to, then the reading and the frames that were still waiting."""

    async def run():
        return [await session.take(each) for each in pictures], await session.conclude()

    return asyncio.run(run())


def test_every_frame_is_answered_for_once_in_order_and_the_reading_is_made_of_them():
    session = ScanSession(instrument([NAIL_1, NAIL_2], hb_of))
    taken, (reading, waiting) = scanned(session, [picture(seed) for seed in range(LEAST_FRAMES)])
    assert [each.repeated for each in taken] == [False] * LEAST_FRAMES
    assert all(len(each.seen.nails.boxes) == 2 for each in taken)
    frames = [frame for each in taken for frame in each.frames] + waiting
    assert len(frames) == reading.scan["frames"] == LEAST_FRAMES
    assert reading.hb_g_dl == pytest.approx(np.median([frame.hb_g_dl for frame in frames]), abs=0.2)


def test_a_scan_that_ends_for_want_of_time_has_the_frames_that_still_waited():
    session = ScanSession(instrument([NAIL_1, NAIL_2], hb_of))
    assert session.least == LEAST_FRAMES

    async def run():
        taken = [await session.take(picture(seed)) for seed in range(LEAST_FRAMES + 2)]
        return taken, await session.conclude(late=True)

    taken, (reading, waiting) = asyncio.run(run())
    assert waiting and sum(len(each.frames) for each in taken) + len(waiting) == LEAST_FRAMES + 2
    assert reading.error is None and reading.scan["frames_used"] == LEAST_FRAMES + 2


def test_with_its_last_frame_a_scan_is_finished_and_takes_no_more():
    session = ScanSession(instrument([NAIL_1], hb_of), frames=3)
    assert session.goal == 3
    taken, (reading, waiting) = scanned(session, [picture(seed) for seed in range(4)])
    assert session.finished and not waiting
    assert sum(len(each.frames) for each in taken[:3]) == 3
    assert taken[3].frames == [] and taken[3].seen is None
    assert reading.error is None


def test_the_same_picture_again_is_a_frame_that_does_not_count():
    measuring = instrument([NAIL_1], hb_of)
    _first, second = scanned(ScanSession(measuring, frames=4), [picture(0), picture(0)])[0]
    assert second.repeated and second.seen is None
    assert [frame.reason for frame in second.frames] == [FRAME_REPEATED]


def test_a_camera_that_stands_still_ends_the_scan_with_its_reason():
    session = ScanSession(instrument([NAIL_1], hb_of))
    taken, (reading, waiting) = scanned(session, [picture(0)] * (MOST_REPEATED + 1))
    assert session.finished and not waiting
    # The one frame that was new is answered for in the end.
    assert sum(frame.reason is None for each in taken for frame in each.frames) == 1
    assert reading.error.code == CAMERA_FROZEN


def test_a_guided_nail_is_read_where_the_guide_shows_it():
    measuring = instrument([NAIL_1], hb_of)
    session = ScanSession(measuring, mirror=False, frames=2)

    async def run():
        return await session.take(picture(0), guide=[300, 200, 340, 250])

    taken = asyncio.run(run())
    assert taken.seen.nails.boxes.tolist() == [[300, 200, 340, 250]]
    assert not measuring.detector.asked


def test_a_hand_that_was_looked_at_before_is_not_searched_for_again():
    measuring = instrument([NAIL_1, NAIL_2], hb_of)
    follower, stages = following(measuring), Stages()

    async def run():
        await see(measuring, picture(0), follower=follower)
        return await ScanSession(measuring, follower=follower).take(picture(0), stages)

    taken = asyncio.run(run())
    assert len(taken.seen.nails.boxes) == 2
    # Nobody waited for the detector.
    assert FOLLOW in stages.ms and DETECT not in stages.ms


def test_mirror_images_that_are_not_wanted_are_not_asked_for():
    measuring = instrument([NAIL_1], hb_of)
    scanned(ScanSession(measuring, mirror=False, frames=2), [picture(0), picture(1)])
    photo = instrument([NAIL_1], hb_of)
    asyncio.run(measure_picture(photo, picture(0)))
    with_mirror, without = photo.estimator.asked[0]["image"].shape[1], measuring.estimator.asked[0]["image"].shape[1]
    assert without * 2 == with_mirror


def test_who_leaves_waits_for_nothing_of_it():
    session = ScanSession(instrument([NAIL_1], hb_of), frames=4)

    async def run():
        for seed in range(3):
            await session.take(picture(seed))
        await session.leave()
        return await session.conclude()

    reading, waiting = asyncio.run(run())
    assert not waiting
    assert reading.scan["frames_used"] == 0
