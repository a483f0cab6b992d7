"""The detector is asked again whenever what it found may have moved, and waited for only then."""

import asyncio

import numpy as np
from PIL import Image

from app.core.find.detection import Detections
from app.core.find.follow import MOST_FRAMES, Follower
from app.core.find.ways import ALL_WAYS
from app.core.stages import Stages

BOXES = np.array([[200.0, 150.0, 260.0, 200.0], [210.0, 260.0, 270.0, 310.0]])


def picture(shift_px=0, noise=1.5, level=0, seed=0):
    """Two bright nails on a darker ground."""
    pixels = np.full((480, 640, 3), 120.0)
    for x1, y1, x2, y2 in BOXES.astype(int):
        pixels[y1:y2, x1 + shift_px : x2 + shift_px] = 200
    pixels += np.random.default_rng(seed).normal(0, noise, pixels.shape) + level
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def found(boxes=BOXES):
    return Detections(boxes, np.ones(len(boxes)), np.zeros(len(boxes), dtype=int))


class Detector:
    """Finds what it is told to, `slowness` turns of the event loop later."""

    def __init__(self, boxes=BOXES, slowness=0):
        self.boxes, self.slowness = boxes, slowness
        self.asked, self.ways = [], []

    async def look(self, shown, stages, ways):
        self.asked.append(shown)
        self.ways += ways
        boxes = self.boxes
        stages.add("letterbox", 3.0)
        stages.add("detect", 40.0)
        for _ in range(self.slowness):
            await asyncio.sleep(0)
        return found(boxes)


def followed(detector, pictures, turns=1):
    """What is found in each picture, with so many turns of the event loop after it; and the stages of each."""

    async def run():
        follower, everything = Follower(detector.look, confidence=0.25), []
        for each in pictures:
            stages = Stages()
            everything.append((await follower.find(each, stages), stages.ms))
            for _ in range(turns):
                await asyncio.sleep(0)
        follower.leave()
        return everything

    return asyncio.run(run())


def test_noise_and_breathing_light_are_no_movement_and_the_detector_looks_in_other_ways():
    detector = Detector()
    everything = followed(detector, [picture(), picture(seed=1), picture(seed=2, level=6)])
    assert detector.ways == list(ALL_WAYS[:3])
    # Only the first look is waited for.
    assert ["detect" in stages for _, stages in everything] == [True, False, False]


def test_a_hand_that_moves_is_looked_for_again():
    for shift_px, waited_for in ((4, True), (1, False)):
        detector = Detector()
        everything = followed(detector, [picture(), picture(shift_px=shift_px)])
        assert ["detect" in stages for _, stages in everything] == [True, waited_for]
        # In another way each time, so that a hand that never holds still is seen in all of them.
        assert detector.ways == list(ALL_WAYS[:2])


def test_where_nothing_moves_the_boxes_are_those_that_all_ways_agree_on():
    off = np.arange(len(ALL_WAYS)) - (len(ALL_WAYS) - 1) / 2
    detector = Detector()

    async def run():
        follower, everything = Follower(detector.look, confidence=0.25), []
        for number in range(len(ALL_WAYS) + 1):
            detector.boxes = BOXES + off[min(number, len(off) - 1)]
            everything.append(await follower.find(picture(seed=number), Stages()))
            await asyncio.sleep(0)
        return everything

    everything = asyncio.run(run())
    assert np.allclose(everything[0].boxes, BOXES + off[0])
    assert np.allclose(everything[-1].boxes, BOXES)
    assert detector.ways == list(ALL_WAYS)


def test_every_so_often_the_detector_is_asked_whatever_the_picture_says_and_not_waited_for():
    detector = Detector(slowness=3)
    # A turn of the event loop a picture: an answer comes three pictures after its question.
    known = 5 * len(ALL_WAYS)
    pictures = [picture(seed=number) for number in range(2 * known)]

    async def run():
        follower, counts, stages = Follower(detector.look, confidence=0.25), [], []
        for number, each in enumerate(pictures):
            stages.append(Stages())
            if number == known:
                detector.boxes = BOXES[:1]
            counts.append(len(await follower.find(each, stages[-1])))
            await asyncio.sleep(0)
        return counts, stages

    counts, stages = asyncio.run(run())
    assert detector.ways[: len(ALL_WAYS) + 1] == [*ALL_WAYS, ALL_WAYS[0]]
    # One of them sees a nail less, so the others are asked as well, without a rest.
    assert counts[0] == counts[known + MOST_FRAMES] == 2 and counts[-1] == 1
    assert len(detector.ways) >= 2 * len(ALL_WAYS)
    assert "detect" in stages[0].ms and not any("detect" in each.ms for each in stages[1:])


def test_one_look_that_sees_less_changes_nothing():
    detector = Detector()

    async def run():
        follower, boxes = Follower(detector.look, confidence=0.25), []
        for number in range(6 * len(ALL_WAYS)):
            detector.boxes = BOXES[:1] if len(detector.ways) == len(ALL_WAYS) + 1 else BOXES
            boxes.append((await follower.find(picture(seed=number), Stages())).boxes)
            await asyncio.sleep(0)
        return boxes

    everything = asyncio.run(run())
    assert all(len(boxes) == len(BOXES) and np.allclose(boxes, BOXES) for boxes in everything)


def test_what_moves_while_the_detector_is_asked_is_looked_for_at_once():
    detector = Detector(slowness=50)
    still = [picture(seed=number) for number in range(MOST_FRAMES + 2)]
    moved = picture(shift_px=6)
    followed(detector, [*still, moved, moved, moved])
    assert detector.asked == [still[0], still[1], moved, moved]
    # What was asked of the picture before has no answer.
    assert detector.ways == [ALL_WAYS[0], ALL_WAYS[1], ALL_WAYS[1], ALL_WAYS[2]]


def test_nothing_found_and_another_size_are_looked_at_again():
    nothing = Detector(np.zeros((0, 4)))
    followed(nothing, [picture(), picture()])
    assert len(nothing.asked) == 2
    detector = Detector()
    followed(detector, [picture(), picture().resize((320, 240))])
    assert len(detector.asked) == 2


def kept_in(detector, pictures):
    """Whether what was made of each picture is still there in the next; kept anew where it is not."""

    async def run():
        follower, there = Follower(detector.look, confidence=0.25), []
        for each in pictures:
            seen = await follower.find(each, Stages())
            there.append(follower.kept(seen))
            if there[-1] is None:
                follower.keep(seen, len(there))
        follower.leave()
        return there

    return asyncio.run(run())


def test_what_was_made_of_a_picture_holds_while_nothing_moves_and_the_light_stays():
    still = [picture(seed=seed) for seed in range(3)]
    slow = Detector(slowness=100)
    assert kept_in(slow, still) == [None, 1, 1]
    assert kept_in(slow, [*still, picture(level=3, seed=4), picture(level=3, seed=5)]) == [None, 1, 1, None, 4]
    assert kept_in(slow, [*still, picture(shift_px=30, seed=4), picture(shift_px=30, seed=5)]) == [None, 1, 1, None, 4]


def test_what_the_detector_draws_anew_is_made_anew():
    async def run():
        detector = Detector()
        follower = Follower(detector.look, confidence=0.25)
        before = await follower.find(picture(), Stages())
        follower.keep(before, "before")
        await follower.find(picture(seed=1), Stages())
        for _ in range(3):
            await asyncio.sleep(0)
        after = await follower.find(picture(seed=2), Stages())
        follower.leave()
        return after is before, follower.kept(after)

    assert asyncio.run(run()) == (False, None)


def test_where_nothing_was_found_nothing_is_kept():
    assert kept_in(Detector(np.zeros((0, 4))), [picture(seed=seed) for seed in range(3)]) == [None] * 3
