"""The app's own LAB and HSV against OpenCV, which trains beside us but does not ship."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.crops.colour import rgb_to_hsv8, rgb_to_lab8
from tests.drawn_hand import draw_hand
from tests.real_photos import needs_real_photos, patients

cv2 = pytest.importorskip("cv2")


def every_fifth_level() -> np.ndarray:
    """Every fifth level of each channel with every other, and the white corner: (1, n, 3)."""
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(1, -1, 3)


def test_hsv_is_opencvs():
    rgb = every_fifth_level()
    assert np.array_equal(rgb_to_hsv8(rgb), cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))


def test_lab_is_opencvs_to_a_level():
    rgb = every_fifth_level()
    difference = np.abs(rgb_to_lab8(rgb).astype(int) - cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(int))
    assert difference.max() <= 1
    # OpenCV's own tables are float32: one colour in twenty thousand falls on the other side.
    assert (difference > 0).mean() < 2e-4


@pytest.mark.parametrize("picture", ["drawn", pytest.param("real", marks=needs_real_photos)])
def test_on_a_picture(picture):
    if picture == "drawn":
        rgb = np.asarray(draw_hand().picture.convert("RGB"))
    else:
        rgb = cv2.cvtColor(cv2.imread(str(next(iter(patients().values())).photo)), cv2.COLOR_BGR2RGB)
    assert np.array_equal(rgb_to_hsv8(rgb), cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    difference = np.abs(rgb_to_lab8(rgb).astype(int) - cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(int))
    assert difference.max() <= 1 and (difference > 0).mean() < 2e-4
