"""The colour of nail and skin in 67 named numbers, as the original system takes them.

LAB and HSV are OpenCV's 8-bit encodings, computed with its fixed-point arithmetic, since OpenCV itself is not in
the page: L, a, b in 0..255 (a and b around 128), H in 0..179 (half degrees), S and V in 0..255.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray, Uint8Array
from app.core.find.fingers import match_skin
from app.core.manifest import ColourSpec
from app.core.pictures.linear import srgb_to_linear

_STATISTICS = ("mean", "std", "median", "p5", "p95")
PATCH_FEATURE_NAMES = (
    *(f"{channel}_{statistic}" for channel in "rgb" for statistic in _STATISTICS),
    *(f"lab_{channel}_{statistic}" for channel in "lab" for statistic in ("mean", "std")),
    *(f"hsv_{channel}_{statistic}" for channel in "hsv" for statistic in ("mean", "std")),
)
COMPARISON_FEATURE_NAMES = (
    *(f"contrast_{channel}" for channel in ("r", "g", "b", "lab_l", "lab_a", "lab_b")),
    *(f"ratio_{channel}" for channel in "rgb"),
    "nail_redness",
    "skin_redness",
    "contrast_redness",
    "ratio_redness",
)
# 27 of the nail, 27 of the skin, 13 that compare them.
COLOUR_FEATURE_NAMES = (
    *(f"nail_{name}" for name in PATCH_FEATURE_NAMES),
    *(f"skin_{name}" for name in PATCH_FEATURE_NAMES),
    *COMPARISON_FEATURE_NAMES,
)
# The original's baselines use 51 colour features, which are nowhere listed; these are the ones left when the
# spreads of LAB and HSV, the LAB contrasts and one of the two comparisons of redness go.
BASELINE_FEATURE_NAMES = tuple(
    name
    for name in COLOUR_FEATURE_NAMES
    if not (name.endswith("_std") and ("_lab_" in name or "_hsv_" in name))
    and not name.startswith("contrast_lab")
    and name != "ratio_redness"
)

# OpenCV's fixed point: gamma with 3 further bits, matrix with 12, cube root with 15.
_GAMMA_BITS, _MATRIX_BITS, _ROOT_BITS = 3, 12, 15
_ROOT_ONE = 1 << _ROOT_BITS
# Linear sRGB to XYZ under D65, and the white that XYZ is divided by.
_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
_WHITE = np.array([0.950456, 1.0, 1.088754])


def _gamma_table() -> IntArray:
    level = np.arange(256) / 255.0
    table: IntArray = np.rint(srgb_to_linear(level) * 255 * (1 << _GAMMA_BITS)).astype(np.int64)
    return table


def _root_table() -> IntArray:
    level = np.arange(256 * 3 // 2 << _GAMMA_BITS) / (255.0 * (1 << _GAMMA_BITS))
    root = np.where(level < 0.008856, level * 7.787 + 16 / 116, np.cbrt(level))
    table: IntArray = np.rint(root * _ROOT_ONE).astype(np.int64)
    return table


def _division_table(numerator: float) -> IntArray:
    """numerator / n with 12 bits behind the point for n = 0..255; 0 for n = 0."""
    divided = np.zeros(256, dtype=np.int64)
    divided[1:] = np.rint(numerator * (1 << _MATRIX_BITS) / np.arange(1, 256))
    return divided


_GAMMA, _ROOT = _gamma_table(), _root_table()
_MATRIX = np.rint(_XYZ / _WHITE[:, None] * (1 << _MATRIX_BITS)).astype(np.int64)
_SATURATION, _HUE = _division_table(255.0), _division_table(180.0 / 6.0)


def _shifted(values: IntArray, bits: int) -> IntArray:
    rounded: IntArray = (values + (1 << (bits - 1))) >> bits
    return rounded


def rgb_to_lab8(rgb: Uint8Array) -> Uint8Array:
    """sRGB (..., 3) uint8 -> CIE L*a*b* under D65, (..., 3) uint8 as OpenCV encodes it."""
    root = _ROOT[_shifted(_GAMMA[rgb] @ _MATRIX.T, _MATRIX_BITS)]
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    lightness_scale = (116 * 255 + 50) // 100
    lightness_shift = (16 * 255 * _ROOT_ONE + 50) // 100
    lightness = _shifted(lightness_scale * y - lightness_shift, _ROOT_BITS)
    a = _shifted(500 * (x - y) + 128 * _ROOT_ONE, _ROOT_BITS)
    b = _shifted(200 * (y - z) + 128 * _ROOT_ONE, _ROOT_BITS)
    encoded: Uint8Array = np.clip(np.stack([lightness, a, b], axis=-1), 0, 255).astype(np.uint8)
    return encoded


def rgb_to_hsv8(rgb: Uint8Array) -> Uint8Array:
    """sRGB (..., 3) uint8 -> hue in half degrees, saturation and value, (..., 3) uint8 as OpenCV encodes it."""
    red, green, blue = (rgb[..., channel].astype(np.int64) for channel in range(3))
    value = np.maximum(np.maximum(red, green), blue)
    spread = value - np.minimum(np.minimum(red, green), blue)
    saturation = _shifted(spread * _SATURATION[value], _MATRIX_BITS)
    sector = np.where(
        value == red,
        green - blue,
        np.where(value == green, blue - red + 2 * spread, red - green + 4 * spread),
    )
    hue = _shifted(sector * _HUE[spread], _MATRIX_BITS)
    hue = np.where(hue < 0, hue + 180, hue)
    return np.stack([hue, saturation, value], axis=-1).astype(np.uint8)


def patch_pixels(picture: Image.Image, box: FloatArray) -> Uint8Array:
    """The pixels of a box ((4,) xyxy, pixels of the RGB picture), rounded to whole ones: (h, w, 3), never empty."""
    x1, y1, x2, y2 = (float(side) for side in box)
    left = min(max(round(x1), 0), picture.width - 1)
    top = min(max(round(y1), 0), picture.height - 1)
    right = min(max(round(x2), left + 1), picture.width)
    bottom = min(max(round(y2), top + 1), picture.height)
    return np.asarray(picture.crop((left, top, right, bottom)))


def patch_features(rgb: Uint8Array) -> FloatArray:
    """(27,) in the order of PATCH_FEATURE_NAMES of the pixels (..., 3) of one patch, in levels of 0..255.

    Raises:
        ValueError: there is no pixel, or it is not three uint8.
    """
    if rgb.dtype != np.uint8 or rgb.ndim < 1 or rgb.shape[-1] != 3 or rgb.size == 0:
        raise ValueError(f"pixels are {rgb.dtype} {rgb.shape}, expected uint8 (..., 3) with at least one of them")
    pixels = rgb.reshape(-1, 3)
    levels = pixels.astype(np.float64)
    low, median, high = np.percentile(levels, [5, 50, 95], axis=0)
    by_channel = np.stack([levels.mean(axis=0), levels.std(axis=0), median, low, high], axis=1)
    parts = [by_channel.reshape(-1)]
    for encoded in (rgb_to_lab8(pixels), rgb_to_hsv8(pixels)):
        values = encoded.astype(np.float64)
        parts.append(np.stack([values.mean(axis=0), values.std(axis=0)], axis=1).reshape(-1))
    return np.concatenate(parts)


def nail_colours(picture: Image.Image, nails: FloatArray, skin: FloatArray, spec: ColourSpec) -> FloatArray:
    """(N, 67) float32: the colour features of each nail and of the skin on its finger.

    Args:
        picture: RGB.
        nails: (N, 4) xyxy in pixels of the picture.
        skin: (M, 4) xyxy patches of skin; M may be 0.
        spec: says what stands for the skin of a nail that has none; one that is refused gets NaN.
    """
    patch_of = dict(match_skin(nails, skin))
    missing = np.array(spec.mean_skin if spec.mean_skin else [np.nan] * len(PATCH_FEATURE_NAMES))
    rows = []
    for number, nail in enumerate(nails):
        patch = patch_of.get(number)
        of_skin = missing if patch is None else patch_features(patch_pixels(picture, skin[patch]))
        rows.append(compared(patch_features(patch_pixels(picture, nail)), of_skin))
    return np.array(rows, dtype=np.float32).reshape(-1, len(COLOUR_FEATURE_NAMES))


def colour_features(nail: Uint8Array, skin: Uint8Array) -> FloatArray:
    """(67,) in the order of COLOUR_FEATURE_NAMES.

    Args:
        nail: pixels (..., 3) uint8 RGB of the nail's box.
        skin: the same of the patch of skin beside it.
    """
    return compared(patch_features(nail), patch_features(skin))


def compared(of_nail: FloatArray, of_skin: FloatArray) -> FloatArray:
    """(67,) in the order of COLOUR_FEATURE_NAMES, from `patch_features` (27,) of a nail and of skin."""
    place = {name: index for index, name in enumerate(PATCH_FEATURE_NAMES)}
    rgb = [place[f"{channel}_mean"] for channel in "rgb"]
    lab = [place[f"lab_{channel}_mean"] for channel in "lab"]
    nail_redness, skin_redness = _redness(of_nail[rgb]), _redness(of_skin[rgb])
    comparisons = [
        *(of_nail[rgb] - of_skin[rgb]),
        *(of_nail[lab] - of_skin[lab]),
        # One level more on both sides keeps black from dividing by nothing.
        *((of_nail[rgb] + 1.0) / (of_skin[rgb] + 1.0)),
        nail_redness,
        skin_redness,
        nail_redness - skin_redness,
        nail_redness / skin_redness,
    ]
    return np.concatenate([of_nail, of_skin, np.array(comparisons)])


def _redness(rgb_mean: FloatArray) -> float:
    """Red's share of all light, above 0 and below 1; a third where there is no colour."""
    shifted = rgb_mean + 1.0
    return float(shifted[0] / shifted.sum())
