"""`python -m trainer compare RECIPE RECIPE...`: accuracy, interval, size and time of the first against each other."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.core.arrays import FloatArray
from app.core.light.reference import NO_REFERENCE
from app.files import write_json, write_whole
from app.runtime.native import NativeNetwork
from trainer.estimator.features import shown_of
from trainer.estimator.graph import add_heads
from trainer.evaluate.interval import half_widths_g_dl
from trainer.evaluate.measures import mean_with_ci95, paired
from trainer.report.plots import paired_errors
from trainer.report.recipes import comparison_tables
from trainer.report.tables import FigureTable
from trainer.steps.made import Prepared, Settings, fitted_heads, prepare
from trainer.steps.recipe_figures import MeasuredRecipe, measure_recipe
from trainer.tools.figures import rounded
from trainer.tools.progress import Progress

FOLDER = "compare"
# Of which the time is taken, spread over all of them; the first times of a network are no measure.
TIMED_PHOTOS, WARM_UP = 24, 3


def compare(settings: list[Settings], progress: Progress) -> tuple[dict[str, Any], list[FigureTable]]:
    """Every recipe on the same folds and photographs; figures, also in runs/compare, and their tables.

    Args:
        settings: one for each recipe, two at least; the first is held against the others.
    """
    prepared = prepare(settings[0], progress)
    measured = [measure_recipe(each, prepared, progress) for each in settings]
    estimators = [_estimator(each) for each in measured]
    times_ms = _times_ms(measured, estimators, prepared, progress)
    first = measured[0].measured.result
    figures: dict[str, Any] = {}
    for one, own, estimator, times in zip(measured, settings, estimators, times_ms, strict=True):
        result = one.measured.result
        half_widths = half_widths_g_dl(result)
        figures[one.recipe.name] = {
            **one.measured.entry,
            "stand_in": one.stand_in,
            "half_width_g_dl": float(half_widths.mean()),
            "estimator_bytes": len(estimator),
            "detector_bytes": _detector_bytes(own.out),
            "nail_ms": {name: float(np.median(found)) for name, found in times.items()},
        }
        if one is not measured[0]:
            figures[one.recipe.name]["paired"] = {
                **paired(first, result),
                "half_width": mean_with_ci95(half_widths_g_dl(first) - half_widths, first.session),
                "time_ratio": _ratio(times_ms[0], times),
            }
    names = list(figures)
    folder = settings[0].runs / FOLDER
    write_json(folder / f"{'-'.join(names)}.json", rounded(figures))
    for one in measured[1:]:
        plot = folder / f"{names[0]}-{one.recipe.name}.png"
        write_whole(plot, paired_errors((names[0], first), (one.recipe.name, one.measured.result)))
        progress.say(f"written: {plot}")
    return figures, comparison_tables(figures)


def _estimator(one: MeasuredRecipe) -> bytes:
    """As `export` would write it, but for what says whether a nail is one."""
    heads = fitted_heads(one.recipe, one.found.tables)
    model: bytes = add_heads(one.found.graph, heads).SerializeToString()
    return model


def _detector_bytes(folder: Path) -> int | None:
    """Of the models that were exported by that recipe; None where there are none."""
    try:
        return int(json.loads((folder / "models.json").read_bytes())["detector"]["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _times_ms(
    measured: list[MeasuredRecipe], estimators: list[bytes], prepared: Prepared, progress: Progress
) -> list[dict[str, FloatArray]]:
    """For each recipe the milliseconds a nail, (photographs,), of what comes before its network and of the network, by
    one thread. The recipes take turns on each photograph, so that a busy moment hits all of them."""
    networks = [NativeNetwork(estimator, threads=1) for estimator in estimators]
    places = np.linspace(0, len(prepared.patients) - 1, TIMED_PHOTOS).astype(int)
    found: list[dict[str, list[float]]] = [{"crops": [], "network": []} for _ in measured]
    with progress.task("time, photographs", len(places)) as advance:
        for number, place in enumerate([*places[:WARM_UP], *places]):
            person = prepared.patients[place]
            photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
            for one, network, times in zip(measured, networks, found, strict=True):
                begun = time.perf_counter()
                shown = shown_of(photo, nails, skin, NO_REFERENCE, one.found.spec)
                cut = time.perf_counter()
                network.run_now(shown.inputs())
                if number >= WARM_UP:
                    times["crops"].append(1000 * (cut - begun) / len(nails))
                    times["network"].append(1000 * (time.perf_counter() - cut) / len(nails))
            if number >= WARM_UP:
                advance()
    return [{name: np.array(values) for name, values in times.items()} for times in found]


def _ratio(first: dict[str, FloatArray], second: dict[str, FloatArray]) -> dict[str, Any]:
    """How many times as long the first takes as the second on the same photographs, with its 95 % interval."""
    ratios = np.log(sum(first.values()) / sum(second.values()))
    found = mean_with_ci95(ratios, np.arange(len(ratios)))
    return {"mean": float(np.exp(found["mean"])), "ci95": np.exp(found["ci95"]).tolist()}
