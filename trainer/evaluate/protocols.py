"""The Hb recipe under every protocol: leave one session out, three folds ten times, the original's split."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.data.dataset import Patient
from trainer.data.splits import Split, leave_one_session_out
from trainer.estimator.features import PAPER, NailTables
from trainer.estimator.head import Fit, NailTable, predict_patients, ridge_by_depth
from trainer.evaluate.interval import interval_figures
from trainer.evaluate.skin_tone import audit
from trainer.evaluate.validation import GROUPED3_REPEATS, OutOfFold, figures, grouped3, out_of_fold
from trainer.tools.progress import Progress


def measure_hb(
    tables: NailTables, patients: list[Patient], split: Split, progress: Progress, fit_on: Fit = ridge_by_depth
) -> dict[str, Any]:
    """{"hb": {loso, grouped3, original_split, reference, mean}, "interval": ..., "interval_reference": ...}: the
    contract's objects, g/dL; what is said of paper is left out for a recipe that knows nothing of it."""
    table, beside_paper = tables.plain, tables.reference
    sessions = len(np.unique(table.session))
    known = None
    with progress.task("leave one session out, sessions", (1 if beside_paper is None else 2) * sessions) as advance:
        loso = out_of_fold(table, leave_one_session_out(patients), advance, fit_on)
        if beside_paper is not None:
            known = out_of_fold(beside_paper, leave_one_session_out(patients), advance, fit_on)
    with progress.task("three folds by session, folds", 3 * GROUPED3_REPEATS) as advance:
        three = grouped3(table, advance, fit_on)
    whole = figures(loso)
    whole["by_skin_tone"] = audit(loso, patients)
    return {
        "hb": {
            "loso": whole,
            "grouped3": three,
            "wb10": {"mae": whole["shifted_mae"].get("wb10")},
            "original_split": _original_split(table, split, fit_on),
            **({} if known is None else {"reference": _reference(figures(known))}),
            "mean": {"mae": whole["mean_mae"], "ci95": whole["mean_ci95"]},
        },
        "interval": interval_figures(loso),
        **({} if known is None else {"interval_reference": interval_figures(known)}),
    }


def _reference(found: dict[str, Any]) -> dict[str, Any]:
    """Leave one session out beside white paper; `wb20` and `reference5` are the MAE where the white balance is off by
    20 %, and where the paper itself is by 5 %."""
    shifted = found["shifted_mae"]
    return {**found, "wb20": shifted.get("wb20"), "reference5": shifted.get(PAPER)}


def original67(colours: NailTable, patients: list[Patient]) -> dict[str, Any]:
    """The original's 67 colour features with Ridge, leave one session out: {"mae", "ci95"}, g/dL."""
    found = figures(out_of_fold(colours, leave_one_session_out(patients), lambda: None))
    return {"mae": found["mae"], "ci95": found["ci95"]}


def _original_split(table: NailTable, split: Split, fit_on: Fit) -> dict[str, Any]:
    """Fitted on the training part alone, alpha included; val and test are only measured."""
    head = fit_on(table, split.train)
    measured = {}
    for name, patients in (("val", split.val), ("test", split.test)):
        measured[name] = figures(
            OutOfFold(
                hb_g_dl=table.hb_g_dl[patients],
                predicted=predict_patients(head, table, patients),
                training_mean=np.full(len(patients), table.hb_g_dl[split.train].mean()),
                session=table.session[patients],
            )
        )
    test = measured["test"]
    return {
        "fitted_on": len(split.train),
        "n": test["n"],
        "val_n": measured["val"]["n"],
        "val_mae": measured["val"]["mae"],
        "mae": test["mae"],
        "rmse": test["rmse"],
        "r2": test["r2"],
        "mean_val_mae": measured["val"]["mean_mae"],
        "mean_mae": test["mean_mae"],
    }
