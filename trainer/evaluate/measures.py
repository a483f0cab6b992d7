"""What the report says of predictions beyond `validation.figures`: agreement, calibration, pairs, permutations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from app.core.arrays import FloatArray, IntArray
from trainer.estimator.head import NailTable
from trainer.evaluate.validation import OutOfFold, figures, session_bootstrap

Folds = Iterable[tuple[IntArray, IntArray]]
# Both limits of a normal distribution that hold 95 %.
NORMAL_95 = 1.96


def all_figures(result: OutOfFold) -> dict[str, Any]:
    """`validation.figures` with limits of agreement (g/dL) and calibration slope.

    The slope is that of truth on prediction: 1 where a predicted difference is a real one on average, None where
    all predictions are alike.
    """
    difference = result.predicted - result.hb_g_dl
    bias, spread = float(difference.mean()), float(difference.std(ddof=1)) if len(difference) > 1 else 0.0
    varied = float(np.var(result.predicted))
    slope = float(np.cov(result.predicted, result.hb_g_dl, bias=True)[0, 1] / varied) if varied > 1e-12 else None
    return {
        **figures(result),
        "limits_of_agreement": [bias - NORMAL_95 * spread, bias + NORMAL_95 * spread],
        "calibration_slope": slope,
    }


def paired(first: OutOfFold, second: OutOfFold) -> dict[str, Any]:
    """How much smaller the first's MAE is (negative: better), g/dL, with its 95 % interval by bootstrap over
    sessions of the difference on the same patients.

    Raises:
        ValueError: they are not the same patients in the same order.
    """
    if not np.array_equal(first.hb_g_dl, second.hb_g_dl) or not np.array_equal(first.session, second.session):
        raise ValueError("a paired interval needs the same patients in the same order")
    found = mean_with_ci95(first.errors - second.errors, first.session)
    return {"mae_difference": found["mean"], "ci95": found["ci95"]}


def mean_with_ci95(values: FloatArray, group: np.ndarray) -> dict[str, Any]:
    """The mean of `values` (n,) and its 95 % interval by bootstrap over groups (n,): {"mean", "ci95": [low, high]}."""
    return {"mean": float(values.mean()), "ci95": list(session_bootstrap(values, group))}


def constant(table: NailTable, folds: Folds, statistic: Callable[[FloatArray], Any]) -> OutOfFold:
    """What one reaches without looking: a statistic (np.mean, np.median) of the training part's Hb."""
    truth, predicted, means, session = [], [], [], []
    for fit, held_out in folds:
        truth.append(table.hb_g_dl[held_out])
        predicted.append(np.full(len(held_out), float(statistic(table.hb_g_dl[fit]))))
        means.append(np.full(len(held_out), table.hb_g_dl[fit].mean()))
        session.append(table.session[held_out])
    return OutOfFold(
        hb_g_dl=np.concatenate(truth),
        predicted=np.concatenate(predicted),
        training_mean=np.concatenate(means),
        session=np.concatenate(session),
    )


def permuted(table: NailTable, seed: int) -> NailTable:
    """The same nails with everybody's Hb given to somebody else: nothing can be learned from it."""
    return replace(table, hb_g_dl=np.random.default_rng(seed).permutation(table.hb_g_dl))
