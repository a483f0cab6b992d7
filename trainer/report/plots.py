"""The report's plots, each as the bytes of a PNG."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from app.core.arrays import FloatArray
from trainer.evaluate.skin_tone import ITA_BANDS
from trainer.evaluate.validation import OutOfFold

BLUE, RED, GREY = "#2563a8", "#b3362b", "#8a8f98"
LIMITS_G_DL = (8.0, 11.0, 13.0)


def hb_histogram(hb_g_dl: FloatArray) -> bytes:
    """How many patients at which Hb (n,), with the limits of severity."""
    figure, axes = _axes("haemoglobin, g/dL", "patients")
    axes.hist(hb_g_dl, bins=np.arange(4, 18.1, 0.5), color=BLUE)
    for limit in LIMITS_G_DL:
        axes.axvline(limit, color=GREY, linestyle="--", linewidth=1)
    return _png(figure)


def sessions(hb_g_dl: FloatArray, session: np.ndarray) -> bytes:
    """Hb of every patient by session, sessions by size, with their medians."""
    names, counts = np.unique(session, return_counts=True)
    order = names[np.argsort(-counts, kind="stable")]
    figure, axes = _axes("session, by size", "haemoglobin, g/dL", width=7.5)
    jitter = np.random.default_rng(0)
    for place, name in enumerate(order):
        values = hb_g_dl[session == name]
        axes.plot(place + jitter.uniform(-0.25, 0.25, len(values)), values, ".", color=BLUE, markersize=4)
        axes.plot([place - 0.35, place + 0.35], [np.median(values)] * 2, color=RED)
    axes.set_xticks(range(len(order)), [str(count) for count in -np.sort(-counts)], fontsize=8)
    return _png(figure)


def box_sizes(nails: FloatArray, skin: FloatArray) -> bytes:
    """Width and height of nail boxes (m, 4) and skin boxes (k, 4) xyxy, pixels of the photograph."""
    figure, axes = _axes("width of the box, px", "height of the box, px")
    for boxes, name, colour in ((skin, "skin", GREY), (nails, "nail", BLUE)):
        axes.plot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1], ".", label=name, color=colour, markersize=3)
    axes.legend(frameon=False)
    return _png(figure)


def colour_against_hb(values: dict[str, tuple[FloatArray, float]], hb_g_dl: FloatArray) -> bytes:
    """One scatter a colour: name -> (value of each patient (n,), its rank correlation with Hb)."""
    figure = Figure(figsize=(3.1 * len(values), 3.0), layout="constrained")
    for place, (name, (value, rank)) in enumerate(values.items()):
        axes = figure.add_subplot(1, len(values), place + 1)
        axes.plot(value, hb_g_dl, ".", color=BLUE, markersize=3)
        axes.set_xlabel(name)
        axes.set_title(f"rank correlation {rank:+.2f}", fontsize=9)
        if not place:
            axes.set_ylabel("haemoglobin, g/dL")
        _plain(axes)
    return _png(figure)


def skin_tones(ita: FloatArray) -> bytes:
    """ITA of the patients (n,), degrees, with the bands' limits."""
    figure, axes = _axes("individual typology angle of the skin, degrees", "patients")
    axes.hist(ita, bins=24, color=BLUE)
    for _, limit in ITA_BANDS:
        if np.isfinite(limit) and ita.min() - 5 < limit < ita.max() + 5:
            axes.axvline(limit, color=GREY, linestyle="--", linewidth=1)
    return _png(figure)


def predicted_against_truth(result: OutOfFold) -> bytes:
    """Out-of-fold prediction against the laboratory's value."""
    figure, axes = _axes("laboratory, g/dL", "predicted without that session, g/dL", width=4.6)
    axes.plot([4, 18], [4, 18], color=GREY, linewidth=1)
    axes.plot(result.hb_g_dl, result.predicted, ".", color=BLUE, markersize=4)
    axes.set_aspect("equal")
    return _png(figure)


def paired_errors(first: tuple[str, OutOfFold], second: tuple[str, OutOfFold]) -> bytes:
    """Two recipes on the same patients, each with its name: predicted against the laboratory, and by how much the error
    of the first is larger than that of the second."""
    figure = Figure(figsize=(8.6, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([4, 18], [4, 18], color=GREY, linewidth=1)
    for (name, result), colour in ((first, BLUE), (second, RED)):
        left.plot(result.hb_g_dl, result.predicted, ".", color=colour, markersize=4, label=name)
    left.set(xlabel="laboratory, g/dL", ylabel="predicted without that session, g/dL", aspect="equal")
    left.legend(frameon=False)
    difference = first[1].errors - second[1].errors
    right.axhline(0, color=GREY, linewidth=1)
    right.plot(first[1].hb_g_dl, difference, ".", color=BLUE, markersize=4)
    right.axhline(float(difference.mean()), color=RED)
    right.set(xlabel="laboratory, g/dL", ylabel=f"error of {first[0]} - error of {second[0]}, g/dL")
    for axes in (left, right):
        _plain(axes)
    return _png(figure)


def agreement(result: OutOfFold, limits_g_dl: list[float]) -> bytes:
    """Difference against mean (Bland and Altman), with bias and limits of agreement."""
    difference = result.predicted - result.hb_g_dl
    figure, axes = _axes("mean of prediction and laboratory, g/dL", "prediction - laboratory, g/dL")
    axes.plot((result.predicted + result.hb_g_dl) / 2, difference, ".", color=BLUE, markersize=4)
    axes.axhline(float(difference.mean()), color=RED)
    for limit in limits_g_dl:
        axes.axhline(limit, color=RED, linestyle="--", linewidth=1)
    return _png(figure)


def error_by_severity(bands: dict[str, Any]) -> bytes:
    """MAE of each band beside that of the training mean."""
    figure, axes = _axes("laboratory, g/dL", "MAE, g/dL")
    places = np.arange(len(bands))
    axes.bar(places - 0.2, [band["mae"] for band in bands.values()], 0.4, color=BLUE, label="shipped recipe")
    axes.bar(places + 0.2, [band["mean_mae"] for band in bands.values()], 0.4, color=GREY, label="training mean")
    axes.set_xticks(places, [f"{name}\nn = {band['n']}" for name, band in bands.items()])
    axes.legend(frameon=False)
    return _png(figure)


def coverage_by_session(counts: list[int], coverage: list[float], target: float) -> bytes:
    """The part of each session's patients whose interval holds, sessions by size."""
    figure, axes = _axes("patients of the session", "coverage", width=7.5)
    axes.bar(range(len(counts)), coverage, color=BLUE)
    axes.axhline(target, color=RED, linestyle="--", linewidth=1)
    axes.set_xticks(range(len(counts)), [str(count) for count in counts], fontsize=8)
    axes.set_ylim(0, 1.05)
    return _png(figure)


def _axes(x_label: str, y_label: str, width: float = 5.2) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    _plain(axes)
    return figure, axes


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    # Without the library's name and version the same figures give the same bytes.
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()
