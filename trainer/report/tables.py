"""The figures as tables: on the terminal and, from the same rows, as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

# The original system's own figures, as its repository publishes them (github: the-governor-hq/hemolens).
ORIGINAL_DETECTOR = {
    "nail": {"p": 0.982, "r": 1.000, "map50": 0.995},
    "skin": {"p": 0.912, "r": 0.909, "map50": 0.868},
    "overall": {"p": 0.947, "r": 0.955, "map50": 0.931},
}
# Its split's MAE on val and test, g/dL, and R2 on test: the model its web app runs, and its best one.
ORIGINAL_HB = {
    "original: CNN and Ridge, the one in its web app": {"val_mae": 1.501, "mae": 1.525, "r2": 0.408},
    "original: CatBoost, its best": {"val_mae": 1.520, "mae": 1.305, "r2": 0.460},
}


# Conditions under which the same models are measured again, in words.
CONDITIONS = {
    "wb10": "white balance off by 10 % on red and blue",
    "wb20": "white balance off by 20 % on red and blue",
    "exposure": "exposure off by a log factor of 0.2",
    "background": "all but the fingers replaced by something drawn",
    "reference5": "the paper itself off by 5 % on red and blue",
}


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table and the sentences that must stand below it."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def detector_table(figures: dict[str, Any]) -> FigureTable:
    """`figures`: class -> {p, r, map50}, as fractions, with a count of photographs in `n`."""
    rows = []
    for name, original in ORIGINAL_DETECTOR.items():
        ours = figures.get(name)
        cells = [f"{ours[key]:.3f}" if ours else "-" for key in ("p", "r", "map50")]
        rows.append((name, *cells, *(f"{original[key]:.3f}" for key in ("p", "r", "map50"))))
    return FigureTable(
        name="detector",
        title="Detector on the original's test split",
        header=("class", "P", "R", "mAP50", "original P", "original R", "original mAP50"),
        rows=tuple(rows),
        notes=(
            f"{figures['n']} photographs of sessions that the training did not see, measured on the shipped ONNX file "
            f"by ultralytics' validator. Weights to start from: {figures['start_weights']}.",
            wild_words(figures.get("wild")),
        ),
    )


def wild_words(wild: dict[str, Any] | None) -> str:
    """What is known of ordinary photographs, in a sentence."""
    if not wild:
        return "On ordinary photographs: not measured."
    words = (
        f"On {wild['photographs']} ordinary photographs (nails-in-the-wild): {wild['recall']:.0%} of {wild['nails']} "
        f"nails found, {wild['precision']:.0%} of the {wild['found']} boxes right, at IoU 0.5 and in three folds by "
        "scene; each network, and the confidence it is read at, had seen none of the scenes it was measured on. "
        "Start weights, length and mixture of the training were set knowing what others had reached on the same "
        "photographs."
    )
    in_photos = wild.get("in_photos")
    if in_photos:
        words += (
            f" That is one look, as at a frame of a scan; by the eight looks at a photo it is "
            f"{in_photos['recall']:.0%} and {in_photos['precision']:.0%}."
        )
    by_f1 = wild.get("by_best_f1")
    if by_f1:
        words += (
            f" The confidence is the lowest at which {wild['wanted_precision']:.0%} of the boxes were right elsewhere. "
            "This rule and this share were set after figures had been seen; by the best F1 elsewhere they are "
            f"{by_f1['recall']:.0%} and {by_f1['precision']:.0%}."
        )
    return words


def hb_table(figures: dict[str, Any]) -> FigureTable:
    """`figures`: what `evaluate --json` prints."""
    hb, interval = figures["hb"], figures["interval"]
    loso, three, split = hb["loso"], hb["grouped3"], hb["original_split"]
    known = hb.get("reference")
    rows = [
        (
            f"leave one session out, {loso['n']} patients of {loso['sessions']} sessions",
            f"{loso['mae']:.3f} [{loso['ci95'][0]:.2f}, {loso['ci95'][1]:.2f}]",
            f"{hb['mean']['mae']:.3f} [{hb['mean']['ci95'][0]:.2f}, {hb['mean']['ci95'][1]:.2f}]",
            _number(loso["r2"]),
        ),
        *_under_other_conditions(loso, hb.get("end_to_end")),
        *(_beside_paper(known, hb.get("end_to_end")) if known else []),
        (
            f"three folds by session, {three['repetitions']} times shuffled",
            f"{three['mae']:.3f}",
            f"{three['mean_mae']:.3f}",
            "-",
        ),
        (
            f"original's split, test, {split['n']} patients",
            f"{split['mae']:.3f}",
            f"{split['mean_mae']:.3f}",
            _number(split["r2"]),
        ),
        (
            f"original's split, val, {split['val_n']} patients",
            f"{split['val_mae']:.3f}",
            f"{split['mean_val_mae']:.3f}",
            "-",
        ),
    ]
    if "original67" in hb:
        rows.append(
            (
                "the original's 67 colour features, Ridge, leave one session out",
                f"{hb['original67']['mae']:.3f}",
                "-",
                "-",
            )
        )
    for name, published in ORIGINAL_HB.items():
        rows.append((f"{name}, its split, test", f"{published['mae']:.3f}", "-", _number(published["r2"])))
    auc = ", ".join(
        f"{loso[key]:.2f} below {limit} g/dL" for key, limit in (("auc11", 11), ("auc12", 12)) if loso[key] is not None
    )
    severe = interval["coverage_severe"]
    severe_words = (
        "" if severe is None else f", in {severe:.0%} of those below 8 g/dL: it cannot rule out severe anaemia"
    )
    notes = [
        f"Leave one session out: RMSE {loso['rmse']:.2f}, skill {_number(loso['skill'])} (1 - MAE / MAE of the "
        f"training mean), AUC {auc}. In brackets 95 % intervals by bootstrap over sessions.",
        f"Interval of {interval['target']:.0%}, wider the lower the estimate: +-{interval['half_width']:.2f} g/dL on "
        f"average (+-{interval['mean_half_width']:.2f} when always saying the training mean); it held in "
        f"{interval['coverage']:.0%} of all patients{severe_words}.",
        *_beside_paper_words(hb, figures),
        "Each figure is of models of this recipe that saw nobody of the measured sessions; the head that ships is then "
        f"fitted on all {loso['n']} patients, so a reading of one of these photographs is no test of accuracy.",
        f"{split['n']} test patients of a few sessions cannot rank models: the original's split is reported, "
        "never used to choose.",
    ]
    return FigureTable(
        name="hb",
        title="Haemoglobin, mean absolute error in g/dL",
        header=("measured on", "MAE", "always the training mean", "R2"),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _beside_paper_words(hb: dict[str, Any], figures: dict[str, Any]) -> list[str]:
    known, interval = hb.get("reference"), figures.get("interval_reference")
    if not known or not interval:
        return []
    severe = interval["coverage_severe"]
    held = "" if severe is None else f", in {severe:.0%} of those below 8 g/dL"
    return [
        f"Beside white paper, which is the white board of these photographs, found as the app finds paper: RMSE "
        f"{known['rmse']:.2f}, AUC {_number(known['auc11'])} below 11 g/dL, {_number(known['auc12'])} below 12 g/dL; "
        f"interval +-{interval['half_width']:.2f} g/dL on average, which held in {interval['coverage']:.0%} of all "
        f"patients{held}."
    ]


def _beside_paper(known: dict[str, Any], through: dict[str, Any] | None) -> list[tuple[str, ...]]:
    """The same people with the white board as the sheet of paper that shows the light."""
    rows: list[tuple[str, ...]] = [
        (
            "beside white paper, leave one session out",
            f"{known['mae']:.3f} [{known['ci95'][0]:.2f}, {known['ci95'][1]:.2f}]",
            f"{known['mean_mae']:.3f}",
            _number(known["r2"]),
        )
    ]
    rows += [
        (f"beside white paper, {CONDITIONS[name]}", f"{value:.3f}", f"{known['mean_mae']:.3f}", "-")
        for name, value in known.get("shifted_mae", {}).items()
    ]
    through = (through or {}).get("reference")
    if through:
        rows.append(
            (
                f"beside white paper, through the shipped detector, {through['n']} patients",
                f"{through['mae']:.3f}",
                "-",
                "-",
            )
        )
    return rows


def _under_other_conditions(loso: dict[str, Any], through: dict[str, Any] | None) -> list[tuple[str, ...]]:
    """Leave one session out again: other light, another background, and through the detector."""
    shifted = loso.get("shifted_mae", {})
    rows: list[tuple[str, ...]] = [
        (f"the same, {CONDITIONS[name]}", f"{value:.3f}", f"{loso['mean_mae']:.3f}", "-")
        for name, value in shifted.items()
    ]
    if through:
        rows.append(
            (
                f"the same through the shipped detector, {through['n']} patients ({through['without_reading']} unread)",
                f"{through['mae']:.3f}",
                "-",
                "-",
            )
        )
    return rows


def print_table(table: FigureTable, console: Console) -> None:
    """The table for a person at a terminal."""
    shown = Table(title=table.title, title_justify="left")
    for place, column in enumerate(table.header):
        shown.add_column(column, justify="left" if place == 0 else "right")
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown)
    for note in table.notes:
        console.print(note, markup=False, highlight=False)


def markdown(table: FigureTable) -> str:
    """The table for a document."""
    lines = [f"| {' | '.join(table.header)} |", "|---" + "|---:" * (len(table.header) - 1) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in table.rows]
    return "\n".join([*lines, "", "\n".join(table.notes)])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
