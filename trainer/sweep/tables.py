"""The sweep's results as tables, each row with its weights, its protocol and the original's figure where there is
one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainer.estimator.backbones import RANDOM_WEIGHTS
from trainer.estimator.regressors import CATBOOST
from trainer.evaluate import original
from trainer.report.tables import FigureTable
from trainer.sweep.jobs import LEAVE_ONE_OUT, ORIGINAL, PROTOCOLS, RANDOM, SESSION_CV

Documents = dict[str, dict[str, Any]]
NOT_RUN = "not run"


def sweep_tables(documents: Documents, first: str) -> list[FigureTable]:
    """All tables; `documents` by job name, `first` is the backbone that carries the table of heads."""
    return [
        heads_table(documents, first),
        severity_table(documents, first),
        views_table(documents, first),
        backbones_table(documents),
        baselines_table(documents),
    ]


def heads_table(documents: Documents, first: str) -> FigureTable:
    """Heads on the original's split, and by leaving one session out."""
    rows = []
    for head, (words, val, test, r2) in original.HEADS.items():
        rows.append(_head_row(words, documents, f"{first}-{head}", (val, test, r2)))
    rows.append(_head_row("Ridge, 67 colour features alone", documents, "colour67-ridge", (None, None, None)))
    words, val, test, r2 = original.FINE_TUNING
    tuned = [name for name in documents if name.endswith(f"-fine-tuning-{ORIGINAL}")]
    for name in tuned or [""]:
        backbone = documents[name]["job"]["backbone"] if name else ""
        title = f"{words}, {backbone}" if name else words
        rows.append(_head_row(title, documents, name.removesuffix(f"-{ORIGINAL}"), (val, test, r2)))
    notes = [
        f"Protocol: {PROTOCOLS[ORIGINAL]}{_counts(documents, first)}; last column: {PROTOCOLS[LEAVE_ONE_OUT]}. The "
        "training mean stands in brackets, on the same patients. Strengths are chosen by session-grouped folds inside "
        "the training part; a patient is the mean of the nails, each with its mirror image.",
        f"Weights of {first}: {_weights(documents, first)}. The original's MobileNetV4 starts from ImageNet weights "
        "that only the model hub has.",
        f"CatBoost: {', '.join(f'{key} {value}' for key, value in CATBOOST.items())}, no early stopping, since val is "
        "reported.",
        *(f"{documents[name]['job']['backbone']}, fine-tuning: {documents[name]['job']['budget']}; weights: "
          f"{documents[name]['job']['weights']}." for name in tuned),
    ]  # fmt: skip
    header = (
        "head",
        "val MAE",
        "test MAE",
        "test R2",
        "original val",
        "original test",
        "original R2",
        "session out MAE",
    )
    return FigureTable("sweep-heads", "Heads on the original's split", header, tuple(rows), tuple(notes))


def _head_row(
    words: str, documents: Documents, job: str, published: tuple[float | None, float | None, float | None]
) -> tuple[str, ...]:
    figures = _figures(documents, f"{job}-{ORIGINAL}")
    val, test = figures.get("val"), figures.get("test")
    loso = _figures(documents, f"{job}-{LEAVE_ONE_OUT}").get("loso")
    return (
        words,
        _against_mean(val),
        _against_mean(test),
        _number(test["r2"], 2) if test else NOT_RUN,
        *(_number(value) for value in published),
        _against_mean(loso),
    )


def severity_table(documents: Documents, first: str) -> FigureTable:
    """MAE by severity on the original's test patients, each head."""
    header = ["severity, g/dL", "n", "original CatBoost (n)", "training mean"]
    heads = [head for head in original.HEADS if f"{first}-{head}-{ORIGINAL}" in documents]
    rows = []
    for band, (published, n_published) in original.SEVERITY.items():
        found = [_figures(documents, f"{first}-{head}-{ORIGINAL}")["test"]["by_severity"].get(band) for head in heads]
        known = next((entry for entry in found if entry), None)
        rows.append(
            (
                band,
                str(known["n"]) if known else "0",
                f"{published:.3f} ({n_published})",
                _number(known["mean_mae"] if known else None),
                *(_number(entry["mae"] if entry else None) for entry in found),
            )
        )
    notes = (
        f"Protocol: {PROTOCOLS[ORIGINAL]}, test, MAE in g/dL; {first}. No claim can rest on three patients.",
        f"Weights: {_weights(documents, first)}.",
    )
    return FigureTable("sweep-severity", "Error by severity", (*header, *heads), tuple(rows), notes)


def views_table(documents: Documents, first: str) -> FigureTable:
    """The mirror image, and three nails instead of one."""
    kinds = (
        ("CNN alone, with mirror image, mean of three nails", "cnn_ridge"),
        ("the same without the mirror image", "cnn_ridge_no_flip"),
        ("the same with the first nail only", "cnn_ridge_first_nail"),
        ("CNN and colour, with mirror image", "ridge"),
        ("the same without the mirror image", "ridge_no_flip"),
    )
    rows = []
    for words, label in kinds:
        figures = _figures(documents, f"{first}-{label}-{ORIGINAL}")
        loso = _figures(documents, f"{first}-{label}-{LEAVE_ONE_OUT}").get("loso")
        test = figures.get("test")
        one_by_one = _number(test["nail_by_nail_mae"]) if test else NOT_RUN
        rows.append((words, _against_mean(figures.get("val")), _against_mean(test), one_by_one, _against_mean(loso)))
    header = ("what is shown", "val MAE", "test MAE", "test MAE of each nail by itself", "session out MAE")
    notes = (f"{first}, Ridge; weights: {_weights(documents, first)}. The training mean stands in brackets.",)
    return FigureTable("sweep-views", "Mirror image and three nails", header, tuple(rows), notes)


def backbones_table(documents: Documents) -> FigureTable:
    """Every backbone with every head: 3 folds by session, and the original's test patients."""
    rows = []
    for name, job, figures in _of(documents, SESSION_CV):
        if job["backbone"] == "none":
            continue
        cv = figures["cv"]
        label = name.removeprefix(f"{job['backbone']}-").removesuffix(f"-{SESSION_CV}")
        published = original.SESSION_CV.get(job["backbone"])
        test = _figures(documents, f"{job['backbone']}-{label}-{ORIGINAL}").get("test")
        rows.append(
            (
                job["backbone"],
                label,
                _kind_of(job["weights"]),
                f"{cv['mae']:.3f} +- {cv['sd_over_folds']:.2f} ({cv['mean_mae']:.3f})",
                _number(cv["r2"], 2),
                f"{published[0]:.3f} +- {published[1]:.2f}" if published else "-",
                _against_mean(test),
            )
        )
    origins = {job["backbone"]: job["weights"] for _, job, _ in _of(documents, SESSION_CV)}
    notes = [
        f"Protocol: {PROTOCOLS[SESSION_CV]}: mean and sd over the folds, the training mean in brackets; then its test "
        "patients. The original names one figure a backbone and not its head, so it stands beside each of ours; its "
        "backbones had ImageNet weights. Its figure of mobilenetv4_conv_small is of its own system, R2 below 0; "
        "ours is the mean over the folds.",
        *(f"{name}: {origin}." for name, origin in origins.items() if name != "none"),
    ]
    header = ("backbone", "head", "weights", "session CV MAE", "R2", "original CV MAE", "test MAE")
    return FigureTable("sweep-backbones", "Backbones", header, tuple(rows), tuple(notes))


def baselines_table(documents: Documents) -> FigureTable:
    """Colour alone, by the original's random split and by honest ones."""
    rows = []
    for head, (words, test_mae, r2, cv_mae) in original.BASELINES.items():
        found = _figures(documents, f"baseline-{head}-{RANDOM}")
        test, cv = found.get("test"), found.get("cv")
        rows.append(
            (
                words,
                _against_mean(test),
                _number(test["r2"], 2) if test else NOT_RUN,
                _against_mean(cv),
                *(_number(value) for value in (test_mae, r2, cv_mae)),
                _against_mean(_figures(documents, f"baseline-{head}-{ORIGINAL}").get("test")),
                _against_mean(_figures(documents, f"baseline-{head}-{LEAVE_ONE_OUT}").get("loso")),
            )
        )
    notes = (
        f"Protocol of the first columns: {PROTOCOLS[RANDOM]}. The last two keep sessions apart: the original's split, "
        "and leave one session out. The training mean stands in brackets. No network, so no weights. The original "
        "does not list its 51 features; ours are BASELINE_FEATURE_NAMES in app/core/crops/colour.py.",
    )
    header = (
        "51 colour features", "test MAE", "test R2", "CV MAE", "original test", "original R2", "original CV",
        "session split test", "session out MAE",
    )  # fmt: skip
    return FigureTable("sweep-baselines", "Baselines on colour alone", header, tuple(rows), notes)


def _of(documents: Documents, protocol: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name, document in documents.items():
        if document["job"]["protocol"] == protocol:
            yield name, document["job"], document["figures"]


def _figures(documents: Documents, name: str) -> dict[str, Any]:
    return documents[name]["figures"] if name in documents else {}


def _weights(documents: Documents, backbone: str) -> str:
    found = (entry["job"]["weights"] for entry in documents.values() if entry["job"]["backbone"] == backbone)
    return next(found, NOT_RUN)


def _counts(documents: Documents, backbone: str) -> str:
    """How many patients val and test have."""
    found = _figures(documents, f"{backbone}-ridge-{ORIGINAL}")
    return f", val {found['val']['n']} and test {found['test']['n']} patients" if found else ""


def _kind_of(weights: str) -> str:
    if RANDOM_WEIGHTS in weights:
        return "random"
    return "ImageNet" if "ImageNet" in weights else "see below"


def _against_mean(figures: dict[str, Any] | None) -> str:
    return f"{figures['mae']:.3f} ({figures['mean_mae']:.3f})" if figures else NOT_RUN


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
