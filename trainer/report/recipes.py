"""Recipes beside each other, and beside the original system's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.evaluate import original
from trainer.report.tables import FigureTable

Entries = Mapping[str, Mapping[str, Any]]
# Recipe -> the row of the original's table of heads that it rebuilds.
REBUILT = {"original-web": "cnn_ridge", "original-hybrid": "catboost"}


def comparison_tables(figures: Entries) -> list[FigureTable]:
    """Accuracy, and the first recipe against each of the others; `figures` as `trainer.steps.compare` has them."""
    return [recipes_table(figures), paired_table(figures)]


def recipes_table(figures: Entries) -> FigureTable:
    """Every recipe under protocols A, B and C: {name: {words, stand_in, loso, grouped3, original_split}}; the original
    system's own figures of C beside those that rebuild it."""
    rows = []
    for name, entry in figures.items():
        loso, three, split = entry["loso"], entry["grouped3"], entry["original_split"]
        published = original.HEADS.get(REBUILT.get(name, ""))
        rows.append(
            (
                name,
                f"{loso['mae']:.3f} [{loso['ci95'][0]:.2f}, {loso['ci95'][1]:.2f}] ({loso['mean_mae']:.3f})",
                f"{three['mae']:.3f} ({three['mean_mae']:.3f})",
                *(f"{split[part]['mae']:.3f} ({split[part]['mean_mae']:.3f})" for part in ("val", "test")),
                *(("-", "-") if published is None else (f"{published[1]:.3f}", f"{published[2]:.3f}")),
            )
        )
    header = ("recipe", "A: MAE [95 %]", "B: MAE", "C: val", "C: test", "original val", "original test")
    known = next(iter(figures.values()))["loso"]
    notes = [
        f"g/dL, n = {known['n']} patients of {known['sessions']} sessions, in whatever light, without white paper. A: "
        "leave one session out; B: 3 folds by session, 10 times shuffled; C: the original's split, reported and never "
        "used to choose. In brackets: always the training mean of the same folds.",
        *(f"{name}: {entry['words']}{_instead(entry)}." for name, entry in figures.items()),
    ]
    return FigureTable("recipes-accuracy", "Recipes", header, tuple(rows), tuple(notes))


def paired_table(figures: Entries) -> FigureTable:
    """The first recipe minus each of the others, on the same patients and photographs."""
    (first, own), *others = figures.items()
    rows = [
        (
            first,
            "-",
            f"+-{own['half_width_g_dl']:.2f}",
            _megabytes(own),
            f"{own['nail_ms']['crops']:.1f} + {own['nail_ms']['network']:.1f}",
        )
    ]
    for name, entry in others:
        pair = entry["paired"]
        rows.append(
            (
                name,
                _signed(pair["mae_difference"], pair["ci95"]),
                f"+-{entry['half_width_g_dl']:.2f}, {_signed(pair['half_width']['mean'], pair['half_width']['ci95'])}",
                _megabytes(entry),
                f"{entry['nail_ms']['crops']:.1f} + {entry['nail_ms']['network']:.1f}, "
                f"{pair['time_ratio']['mean']:.2f} [{pair['time_ratio']['ci95'][0]:.2f}, "
                f"{pair['time_ratio']['ci95'][1]:.2f}]",
            )
        )
    notes = (
        f"Protocol A; below 0 {first} errs less, or has the narrower interval. In brackets 95 %, by bootstrap over "
        "sessions of the same patients.",
        f"MB: estimator, and where models of that recipe were exported, detector. Time: milliseconds a nail of one "
        f"thread here, for the crops and colours, and for the network; then how many times as long {first} takes on "
        "the same photographs, with its 95 %.",
    )
    header = (
        "recipe", f"MAE of {first} minus its", f"interval, {first} minus its", "MB", f"ms a nail, {first} / its",
    )  # fmt: skip
    return FigureTable("compare", f"{first} against others", header, tuple(rows), notes)


def _instead(entry: Mapping[str, Any]) -> str:
    return f"; {entry['stand_in']}" if entry.get("stand_in") else ""


def _megabytes(entry: Mapping[str, Any]) -> str:
    detector = entry.get("detector_bytes")
    own = f"{entry['estimator_bytes'] / 1e6:.2f}"
    return own if detector is None else f"{own} + {detector / 1e6:.2f}"


def _signed(value: float, ci95: Any) -> str:
    return f"{value:+.3f} [{ci95[0]:+.3f}, {ci95[1]:+.3f}]"
