"""Heads and baselines of scikit-learn and CatBoost, each chosen and fitted on a training part alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import ElasticNet, Lasso, Ridge
from sklearn.svm import SVR

from app.core.arrays import FloatArray, IntArray
from trainer.estimator.head import INNER_FOLDS, NailTable, Standardiser, session_folds

RIDGE_ALPHAS = tuple(float(alpha) for alpha in 10.0 ** np.arange(0.0, 6.01, 0.5))
SPARSE_ALPHAS = (0.03, 0.1, 0.3, 1.0)
# Few and shallow trees on a random fifth of the features each: 450 nails have no more to give.
CATBOOST = {"iterations": 300, "depth": 4, "learning_rate": 0.05, "rsm": 0.2}


class Regressor(Protocol):
    """scikit-learn's way."""

    def fit(self, features: FloatArray, target: FloatArray) -> Any:
        """Learn from rows (m, d) and their Hb (m,)."""

    def predict(self, features: FloatArray) -> FloatArray:
        """Rows (m, d) -> Hb (m,)."""


@dataclass(frozen=True, slots=True)
class Head:
    """`make(strength, seed)` for each of `strengths`, of which session-grouped folds choose; before it the features
    are standardised, and reduced to `components` where that is not 0."""

    make: Callable[[float, int], Regressor]
    strengths: tuple[float, ...] = (0.0,)
    components: int = 0


def _catboost(_strength: float, seed: int) -> Regressor:
    from catboost import CatBoostRegressor

    options = {"allow_writing_files": False, "verbose": False, "loss_function": "RMSE"}
    regressor: Regressor = CatBoostRegressor(**CATBOOST, random_seed=seed, thread_count=1, **options)
    return regressor


def _ridge(strength: float, _seed: int) -> Regressor:
    regressor: Regressor = Ridge(alpha=strength)
    return regressor


HEADS = {
    "catboost": Head(_catboost),
    "ridge": Head(_ridge, RIDGE_ALPHAS),
    "ridge_pca128": Head(_ridge, RIDGE_ALPHAS, 128),
    "ridge_pca64": Head(_ridge, RIDGE_ALPHAS, 64),
    "ridge_pca32": Head(_ridge, RIDGE_ALPHAS, 32),
    "elasticnet": Head(lambda strength, _: ElasticNet(alpha=strength, tol=1e-3, max_iter=3000), SPARSE_ALPHAS),
    "lasso": Head(lambda strength, _: Lasso(alpha=strength, tol=1e-3, max_iter=3000), SPARSE_ALPHAS),
    "svr_rbf": Head(lambda _, __: SVR()),
    "random_forest": Head(lambda _, seed: RandomForestRegressor(300, random_state=seed)),
    "gradient_boosting": Head(lambda _, seed: GradientBoostingRegressor(random_state=seed)),
}


@dataclass(frozen=True, slots=True)
class FittedHead:
    """Standardise, reduce where there is a PCA, predict."""

    standardiser: Standardiser
    pca: PCA | None
    regressor: Regressor

    def predict(self, features: FloatArray) -> FloatArray:
        """Rows (m, d) -> Hb in g/dL (m,)."""
        rows = self.standardiser.apply(features)
        return np.asarray(self.regressor.predict(rows if self.pca is None else self.pca.transform(rows)))


def fit(head: Head, table: NailTable, patients: IntArray, seed: int) -> FittedHead:
    """Choose the strength by session-grouped folds inside `patients`, then fit on all of them."""
    strength = head.strengths[0]
    if len(head.strengths) > 1:
        strength = _choose(head, table, patients, seed)
    standardiser, pca, rows, target = _front(head, table, patients, seed)
    regressor = head.make(strength, seed)
    regressor.fit(rows, target)
    return FittedHead(standardiser, pca, regressor)


def predict(fitted: FittedHead, table: NailTable, patients: IntArray, rule: str = "mean") -> FloatArray:
    """Hb of each of `patients`, g/dL: the mean of the nails, or the first nail's alone (`rule` "first")."""
    rows = table.nails_of(patients)
    nails, owners = fitted.predict(table.features[rows]), table.patient[rows]
    by_patient = (nails[owners == person] for person in patients)
    return np.array([found[0] if rule == "first" else found.mean() for found in by_patient])


def _choose(head: Head, table: NailTable, patients: IntArray, seed: int) -> float:
    errors = np.zeros(len(head.strengths))
    for inner, held_out in session_folds(table, patients, INNER_FOLDS):
        standardiser, pca, rows, target = _front(head, table, inner, seed)
        for place, strength in enumerate(head.strengths):
            regressor = head.make(strength, seed)
            regressor.fit(rows, target)
            predicted = predict(FittedHead(standardiser, pca, regressor), table, held_out)
            errors[place] += np.abs(predicted - table.hb_g_dl[held_out]).sum()
    return head.strengths[int(errors.argmin())]


def _front(
    head: Head, table: NailTable, patients: IntArray, seed: int
) -> tuple[Standardiser, PCA | None, FloatArray, FloatArray]:
    """What stands before the regressor, and what it learns from: rows (r, k) and their Hb (r,)."""
    features, target = table.training_rows(patients, np.arange(table.features.shape[1]))
    standardiser = Standardiser.fit(features)
    rows = standardiser.apply(features)
    if not head.components:
        return standardiser, None, rows, target
    pca = PCA(min(head.components, *rows.shape), random_state=seed)
    return standardiser, pca, pca.fit_transform(rows), target
