"""Letterbox geometry: there and back, centred, aspect kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.find.letterbox import PADDING_GREY, Letterbox, letterbox_picture

sides = st.integers(1, 6000)
strides = st.sampled_from([None, 32])


@given(sides, sides, st.sampled_from([160, 256, 320, 640]), strides, st.data())
def test_a_box_comes_back_where_it_was(width, height, side_px, stride_px, data):
    place = Letterbox.fit(width, height, side_px, stride_px)
    xs = sorted(data.draw(st.tuples(st.floats(0, width), st.floats(0, width))))
    ys = sorted(data.draw(st.tuples(st.floats(0, height), st.floats(0, height))))
    box = np.array([[xs[0], ys[0], xs[1], ys[1]]])
    assert np.allclose(place.to_picture(place.to_canvas(box)), box, atol=1e-6 * max(width, height))


@given(sides, sides, st.sampled_from([160, 320, 640]), strides)
def test_the_whole_picture_fills_the_canvas_one_way_and_is_centred_the_other(width, height, side_px, stride_px):
    place = Letterbox.fit(width, height, side_px, stride_px)
    assert max(place.content_width, place.content_height) == side_px
    right = place.canvas_width - place.left - place.content_width
    bottom = place.canvas_height - place.top - place.content_height
    assert 0 <= right - place.left <= 1
    assert 0 <= bottom - place.top <= 1
    # Within the rounding to whole pixels the aspect stays.
    assert abs(place.content_width * height - place.content_height * width) <= max(width, height)


@given(sides, sides, st.sampled_from([160, 320, 640]))
def test_a_canvas_is_a_square_or_as_narrow_as_its_stride_allows(width, height, side_px):
    square = Letterbox.fit(width, height, side_px)
    assert (square.canvas_width, square.canvas_height) == (side_px, side_px)
    place = Letterbox.fit(width, height, side_px, 32)
    assert max(place.canvas_width, place.canvas_height) == side_px
    for canvas_px, content_px in (
        (place.canvas_width, place.content_width),
        (place.canvas_height, place.content_height),
    ):
        assert canvas_px % 32 == 0 and canvas_px - 32 < content_px <= canvas_px


@given(sides, sides, st.floats(-500, 900), st.floats(-500, 900))
def test_no_box_leaves_the_picture(width, height, x, y):
    place = Letterbox.fit(width, height, 320)
    x1, y1, x2, y2 = place.to_picture(np.array([[x, y, x + 50, y + 50]]))[0]
    assert 0 <= x1 <= x2 <= width
    assert 0 <= y1 <= y2 <= height


def test_content_and_margin_are_where_the_geometry_says():
    picture = Image.new("RGB", (800, 600), (200, 30, 60))
    canvas, place = letterbox_picture(picture, 320)
    assert canvas.shape == (320, 320, 3)
    assert (place.left, place.top, place.content_width, place.content_height) == (0, 40, 320, 240)
    assert (canvas[:40] == PADDING_GREY).all()
    assert (canvas[280:] == PADDING_GREY).all()
    assert (canvas[40:280] == (200, 30, 60)).all()
    narrow, place = letterbox_picture(picture, 320, 32)
    assert (narrow == canvas[32:288]).all() and place.top == 8


def test_a_mark_in_the_picture_lies_under_its_box_on_the_canvas():
    picture = Image.new("RGB", (1000, 400), "black")
    picture.paste((255, 255, 255), (600, 100, 800, 200))
    canvas, place = letterbox_picture(picture, 320)
    x1, y1, x2, y2 = place.to_canvas(np.array([[600, 100, 800, 200]]))[0].round().astype(int)
    assert (canvas[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1] > 200).all()
    assert canvas[y1 - 3, x1].max() < 50


@pytest.mark.parametrize("width, height, side_px", [(0, 5, 320), (5, -1, 320), (5, 5, 0)])
def test_a_side_that_is_not_positive_is_an_error(width, height, side_px):
    with pytest.raises(ValueError, match="positive"):
        Letterbox.fit(width, height, side_px)
