"""Outlines of nails as polygons, so that a turned nail's box is the box of the nail and not of its box."""

from __future__ import annotations

import numpy as np

from app.core.arrays import FloatArray

POINTS = 24
# Between an ellipse (2) and a rectangle (infinite): how nails and annotated patches of skin fill their boxes.
ROUNDNESS = 2.6


def rounded_outline(box: FloatArray) -> FloatArray:
    """A rounded rectangle (POINTS, 2) that fills a box, xyxy."""
    angles = np.linspace(0.0, 2.0 * np.pi, POINTS, endpoint=False)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    unit = np.sign(unit) * np.abs(unit) ** (2.0 / ROUNDNESS)
    centre, half = (box[:2] + box[2:]) / 2.0, (box[2:] - box[:2]) / 2.0
    return np.asarray(centre + unit * half, dtype=np.float64)


def moved(outline: FloatArray, affine: FloatArray) -> FloatArray:
    """Points (N, 2) through an affine map (2, 3)."""
    return np.asarray(outline @ affine[:, :2].T + affine[:, 2], dtype=np.float64)


def box_of(outline: FloatArray) -> FloatArray:
    """The box (4,) xyxy around points (N, 2)."""
    return np.concatenate([outline.min(axis=0), outline.max(axis=0)])


def affine_about(centre: FloatArray, target: FloatArray, scale: float, angle_rad: float, mirror: bool) -> FloatArray:
    """The affine map (2, 3) that mirrors, turns and scales about `centre`, and puts `centre` at `target`."""
    cosine, sine = scale * np.cos(angle_rad), scale * np.sin(angle_rad)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    if mirror:
        turn = turn @ np.diag([-1.0, 1.0])
    return np.concatenate([turn, (target - turn @ centre)[:, None]], axis=1)
