"""Levels of sRGB and the light that they stand for: only in linear light does a lamp's colour divide out."""

from __future__ import annotations

import numpy as np

from app.core.arrays import FloatArray


def srgb_to_linear(levels: FloatArray) -> FloatArray:
    """0..1 -> 0..1, IEC 61966-2-1."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: FloatArray) -> FloatArray:
    """0..1 -> 0..1, IEC 61966-2-1."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
