"""Frames of a scan are measured two by two: one run of the estimator, and the values that a photo would have."""

import asyncio

import numpy as np
import pytest
from PIL import Image

from app.core.errors import MeasureError
from app.core.manifest import ColourSpec
from app.core.pipeline import measure_picture
from app.core.scan.frame_pairs import FramePairs
from tests.unit.core.test_pipeline import MEAN_SKIN, NAIL_1, NAIL_2, SKIN_1, instrument, wants_colour


def hb_of(crops):
    """A value that depends on what is shown: the mean over pictures of a nail, as the real graph averages features."""
    return crops.mean(axis=(1, 2, 3, 4)).astype(np.float32) * 10


def picture(seed):
    return Image.fromarray(np.random.default_rng(seed).integers(60, 200, (480, 640, 3), dtype=np.uint8))


def taken(pairs, pictures):
    """The readings that each frame finished."""

    async def run():
        return [await pairs.take(each, await pairs.see(each)) for each in pictures] + [await pairs.flush()]

    return asyncio.run(run())


def test_two_frames_cost_one_run_and_read_as_the_photo_does():
    same, measuring = picture(0), instrument([NAIL_1, NAIL_2], hb_of)
    readings = taken(FramePairs(measuring), [same, same, same, same])
    assert [len(each) for each in readings] == [0, 0, 0, 2, 2]
    assert len(measuring.estimator.asked) == 2
    # Each nail once a frame: two frames of one view and its mirror image are two pictures.
    assert measuring.estimator.asked[0]["image"].shape[:2] == (2, 2)
    photo = asyncio.run(measure_picture(measuring, same))
    for reading in (each for finished in readings for each in finished):
        assert [nail.hb_g_dl for nail in reading.nails] == pytest.approx([nail.hb_g_dl for nail in photo.nails])


def test_a_pair_is_shown_the_one_straight_and_the_other_mirrored():
    measuring = instrument([NAIL_1], hb_of)
    first, second = picture(1), picture(2)
    taken(FramePairs(measuring), [first, second])
    (asked,) = measuring.estimator.asked
    straight, mirrored = asked["image"][0]
    for each in (first, second):
        asyncio.run(measure_picture(measuring, each))
    of_first, of_second = (each["image"][0] for each in measuring.estimator.asked[-2:])
    assert np.allclose(straight, of_first[0])
    assert np.allclose(mirrored, of_second[1])


def test_a_nail_in_one_frame_alone_is_read_by_itself():
    here, there = instrument([NAIL_1], hb_of), instrument([NAIL_2], hb_of)
    pairs = FramePairs(here)

    async def run():
        first, second = picture(3), picture(4)
        assert await pairs.take(first, await pairs.see(first)) == []
        seen = await FramePairs(there).see(second)
        return await pairs.take(second, seen) + await pairs.flush()

    readings = asyncio.run(run())
    expected = [asyncio.run(measure_picture(each, picture(seed))) for each, seed in ((here, 3), (there, 4))]
    assert [reading.nails[0].hb_g_dl for reading in readings] == pytest.approx(
        [reading.nails[0].hb_g_dl for reading in expected]
    )


def test_a_last_frame_without_a_next_is_read_alone():
    measuring = instrument([NAIL_1], hb_of)
    readings = taken(FramePairs(measuring), [picture(5)] * 3)
    assert [len(each) for each in readings] == [0, 0, 0, 3]
    values = [reading.nails[0].hb_g_dl for finished in readings for reading in finished]
    assert values == pytest.approx([values[0]] * 3)


def test_without_mirror_images_no_frame_waits():
    measuring = instrument([NAIL_1], hb_of)
    readings = taken(FramePairs(measuring, mirror=False), [picture(6), picture(7)])
    assert [len(each) for each in readings] == [0, 1, 1]
    assert measuring.estimator.asked[0]["image"].shape[:2] == (1, 1)


def test_two_frames_are_estimated_while_the_next_two_are_looked_at():
    measuring = instrument([NAIL_1], hb_of)
    estimated, events = measuring.estimator.run, []

    async def slow(inputs):
        events.append("begun")
        for _ in range(5):
            await asyncio.sleep(0)
        events.append("done")
        return await estimated(inputs)

    measuring.estimator.run = slow
    pairs = FramePairs(measuring)

    async def run():
        for seed in range(10, 14):
            seen = await pairs.see(picture(seed))
            await asyncio.sleep(0)
            events.append("looked")
            await pairs.take(picture(seed), seen)
        await pairs.flush()

    asyncio.run(run())
    assert events == ["looked", "looked", "begun", "looked", "looked", "done", "begun", "done"]


def test_a_network_that_fails_says_so_with_the_frames_after():
    measuring = instrument([NAIL_1], lambda crops: np.full(len(crops), np.nan, dtype=np.float32))

    async def run():
        pairs = FramePairs(measuring)
        for seed in range(4):
            await pairs.take(picture(seed), await pairs.see(picture(seed)))

    with pytest.raises(MeasureError, match="finite"):
        asyncio.run(run())


def test_frames_without_a_usable_nail_ask_nothing_of_the_estimator():
    measuring = instrument([], hb_of)
    readings = taken(FramePairs(measuring), [picture(8), picture(9)])
    assert [reading.error.code for reading in readings[2]] == ["no_nail"] * 2
    assert measuring.estimator.asked == []


def test_a_picture_that_was_just_there_is_not_new():
    pairs = FramePairs(instrument([NAIL_1], hb_of))
    shown = [picture(0), picture(0), picture(1), picture(0), picture(2)]
    assert [pairs.is_new(each) for each in shown] == [True, False, True, False, True]
    # Noise of one grey level is enough.
    noisy = np.asarray(picture(2)) + np.random.default_rng(9).integers(0, 2, (480, 640, 3), dtype=np.uint8)
    assert pairs.is_new(Image.fromarray(noisy))
    # Another size is another picture.
    assert pairs.is_new(picture(3)) and pairs.is_new(picture(3).transpose(Image.Transpose.ROTATE_90))


def test_a_scan_that_is_left_keeps_nothing_and_waits_for_the_networks():
    measuring = instrument([NAIL_1], hb_of)
    estimated, done = measuring.estimator.run, []

    async def slow(inputs):
        for _ in range(5):
            await asyncio.sleep(0)
        done.append(True)
        return await estimated(inputs)

    measuring.estimator.run = slow

    async def run():
        pairs = FramePairs(measuring)
        for seed in range(3):
            await pairs.take(picture(seed), await pairs.see(picture(seed)))
        assert not done
        await pairs.leave()
        assert done == [True]
        # Nothing waits any more, and leaving twice is leaving.
        assert await pairs.flush() == []
        await pairs.leave()

    asyncio.run(run())


def test_leaving_says_nothing_of_a_network_that_fails(caplog):
    measuring = instrument([NAIL_1], lambda crops: np.full(len(crops), np.nan, dtype=np.float32))

    async def run():
        pairs = FramePairs(measuring)
        for seed in range(2):
            await pairs.take(picture(seed), await pairs.see(picture(seed)))
        await pairs.leave()

    asyncio.run(run())
    assert not caplog.records


def test_the_colour_of_a_nail_that_both_frames_show_is_the_mean_of_both():
    measuring = wants_colour([NAIL_1, NAIL_2, SKIN_1], ColourSpec("mean", MEAN_SKIN))
    frames = [picture(1), picture(2)]
    taken(FramePairs(measuring), frames)
    (together,) = (asked["color_features"] for asked in measuring.estimator.asked)
    for each in frames:
        asyncio.run(measure_picture(measuring, each))
    alone = [asked["color_features"] for asked in measuring.estimator.asked[1:]]
    assert len(together) == 2 and np.allclose(together, (alone[0] + alone[1]) / 2)
