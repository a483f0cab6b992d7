"""Whether a nail is a bare one like those that the estimator learned from, by what its network says beside the Hb.

A number is no measurement where the network has never seen the like: of nail polish, of a knuckle, of a coin it gives
one as readily as of a nail. Out of focus, under a reflection or pressed, a nail has another colour than its blood's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.manifest import LikenessSpec
from app.shared.codes import LIKENESS_SIGNS, NAIL_BLUR, NAIL_NOT_A_NAIL, NAIL_POLISH, NAIL_STRANGE

# Outputs of the estimator, (N,) each. Those of `LIKENESS_SIGNS` are above their limit where the reason of that name
# holds; the last says how far a nail lies from those that the network learned from, whatever it is.
STRANGENESS = "strangeness"
SIGNS = (*LIKENESS_SIGNS, STRANGENESS)
# Of these each nail of a picture is drawn halfway to their mean: who paints one nail seldom leaves the others bare, and
# a camera that is out of focus is so for all of them.
POOLED = (NAIL_POLISH, NAIL_BLUR)


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the estimator says of N nails.

    Attributes:
        hb_g_dl: (N,), also of nails that do not count.
        reasons: for each nail why it does not count, one of `codes.LIKENESS_REASONS`, or None.
        p_values: (N,) share of bare nails, of sessions that the network had not seen, at least as strange; NaN where
            the models say nothing of it.
    """

    hb_g_dl: FloatArray
    reasons: tuple[str | None, ...]
    p_values: FloatArray

    def of(self, places: IntArray) -> Estimates:
        """Those of some of the nails, in this order."""
        return Estimates(self.hb_g_dl[places], tuple(self.reasons[place] for place in places), self.p_values[places])


def estimates_of(hb_g_dl: FloatArray, outputs: Mapping[str, FloatArray], spec: LikenessSpec | None) -> Estimates:
    """Judge N nails by the network's outputs; None: a network that says nothing of likeness."""
    if spec is None or not len(hb_g_dl):
        return Estimates(hb_g_dl, (None,) * len(hb_g_dl), np.full(len(hb_g_dl), np.nan))
    p_values = np.interp(outputs[STRANGENESS], spec.strangeness, spec.share_beyond)
    # What is no nail has no say in whether the nails beside it are painted.
    nails = nails_among(outputs[NAIL_NOT_A_NAIL], spec.limits[NAIL_NOT_A_NAIL], spec.no_nails)
    over = np.stack([pooled(name, outputs[name], nails) - spec.limits[name] for name in LIKENESS_SIGNS])
    reasons: list[str | None] = [None] * len(hb_g_dl)
    for place, sign in enumerate(over.argmax(axis=0)):
        if over[sign, place] > 0:
            reasons[place] = LIKENESS_SIGNS[sign]
        elif not nails[place]:
            reasons[place] = NAIL_NOT_A_NAIL
        elif p_values[place] < spec.least_p_value:
            reasons[place] = NAIL_STRANGE
    return Estimates(hb_g_dl, tuple(reasons), p_values)


def nails_among(not_a_nail: FloatArray, limit: float, no_nails: float) -> BoolArray:
    """Which boxes of one picture are nails, by that output (N,): those not above the limit, unless the median of all
    is above `no_nails`.

    A hand that is seen from its palm shows no nail: a fingertip there may pass by itself, but hardly most of them.
    """
    return (not_a_nail <= limit) & (middle(not_a_nail) <= no_nails)


def middle(values: FloatArray) -> float:
    """The median of (N,) values, N at least 1, the lower one of two."""
    return float(np.sort(values)[(len(values) - 1) // 2])


def pooled(name: str, values: FloatArray, nails: BoolArray) -> FloatArray:
    """The output `name` (N,) of one picture's boxes; where it is one of `POOLED`, those of `nails` (N,) drawn halfway
    to their mean."""
    if name not in POOLED or not nails.any():
        return values
    return np.where(nails, (values + values[nails].mean()) / 2, values)
