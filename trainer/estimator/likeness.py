"""Whether a nail is a bare one like those that the estimator learned from: two logistic heads and a distance.

All three look at the features from which the Hb is read, standardised by bare nails. The distance is Mahalanobis's, in
the few directions in which bare nails vary most, and as if they varied alike in all others (probabilistic PCA: M.
Tipping and C. Bishop, J. R. Statist. Soc. B 61 (1999), 611-622).

Limits come from sessions that a model had not seen, and so do the figures: of bare nails, and of what was painted and
taken out of photographs of those sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.crops.likeness import NOT_A_NAIL, POLISH, SIGNS, STRANGENESS, pooled
from trainer.estimator.head import Standardiser
from trainer.estimator.likeness_table import BARE, CLEAR_COAT, NO_NAIL, PAINTED, LikenessTable

FOLDS = 4
# The strength of the two heads' shrinkage, of 0.0001 to 0.1 the one by which most painted nails are found at the same
# share of bare ones refused, here and in hands11k.
SHRINKAGE_C = 0.01
DIRECTIONS = 8
# Of bare nails of sessions not seen, in any light, refused for paint and for not being one.
POLISH_ALARM, NO_NAIL_ALARM = 0.02, 0.005
LEAST_P_VALUE = 0.005
# Shares of bare nails at which the distance is written down.
SHARES_BEYOND = (1.0, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)


@dataclass(frozen=True, slots=True)
class LikenessModel:
    """With z = clip((features - mean) / std) - centre, d features and k directions:

    polish and not_a_nail are z @ weights + intercepts; strangeness is mean(z^2) / rest + ((z @ directions)^2) @ excess.

    Attributes:
        mean, std, centre: (d,).
        weights: (d, 2), intercepts: (2,).
        directions: (d, k), excess: (k,), rest: the variance in every other direction.
    """

    mean: FloatArray
    std: FloatArray
    centre: FloatArray
    weights: FloatArray
    intercepts: FloatArray
    directions: FloatArray
    excess: FloatArray
    rest: float

    def signs(self, features: FloatArray) -> dict[str, FloatArray]:
        """(m, d) -> the outputs of `app.core.crops.likeness`, (m,) each."""
        standardised = Standardiser(self.mean, self.std).apply(features) - self.centre
        logits = standardised @ self.weights + self.intercepts
        along = standardised @ self.directions
        strangeness = (standardised**2).mean(axis=1) / self.rest + along**2 @ self.excess
        return {POLISH: logits[:, 0], NOT_A_NAIL: logits[:, 1], STRANGENESS: strangeness}


def fit_likeness(table: LikenessTable, rows: IntArray) -> LikenessModel:
    """Learn from these rows alone."""
    features, kind = table.features[rows].astype(np.float64), table.kind[rows]
    bare = kind == BARE
    standardiser = Standardiser.fit(features[bare])
    standardised = standardiser.apply(features)
    centre = standardised[bare].mean(axis=0)
    standardised -= centre
    # What is no nail may look painted, and a clear coat hides nothing: the one head is not asked about either.
    polish = _logistic(standardised, kind == PAINTED, bare | (kind == PAINTED))
    no_nail = _logistic(standardised, kind == NO_NAIL, np.full(len(kind), True))
    variances, vectors = np.linalg.eigh(np.cov(standardised[bare], rowvar=False))
    count = len(variances)
    rest = float(variances[:-DIRECTIONS].mean())
    return LikenessModel(
        mean=standardiser.mean,
        std=standardiser.std,
        centre=centre,
        weights=np.stack([polish[0], no_nail[0]], axis=1),
        intercepts=np.array([polish[1], no_nail[1]]),
        directions=vectors[:, -DIRECTIONS:],
        excess=(1 / variances[-DIRECTIONS:] - 1 / rest) / count,
        rest=rest,
    )


def _logistic(features: FloatArray, wanted: BoolArray, among: BoolArray) -> tuple[FloatArray, float]:
    model = LogisticRegression(C=SHRINKAGE_C, max_iter=300, class_weight="balanced")
    model.fit(features[among], wanted[among])
    return model.coef_[0], float(model.intercept_[0])


def signs_unseen(table: LikenessTable) -> dict[str, FloatArray]:
    """What models say of each row that have seen nobody of its session, (m,) each."""
    found: dict[str, FloatArray] = {name: np.empty(len(table.kind)) for name in SIGNS}
    sessions = table.session[table.patient]
    for seen, unseen in GroupKFold(FOLDS).split(table.patient, groups=sessions):
        model = fit_likeness(table, seen)
        for name, values in model.signs(table.features[unseen]).items():
            found[name][unseen] = values
    return found


def limits_of(table: LikenessTable, signs: dict[str, FloatArray]) -> dict[str, Any]:
    """The section `likeness` of models.json, from `signs_unseen`."""
    bare = table.kind == BARE
    polish = pooled_by_picture(table, signs[POLISH])
    strangeness = np.quantile(signs[STRANGENESS][bare], 1 - np.array(SHARES_BEYOND))
    return {
        "polish": float(np.quantile(polish[bare], 1 - POLISH_ALARM)),
        "not_a_nail": float(np.quantile(signs[NOT_A_NAIL][bare], 1 - NO_NAIL_ALARM)),
        "strangeness": strangeness.tolist(),
        "share_beyond": list(SHARES_BEYOND),
        "least_p_value": LEAST_P_VALUE,
    }


def measures_of(table: LikenessTable, signs: dict[str, FloatArray], limits: dict[str, Any]) -> dict[str, float]:
    """Shares of rows of sessions not seen: `false_alarm` of bare nails as they are, `false_alarm_elsewhere` as other
    cameras would take them, that are refused; `polish_found` of painted nails, `clear_coat_found`; `no_nail_read` of
    what is no nail that gets a number all the same."""
    refused = refused_rows(table, signs, limits)

    def share(rows: BoolArray) -> float:
        return float(refused[rows].mean())

    bare = table.kind == BARE
    return {
        "false_alarm": share(bare & table.as_it_is),
        "false_alarm_elsewhere": share(bare & ~table.as_it_is),
        "polish_found": share(table.kind == PAINTED),
        "clear_coat_found": share(table.kind == CLEAR_COAT),
        "no_nail_read": 1 - share(table.kind == NO_NAIL),
    }


def refused_rows(table: LikenessTable, signs: dict[str, FloatArray], limits: dict[str, Any]) -> BoolArray:
    """(m,) which rows count no more, as `app.core.crops.likeness` has it."""
    refused: BoolArray = signs[NOT_A_NAIL] > limits["not_a_nail"]
    refused |= pooled_by_picture(table, signs[POLISH]) > limits["polish"]
    p_values = np.interp(signs[STRANGENESS], limits["strangeness"], limits["share_beyond"])
    refused |= p_values < limits["least_p_value"]
    return refused


def pooled_by_picture(table: LikenessTable, polish: FloatArray) -> FloatArray:
    """(m,) as `app.core.crops.likeness.pooled` has it of the nails of each picture."""
    begins = np.flatnonzero(np.diff(table.picture, prepend=-1))
    return np.concatenate([pooled(each) for each in np.split(polish, begins[1:])])
