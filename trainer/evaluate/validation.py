"""How good the recipe is on people it has not seen: out-of-fold predictions and the figures made of them.

Every prediction comes from a model fitted without that patient's session, its alpha chosen inside the training
part. Beside it stands the training mean of the same fold: what one reaches without looking at the hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from app.core.arrays import FloatArray, IntArray
from trainer.estimator.head import Fit, NailTable, predict_patients, ridge_by_depth, session_folds

BOOTSTRAP_ROUNDS = 10_000
GROUPED3_REPEATS = 10
# g/dL; the lowest band is the one for which a reading would matter most and for which data is scarcest.
SEVERITY_BANDS = (("<8", 0.0, 8.0), ("8-11", 8.0, 11.0), ("11-13", 11.0, 13.0), (">=13", 13.0, np.inf))

Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Per patient (n,): the truth, the model's prediction, and the mean of that fold's training part; g/dL.

    `shifted`: name -> predictions (n,) of the same models from the photographs under each light of that shift.
    """

    hb_g_dl: FloatArray
    predicted: FloatArray
    training_mean: FloatArray
    session: np.ndarray
    shifted: dict[str, tuple[FloatArray, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> FloatArray:
        """|predicted - truth|, (n,) g/dL."""
        return np.abs(self.predicted - self.hb_g_dl)


def out_of_fold(
    table: NailTable, folds: Iterable[tuple[IntArray, IntArray]], tick: Tick, fit_on: Fit = ridge_by_depth
) -> OutOfFold:
    """Fit on each fold's training patients and predict its held-out ones; patients in no fold are left out.

    `tick` is called after each fold; `fit_on` chooses and fits the head.
    """
    predicted, means, order = [], [], []
    shifted: dict[str, list[list[FloatArray]]] = {name: [[] for _ in lights] for name, lights in table.shifted.items()}
    for fit, held_out in folds:
        head = fit_on(table, fit)
        predicted.append(predict_patients(head, table, held_out))
        for name, lights in table.shifted.items():
            for found, features in zip(shifted[name], lights, strict=True):
                found.append(predict_patients(head, table, held_out, features))
        means.append(np.full(len(held_out), table.hb_g_dl[fit].mean()))
        order.append(held_out)
        tick()
    patients = np.concatenate(order)
    return OutOfFold(
        hb_g_dl=table.hb_g_dl[patients],
        predicted=np.concatenate(predicted),
        training_mean=np.concatenate(means),
        session=table.session[patients],
        shifted={name: tuple(np.concatenate(found) for found in lights) for name, lights in shifted.items()},
    )


def grouped3(table: NailTable, tick: Tick, fit_on: Fit = ridge_by_depth) -> dict[str, Any]:
    """Ten times three shuffled folds of whole sessions; MAE of each repetition, then mean and sd over them."""
    everybody = np.arange(len(table.hb_g_dl))
    maes, mean_maes = [], []
    for seed in range(GROUPED3_REPEATS):
        result = out_of_fold(table, session_folds(table, everybody, 3, seed), tick, fit_on)
        maes.append(float(result.errors.mean()))
        mean_maes.append(mae(result.training_mean, result.hb_g_dl))
    return {
        "mae": float(np.mean(maes)),
        "sd_over_repetitions": float(np.std(maes)),
        "mean_mae": float(np.mean(mean_maes)),
        "repetitions": GROUPED3_REPEATS,
    }


def mae(predicted: FloatArray, truth: FloatArray) -> float:
    """Mean absolute error, g/dL."""
    return float(np.abs(predicted - truth).mean())


def figures(result: OutOfFold) -> dict[str, Any]:
    """MAE with its 95 % interval, RMSE, bias, R2 and skill (1 - MAE / MAE of the training mean), AUC below 11
    and 12 g/dL (None where one side is empty), and MAE by severity."""
    difference = result.predicted - result.hb_g_dl
    spread = float(((result.hb_g_dl - result.hb_g_dl.mean()) ** 2).sum())
    mean_mae = mae(result.training_mean, result.hb_g_dl)
    return {
        "n": len(difference),
        "sessions": len(np.unique(result.session)),
        "mae": float(result.errors.mean()),
        "ci95": list(session_bootstrap(result.errors, result.session)),
        "rmse": float(np.sqrt((difference**2).mean())),
        "bias": float(difference.mean()),
        "r2": 1.0 - float((difference**2).sum()) / spread if spread else None,
        "skill": 1.0 - float(result.errors.mean()) / mean_mae if mean_mae else None,
        "auc11": _auc_below(result, 11.0),
        "auc12": _auc_below(result, 12.0),
        "mean_mae": mean_mae,
        "mean_ci95": list(session_bootstrap(np.abs(result.training_mean - result.hb_g_dl), result.session)),
        # Averaged over every sign of the shift.
        "shifted_mae": {
            name: float(np.mean([mae(predicted, result.hb_g_dl) for predicted in lights]))
            for name, lights in result.shifted.items()
        },
        "by_severity": by_severity(result),
    }


def by_severity(result: OutOfFold) -> dict[str, Any]:
    """n, MAE and bias of each band of true Hb; the model's and the training mean's MAE."""
    bands = {}
    for name, low, high in SEVERITY_BANDS:
        inside = (result.hb_g_dl >= low) & (result.hb_g_dl < high)
        if inside.any():
            bands[name] = {
                "n": int(inside.sum()),
                "mae": float(result.errors[inside].mean()),
                "bias": float((result.predicted - result.hb_g_dl)[inside].mean()),
                "mean_mae": mae(result.training_mean[inside], result.hb_g_dl[inside]),
            }
    return bands


def session_bootstrap(errors: FloatArray, session: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % interval of the mean error (n,) when whole sessions are drawn again with replacement."""
    _, group = np.unique(session, return_inverse=True)
    sums, counts = np.bincount(group, weights=errors), np.bincount(group)
    drawn = np.random.default_rng(seed).integers(0, len(counts), size=(BOOTSTRAP_ROUNDS, len(counts)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _auc_below(result: OutOfFold, limit_g_dl: float) -> float | None:
    low = result.hb_g_dl < limit_g_dl
    return float(roc_auc_score(low, -result.predicted)) if low.any() and not low.all() else None
