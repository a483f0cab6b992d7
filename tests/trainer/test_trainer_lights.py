"""Simulated light: does what its numbers say, and the lights measured under are no lights learned from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from trainer.estimator.head import NailTable, fit_head
from trainer.pictures.lights import AS_IT_IS, SHIFTS, Light, as_jpeg, drawn_light

GREY = Image.new("RGB", (8, 8), (128, 128, 128))


@given(st.floats(0, 1))
def test_linear_light_and_back(level):
    assert float(linear_to_srgb(srgb_to_linear(np.array(level)))) == pytest.approx(level, abs=1e-6)


def test_a_gain_is_a_gain_of_linear_light():
    seen = np.asarray(Light((0.5, 1.0, 1.5)).photographed(GREY, np.random.default_rng(0)))[0, 0] / 255
    assert srgb_to_linear(seen) / srgb_to_linear(np.array(128 / 255)) == pytest.approx([0.5, 1.0, 1.5], rel=0.02)


def test_as_it_is_changes_nothing():
    boxes = np.array([[1.0, 2.0, 30.0, 40.0]])
    rng = np.random.default_rng(0)
    assert AS_IT_IS.photographed(GREY, rng) is GREY
    assert AS_IT_IS.jittered(boxes, 0.1, rng) is boxes


def test_a_jpeg_of_low_quality_is_further_from_the_photo_and_the_size_stays():
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8))
    apart = [np.abs(np.asarray(as_jpeg(photo, quality), float) - np.asarray(photo)).mean() for quality in (98, 60)]
    assert 0 < apart[0] < apart[1]
    seen = Light(jpeg_quality=60).photographed(photo, np.random.default_rng(0))
    assert np.array_equal(seen, as_jpeg(photo, 60))


def test_every_photograph_gets_its_own_light_and_the_same_again():
    lights = [drawn_light(np.random.default_rng([7, number])) for number in range(50)]
    assert len(set(lights)) == 50
    assert lights[3] == drawn_light(np.random.default_rng([7, 3]))
    logs = np.log([light.gains for light in lights])
    # Red against blue wanders like white balance does, a tenth and more.
    assert 0.1 < np.std(logs[:, 0] - logs[:, 2]) < 0.3


@pytest.mark.parametrize("name, share", [("wb10", 0.1), ("wb20", 0.2)])
def test_white_balance_is_shifted_by_every_sign(name, share):
    gains = {light.gains for light in SHIFTS[name]}
    assert gains == {(1 + a * share, 1.0, 1 + b * share) for a in (-1, 1) for b in (-1, 1)}
    assert not any(light.jitter or light.noise_levels for light in SHIFTS[name])


def test_the_head_learns_from_drawn_lights_and_never_from_the_measured_ones():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 4))
    patient, hb_g_dl, session = np.arange(60), rng.uniform(7, 16, 60), np.repeat(np.arange(6), 10)
    plain = NailTable(features, patient, hb_g_dl, session)
    measured = NailTable(features, patient, hb_g_dl, session, shifted={"wb10": (features + 100,)})
    learned = NailTable(features, patient, hb_g_dl, session, simulated=(rng.normal(size=(60, 4)),))
    weights = [fit_head(table, patient, (3.0,)).weights for table in (plain, measured, learned)]
    assert np.allclose(weights[0], weights[1])
    assert not np.allclose(weights[0], weights[2])
