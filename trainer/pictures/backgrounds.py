"""Backgrounds without a nail, drawn at random: gradients, cloudy and striped textures, clutter, patches of photos."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from trainer.pictures.levels import levels

TRIES = 12


def drawn_background(side_px: int, rng: np.random.Generator) -> Uint8Array:
    """(side_px, side_px, 3) uint8: a surface, and now and then things lying on it."""
    picture = [_gradient, _clouds, _stripes][rng.integers(3)](side_px, rng)
    if rng.random() < 0.6:
        picture = _clutter(picture, rng)
    return picture


def nail_free_patch(
    picture: Uint8Array, nail_boxes: FloatArray, side_px: int, rng: np.random.Generator
) -> Uint8Array | None:
    """A random square of a photograph that touches none of the boxes (N, 4), scaled to `side_px`.

    None where a few tries found no such square.
    """
    height, width = picture.shape[:2]
    for _ in range(TRIES):
        side = int(rng.uniform(0.2, 0.9) * min(width, height))
        left, top = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
        apart = (nail_boxes[:, 0] >= left + side) | (nail_boxes[:, 2] <= left)
        apart |= (nail_boxes[:, 1] >= top + side) | (nail_boxes[:, 3] <= top)
        if apart.all() and side >= 32:
            patch = picture[top : top + side, left : left + side]
            turned = np.rot90(patch, int(rng.integers(4)))
            patch = np.ascontiguousarray(turned)
            return levels(cv2.resize(patch, (side_px, side_px), interpolation=cv2.INTER_AREA))
    return None


def _colours(count: int, rng: np.random.Generator) -> FloatArray:
    """(count, 3) in 0..255, half of the time near each other."""
    first = rng.uniform(0, 255, 3)
    spread = rng.choice([25.0, 110.0])
    return np.clip(first + rng.normal(0, spread, (count, 3)), 0, 255)


def _mixed(share: FloatArray, rng: np.random.Generator) -> Uint8Array:
    """Two colours, of the first one `share` (H, W, 1)."""
    first, second = _colours(2, rng)
    mixed: FloatArray = first * share + second * (1 - share)
    return mixed.astype(np.uint8)


def _gradient(side_px: int, rng: np.random.Generator) -> Uint8Array:
    corners = _colours(4, rng).reshape(2, 2, 3).astype(np.float32)
    return np.clip(cv2.resize(corners, (side_px, side_px)), 0, 255).astype(np.uint8)


def _clouds(side_px: int, rng: np.random.Generator) -> Uint8Array:
    """Noise of several grain sizes between two colours: cloth, stone, wood, skin."""
    field = np.zeros((side_px, side_px), dtype=np.float32)
    weight = 1.0
    for cells in (3, 8, 24, 80, 160):
        stretch = (max(2, int(cells * rng.uniform(0.3, 1.0))), cells)
        noise = rng.normal(0, 1, stretch).astype(np.float32)
        field += weight * cv2.resize(noise, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
        weight *= rng.uniform(0.4, 0.9)
    share = 1 / (1 + np.exp(-field * rng.uniform(0.5, 2.5)))[..., None]
    return _mixed(share, rng)


def _stripes(side_px: int, rng: np.random.Generator) -> Uint8Array:
    """Stripes or checks at any angle."""
    rows, columns = np.mgrid[0:side_px, 0:side_px].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(4, 60)
    along = np.sin((columns * np.cos(angle) + rows * np.sin(angle)) * 2 * np.pi / period)
    if rng.random() < 0.5:
        along *= np.sin((rows * np.cos(angle) - columns * np.sin(angle)) * 2 * np.pi / period)
    share = (1 / (1 + np.exp(-along * rng.uniform(1, 8))))[..., None]
    return _mixed(share, rng)


def _clutter(picture: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    """Discs, polygons and lines: things about as large as nails that are none."""
    side_px = picture.shape[0]
    for colour in _colours(int(rng.integers(2, 14)), rng):
        centre = rng.uniform(0, side_px, 2)
        size = float(np.exp(rng.uniform(np.log(4), np.log(side_px / 3))))
        shape: Sequence[FloatArray] | FloatArray = centre + rng.normal(0, size / 2, (int(rng.integers(3, 7)), 2))
        kind = rng.integers(3)
        if kind == 0:
            axes = (int(size / 2) + 1, int(size * rng.uniform(0.2, 0.5)) + 1)
            cv2.ellipse(picture, centre.astype(int).tolist(), axes, rng.uniform(0, 180), 0, 360, colour.tolist(), -1)
        elif kind == 1:
            cv2.fillPoly(picture, [np.asarray(shape).round().astype(np.int32)], colour.tolist())
        else:
            points = [np.asarray(shape).round().astype(np.int32)]
            cv2.polylines(picture, points, False, colour.tolist(), int(rng.integers(1, 6)))
    return picture
