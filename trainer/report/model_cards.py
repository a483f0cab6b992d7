"""A card beside each model: what it is, where it comes from, how good it is, and what it must not be used for.

Written from models.json, the one place of figures; one that was not measured is said to be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.files import write_whole
from trainer.report.accuracy import skin_tone_table
from trainer.report.strange import likeness_words
from trainer.report.tables import ORIGINAL_DETECTOR, wild_words

NOT_MEASURED = "not measured"
DETECTOR_CARD, ESTIMATOR_CARD = "detector.md", "estimator.md"


def write_cards(out: Path, document: Mapping[str, Any]) -> None:
    """Write detector.md and estimator.md beside models.json, each whole; `document` is models.json."""
    write_whole(out / DETECTOR_CARD, detector_card(document))
    write_whole(out / ESTIMATOR_CARD, estimator_card(document))


def detector_card(document: Mapping[str, Any]) -> str:
    """The detector's card as Markdown."""
    entry = document["detector"]
    test = entry["metrics"].get("test", {})
    rows = [
        (
            name,
            *(_fraction(test.get(name, {}).get(key)) for key in ("p", "r", "map50")),
            *(_fraction(published[key]) for key in ("p", "r", "map50")),
        )
        for name, published in ORIGINAL_DETECTOR.items()
    ]
    return _card(
        "Nail detector",
        entry,
        [
            f"Finds fingernails and patches of skin beside them. {entry['architecture']}, {_canvas(entry)}, "
            f"{entry['bytes']:,} bytes, classes {', '.join(entry['class_names'])}; boxes above a confidence of "
            f"{entry['confidence']:g} count.",
            "## Data",
            _data(document["data"], entry.get("data")),
            "## Weights",
            f"Licence: {entry.get('licence', 'not named')}.",
            f"Started from: {entry.get('start_weights', NOT_MEASURED)}",
            _training(entry.get("training", {})),
            "## Metrics",
            "The data set's test split (sessions that the training did not see), beside the original system's figures:",
            _table(("class", "P", "R", "mAP50", "original P", "original R", "original mAP50"), rows),
            wild_words(entry["metrics"].get("wild")),
            "## Limits",
            "Trained on one laboratory's rig, and on few ordinary photographs where the data above names any. Painted, "
            "artificial, ill or injured nails, toes, children's hands and dark rooms were hardly or not seen. How well "
            "it finds nails by skin tone was not measured: the annotated photographs are too few of each.",
        ],
    )


def estimator_card(document: Mapping[str, Any]) -> str:
    """The estimator's card as Markdown."""
    entry, interval = document["estimator"], document["interval"]
    metrics = entry["metrics"]
    loso, three, split = (metrics.get(name, {}) for name in ("loso", "grouped3", "original_split"))
    rows = [
        ("leave one session out, MAE", _g_dl(loso.get("mae")), _g_dl(loso.get("mean_mae"))),
        ("3 folds by session, 10 times, MAE", _g_dl(three.get("mae")), _g_dl(three.get("mean_mae"))),
        ("the original's split, test, MAE", _g_dl(split.get("mae")), _g_dl(split.get("mean_mae"))),
    ]
    rows += [
        (f"{name}, MAE", _g_dl(value), _g_dl(loso.get("mean_mae")))
        for name, value in (loso.get("shifted_mae") or {}).items()
    ]
    severity = [
        (band, str(found["n"]), _g_dl(found["mae"]), _signed(found.get("bias")), _g_dl(found.get("mean_mae")))
        for band, found in loso.get("by_severity", {}).items()
    ]
    covered = interval.get("metrics", {})
    known = metrics.get("reference")
    return _card(
        "Haemoglobin estimator",
        entry,
        [
            *_recipe(document.get("recipe")),
            f"Estimates haemoglobin in g/dL from pictures of fingernails. Backbone {entry['backbone']}, head "
            f"{entry['head']}, {entry['bytes']:,} bytes, in one ONNX graph.",
            "For research and teaching. Not a medical device: it cannot diagnose or rule out anaemia.",
            "## Data",
            _data(document["data"], None),
            "## Weights",
            f"Backbone: {entry.get('backbone_weights', NOT_MEASURED)}",
            _training(entry.get("training", {})),
            "## Metrics",
            "Of models of the same recipe that saw nobody of the measured patient's session:",
            _table(("protocol", "g/dL", "always the training mean"), rows),
            f"Leave one session out: 95 % interval of the MAE {_pair(loso.get('ci95'))}, RMSE "
            f"{_g_dl(loso.get('rmse'))}, R2 {_value(loso.get('r2'))}, AUC {_value(loso.get('auc11'))} below 11 g/dL "
            f"and {_value(loso.get('auc12'))} below 12 g/dL.",
            _table(("severity, g/dL", "n", "MAE", "bias", "always the training mean"), severity),
            f"Interval: {_value(interval['coverage'])} coverage aimed at, held in {_value(covered.get('coverage'))} of "
            f"all patients, in {_value(covered.get('coverage_severe'))} of those below 8 g/dL and in "
            f"{_value(covered.get('coverage_worst_session'))} of the worst session.",
            *_beside_paper(known, document.get("interval_reference", {}).get("metrics", {})),
            "## What gets no number",
            likeness_words(document.get("likeness")),
            "## By skin tone",
            _skin_tone(loso.get("by_skin_tone")),
            "## Limits",
            "One laboratory's rig. Where the training above names ordinary photographs, it learned from them what a "
            "bare nail looks like, and no haemoglobin. On other phones, in other light and on other people nobody has "
            "measured it. It pulls towards the mean, so severe anaemia is read as milder than it is, and from so few "
            "patients nothing can be claimed for it. A phone that changes its white balance changes the reading.",
        ],
    )


def _recipe(recipe: Mapping[str, Any] | None) -> list[str]:
    if not recipe:
        return []
    instead = f" {recipe['stand_in']}." if recipe.get("stand_in") else ""
    return [f"Recipe `{recipe['name']}`: {recipe['words']}.{instead}"]


def _beside_paper(known: Mapping[str, Any] | None, covered: Mapping[str, Any]) -> list[str]:
    if not known:
        return []
    shifted = known.get("shifted_mae") or {}
    rows = [("leave one session out, MAE", _g_dl(known.get("mae")), _g_dl(known.get("mean_mae")))]
    rows += [(f"{name}, MAE", _g_dl(value), _g_dl(known.get("mean_mae"))) for name, value in shifted.items()]
    severity = [
        (band, str(found["n"]), _g_dl(found["mae"]), _signed(found.get("bias")), _g_dl(found.get("mean_mae")))
        for band, found in known.get("by_severity", {}).items()
    ]
    return [
        "## Beside white paper",
        "The second head, for light that a sheet of white paper shows; in these photographs the white board is the "
        "paper, found by the app's own code:",
        _table(("protocol", "g/dL", "always the training mean"), rows),
        f"RMSE {_g_dl(known.get('rmse'))}, R2 {_value(known.get('r2'))}, AUC {_value(known.get('auc11'))} below 11 "
        f"and {_value(known.get('auc12'))} below 12 g/dL. Interval held in {_value(covered.get('coverage'))} of all "
        f"patients, in {_value(covered.get('coverage_severe'))} of those below 8 g/dL and in "
        f"{_value(covered.get('coverage_worst_session'))} of the worst session.",
        _table(("severity, g/dL", "n", "MAE", "bias", "always the training mean"), severity),
    ]


def _card(title: str, entry: Mapping[str, Any], paragraphs: list[str]) -> str:
    return "\n\n".join([f"# {title}", f"File `{entry['file']}`, sha256 `{entry['sha256']}`.", *paragraphs]) + "\n"


def _data(data: Mapping[str, Any], own: Any) -> str:
    words = f"{data['name']}: {data['citation']}, doi {data['doi']}. Licence: {data['licence']}."
    if own:
        words += f" Also: {own if isinstance(own, str) else _flat(own)}."
    return words


def _canvas(entry: Mapping[str, Any]) -> str:
    """What the detector looks at."""
    if "stride_px" not in entry:
        return f"{entry['side_px']} px square"
    return f"{entry['side_px']} px along the longer side, the shorter one in steps of {entry['stride_px']}"


def _training(training: Mapping[str, Any]) -> str:
    return "Training: " + ("; ".join(f"{_words(name)} {_flat(value)}" for name, value in training.items()) or "-") + "."


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_flat(entry)}" for name, entry in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_flat(entry) for entry in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _skin_tone(bands: Mapping[str, Any] | None) -> str:
    if bands is None:
        return f"{NOT_MEASURED.capitalize()}."
    table = skin_tone_table(bands)
    return "\n\n".join([_table(table.header, table.rows), *table.notes])


def _table(header: tuple[str, ...], rows: Any) -> str:
    lines = [f"| {' | '.join(header)} |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _fraction(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.3f}"


def _g_dl(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:+.2f}"


def _pair(values: Any) -> str:
    return NOT_MEASURED if not values else f"[{values[0]:.2f}, {values[1]:.2f}]"


def _value(value: Any) -> str:
    return NOT_MEASURED if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
