"""The interval that is shown with a reading: conformal, from out-of-fold residuals of whole patients.

The lower an estimate, the more it errs, and mostly upwards: whoever is severely anaemic is read as milder. So the
interval grows towards low estimates, and its two sides have quantiles of their own. A truth below the interval is worse
than one above it, since somebody is then told that their anaemia is milder than it is: only a third of what is missed
lies below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from crepes import ConformalPredictiveSystem, ConformalRegressor

from app.core.arrays import FloatArray
from app.core.manifest import IntervalSpec
from trainer.data.dataset import DataError
from trainer.evaluate.validation import SEVERITY_BANDS, OutOfFold

COVERAGE = 0.9
# Of what the interval may miss, the share of truths that lie below it. Shares of 20 to 50 % had been looked at: 40 %
# gives the narrowest intervals, a third is for the reason above.
MISSED_BELOW = 1 / 3
METHOD = (
    "normalised conformal predictive system (crepes) on the signed residuals of whole patients, each predicted by a "
    "model that saw nobody of the patient's session (leave one session out, alpha chosen inside); a third of what is "
    "missed may lie below; the scale is a straight line through the absolute residuals over the estimate"
)
# The scale is a line between these percentiles of the estimates; beyond them too few people were measured.
KNOT_PERCENTILES = (5.0, 95.0)
# Of the mean absolute residual: the line may fall no lower.
LEAST_SCALE_SHARE = 0.25
KNOT_FIELDS = ("at_g_dl", "below_g_dl", "above_g_dl")
# A session of one or two people covers all or none by chance.
SMALLEST_SESSION_SHOWN = 5


def fit_interval(result: OutOfFold, patients: np.ndarray | None = None) -> IntervalSpec:
    """The interval that holds the truth in `COVERAGE` of people like those of `result`.

    Args:
        patients: (n,) bool, the ones of `result` to learn from; None: all.

    Raises:
        DataError: too few patients for that coverage.
    """
    seen = np.ones(len(result.errors), dtype=bool) if patients is None else patients
    predicted = result.predicted[seen]
    residuals = result.hb_g_dl[seen] - predicted
    missed_below = MISSED_BELOW * (1.0 - COVERAGE)
    _enough(residuals, 1.0 - missed_below)
    knots = np.percentile(predicted, KNOT_PERCENTILES)
    # One estimate for everybody has no line through it.
    line = np.polyfit(predicted, np.abs(residuals), 1) if knots[1] - knots[0] > 1e-3 else [np.abs(residuals).mean()]
    knots = knots if len(line) > 1 else knots[:1]
    at_knots = np.maximum(np.polyval(line, knots), LEAST_SCALE_SHARE * np.abs(residuals).mean())
    system = ConformalPredictiveSystem().fit(residuals, sigmas=np.interp(predicted, knots, at_knots))
    at_zero = np.zeros(len(knots))
    below = system.predict_percentiles(at_zero, sigmas=at_knots, lower_percentiles=100 * missed_below)
    above = system.predict_percentiles(at_zero, sigmas=at_knots, higher_percentiles=100 * (COVERAGE + missed_below))
    return IntervalSpec(
        coverage=COVERAGE,
        at_g_dl=tuple(knots.tolist()),
        # A tail on the wrong side of the estimate would put the estimate outside its own interval.
        below_g_dl=tuple(np.maximum(-below, 0.0).tolist()),
        above_g_dl=tuple(np.maximum(above, 0.0).tolist()),
        mean_half_width_g_dl=half_width_g_dl(np.abs(result.training_mean - result.hb_g_dl)[seen]),
    )


def half_width_g_dl(residuals: FloatArray, coverage: float = COVERAGE) -> float:
    """Half the width of one interval for everybody, from absolute residuals (n,): split conformal.

    For always saying the mean this is the narrower way; compared with it, ours gains nothing by the comparison.

    Raises:
        DataError: too few patients for that coverage.
    """
    _enough(residuals, coverage)
    regressor = ConformalRegressor().fit(np.asarray(residuals, dtype=np.float64))
    low, high = regressor.predict_int(np.zeros(1), confidence=coverage)[0]
    return float(high - low) / 2


def each_session(result: OutOfFold) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each session: who is of it, (n,) bool of the patients, and which of them the interval learned from all
    other sessions holds, (k,) bool."""
    for session in np.unique(result.session):
        inside = result.session == session
        low, high = _limits(fit_interval(result, ~inside), result.predicted[inside])
        truth = result.hb_g_dl[inside]
        yield inside, (truth >= low) & (truth <= high)


def interval_figures(result: OutOfFold) -> dict[str, Any]:
    """The shipped interval, and how often such intervals hold.

    Coverage is measured one session at a time, each with the interval that all other sessions give. `half_width` is
    the mean over the patients, `mean_half_width` the one of "always say the training mean".
    """
    covered = np.zeros(len(result.errors), dtype=bool)
    by_session = []
    for inside, held in each_session(result):
        covered[inside] = held
        by_session.append(held)
    shown = [float(held.mean()) for held in by_session if len(held) >= SMALLEST_SESSION_SHOWN]
    by_severity = {}
    for name, low, high in SEVERITY_BANDS:
        inside = (result.hb_g_dl >= low) & (result.hb_g_dl < high)
        if inside.any():
            by_severity[name] = {"n": int(inside.sum()), "coverage": float(covered[inside].mean())}
    spec = fit_interval(result)
    lows, highs = _limits(spec, result.predicted)
    return {
        "target": COVERAGE,
        "knots": {name: list(getattr(spec, name)) for name in KNOT_FIELDS},
        "half_width": float((highs - lows).mean()) / 2,
        "mean_half_width": spec.mean_half_width_g_dl,
        "no_narrower_than_mean": float(
            np.mean([not spec.narrower_than_no_photo(*limits) for limits in zip(lows, highs, strict=True)])
        ),
        "coverage": float(covered.mean()),
        "coverage_severe": by_severity.get("<8", {}).get("coverage"),
        "coverage_worst_session": min(shown) if shown else None,
        "by_severity": by_severity,
        "method": METHOD,
    }


def half_widths_g_dl(result: OutOfFold) -> FloatArray:
    """(n,) half the width of each patient's interval, learned from all of them, as the shipped one is."""
    lows, highs = _limits(fit_interval(result), result.predicted)
    half: FloatArray = (highs - lows) / 2
    return half


def _limits(spec: IntervalSpec, predicted: FloatArray) -> tuple[FloatArray, FloatArray]:
    low, high = np.array([spec.around(float(hb_g_dl)) for hb_g_dl in predicted]).T
    return low, high


def _enough(residuals: FloatArray, coverage: float) -> None:
    # A coverage of 1 - 1/k needs k - 1 residuals; with fewer the interval has no end.
    if len(residuals) + 1 < round(1.0 / (1.0 - coverage), 6):
        raise DataError(f"{len(residuals)} patients are too few for an interval of {COVERAGE:.0%} coverage")
