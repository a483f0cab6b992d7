"""Nail polish, drawn at random: any colour, from a chipped rest to a full coat, one that has grown out, a French tip, a
clear coat, matt to glossy.

What a bare nail shows is painted over in linear light: the coat hides the nail's own texture, keeps the nail's large
light and shade, and shines where a lamp is reflected.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear

FULL, CHIPPED, GROWN_OUT, TIP, CLEAR = "full", "chipped", "grown out", "tip", "clear"
COATS = {FULL: 0.45, CHIPPED: 0.17, GROWN_OUT: 0.2, TIP: 0.1, CLEAR: 0.08}
COVERED = {CHIPPED: (0.3, 0.9), GROWN_OUT: (0.2, 0.7), TIP: (0.15, 0.45)}
# Of the colours, which share is red, pink or beige: what people wear most, and what a nail itself is most like.
WORN_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Polish:
    """One coat of polish.

    Attributes:
        coat: FULL, CHIPPED, GROWN_OUT, TIP or CLEAR.
        colour: linear red, green and blue, 0 to 1.
        opacity: how much of the nail it hides, 0 to 1; a clear coat hides nothing.
        covered: share of the nail's length from the tip on that a TIP covers and to which, raggedly, GROWN_OUT
            reaches, and the share of the nail that CHIPPED has left.
        gloss: how bright the reflection is, 0 (matt) to 1.
        glitter: how much lighter and darker its grains are, 0 (none) to 1.
        spread: how large the painted part is, of the nail's outline.
    """

    coat: str
    colour: tuple[float, float, float]
    opacity: float = 1.0
    covered: float = 1.0
    gloss: float = 0.5
    glitter: float = 0.0
    spread: float = 1.0


def drawn_polish(rng: np.random.Generator) -> Polish:
    """A polish to learn from."""
    coat = str(rng.choice(list(COATS), p=list(COATS.values())))
    if rng.random() < WORN_SHARE:
        hue, saturation, value = rng.uniform(-0.08, 0.1) % 1.0, rng.uniform(0.1, 1.0), rng.uniform(0.25, 1.0)
    else:
        hue, saturation, value = rng.random(), rng.random() ** 0.7, rng.uniform(0.02, 1.0)
    if coat == TIP and rng.random() < 0.7:
        saturation, value = rng.uniform(0.0, 0.08), rng.uniform(0.85, 1.0)
    red, green, blue = (float(each) for each in srgb_to_linear(np.array(colorsys.hsv_to_rgb(hue, saturation, value))))
    return Polish(
        coat,
        (red, green, blue),
        opacity=0.0 if coat == CLEAR else float(1 - 0.35 * rng.random() ** 2),
        covered=float(rng.uniform(*COVERED.get(coat, (1.0, 1.0)))),
        gloss=float(rng.uniform(0.4, 1.0) if coat == CLEAR else rng.random() ** 1.5),
        glitter=float(rng.uniform(0.2, 0.8)) if coat in (FULL, CHIPPED, GROWN_OUT) and rng.random() < 0.12 else 0.0,
        spread=float(rng.uniform(0.85, 1.08)),
    )


def painted(
    photo: Uint8Array, outline: FloatArray, towards_hand: FloatArray, polish: Polish, rng: np.random.Generator
) -> Uint8Array:
    """A copy of the photo (H, W, 3) RGB with this polish on one nail.

    Args:
        outline: (K, 2) the nail's, convex, in pixels.
        towards_hand: unit vector (2,) from the nail to the hand: the tip lies the other way.
    """
    centre = (outline.min(axis=0) + outline.max(axis=0)) / 2
    outline = centre + (outline - centre) * polish.spread
    size_px = float(np.sqrt(np.ptp(outline, axis=0).prod()))
    low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 3, photo.shape[1::-1])
    whole = photo.copy()
    if (high - low).min() < 3:
        return whole
    part = whole[low[1] : high[1], low[0] : high[0]]
    linear = srgb_to_linear(part / 255.0).astype(np.float32)
    cover = _cover(part.shape[:2], outline - low, towards_hand, size_px, polish, rng)[..., None]
    inside = cover[..., 0] > 0.5 * float(cover.max())
    light = cv2.GaussianBlur(linear.mean(axis=2), (0, 0), max(0.12 * size_px, 0.8))
    shade = light / max(float(np.median(light[inside])) if inside.any() else 1.0, 1e-3)
    coat = np.asarray(polish.colour, np.float32) * shade[..., None] ** rng.uniform(0.6, 1.3)
    if polish.glitter:
        coat = coat * np.exp(polish.glitter * rng.standard_normal((*shade.shape, 1), dtype=np.float32))
    seen = linear + (coat - linear) * cover * polish.opacity
    # A clear coat darkens what lies under it a little, as wet things are darker, and a coat of any colour reflects.
    if polish.coat == CLEAR:
        seen = seen * (1 - 0.12 * cover)
    brightest = float(np.percentile(linear, 98))
    seen = seen + cover * _reflection(part.shape[:2], outline - low, size_px, rng)[..., None] * polish.gloss * brightest
    part[:] = np.rint(255 * linear_to_srgb(np.clip(seen, 0, 1))).astype(np.uint8)
    return whole


def _cover(
    shape: tuple[int, int],
    outline: FloatArray,
    towards_hand: FloatArray,
    size_px: float,
    polish: Polish,
    rng: np.random.Generator,
) -> FloatArray:
    """(H, W) how much of each pixel is painted, 0 to 1."""
    filled: FloatArray = np.zeros(shape, np.float32)
    noise = rng.standard_normal(shape, dtype=np.float32)
    cv2.fillConvexPoly(filled, outline.round().astype(np.int32), 1.0)
    at = np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), axis=-1).astype(np.float32)
    # How far each pixel is from the tip, in lengths of the nail.
    reach = outline @ towards_hand
    along = (at @ towards_hand.astype(np.float32) - reach.min()) / max(float(np.ptp(reach)), 1.0)
    grain = np.asarray(cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.05, 0.2) * size_px), np.float32)
    grain /= max(float(grain.std()), 1e-6)
    if polish.coat == TIP:
        filled *= along < polish.covered
    elif polish.coat == GROWN_OUT:
        filled *= along + rng.uniform(0.05, 0.25) * grain < polish.covered
    elif polish.coat == CHIPPED:
        # It goes at the edges first.
        grain += 2.0 * np.minimum(_depth(filled) / (0.3 * size_px), 1.0)
        inside = filled > 0
        if inside.any():
            filled *= grain > np.quantile(grain[inside], 1 - polish.covered)
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), max(0.02 * size_px, 0.5)), np.float32)


def _depth(filled: FloatArray) -> FloatArray:
    """(H, W) how far inside each pixel lies, in pixels."""
    return np.asarray(cv2.distanceTransform((filled > 0).astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _reflection(shape: tuple[int, int], outline: FloatArray, size_px: float, rng: np.random.Generator) -> FloatArray:
    """(H, W) a lamp or a window in the coat: a streak or a spot, 0 to 1."""
    centre = (outline.min(axis=0) + outline.max(axis=0)) / 2 + rng.normal(0, 0.15, 2) * np.ptp(outline, axis=0)
    angle = rng.uniform(0, np.pi)
    along, across = rng.uniform(0.08, 0.35) * size_px, rng.uniform(0.03, 0.1) * size_px
    x, y = np.meshgrid(np.arange(shape[1]) - centre[0], np.arange(shape[0]) - centre[1])
    first, second = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    spot: FloatArray = np.exp(-((first / max(along, 1.0)) ** 2 + (second / max(across, 0.7)) ** 2)).astype(np.float32)
    return spot
