"""Crop geometry: on a picture whose colour is its coordinate, each crop says where it was cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.crops import crop_view, nail_crops, view_box
from app.core.manifest import EstimatorSpec, View

WIDTH, HEIGHT = 256, 200
TIGHT = (0.0, 0.0, 0.0, 0.0)


def coordinate_picture():
    """Red is x, green is y."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    pixels[..., 0] = np.arange(WIDTH)
    pixels[..., 1] = np.arange(HEIGHT)[:, None]
    return Image.fromarray(pixels)


def spec(
    views=(TIGHT,), mirror=False, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), resize_px=32, side_px=28, detail_px=28
):
    return EstimatorSpec(
        file="e.onnx",
        sha256="0",
        resize_px=resize_px,
        side_px=side_px,
        detail_px=detail_px,
        mean=mean,
        std=std,
        views=tuple(View(str(number), margins) for number, margins in enumerate(views)),
        mirror=mirror,
    )


@st.composite
def boxes_inside(draw):
    x1 = draw(st.floats(0, WIDTH - 30))
    y1 = draw(st.floats(0, HEIGHT - 30))
    return np.array([x1, y1, x1 + draw(st.floats(10, WIDTH - x1)), y1 + draw(st.floats(10, HEIGHT - y1))])


@given(boxes_inside())
@settings(deadline=None)
def test_the_crop_is_the_centred_square_of_the_shorter_side(box):
    crop = crop_view(coordinate_picture(), box, spec(resize_px=256, side_px=224, detail_px=224))
    centre_x, centre_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    side = min(box[2] - box[0], box[3] - box[1]) * 224 / 256
    red, green = crop[..., 0] * 255, crop[..., 1] * 255
    # A pixel's colour is the coordinate of its left edge, half a pixel before its middle.
    assert red.mean() == pytest.approx(centre_x - 0.5, abs=1.0)
    assert green.mean() == pytest.approx(centre_y - 0.5, abs=1.0)
    step = side / 224
    assert red[112, -1] - red[112, 0] == pytest.approx(side - step, abs=2.0)
    assert green[-1, 112] - green[0, 112] == pytest.approx(side - step, abs=2.0)


margins = st.tuples(*[st.floats(0, 1.5)] * 4)


@given(boxes_inside(), margins)
def test_a_wider_view_holds_the_box_and_stays_in_the_picture(box, wide):
    x1, y1, x2, y2 = view_box(box, wide, WIDTH, HEIGHT)
    assert 0 <= x1 <= box[0] and 0 <= y1 <= box[1]
    assert box[2] <= x2 + 1e-9 and box[3] <= y2 + 1e-9
    assert x2 <= WIDTH and y2 <= HEIGHT


def test_margins_are_fractions_of_the_box_left_top_right_bottom():
    box = np.array([100.0, 80.0, 140.0, 100.0])
    assert view_box(box, (0.5, 1.0, 0.25, 2.0), WIDTH, HEIGHT).tolist() == [80, 60, 150, 140]


@given(st.tuples(*[st.floats(-400, 700)] * 4))
def test_even_a_box_outside_gives_a_view_of_at_least_a_pixel(corners):
    x1, y1, x2, y2 = view_box(np.array(corners), TIGHT, WIDTH, HEIGHT)
    assert 0 <= x1 < x2 <= WIDTH and 0 <= y1 < y2 <= HEIGHT
    assert x2 - x1 >= 1 - 1e-9 and y2 - y1 >= 1 - 1e-9


def test_pictures_come_view_by_view_each_followed_by_its_mirror_image():
    wide = (0.5, 0.5, 0.5, 0.5)
    boxes = np.array([[100.0, 80.0, 140.0, 120.0], [30.0, 30.0, 60.0, 70.0]])
    crops = nail_crops(coordinate_picture(), boxes, spec(views=(TIGHT, wide), mirror=True))
    assert crops.shape == (2, 4, 3, 28, 28)
    assert crops.dtype == np.float32
    for nail in range(2):
        assert (crops[nail, 1] == crops[nail, 0][:, :, ::-1]).all()
        assert (crops[nail, 3] == crops[nail, 2][:, :, ::-1]).all()
    # The wider view of the same nail spans more of x.
    assert np.ptp(crops[0, 2, 0]) > 1.5 * np.ptp(crops[0, 0, 0])


def test_pixels_are_normalised_channel_by_channel():
    picture = Image.new("RGB", (100, 100), (255, 128, 0))
    crops = nail_crops(picture, np.array([[10.0, 10.0, 60.0, 60.0]]), spec(mean=(0.5, 0.4, 0.3), std=(0.5, 0.2, 0.1)))
    assert crops[0, 0, 0] == pytest.approx(np.full((28, 28), 1.0))
    assert crops[0, 0, 1] == pytest.approx(np.full((28, 28), (128 / 255 - 0.4) / 0.2), rel=1e-5)
    assert crops[0, 0, 2] == pytest.approx(np.full((28, 28), -3.0), rel=1e-5)


def test_no_nail_gives_an_empty_batch():
    assert nail_crops(coordinate_picture(), np.zeros((0, 4)), spec()).shape == (0, 1, 3, 28, 28)


def test_detail_is_averaged_away_and_colour_stays():
    checkered = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    checkered[::2, ::2] = checkered[1::2, 1::2] = (200, 100, 40)
    crop = crop_view(Image.fromarray(checkered), np.array([20.0, 20.0, 180.0, 180.0]), spec(detail_px=7))
    assert np.abs(crop * 255 - (100, 50, 20)).max() <= 2


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20)
def test_pixel_noise_hardly_reaches_the_estimator(seed):
    noise = np.random.default_rng(seed).normal(0, 12, (HEIGHT, WIDTH, 3))
    noisy = Image.fromarray(np.clip(128 + noise, 0, 255).astype(np.uint8))
    crop = crop_view(noisy, np.array([20.0, 20.0, 180.0, 180.0]), spec(detail_px=10)) * 255
    # A pixel of detail is the mean of some hundred: a twelfth of the noise, and no systematic change.
    assert np.abs(crop - 127.5).max() < 6
    assert abs(crop.mean() - 127.5) < 0.5
