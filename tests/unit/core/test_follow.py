"""The detector is asked again whenever what it found may have moved, and not before."""

import numpy as np
from PIL import Image

from app.core.detection import Detections
from app.core.follow import MOST_FRAMES, Follower

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


def follower():
    following = Follower()
    following.found(picture(), found())
    return following


def test_noise_and_breathing_light_are_no_movement():
    following = follower()
    assert following.still(picture(seed=1)) is not None
    assert following.still(picture(seed=2, level=6)) is not None


def test_a_hand_that_moves_is_looked_for_again():
    assert follower().still(picture(shift_px=4)) is None
    assert follower().still(picture(shift_px=1)) is not None


def test_every_so_often_the_detector_is_asked_whatever_the_picture_says():
    following = follower()
    kept = [following.still(picture(seed=number)) is not None for number in range(MOST_FRAMES + 2)]
    assert kept == [True] * MOST_FRAMES + [False, False]
    following.found(picture(), found())
    assert following.still(picture(seed=3)) is not None


def test_nothing_found_and_another_size_are_looked_at_again():
    following = Follower()
    assert following.still(picture()) is None
    following.found(picture(), found(np.zeros((0, 4))))
    assert following.still(picture()) is None
    assert follower().still(picture().resize((320, 240))) is None
