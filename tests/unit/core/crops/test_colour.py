"""The 67 colour features: their names and order, known colours, and finite numbers whatever the pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.crops.colour import (
    BASELINE_FEATURE_NAMES,
    COLOUR_FEATURE_NAMES,
    PATCH_FEATURE_NAMES,
    colour_features,
    compared,
    nail_colours,
    patch_features,
    patch_pixels,
    rgb_to_hsv8,
    rgb_to_lab8,
)
from app.core.manifest import ColourSpec

levels = st.integers(0, 255)
colours = st.tuples(levels, levels, levels)
seeds = st.integers(0, 2**32 - 1)


def patch(colour, height=4, width=5):
    return np.full((height, width, 3), colour, dtype=np.uint8)


def noise(seed, height=6, width=7):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def named(values, names=COLOUR_FEATURE_NAMES):
    return dict(zip(names, values, strict=True))


def test_there_are_as_many_as_the_original_has():
    assert (len(PATCH_FEATURE_NAMES), len(COLOUR_FEATURE_NAMES), len(BASELINE_FEATURE_NAMES)) == (27, 67, 51)
    assert len(set(COLOUR_FEATURE_NAMES)) == 67
    assert set(BASELINE_FEATURE_NAMES) < set(COLOUR_FEATURE_NAMES)


# Reference values of the encodings: white, black, a primary, mid grey.
@pytest.mark.parametrize(
    ("rgb", "lab", "hsv"),
    [
        ((255, 255, 255), (255, 128, 128), (0, 0, 255)),
        ((0, 0, 0), (0, 128, 128), (0, 0, 0)),
        ((255, 0, 0), (136, 208, 195), (0, 255, 255)),
        ((0, 255, 0), (224, 42, 211), (60, 255, 255)),
        ((0, 0, 255), (82, 207, 20), (120, 255, 255)),
        ((128, 128, 128), (137, 128, 128), (0, 0, 128)),
    ],
)
def test_known_colours(rgb, lab, hsv):
    pixel = np.array(rgb, dtype=np.uint8)
    assert rgb_to_lab8(pixel).tolist() == list(lab)
    assert rgb_to_hsv8(pixel).tolist() == list(hsv)


@given(colours, colours)
def test_a_patch_of_one_colour_has_no_spread(nail, skin):
    values = named(colour_features(patch(nail), patch(skin)))
    assert all(value == 0 for name, value in values.items() if name.endswith("_std"))
    for channel, nail_level, skin_level in zip("rgb", nail, skin, strict=True):
        for statistic in ("mean", "median", "p5", "p95"):
            assert values[f"nail_{channel}_{statistic}"] == nail_level
            assert values[f"skin_{channel}_{statistic}"] == skin_level
        assert values[f"contrast_{channel}"] == nail_level - skin_level


@given(colours)
def test_equal_patches_do_not_differ(colour):
    values = named(colour_features(patch(colour), patch(colour)))
    for name, value in values.items():
        if name.startswith("contrast_"):
            assert value == 0
        if name.startswith("ratio_"):
            assert value == 1


@settings(max_examples=40)
@given(seeds, seeds)
def test_finite_and_in_order(nail_seed, skin_seed):
    nail, skin = noise(nail_seed), noise(skin_seed)
    values = named(colour_features(nail, skin))
    assert np.isfinite(list(values.values())).all()
    for part in ("nail", "skin"):
        for channel in "rgb":
            low, middle, high = (values[f"{part}_{channel}_{name}"] for name in ("p5", "median", "p95"))
            assert 0 <= low <= middle <= high <= 255
        assert 0 < values[f"{part}_redness"] < 1
    # Which is nail and which is skin.
    assert values["nail_r_mean"] == pytest.approx(nail[..., 0].mean())
    assert values["skin_b_std"] == pytest.approx(skin[..., 2].std())


@pytest.mark.parametrize("nail", [0, 255])
@pytest.mark.parametrize("skin", [0, 255])
def test_finite_on_black_and_white(nail, skin):
    assert np.isfinite(colour_features(patch(nail), patch(skin))).all()


@settings(max_examples=40)
@given(seeds)
def test_the_order_of_the_pixels_does_not_matter(seed):
    pixels = noise(seed)
    shuffled = np.random.default_rng(seed).permutation(pixels.reshape(-1, 3))
    assert np.allclose(patch_features(pixels), patch_features(shuffled))


@pytest.mark.parametrize("pixels", [np.zeros((0, 3), np.uint8), np.zeros((2, 4), np.uint8), np.zeros((2, 3))])
def test_what_is_no_pixel_is_refused(pixels):
    with pytest.raises(ValueError, match="uint8"):
        patch_features(pixels)


@given(st.floats(-20, 40), st.floats(-20, 40), st.floats(-20, 40), st.floats(-20, 40))
def test_a_box_always_has_pixels(x1, y1, x2, y2):
    picture = Image.new("RGB", (20, 10))
    pixels = patch_pixels(picture, np.array([min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]))
    assert pixels.dtype == np.uint8 and pixels.size > 0


def test_a_box_is_cut_at_whole_pixels():
    levels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    picture = Image.fromarray(np.stack([levels] * 3, axis=2))
    assert np.array_equal(patch_pixels(picture, np.array([2.4, 3.4, 5.6, 6.4]))[..., 0], levels[3:6, 2:6])


NAILS = np.array([[100.0, 20.0, 130.0, 44.0], [100.0, 80.0, 130.0, 104.0]])
SKIN = np.array([[160.0, 82.0, 190.0, 102.0], [160.0, 22.0, 190.0, 42.0]])


def test_each_nail_is_compared_with_the_skin_on_its_own_finger():
    picture = Image.fromarray(noise(3, 140, 240))
    found = nail_colours(picture, NAILS, SKIN, ColourSpec("refused"))
    assert found.shape == (2, 67) and found.dtype == np.float32
    for nail, patch_number in ((0, 1), (1, 0)):
        by_hand = colour_features(patch_pixels(picture, NAILS[nail]), patch_pixels(picture, SKIN[patch_number]))
        assert np.allclose(found[nail], by_hand)
    assert nail_colours(picture, NAILS[:0], SKIN, ColourSpec("refused")).shape == (0, 67)


def test_a_nail_without_skin_takes_the_mean_skin_where_the_models_have_one():
    picture, mean_skin = Image.fromarray(noise(4, 140, 240)), tuple(float(value) for value in range(27))
    found = nail_colours(picture, NAILS, SKIN[:1], ColourSpec("mean", mean_skin))
    assert np.allclose(found[0], compared(patch_features(patch_pixels(picture, NAILS[0])), np.array(mean_skin)))
    assert np.isnan(nail_colours(picture, NAILS, SKIN[:1], ColourSpec("refused"))[0, 27:54]).all()
