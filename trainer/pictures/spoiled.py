"""Bare nails that were photographed badly: a lamp shining in them, out of focus or shaken, pressed until they are pale.

All of it is drawn at random and in linear light, as light adds up. A nail whose blood is pressed out as a whole looks
like one of somebody who has little: what is drawn here leaves a part of it as it was, or more.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from trainer.pictures.chance import log_uniform

# Of the nail, how much a reflection covers; and how bright it is, in times of the lightest that the nail shows.
SHINE_SHARE, SHINE_STRENGTH = (0.03, 0.6), (0.8, 3.0)
# How far a point is smeared, in sizes of the nail: the standard deviation out of focus, the whole way where shaken.
FOCUS_SHARE, SHAKEN_SHARE, SHAKEN_CHANCE = (0.05, 0.3), (0.25, 0.9), 0.35
# From the tip on, how much of the nail is pale, and how much more red, green and blue such a nail sends back.
PRESSED_SHARE = (0.3, 0.85)
PALER: FloatArray = np.array([[1.05, 1.25, 1.2], [1.2, 1.7, 1.7]])


def shone_on(photo: Uint8Array, outline: FloatArray, rng: np.random.Generator) -> Uint8Array:
    """A copy of the photo (H, W, 3) RGB with a lamp or a window reflected in one nail, `outline` (K, 2) in pixels."""
    whole, part, outline = _copied(photo, outline)
    sides = np.ptp(outline, axis=0)
    size_px = float(np.sqrt(sides.prod()))
    centre = outline.min(axis=0) + sides * rng.uniform(0.3, 0.7, 2)
    stretch = rng.uniform(1.0, 3.0)
    half = size_px * np.sqrt(log_uniform(SHINE_SHARE, rng) * np.array([stretch, 1 / stretch])) / 2
    angle = rng.uniform(0, np.pi)
    shine: FloatArray = np.zeros(part.shape[:2], np.float32)
    if rng.random() < 0.5:
        # An ellipse of the same area as the window.
        cv2.ellipse(shine, _pair(centre), _pair(half * 2 / np.sqrt(np.pi)), float(np.degrees(angle)), 0, 360, 1.0, -1)
    else:
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        corners = centre + (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half) @ turn
        cv2.fillConvexPoly(shine, corners.round().astype(np.int32), 1.0)
    nail = _filled(part.shape[:2], outline)
    shine = _softened(shine, rng.uniform(0.01, 0.12) * size_px) * _softened(nail, 0.02 * size_px)
    linear = _linear(part)
    lightest = float(np.percentile(linear[nail > 0], 95)) if nail.any() else 1.0
    lamp = lightest * rng.uniform(*SHINE_STRENGTH) * rng.uniform(0.85, 1.0, 3).astype(np.float32)
    part[:] = _levels(linear + shine[..., None] * lamp)
    return whole


def blurred(photo: Image.Image, nail_px: float, rng: np.random.Generator) -> Image.Image:
    """The RGB photo out of focus, or shaken, by a share of the size of its nails."""
    linear = _linear(np.asarray(photo))
    if rng.random() >= SHAKEN_CHANCE:
        return Image.fromarray(_levels(_softened(linear, log_uniform(FOCUS_SHARE, rng) * nail_px)))
    length_px = max(int(log_uniform(SHAKEN_SHARE, rng) * nail_px), 3)
    way = np.zeros((length_px, length_px), np.float32)
    angle, middle = rng.uniform(0, np.pi), (length_px - 1) / 2
    offset = middle * np.array([np.cos(angle), np.sin(angle)])
    cv2.line(way, _pair(middle - offset), _pair(middle + offset), 1.0)
    return Image.fromarray(_levels(np.asarray(cv2.filter2D(linear, -1, way / way.sum()), np.float32)))


def pressed(photo: Uint8Array, outline: FloatArray, towards_hand: FloatArray, rng: np.random.Generator) -> Uint8Array:
    """A copy of the photo (H, W, 3) RGB with one nail pressed against something: pale from the tip on.

    Args:
        outline: (K, 2) the nail's, convex, in pixels.
        towards_hand: unit vector (2,) from the nail to the hand: the tip lies the other way.
    """
    whole, part, outline = _copied(photo, outline)
    size_px = float(np.sqrt(np.ptp(outline, axis=0).prod()))
    reach = outline @ towards_hand
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
    along = (columns * towards_hand[0] + rows * towards_hand[1] - reach.min()) / max(float(np.ptp(reach)), 1.0)
    until, edge = rng.uniform(*PRESSED_SHARE), rng.uniform(0.08, 0.35)
    pale = np.clip((until - along) / edge + 0.5, 0, 1) * _softened(_filled(part.shape[:2], outline), 0.03 * size_px)
    paler = PALER[0] + (PALER[1] - PALER[0]) * rng.random()
    part[:] = _levels(_linear(part) * (1 + (paler - 1) * pale[..., None]))
    return whole


def _copied(photo: Uint8Array, outline: FloatArray) -> tuple[Uint8Array, Uint8Array, FloatArray]:
    """A copy of the photo, the part of it around the outline, and the outline in that part's pixels."""
    low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 3, 0)
    high = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 4, photo.shape[1::-1])
    whole = photo.copy()
    return whole, whole[low[1] : high[1], low[0] : high[0]], outline - low


def _filled(shape: tuple[int, ...], outline: FloatArray) -> FloatArray:
    filled: FloatArray = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(filled, outline.round().astype(np.int32), 1.0)
    return filled


def _softened(picture: FloatArray, sd_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(sd_px, 0.5)), np.float32)


def _linear(photo: Uint8Array) -> FloatArray:
    return np.asarray(srgb_to_linear(photo / np.float32(255)), np.float32)


def _levels(linear: FloatArray) -> Uint8Array:
    return np.rint(255 * linear_to_srgb(np.clip(linear, 0, 1))).astype(np.uint8)


def _pair(numbers: FloatArray) -> tuple[int, int]:
    first, second = (int(each) for each in np.round(numbers))
    return first, second
