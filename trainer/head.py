"""From a nail's features to its Hb: standardise, clip, Ridge. A patient is the median of the nails.

The rows are nails, the unit of every error is the patient, and whatever is chosen is chosen by folds that keep
a session on one side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from app.core.arrays import FloatArray, IntArray

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
    """

    features: FloatArray
    patient: IntArray
    hb_g_dl: FloatArray
    session: np.ndarray
    simulated: tuple[FloatArray, ...] = ()
    shifted: dict[str, tuple[FloatArray, ...]] = field(default_factory=dict)

    def training_rows(self, patients: IntArray) -> tuple[FloatArray, FloatArray]:
        """Features (r, d) and Hb (r,) of all that there is to learn from these patients, every light included."""
        rows = self.nails_of(patients)
        copies = (self.features, *self.simulated)
        hb_g_dl = self.hb_g_dl[self.patient[rows]]
        return np.concatenate([copy[rows] for copy in copies]), np.tile(hb_g_dl, len(copies))

    def nails_of(self, patients: IntArray) -> IntArray:
        """Row numbers of the nails of some patients."""
        return np.flatnonzero(np.isin(self.patient, patients))


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
    """hb_g_dl = clip((features - mean) / std) @ weights + intercept."""

    mean: FloatArray
    std: FloatArray
    clip: float
    weights: FloatArray
    intercept: float
    alpha: float

    def predict(self, features: FloatArray) -> FloatArray:
        """Nails (m, d) -> Hb in g/dL (m,)."""
        return Standardiser(self.mean, self.std).apply(features) @ self.weights + self.intercept


def fit_head(table: NailTable, patients: IntArray, alpha: float) -> RidgeHead:
    """Fit on the nails of `patients` alone."""
    known, hb_g_dl = table.training_rows(patients)
    standardiser = Standardiser.fit(known)
    ridge = Ridge(alpha=alpha).fit(standardiser.apply(known), hb_g_dl)
    return RidgeHead(
        mean=standardiser.mean,
        std=standardiser.std,
        clip=CLIP,
        weights=ridge.coef_,
        intercept=float(ridge.intercept_),
        alpha=alpha,
    )


def predict_patients(
    head: RidgeHead, table: NailTable, patients: IntArray, features: FloatArray | None = None
) -> FloatArray:
    """Hb in g/dL of each of `patients`: the median of the nails, as the app takes it.

    `features` (m, d) stands in for the table's own, for nails under another light.
    """
    rows = table.nails_of(patients)
    seen = table.features if features is None else features
    return _median_by_patient(head.predict(seen[rows]), table.patient[rows], patients)


def choose_alpha(table: NailTable, patients: IntArray) -> float:
    """The alpha with the least mean absolute error a patient, by session-grouped folds inside `patients`.

    With one session there is nothing to hold out, and the middle of the range is taken.
    """
    errors = np.zeros(len(ALPHAS))
    folds = list(session_folds(table, patients, INNER_FOLDS))
    for fit, held_out in folds:
        for place, prediction in enumerate(_ridge_path(table, fit, held_out)):
            errors[place] += np.abs(prediction - table.hb_g_dl[held_out]).sum()
    return ALPHAS[int(errors.argmin())] if folds else ALPHAS[len(ALPHAS) // 2]


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


def _ridge_path(table: NailTable, fit: IntArray, held_out: IntArray) -> Iterator[FloatArray]:
    """Predictions for patients `held_out` at every alpha, from one eigendecomposition."""
    known, hb_g_dl = table.training_rows(fit)
    others = table.nails_of(held_out)
    standardiser = Standardiser.fit(known)
    known, asked = standardiser.apply(known), standardiser.apply(table.features[others])
    # Ridge does not shrink the intercept: centre both sides on the training part.
    centre = known.mean(axis=0)
    known, asked = known - centre, asked - centre
    values, vectors = np.linalg.eigh(known.T @ known)
    values = np.maximum(values, 0.0)
    rotated = vectors.T @ (known.T @ (hb_g_dl - hb_g_dl.mean()))
    asked_rotated = asked @ vectors
    for alpha in ALPHAS:
        nails = asked_rotated @ (rotated / (values + alpha)) + hb_g_dl.mean()
        yield _median_by_patient(nails, table.patient[others], held_out)


def _median_by_patient(nails: FloatArray, patient: IntArray, patients: IntArray) -> FloatArray:
    return np.array([np.median(nails[patient == index]) for index in patients])
