"""The detector is asked again whenever what it found may have moved, and waited for only then."""

import asyncio

import numpy as np
from PIL import Image

from app.core.find.detection import Detections
from app.core.find.follow import MOST_FRAMES, Follower
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
        self.asked = []

    async def look(self, shown, stages):
        self.asked.append(shown)
        boxes = self.boxes
        stages.add("letterbox", 3.0)
        stages.add("detect", 40.0)
        for _ in range(self.slowness):
            await asyncio.sleep(0)
        return found(boxes)


def followed(detector, pictures, turns=1):
    """What is found in each picture, with so many turns of the event loop after it; and the stages of each."""

    async def run():
        follower, everything = Follower(detector.look), []
        for each in pictures:
            stages = Stages()
            everything.append((await follower.find(each, stages), stages.ms))
            for _ in range(turns):
                await asyncio.sleep(0)
        follower.leave()
        return everything

    return asyncio.run(run())


def test_noise_and_breathing_light_are_no_movement():
    detector = Detector()
    followed(detector, [picture(), picture(seed=1), picture(seed=2, level=6)])
    assert len(detector.asked) == 1


def test_a_hand_that_moves_is_looked_for_again():
    for shift_px, times in ((4, 2), (1, 1)):
        detector = Detector()
        followed(detector, [picture(), picture(shift_px=shift_px)])
        assert len(detector.asked) == times


def test_every_so_often_the_detector_is_asked_whatever_the_picture_says_and_not_waited_for():
    detector = Detector(slowness=3)
    pictures = [picture(seed=number) for number in range(MOST_FRAMES + 7)]

    async def run():
        follower, counts, stages = Follower(detector.look), [], []
        for each in pictures:
            stages.append(Stages())
            counts.append(len(await follower.find(each, stages[-1])))
            detector.boxes = BOXES[:1]
            await asyncio.sleep(0)
        return counts, stages

    counts, stages = asyncio.run(run())
    assert detector.asked == [pictures[0], pictures[MOST_FRAMES + 1]]
    # One nail less from then on when the answer is there, some frames later.
    assert counts[MOST_FRAMES + 2] == 2 and counts[-1] == 1
    assert "detect" in stages[0].ms and not any("detect" in each.ms for each in stages[1:])
    assert stages[counts.index(1)].ms["letterbox"] == 3.0


def test_what_moves_while_the_detector_is_asked_is_looked_for_at_once():
    detector = Detector(slowness=50)
    still = [picture(seed=number) for number in range(MOST_FRAMES + 2)]
    moved = picture(shift_px=6)
    followed(detector, [*still, moved, moved, moved])
    assert detector.asked == [still[0], still[-1], moved]


def test_nothing_found_and_another_size_are_looked_at_again():
    nothing = Detector(np.zeros((0, 4)))
    followed(nothing, [picture(), picture()])
    assert len(nothing.asked) == 2
    detector = Detector()
    followed(detector, [picture(), picture().resize((320, 240))])
    assert len(detector.asked) == 2
