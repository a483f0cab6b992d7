"""Whether a nail is a bare one like those that the estimator learned from: five logistic heads and a distance.

All look at the features from which the Hb is read, standardised by bare nails. Each head tells one of
`codes.LIKENESS_SIGNS` from bare nails. The distance is Mahalanobis's, in the few directions in which bare nails vary
most, and as if they varied alike in all others (probabilistic PCA: M. Tipping and C. Bishop, J. R. Statist. Soc. B 61
(1999), 611-622).

Limits come from sessions that a model had not seen, and so do the figures: of bare nails, and of what was painted,
spoiled and taken out of photographs of those sessions. The figures are measured with limits of yet other sessions.
Ordinary photographs teach and are measured, but set no limit: few as they are, a limit that spared each of their bare
nails would let most of their painted ones through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.crops.likeness import POOLED, SIGNS, STRANGENESS, middle, nails_among, pooled
from app.shared.codes import LIKENESS_SIGNS, NAIL_BLUR, NAIL_GLARE, NAIL_NOT_A_NAIL, NAIL_POLISH, NAIL_PRESSED
from trainer.estimator.head import Standardiser
from trainer.estimator.likeness_rows import BARE, BLURRED, CLEAR_COAT, GLARE, NO_NAIL, PAINTED, PRESSED
from trainer.estimator.likeness_table import LikenessTable

FOLDS = 4
# The strength of the heads' shrinkage: of 0.003, 0.01 and 0.03 the one by which fewest bare nails of ordinary
# photographs are refused, and most of their painted ones found.
SHRINKAGE_C = dict.fromkeys(LIKENESS_SIGNS, 0.01) | {NAIL_POLISH: 0.003}
DIRECTIONS = 8
# What each sign is learned from, and how many of bare nails of sessions not seen, in any light, it may refuse.
KINDS = {NAIL_POLISH: PAINTED, NAIL_NOT_A_NAIL: NO_NAIL, NAIL_GLARE: GLARE, NAIL_BLUR: BLURRED, NAIL_PRESSED: PRESSED}
ALARMS = {NAIL_POLISH: 0.02, NAIL_NOT_A_NAIL: 0.005, NAIL_GLARE: 0.005, NAIL_BLUR: 0.005, NAIL_PRESSED: 0.003}
# The same of pictures as a whole, by the median of their boxes.
NO_NAILS_ALARM = 0.005
LEAST_P_VALUE = 0.005
# Shares of bare nails at which the distance is written down.
SHARES_BEYOND = (1.0, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)


@dataclass(frozen=True, slots=True)
class LikenessModel:
    """With z = clip((features - mean) / std) - centre, d features, s signs and k directions:

    the k-th of `codes.LIKENESS_SIGNS` is z @ weights[:, k] + intercepts[k]; strangeness is
    mean(z^2) / rest + ((z @ directions)^2) @ excess.

    Attributes:
        mean, std, centre: (d,).
        weights: (d, s), intercepts: (s,).
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
        return {**dict(zip(LIKENESS_SIGNS, logits.T, strict=True)), STRANGENESS: strangeness}


def fit_likeness(table: LikenessTable, rows: IntArray) -> LikenessModel:
    """Learn from these rows alone."""
    features, kind = table.features[rows].astype(np.float64), table.kind[rows]
    bare = kind == BARE
    # Of ordinary photographs no haemoglobin is known: only the laboratory's nails say what is strange to the estimator.
    known = bare & ~table.ordinary[table.sitter[rows]]
    standardiser = Standardiser.fit(features[known])
    standardised = standardiser.apply(features)
    centre = standardised[known].mean(axis=0)
    standardised -= centre
    heads = []
    for sign in LIKENESS_SIGNS:
        among = bare | (kind == KINDS[sign])
        if sign == NAIL_NOT_A_NAIL:
            # A painted nail is a nail. A clear coat hides nothing: of paint it teaches nothing.
            among |= (kind == PAINTED) | (kind == CLEAR_COAT)
        head = LogisticRegression(C=SHRINKAGE_C[sign], max_iter=300, class_weight="balanced")
        heads.append(head.fit(standardised[among], kind[among] == KINDS[sign]))
    variances, vectors = np.linalg.eigh(np.cov(standardised[known], rowvar=False))
    count = len(variances)
    rest = float(variances[:-DIRECTIONS].mean())
    return LikenessModel(
        mean=standardiser.mean,
        std=standardiser.std,
        centre=centre,
        weights=np.stack([head.coef_[0] for head in heads], axis=1),
        intercepts=np.array([float(head.intercept_[0]) for head in heads]),
        directions=vectors[:, -DIRECTIONS:],
        excess=(1 / variances[-DIRECTIONS:] - 1 / rest) / count,
        rest=rest,
    )


def signs_unseen(table: LikenessTable) -> dict[str, FloatArray]:
    """What models say of each row that have seen nobody of its session, (m,) each."""
    found: dict[str, FloatArray] = {name: np.empty(len(table.kind)) for name in SIGNS}
    for seen, unseen in _folds(table):
        model = fit_likeness(table, seen)
        for name, values in model.signs(table.features[unseen]).items():
            found[name][unseen] = values
    return found


def _folds(table: LikenessTable) -> list[tuple[IntArray, IntArray]]:
    """(seen, unseen) rows; those of a session stay together."""
    return list(GroupKFold(FOLDS).split(table.sitter, groups=table.session[table.sitter]))


def limits_of(table: LikenessTable, signs: dict[str, FloatArray], rows: IntArray | None = None) -> dict[str, Any]:
    """The section `likeness` of models.json, from `signs_unseen` of the laboratory's bare nails among these rows, or of
    all of them."""
    bare = (table.kind == BARE) & ~table.ordinary[table.sitter]
    if rows is not None:
        bare &= np.isin(np.arange(len(bare)), rows)

    def exceeded(values: FloatArray, shares: FloatArray) -> FloatArray:
        return np.asarray(np.quantile(values[bare], 1 - shares))

    no_nails = float(exceeded(by_picture(table, signs[NAIL_NOT_A_NAIL], middle), np.array(NO_NAILS_ALARM)))
    limit = float(exceeded(signs[NAIL_NOT_A_NAIL], np.array(ALARMS[NAIL_NOT_A_NAIL])))
    shown = pooled_by_picture(table, signs, nail_rows(table, signs, limit, no_nails))
    limits = {sign: float(exceeded(shown[sign], np.array(ALARMS[sign]))) for sign in LIKENESS_SIGNS}
    return {
        **limits,
        "no_nails": no_nails,
        "strangeness": exceeded(signs[STRANGENESS], np.array(SHARES_BEYOND)).tolist(),
        "share_beyond": list(SHARES_BEYOND),
        "least_p_value": LEAST_P_VALUE,
    }


def measures_of(table: LikenessTable, signs: dict[str, FloatArray]) -> dict[str, Any]:
    """Shares of the laboratory's rows, by models and limits that have seen nobody of their session: `false_alarm` of
    bare nails as they are, `false_alarm_elsewhere` as other cameras would take them, that are refused; `polish_found`
    of nails painted by code, `clear_coat_found`, `glare_found`, `blur_found`, `pressed_found`; `no_nail_read` of what
    is no nail that gets a number all the same.

    Where there are ordinary photographs, `ordinary` says the same of their nails as they are: `bare_read` of the bare
    ones, `painted_read` of those that really are painted, and of how many `photographs`.
    """
    refused: BoolArray = np.zeros(len(table.kind), dtype=bool)
    for seen, unseen in _folds(table):
        refused[unseen] = refused_rows(table, signs, limits_of(table, signs, seen))[unseen]

    ordinary = table.ordinary[table.sitter]

    def share(kind: int, rows: BoolArray = ~ordinary) -> float:
        return float(refused[(table.kind == kind) & rows].mean())

    found: dict[str, Any] = {
        "false_alarm": share(BARE, ~ordinary & table.as_it_is),
        "false_alarm_elsewhere": share(BARE, ~ordinary & ~table.as_it_is),
        "polish_found": share(PAINTED),
        "clear_coat_found": share(CLEAR_COAT),
        "no_nail_read": 1 - share(NO_NAIL),
        "glare_found": share(GLARE),
        "blur_found": share(BLURRED),
        "pressed_found": share(PRESSED),
    }
    if ordinary.any():
        found["ordinary"] = {
            "bare_read": 1 - share(BARE, ordinary & table.as_it_is),
            "painted_read": 1 - share(PAINTED, table.really_painted[table.sitter] & table.as_it_is),
            "photographs": int(table.ordinary.sum()),
        }
    return found


def refused_rows(table: LikenessTable, signs: dict[str, FloatArray], limits: dict[str, Any]) -> BoolArray:
    """(m,) which rows count no more, as `app.core.crops.likeness` has it."""
    nails = nail_rows(table, signs, limits[NAIL_NOT_A_NAIL], limits["no_nails"])
    shown = pooled_by_picture(table, signs, nails)
    p_values = np.interp(signs[STRANGENESS], limits["strangeness"], limits["share_beyond"])
    refused: BoolArray = ~nails | (p_values < limits["least_p_value"])
    for sign in LIKENESS_SIGNS:
        refused |= shown[sign] > limits[sign]
    return refused


def nail_rows(table: LikenessTable, signs: dict[str, FloatArray], limit: float, no_nails: float) -> BoolArray:
    """(m,) which rows are nails, as `app.core.crops.likeness.nails_among` has it of each picture."""
    return by_picture(table, signs[NAIL_NOT_A_NAIL], lambda values: nails_among(values, limit, no_nails)).astype(bool)


def pooled_by_picture(table: LikenessTable, signs: dict[str, FloatArray], nails: BoolArray) -> dict[str, FloatArray]:
    """The signs (m,) as `app.core.crops.likeness.pooled` has them of each picture; `nails` (m,) are nails."""
    begins = _begins(table)
    shown = dict(signs)
    for sign in POOLED:
        parts = zip(np.split(signs[sign], begins), np.split(nails, begins), strict=True)
        shown[sign] = np.concatenate([pooled(sign, values, of_picture) for values, of_picture in parts])
    return shown


def by_picture(table: LikenessTable, values: FloatArray, found: Callable[[FloatArray], Any]) -> FloatArray:
    """What `found` says of each picture's values, one or one for each of them, as a row for each (m,)."""
    parts = np.split(values, _begins(table))
    return np.concatenate([np.broadcast_to(found(part), part.shape) for part in parts])


def _begins(table: LikenessTable) -> IntArray:
    """Where the rows of the second, third and each further picture begin."""
    begins: IntArray = np.flatnonzero(np.diff(table.picture, prepend=-1))[1:]
    return begins
