"""One job of the sweep: a pure function of its arguments, so that it runs anywhere and gives the same.

A job is one head on one set of features under one protocol. Beside each error stands that of the training mean on
the same folds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, train_test_split
from threadpoolctl import threadpool_limits

from app.core.arrays import IntArray
from trainer.data.splits import ORIGINAL_SEED, Split
from trainer.estimator.head import NailTable, session_folds
from trainer.estimator.regressors import HEADS, fit, predict
from trainer.evaluate.validation import OutOfFold, figures

RANDOM, ORIGINAL, SESSION_CV, LEAVE_ONE_OUT = "random", "original", "session-cv3", "leave-one-session-out"
PROTOCOLS = {
    RANDOM: "random split by patient, 80 / 20, and 5-fold CV of the 80 %: sessions on both sides, as the original did",
    ORIGINAL: f"the original's split by session (seed {ORIGINAL_SEED})",
    SESSION_CV: "3 folds by session on the original's train and val",
    LEAVE_ONE_OUT: "leave one session out",
}
RANDOM_TEST_FRACTION, RANDOM_FOLDS, SESSION_FOLDS = 0.2, 5, 3


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: `name` is its file's and its row's; `features`, `head` and `protocol` are keys; `rule` is how a
    patient's nails become one value (mean, first); `weights` says where a network's weights come from."""

    name: str
    features: str
    head: str
    protocol: str
    weights: str
    backbone: str = "none"
    rule: str = "mean"


def run_job(job: Job, table: NailTable, split: Split, seed: int) -> dict[str, Any]:
    """The job's figures, in g/dL, and how long it took."""
    started = time.monotonic()
    # One thread: sums in another order would give another last digit on another machine.
    with threadpool_limits(1):
        found = _PROTOCOLS[job.protocol](job, table, split, seed)
    return {**found, "seconds": time.monotonic() - started}


def _measure(job: Job, table: NailTable, fit_on: IntArray, held_out: IntArray, seed: int) -> OutOfFold:
    fitted = fit(HEADS[job.head], table, fit_on, seed)
    return OutOfFold(
        hb_g_dl=table.hb_g_dl[held_out],
        predicted=predict(fitted, table, held_out, job.rule),
        training_mean=np.full(len(held_out), table.hb_g_dl[fit_on].mean()),
        session=table.session[held_out],
    )


def _fold_figures(
    job: Job, table: NailTable, folds: Iterable[tuple[IntArray, IntArray]], seed: int
) -> tuple[OutOfFold, list[dict[str, Any]]]:
    results = [_measure(job, table, fit_on, held_out, seed) for fit_on, held_out in folds]
    return joined(results), [figures(result) for result in results]


def joined(results: list[OutOfFold]) -> OutOfFold:
    """The held-out patients of all folds together."""
    return OutOfFold(
        hb_g_dl=np.concatenate([result.hb_g_dl for result in results]),
        predicted=np.concatenate([result.predicted for result in results]),
        training_mean=np.concatenate([result.training_mean for result in results]),
        session=np.concatenate([result.session for result in results]),
    )


def _over_folds(by_fold: list[dict[str, Any]]) -> dict[str, Any]:
    maes = [fold["mae"] for fold in by_fold]
    r2s = [fold["r2"] for fold in by_fold if fold["r2"] is not None]
    return {
        "mae": float(np.mean(maes)),
        "sd_over_folds": float(np.std(maes)),
        "r2": float(np.mean(r2s)) if r2s else None,
        "mean_mae": float(np.mean([fold["mean_mae"] for fold in by_fold])),
        "folds": len(maes),
    }


def _random(job: Job, table: NailTable, _split: Split, seed: int) -> dict[str, Any]:
    everybody = np.arange(len(table.hb_g_dl))
    train, test = train_test_split(everybody, test_size=RANDOM_TEST_FRACTION, random_state=seed)
    folds = KFold(RANDOM_FOLDS, shuffle=True, random_state=seed).split(train)
    _, by_fold = _fold_figures(job, table, ((train[inner], train[held_out]) for inner, held_out in folds), seed)
    return {"test": figures(_measure(job, table, train, test, seed)), "cv": _over_folds(by_fold)}


def _original(job: Job, table: NailTable, split: Split, seed: int) -> dict[str, Any]:
    fitted = fit(HEADS[job.head], table, split.train, seed)
    found: dict[str, Any] = {}
    for name, patients in (("val", split.val), ("test", split.test)):
        found[name] = figures(
            OutOfFold(
                hb_g_dl=table.hb_g_dl[patients],
                predicted=predict(fitted, table, patients, job.rule),
                training_mean=np.full(len(patients), table.hb_g_dl[split.train].mean()),
                session=table.session[patients],
            )
        )
        rows = table.nails_of(patients)
        nails = fitted.predict(table.features[rows])
        found[name]["nail_by_nail_mae"] = float(np.abs(nails - table.hb_g_dl[table.patient[rows]]).mean())
    return found


def _session_cv(job: Job, table: NailTable, split: Split, seed: int) -> dict[str, Any]:
    known = np.sort(np.concatenate([split.train, split.val]))
    together, by_fold = _fold_figures(job, table, session_folds(table, known, SESSION_FOLDS), seed)
    return {"cv": {**_over_folds(by_fold), "pooled_r2": figures(together)["r2"]}}


def _leave_one_out(job: Job, table: NailTable, _split: Split, seed: int) -> dict[str, Any]:
    folds = (
        (np.flatnonzero(table.session != session), np.flatnonzero(table.session == session))
        for session in np.unique(table.session)
    )
    together, _ = _fold_figures(job, table, folds, seed)
    return {"loso": figures(together)}


_PROTOCOLS = {
    RANDOM: _random,
    ORIGINAL: _original,
    SESSION_CV: _session_cv,
    LEAVE_ONE_OUT: _leave_one_out,
}
