"""The interval that is shown with a reading: conformal, from out-of-fold residuals of whole patients."""

from __future__ import annotations

from typing import Any

import numpy as np
from crepes import ConformalRegressor

from app.core.arrays import FloatArray
from trainer.dataset import DataError
from trainer.validation import SEVERITY_BANDS, OutOfFold

COVERAGE = 0.9
METHOD = (
    "split conformal (crepes) on the absolute residuals of whole patients, each predicted by a model that saw "
    "nobody of the patient's session (leave one session out, alpha chosen inside); one width for everybody"
)
# A session of one or two people covers all or none by chance.
SMALLEST_SESSION_SHOWN = 5


def half_width_g_dl(residuals: FloatArray, coverage: float = COVERAGE) -> float:
    """Half the width of the interval that holds the truth in `coverage` of people like those of `residuals` (n,).

    Raises:
        DataError: too few patients for that coverage.
    """
    # A coverage of 1 - 1/k needs k - 1 residuals; with fewer the interval has no end.
    if len(residuals) + 1 < 1.0 / (1.0 - coverage):
        raise DataError(f"{len(residuals)} patients are too few for an interval of {coverage:.0%} coverage")
    regressor = ConformalRegressor().fit(np.asarray(residuals, dtype=np.float64))
    low, high = regressor.predict_int(np.zeros(1), confidence=coverage)[0]
    return float(high - low) / 2


def interval_figures(result: OutOfFold) -> dict[str, Any]:
    """The shipped half width, and how often such intervals hold.

    Coverage is measured one session at a time, each with the width that the residuals of all other sessions
    give. `mean_half_width` is the width of "always say the training mean", by the same method.
    """
    covered = np.zeros(len(result.errors), dtype=bool)
    for session in np.unique(result.session):
        inside = result.session == session
        covered[inside] = result.errors[inside] <= half_width_g_dl(result.errors[~inside])
    by_session = [covered[result.session == session] for session in np.unique(result.session)]
    shown = [float(inside.mean()) for inside in by_session if len(inside) >= SMALLEST_SESSION_SHOWN]
    by_severity = {}
    for name, low, high in SEVERITY_BANDS:
        inside = (result.hb_g_dl >= low) & (result.hb_g_dl < high)
        if inside.any():
            by_severity[name] = {"n": int(inside.sum()), "coverage": float(covered[inside].mean())}
    return {
        "target": COVERAGE,
        "half_width": half_width_g_dl(result.errors),
        "mean_half_width": half_width_g_dl(np.abs(result.training_mean - result.hb_g_dl)),
        "coverage": float(covered.mean()),
        "coverage_severe": by_severity.get("<8", {}).get("coverage"),
        "coverage_worst_session": min(shown) if shown else None,
        "by_severity": by_severity,
        "method": METHOD,
    }
