"""From a recipe to what fits its head, and to what its head looks like in the graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.core.arrays import FloatArray, IntArray
from trainer.data.dataset import DataError
from trainer.estimator import regressors
from trainer.estimator.head import Fit, Head, NailTable, ridge_by_depth
from trainer.recipes import MEAN_OF_NAILS, RIDGE_BY_DEPTH, Recipe

SEED = 42
# Of trainer.estimator.regressors, those that trainer.estimator.head_graph can write.
GRAPH_HEADS = ("ridge", "ridge_pca128", "ridge_pca64", "ridge_pca32", "elasticnet", "lasso", "catboost")


def fit_of(recipe: Recipe) -> Fit:
    """How the recipe's head is chosen and fitted.

    Raises:
        DataError: nobody knows that head.
    """
    known = (RIDGE_BY_DEPTH, *GRAPH_HEADS)
    if recipe.head not in known:
        raise DataError(f"recipe {recipe.name}: head is {recipe.head!r}; known: {', '.join(known)}")

    def learned_from(table: NailTable) -> NailTable:
        return mean_of_nails(table) if recipe.learn_from == MEAN_OF_NAILS else table

    def fit(table: NailTable, patients: IntArray) -> Head:
        if recipe.head == RIDGE_BY_DEPTH:
            return ridge_by_depth(learned_from(table), patients)
        return regressors.fit(regressors.HEADS[recipe.head], learned_from(table), patients, SEED)

    return fit


def mean_of_nails(table: NailTable) -> NailTable:
    """One row a patient: the mean of the features of the nails."""

    def averaged(features: FloatArray) -> FloatArray:
        return np.array([features[table.patient == index].mean(axis=0) for index in range(len(table.hb_g_dl))])

    return replace(
        table,
        features=averaged(table.features),
        patient=np.arange(len(table.hb_g_dl)),
        simulated=tuple(averaged(copy) for copy in table.simulated),
        shifted={},
    )
