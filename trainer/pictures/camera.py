"""What cameras and lights do to a picture, drawn at random: light, colour casts, blur, noise, JPEG, varnish.

Every function takes and gives (H, W, 3) uint8 RGB.
"""

from __future__ import annotations

import cv2
import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from trainer.pictures.levels import levels


def photographed(picture: Uint8Array, strength: float, rng: np.random.Generator) -> Uint8Array:
    """The picture as another camera would have taken it; `strength` 1 is an ordinary phone in any room."""
    picture = _light(picture, strength, rng)
    if rng.random() < 0.3 * strength:
        picture = _uneven_light(picture, rng)
    chance = rng.random()
    if chance < 0.18 * strength:
        picture = levels(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6)))
    elif chance < 0.28 * strength:
        picture = _shaken(picture, rng)
    elif chance < 0.40 * strength:
        picture = _coarse(picture, rng)
    if rng.random() < 0.3 * strength:
        noise = rng.normal(0.0, rng.uniform(2.0, 12.0), picture.shape).astype(np.float32)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.35 * strength:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        decoded = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
        assert decoded is not None
        picture = levels(decoded)
    return picture


def varnished(picture: Uint8Array, outline: FloatArray, rng: np.random.Generator) -> Uint8Array:
    """One nail (K, 2) in another colour, its light and shade kept; changes `picture` itself."""
    low = np.maximum(np.floor(outline.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(outline.max(axis=0)).astype(int), picture.shape[1::-1])
    if (high - low).min() < 3:
        return picture
    part = picture[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape[:2], dtype=np.float32)
    cv2.fillConvexPoly(mask, (outline - low).round().astype(np.int32), 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None] * rng.uniform(0.5, 1.0)
    lightness = part.mean(axis=2, keepdims=True, dtype=np.float32)
    colour = rng.uniform(20, 250, 3).astype(np.float32)
    painted = colour * (lightness / max(float(lightness.mean()), 1.0)) ** rng.uniform(0.8, 2.0)
    part[:] = np.clip(part * (1 - mask) + painted * mask, 0, 255).astype(np.uint8)
    return picture


def _light(picture: Uint8Array, strength: float, rng: np.random.Generator) -> Uint8Array:
    """Exposure, contrast, white balance and saturation."""
    gamma = np.exp(rng.normal(0.0, 0.22) * strength)
    contrast = np.exp(rng.normal(0.0, 0.18) * strength)
    shift = rng.normal(0.0, 0.08) * strength
    gains = np.exp(rng.normal(0.0, 0.09, 3) * strength)
    steps = np.linspace(0.0, 1.0, 256)
    curve = (steps**gamma - 0.5) * contrast + 0.5 + shift
    table = np.clip(curve[:, None] * gains * 255.0, 0, 255).astype(np.uint8)
    picture = levels(cv2.LUT(picture, np.ascontiguousarray(table[None])))
    if rng.random() < 0.5 * strength:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        share = rng.uniform(0.5, 1.5)
        picture = levels(cv2.addWeighted(picture, share, grey, 1.0 - share, 0.0))
    return picture


def _uneven_light(picture: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    """Light from one side, or the edge of a shadow."""
    corners = rng.uniform(0.45, 1.25, (3, 3)).astype(np.float32)
    field = cv2.resize(corners, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return levels(np.clip(picture * field[..., None], 0, 255))


def _shaken(picture: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), dtype=np.float32)
    middle = (length - 1) / 2
    offset = middle * np.array([np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)])
    first, last = np.round(middle - offset).astype(int), np.round(middle + offset).astype(int)
    cv2.line(kernel, tuple(map(int, first)), tuple(map(int, last)), 1.0)
    return levels(cv2.filter2D(picture, -1, kernel / kernel.sum()))


def _coarse(picture: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    """Fewer pixels, then enlarged again: a small or distant original."""
    share = rng.uniform(0.4, 0.8)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return levels(cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR))
