"""From a nail's features to its Hb: standardise, clip, Ridge. A patient is what the app makes of the nails.

Features of different depths of the backbone, which differ in number and in kind, each have a Ridge of their own with
its own alpha, and the head is their mean: one sum of products all the same.

The rows are nails, the unit of every error is the patient, and whatever is chosen is chosen by folds that keep
a session on one side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from app.core.arrays import FloatArray, IntArray
from app.core.typical import typical_of_nails

# From a little to a lot of shrinkage; the features number 256 to a few thousand, each with variance 1.
ALPHAS = tuple(float(alpha) for alpha in 10.0 ** np.arange(1.0, 6.01, 0.25))
INNER_FOLDS = 5
# A feature that hardly moves in training would explode when it moves a little at somebody else's nail.
STD_FLOOR = 0.05
CLIP = 3.5


@dataclass(frozen=True, slots=True)
class NailTable:
    """Nails with known Hb, n patients and m nails.

    Attributes:
        features: (m, d).
        patient: (m,) index into the patients, 0..n-1; every patient has a nail.
        hb_g_dl: (n,).
        session: (n,) measurement session.
        simulated: the same nails under drawn lights, (m, d) each, to learn from as well.
        shifted: name -> the same nails under fixed lights, (m, d) each, to be measured under and nothing else.
        depth: (d,) from which depth of the backbone a feature comes, 0..k-1; None: all from one.
    """

    features: FloatArray
    patient: IntArray
    hb_g_dl: FloatArray
    session: np.ndarray
    simulated: tuple[FloatArray, ...] = ()
    shifted: dict[str, tuple[FloatArray, ...]] = field(default_factory=dict)
    depth: IntArray | None = None

    def depths(self) -> list[IntArray]:
        """The columns of each depth."""
        if self.depth is None:
            return [np.arange(self.features.shape[1])]
        return [np.flatnonzero(self.depth == number) for number in range(int(self.depth.max()) + 1)]

    def training_rows(self, patients: IntArray, columns: IntArray) -> tuple[FloatArray, FloatArray]:
        """Features (r, columns) and Hb (r,) of all that there is to learn from these patients, every light included."""
        rows = self.nails_of(patients)
        copies = (self.features, *self.simulated)
        hb_g_dl = self.hb_g_dl[self.patient[rows]]
        return np.concatenate([copy[np.ix_(rows, columns)] for copy in copies]), np.tile(hb_g_dl, len(copies))

    def nails_of(self, patients: IntArray) -> IntArray:
        """Row numbers of the nails of some patients."""
        return np.flatnonzero(np.isin(self.patient, patients))


class Head(Protocol):
    """Whatever was fitted: from a nail's features to its Hb."""

    def predict(self, features: FloatArray) -> FloatArray:
        """Nails (m, d) -> Hb in g/dL (m,)."""


# How a head is chosen and fitted on the nails of some patients, and of nobody else.
Fit = Callable[[NailTable, IntArray], Head]


@dataclass(frozen=True, slots=True)
class Standardiser:
    """Centre and scale, as learned from a training part; (d,) each."""

    mean: FloatArray
    std: FloatArray

    @classmethod
    def fit(cls, features: FloatArray) -> Standardiser:
        """Learn from training nails (m, d) alone."""
        std = features.std(axis=0)
        floor = max(STD_FLOOR * float(np.median(std)), 1e-6)
        return cls(mean=features.mean(axis=0), std=np.maximum(std, floor))

    def apply(self, features: FloatArray) -> FloatArray:
        """(m, d) -> (m, d) in -CLIP..CLIP."""
        return np.clip((features - self.mean) / self.std, -CLIP, CLIP)


@dataclass(frozen=True, slots=True)
class RidgeHead:
    """hb_g_dl = clip((features - mean) / std) @ weights + intercept; `alphas` has one number a depth."""

    mean: FloatArray
    std: FloatArray
    clip: float
    weights: FloatArray
    intercept: float
    alphas: tuple[float, ...]

    def predict(self, features: FloatArray) -> FloatArray:
        """Nails (m, d) -> Hb in g/dL (m,)."""
        return Standardiser(self.mean, self.std).apply(features) @ self.weights + self.intercept


def ridge_by_depth(table: NailTable, patients: IntArray) -> RidgeHead:
    """A `Fit`: alphas chosen by session-grouped folds inside `patients`, then fitted on all of them."""
    return fit_head(table, patients, choose_alphas(table, patients))


def fit_head(table: NailTable, patients: IntArray, alphas: tuple[float, ...]) -> RidgeHead:
    """Fit on the nails of `patients` alone, each depth with its own alpha."""
    mean, std, weights = (np.empty(table.features.shape[1]) for _ in range(3))
    depths = table.depths()
    intercepts = []
    for columns, alpha in zip(depths, alphas, strict=True):
        known, hb_g_dl = table.training_rows(patients, columns)
        standardiser = Standardiser.fit(known)
        ridge = Ridge(alpha=alpha).fit(standardiser.apply(known), hb_g_dl)
        mean[columns], std[columns] = standardiser.mean, standardiser.std
        weights[columns] = ridge.coef_ / len(depths)
        intercepts.append(float(ridge.intercept_))
    return RidgeHead(mean, std, CLIP, weights, intercept=float(np.mean(intercepts)), alphas=alphas)


def predict_patients(
    head: Head, table: NailTable, patients: IntArray, features: FloatArray | None = None
) -> FloatArray:
    """Hb in g/dL of each of `patients`: of the nails one value, as the app does.

    `features` (m, d) stands in for the table's own, for nails under another light.
    """
    rows = table.nails_of(patients)
    seen = table.features if features is None else features
    return by_patient(head.predict(seen[rows]), table.patient[rows], patients)


def choose_alphas(table: NailTable, patients: IntArray) -> tuple[float, ...]:
    """Each depth's alpha with the least mean absolute error a patient, by session-grouped folds inside `patients`.

    With one session there is nothing to hold out, and the middle of the range is taken.
    """
    folds = list(session_folds(table, patients, INNER_FOLDS))
    if not folds:
        return (ALPHAS[len(ALPHAS) // 2],) * len(table.depths())
    chosen = []
    for columns in table.depths():
        errors = np.zeros(len(ALPHAS))
        for fit, held_out in folds:
            for place, prediction in enumerate(_ridge_path(table, columns, fit, held_out)):
                errors[place] += np.abs(prediction - table.hb_g_dl[held_out]).sum()
        chosen.append(ALPHAS[int(errors.argmin())])
    return tuple(chosen)


def session_folds(
    table: NailTable, patients: IntArray, folds: int, seed: int | None = None
) -> Iterator[tuple[IntArray, IntArray]]:
    """(fit, held out) patients; no session on both sides. With a seed the sessions are shuffled."""
    sessions = table.session[patients]
    folds = min(folds, len(np.unique(sessions)))
    if folds < 2:
        return
    splitter = GroupKFold(folds) if seed is None else GroupKFold(folds, shuffle=True, random_state=seed)
    for fit, held_out in splitter.split(patients, groups=sessions):
        yield patients[fit], patients[held_out]


def _ridge_path(table: NailTable, columns: IntArray, fit: IntArray, held_out: IntArray) -> Iterator[FloatArray]:
    """Predictions by these columns for patients `held_out` at every alpha, from one eigendecomposition."""
    known, hb_g_dl = table.training_rows(fit, columns)
    others = table.nails_of(held_out)
    standardiser = Standardiser.fit(known)
    known, asked = standardiser.apply(known), standardiser.apply(table.features[np.ix_(others, columns)])
    # Ridge does not shrink the intercept: centre both sides on the training part.
    centre = known.mean(axis=0)
    known, asked = known - centre, asked - centre
    values, vectors = np.linalg.eigh(known.T @ known)
    values = np.maximum(values, 0.0)
    rotated = vectors.T @ (known.T @ (hb_g_dl - hb_g_dl.mean()))
    asked_rotated = asked @ vectors
    for alpha in ALPHAS:
        nails = asked_rotated @ (rotated / (values + alpha)) + hb_g_dl.mean()
        yield by_patient(nails, table.patient[others], held_out)


def by_patient(nails: FloatArray, patient: IntArray, patients: IntArray) -> FloatArray:
    """Values (m,) of nails, whose owners are `patient` (m,), to one of each of `patients`."""
    return np.array([typical_of_nails(nails[patient == index]) for index in patients])
