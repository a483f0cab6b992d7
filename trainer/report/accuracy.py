"""The report's tables of accuracy and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.evaluate.interval import SMALLEST_SESSION_SHOWN, each_session, interval_figures
from trainer.evaluate.validation import OutOfFold
from trainer.report.tables import CONDITIONS, FigureTable

Entries = Mapping[str, Mapping[str, Any]]


def accuracy_table(entries: Entries) -> FigureTable:
    """Every model under every protocol: {name: {words, loso, grouped3, original_split {val, test}, paired}}."""
    rows = []
    for name, entry in entries.items():
        loso, split, three = entry["loso"], entry["original_split"], entry["grouped3"]
        rows.append(
            (
                name,
                f"{loso['mae']:.3f} [{loso['ci95'][0]:.2f}, {loso['ci95'][1]:.2f}]",
                _number(loso["rmse"]),
                _number(loso["r2"]),
                _number(loso["skill"]),
                _number(loso["bias"], signed=True),
                f"{loso['limits_of_agreement'][0]:+.2f}, {loso['limits_of_agreement'][1]:+.2f}",
                _number(loso["calibration_slope"]),
                _number(loso["auc11"]),
                _number(loso["auc12"]),
                f"{three['mae']:.3f}",
                f"{split['val']['mae']:.3f}",
                f"{split['test']['mae']:.3f}",
            )
        )
    any_loso = next(iter(entries.values()))["loso"]
    header = (
        "model", "A: MAE [95 %]", "RMSE", "R2", "skill", "bias", "limits of agreement", "calibration slope",
        "AUC < 11", "AUC < 12", "B: MAE", "C: val", "C: test",
    )  # fmt: skip
    notes = (
        f"g/dL; n = {any_loso['n']} patients of {any_loso['sessions']} sessions, the patient being the unit. A: leave "
        "one session out, and all columns up to AUC are of it; B: 3 folds by session, 10 times shuffled; C: the "
        "original's split, reported and never used to choose. Intervals by bootstrap over sessions. Skill = 1 - MAE / "
        "MAE of the training mean. Calibration slope: of truth on prediction.",
        " ".join(f"{name}: {entry['words']}." for name, entry in entries.items()),
    )
    return FigureTable("accuracy", "Accuracy under every protocol", header, tuple(rows), notes)


def paired_table(entries: Entries) -> FigureTable:
    """The shipped recipe's error minus that of each other, on the same folds."""
    rows = []
    for name, entry in entries.items():
        if entry["paired"]:
            low, high = entry["paired"]["ci95"]
            verdict = "better" if high < 0 else "worse" if low > 0 else "not told apart"
            rows.append((name, f"{entry['paired']['mae_difference']:+.3f}", f"[{low:+.3f}, {high:+.3f}]", verdict))
    notes = ("Protocol A, g/dL; below 0 the shipped recipe errs less. 95 % by bootstrap over sessions of the pairs.",)
    header = ("against", "MAE of the shipped recipe minus its", "95 %", "the shipped recipe is")
    return FigureTable("paired", "Paired comparison", header, tuple(rows), notes)


def severity_table(entries: Entries) -> FigureTable:
    """MAE and bias by severity, protocol A."""
    bands = list(next(iter(entries.values()))["loso"]["by_severity"])
    counts = next(iter(entries.values()))["loso"]["by_severity"]
    rows = []
    for name, entry in entries.items():
        found = entry["loso"]["by_severity"]
        cells = (f"{found[band]['mae']:.2f} ({found[band]['bias']:+.2f})" if band in found else "-" for band in bands)
        rows.append((name, *cells))
    notes = (
        "Protocol A, MAE and in brackets bias, g/dL. Permuted labels have other patients in each band. No claim for "
        "severe anaemia can rest on so few patients.",
    )
    header = ("model", *(f"{band}, n = {counts[band]['n']}" for band in bands))
    return FigureTable("severity", "Error by severity", header, tuple(rows), notes)


def conditions_table(loso: Mapping[str, Any], through: Mapping[str, Any] | None) -> FigureTable:
    """Protocol A again, with the photographs under another light, and through the shipped detector."""
    rows = [("as photographed, annotated boxes", f"{loso['mae']:.3f}", str(loso["n"]))]
    for name, value in (loso.get("shifted_mae") or {}).items():
        rows.append((CONDITIONS[name], f"{value:.3f}", str(loso["n"])))
    if through:
        rows.append(("boxes of the shipped detector", f"{through['mae']:.3f}", str(through["n"])))
        rows.append(("the same patients, annotated boxes", f"{through['mae_annotated']:.3f}", str(through["n"])))
    notes = ["Protocol A, g/dL; a shift is averaged over its signs."]
    if not through:
        notes.append("Through the shipped detector: python -m trainer evaluate has not been run on these models.")
    return FigureTable("conditions", "Under other conditions", ("condition", "MAE", "n"), tuple(rows), tuple(notes))


def skin_tone_table(bands: Mapping[str, Any]) -> FigureTable:
    """What `skin_tone.by_skin_tone` found."""
    rows = []
    for name, band in bands.items():
        if not band["n"]:
            rows.append((name, "0", "-", "-", "-", "-", "-"))
            continue
        interval = "-" if band["ci95"] is None else f"[{band['ci95'][0]:.2f}, {band['ci95'][1]:.2f}]"
        rows.append(
            (
                name,
                str(band["n"]),
                f"{band['mae']:.2f}",
                interval,
                f"{band['bias']:+.2f}",
                f"{band['mean_mae']:.2f}",
                f"{band['mean_hb']:.1f}",
            )
        )
    notes = (
        "Protocol A, g/dL. Bands of the individual typology angle of the annotated patches of skin. The photographs "
        "are not colour-calibrated and show fingers: the bands order these patients and are no skin types. Anaemia "
        "itself makes skin paler, so the bands differ in Hb too (last column). Where a band is empty, nobody has "
        "measured the error for such skin.",
    )
    header = ("skin tone", "n", "MAE", "95 %", "bias", "MAE of the training mean", "mean Hb")
    return FigureTable("skin-tone", "Error by skin tone", header, tuple(rows), notes)


def interval_table(result: OutOfFold) -> FigureTable:
    """Coverage overall, by severity and in the worst session; width against that of "always the mean"."""
    found = interval_figures(result)
    worst = found["coverage_worst_session"]
    rows = [("all patients", str(len(result.errors)), f"{found['coverage']:.3f}")]
    for band, entry in found["by_severity"].items():
        rows.append((f"{band} g/dL", str(entry["n"]), f"{entry['coverage']:.3f}"))
    worst_words = f"worst session of {SMALLEST_SESSION_SHOWN} or more patients"
    rows.append((worst_words, "-", "-" if worst is None else f"{worst:.3f}"))
    notes = (
        f"Target {found['target']:.0%}. Mean half width {found['half_width']:.2f} g/dL; always saying the training "
        f"mean: {found['mean_half_width']:.2f} g/dL, and {found['no_narrower_than_mean']:.0%} of the patients have an "
        "interval no narrower than that one. Coverage is measured one session at a time, with the interval that all "
        "other sessions give.",
        f"The interval reaches {_reach(found['knots'])}.",
        f"Method: {found['method']}.",
    )
    return FigureTable("intervals", "How often the interval holds", ("patients", "n", "coverage"), tuple(rows), notes)


def session_coverage(result: OutOfFold) -> tuple[list[int], list[float]]:
    """(patients, coverage) of each session, sessions by size."""
    by_session = sorted((held for _, held in each_session(result)), key=len, reverse=True)
    return [len(held) for held in by_session], [float(held.mean()) for held in by_session]


def _reach(knots: Mapping[str, list[float]]) -> str:
    reach = zip(knots["at_g_dl"], knots["below_g_dl"], knots["above_g_dl"], strict=True)
    return "; ".join(
        f"from {at - below:.1f} to {at + above:.1f} at an estimate of {at:.1f}" for at, below, above in reach
    )


def _number(value: float | None, signed: bool = False) -> str:
    return "-" if value is None else f"{value:+.2f}" if signed else f"{value:.2f}"
