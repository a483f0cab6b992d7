"""Crop geometry: on a picture whose colour is its coordinate, each crop says where it was cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.crops.views import (
    BOTH_WAYS,
    MIRRORED,
    STRAIGHT,
    _halved,
    mirror_images,
    nail_crops,
    nail_views,
    view_square,
)
from app.core.manifest import EstimatorSpec, View

WIDTH, HEIGHT = 256, 200
NAIL = View("nail", 0.0, 0.8)
FOLD = View("fold", 0.5, 0.9)
FINGER = View("finger", 1.1, 0.9)
RIGHT = np.array([1.0, 0.0])


def coordinate_picture():
    """Red is x, green is y."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    pixels[..., 0] = np.arange(WIDTH)
    pixels[..., 1] = np.arange(HEIGHT)[:, None]
    return Image.fromarray(pixels)


def spec(views=(NAIL,), mirror=False, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), side_px=28):
    return EstimatorSpec(file="e.onnx", sha256="0", side_px=side_px, mean=mean, std=std, views=views, mirror=mirror)


def crop_view(picture, box, direction, view, side_px):
    """One view of one nail: (3, side_px, side_px) in 0..1."""
    return nail_views(picture, box[None], direction[None], (view,), side_px)[0, 0]


def unit(angle):
    return np.array([np.cos(angle), np.sin(angle)])


angles = st.floats(-np.pi, np.pi)


@st.composite
def boxes_inside(draw):
    """Boxes from which no turned view reaches the border."""
    side = st.floats(10, 50)
    x1, y1 = draw(st.floats(70, WIDTH - 130)), draw(st.floats(60, HEIGHT - 115))
    return np.array([x1, y1, x1 + draw(side), y1 + draw(side)])


@given(boxes_inside(), angles, st.sampled_from([NAIL, FOLD]))
def test_a_view_is_the_turned_square_at_its_place(box, angle, view):
    direction = unit(angle)
    crop = crop_view(coordinate_picture(), box, direction, view, 28) * 255
    centre, side = view_square(box, direction, view)
    # A pixel's colour is the coordinate of its left or upper edge, half a pixel before its middle.
    assert crop[0].mean() == pytest.approx(centre[0] - 0.5, abs=0.3)
    assert crop[1].mean() == pytest.approx(centre[1] - 0.5, abs=0.3)
    # Along the columns one goes towards the hand, along the rows across the finger.
    inside = slice(7, 21)
    for channel, along, across in ((crop[0], direction[0], -direction[1]), (crop[1], direction[1], direction[0])):
        per_column = np.diff(channel[inside, inside], axis=1).mean() * 28
        per_row = np.diff(channel[inside, inside], axis=0).mean() * 28
        assert per_column == pytest.approx(along * side, abs=0.05 * side + 0.3)
        assert per_row == pytest.approx(across * side, abs=0.05 * side + 0.3)


def test_along_goes_towards_the_hand_in_lengths_of_the_nail():
    box = np.array([100.0, 80.0, 140.0, 100.0])
    centre, side = view_square(box, RIGHT, View("fold", 0.5, 0.9))
    assert (centre, side) == ((140.0, 90.0), pytest.approx(18.0))
    centre, side = view_square(box, np.array([0.0, 1.0]), View("fold", 0.5, 0.9))
    assert (centre, side) == ((120.0, 100.0), pytest.approx(18.0))


@given(st.tuples(*[st.floats(-300, 600)] * 2), st.floats(1, 400), st.floats(1, 400), angles)
def test_a_box_anywhere_gives_a_finite_view(corner, width, height, angle):
    box = np.array([*corner, corner[0] + width, corner[1] + height])
    crop = crop_view(coordinate_picture(), box, unit(angle), FOLD, 28)
    assert crop.shape == (3, 28, 28)
    assert np.isfinite(crop).all() and crop.min() >= 0 and crop.max() <= 1


def test_beyond_the_border_the_outermost_pixels_go_on():
    picture = Image.new("RGB", (100, 100), (90, 60, 30))
    crop = crop_view(picture, np.array([85.0, 40.0, 99.0, 55.0]), RIGHT, FOLD, 28) * 255
    assert np.abs(crop - np.array([90, 60, 30])[:, None, None]).max() < 0.01


def test_a_turned_hand_looks_the_same():
    picture = coordinate_picture()
    box = np.array([100.0, 70.0, 140.0, 100.0])
    upright = crop_view(picture, box, RIGHT, FOLD, 28)
    # The same picture a quarter turn clockwise: (x, y) -> (HEIGHT - y, x).
    turned_box = np.array([HEIGHT - 100.0, 100.0, HEIGHT - 70.0, 140.0])
    turned = crop_view(picture.transpose(Image.Transpose.ROTATE_270), turned_box, unit(np.pi / 2), FOLD, 28)
    assert np.abs(upright - turned).max() * 255 < 0.5


def test_pictures_come_view_by_view_each_followed_by_its_mirror_image_across_the_finger():
    boxes = np.array([[100.0, 80.0, 140.0, 120.0], [60.0, 60.0, 90.0, 100.0]])
    directions = np.stack([RIGHT, unit(0.4)])
    crops = nail_crops(coordinate_picture(), boxes, directions, spec(views=(NAIL, FOLD), mirror=True))
    assert crops.shape == (2, 4, 3, 28, 28)
    assert crops.dtype == np.float32
    for nail in range(2):
        assert (crops[nail, 1] == crops[nail, 0][:, ::-1]).all()
        assert (crops[nail, 3] == crops[nail, 2][:, ::-1]).all()
    # The fold lies behind the nail.
    assert crops[0, 2, 0].mean() > crops[0, 0, 0].mean()


def test_pixels_are_normalised_channel_by_channel():
    picture = Image.new("RGB", (100, 100), (255, 128, 0))
    wanted = spec(mean=(0.5, 0.4, 0.3), std=(0.5, 0.2, 0.1))
    crops = nail_crops(picture, np.array([[10.0, 10.0, 60.0, 60.0]]), RIGHT[None], wanted)
    assert crops[0, 0, 0] == pytest.approx(np.full((28, 28), 1.0), rel=1e-5)
    assert crops[0, 0, 1] == pytest.approx(np.full((28, 28), (128 / 255 - 0.4) / 0.2), rel=1e-4)
    assert crops[0, 0, 2] == pytest.approx(np.full((28, 28), -3.0), rel=1e-5)


def test_no_nail_gives_an_empty_batch():
    crops = nail_crops(coordinate_picture(), np.zeros((0, 4)), np.zeros((0, 2)), spec())
    assert crops.shape == (0, 1, 3, 28, 28)


def test_detail_is_averaged_away_and_colour_stays():
    checkered = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    checkered[::2, ::2] = checkered[1::2, 1::2] = (200, 100, 40)
    box = np.array([20.0, 20.0, 180.0, 180.0])
    crop = crop_view(Image.fromarray(checkered), box, RIGHT, NAIL, 7) * 255
    assert np.abs(crop - np.array([100, 50, 20])[:, None, None]).max() <= 2


@given(st.integers(0, 2**32 - 1), angles)
@settings(max_examples=20)
def test_pixel_noise_hardly_reaches_the_estimator(seed, angle):
    noise = np.random.default_rng(seed).normal(0, 12, (HEIGHT, WIDTH, 3))
    noisy = Image.fromarray(np.clip(128 + noise, 0, 255).astype(np.uint8))
    box = np.array([20.0, 20.0, 180.0, 180.0])
    crop = crop_view(noisy, box, unit(angle), NAIL, 10) * 255
    # A pixel of detail is the mean of some hundred: a small part of the noise, and no systematic change.
    assert np.abs(crop - 127.5).max() < 8
    assert abs(crop.mean() - 127.5) < 0.6


@given(angles)
@settings(max_examples=20)
def test_a_round_view_knows_nothing_of_what_lies_around_its_disc(angle):
    box = np.array([60.0, 40.0, 160.0, 140.0])
    centre, side = view_square(box, unit(angle), NAIL)
    pixels = np.array(coordinate_picture())
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    # A pixel of detail is side / 20 wide and reaches into its neighbours.
    outside = np.hypot(columns - centre[0], rows - centre[1]) > side / 2 + side / 20
    elsewhere = pixels.copy()
    elsewhere[outside] = (255, 0, 255)
    for view, alike in ((View("nail", 0.0, 0.8, round=True), True), (NAIL, False)):
        first, second = (
            crop_view(Image.fromarray(each), box, unit(angle), view, 20) * 255 for each in (pixels, elsewhere)
        )
        # The edge of the disc is a pixel of detail soft.
        assert (np.abs(first - second).max() < 8) == alike


def test_around_the_disc_lies_its_mean_colour():
    view = View("nail", 0.0, 0.8, round=True)
    box = np.array([100.0, 60.0, 150.0, 110.0])
    crop = crop_view(coordinate_picture(), box, RIGHT, view, 28) * 255
    assert crop[:2, 0, 0] == pytest.approx([125 - 0.5, 85 - 0.5], abs=0.2)
    square = crop_view(coordinate_picture(), box, RIGHT, NAIL, 28) * 255
    assert np.allclose(crop[:, 8:20, 8:20], square[:, 8:20, 8:20])


@given(boxes_inside(), angles)
@settings(max_examples=30)
def test_views_of_one_nail_do_not_know_of_each_other(box, angle):
    picture = coordinate_picture()
    together = nail_views(picture, box[None], unit(angle)[None], (NAIL, FOLD, FINGER), 20)[0] * 255
    for view, shown in zip((NAIL, FOLD, FINGER), together, strict=True):
        alone = crop_view(picture, box, unit(angle), view, 20) * 255
        # What lies between two pixels depends a little on where the piece they were cut from begins.
        assert np.abs(shown - alone)[:, 2:-2, 2:-2].max() < 0.6


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_halving_is_what_pillow_makes_of_it(half, seed):
    levels = np.random.default_rng(seed).uniform(0, 255, (2 * half, 2 * half)).astype(np.float32)
    wanted = np.asarray(Image.fromarray(levels).resize((half, half), Image.Resampling.BILINEAR))
    found = _halved(_halved(levels).swapaxes(-1, -2)).swapaxes(-1, -2)
    assert np.abs(found - wanted).max() < 1e-2


def test_one_way_is_half_of_both():
    boxes, directions = np.array([[60.0, 60.0, 110.0, 100.0]]), unit(0.3)[None]
    wanted = spec(views=(NAIL, FOLD), mirror=True)
    picture = coordinate_picture()
    both = nail_crops(picture, boxes, directions, wanted)
    assert np.array_equal(both, nail_crops(picture, boxes, directions, wanted, BOTH_WAYS))
    assert np.array_equal(both[:, ::2], nail_crops(picture, boxes, directions, wanted, STRAIGHT))
    assert np.array_equal(both[:, 1::2], nail_crops(picture, boxes, directions, wanted, MIRRORED))


def test_a_view_that_does_not_turn_is_the_middle_of_the_box_as_the_picture_lies():
    still = View("nail", 0.0, 0.875, turned=False)
    box = np.array([80.0, 70.0, 120.0, 102.0])
    crops = [nail_crops(coordinate_picture(), box[None], unit(angle)[None], spec((still,))) for angle in (0.0, 2.0)]
    assert np.array_equal(*crops)
    red, green = crops[0][0, 0, :2] * 255
    # 224 of 256 parts of the shorter side, as the original system cuts it.
    side = (102 - 70) * 224 / 256
    assert red.mean() == pytest.approx(100 - 0.5, abs=0.3) and green.mean() == pytest.approx(86 - 0.5, abs=0.3)
    assert np.ptp(red) == pytest.approx(side * 27 / 28, abs=0.3) and np.ptp(green) == pytest.approx(
        np.ptp(red), abs=0.3
    )
    assert np.ptp(red, axis=0).max() < 0.01 and np.ptp(green, axis=1).max() < 0.01


def test_the_mirror_image_of_a_view_that_does_not_turn_exchanges_left_and_right():
    straight = np.random.default_rng(0).random((2, 2, 3, 8, 8)).astype(np.float32)
    mirrored = mirror_images(straight, (NAIL, View("box", 0.0, 0.875, turned=False)))
    assert np.array_equal(mirrored[:, 0], straight[:, 0, :, ::-1])
    assert np.array_equal(mirrored[:, 1], straight[:, 1, :, :, ::-1])
