"""Whether a nail is a bare one like those that the estimator learned from, by what its network says beside the Hb.

A number is no measurement where the network has never seen the like: of nail polish, of a knuckle, of a coin it gives
one as readily as of a nail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.arrays import FloatArray, IntArray
from app.core.manifest import LikenessSpec
from app.shared.codes import NAIL_NOT_A_NAIL, NAIL_POLISH, NAIL_STRANGE

# Outputs of the estimator, (N,) each. The first two are above their limit where a nail is painted, and where there is
# none; the third says how far a nail lies from those that the network learned from, whatever it is.
POLISH, NOT_A_NAIL, STRANGENESS = SIGNS = "polish", "not_a_nail", "strangeness"


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the estimator says of N nails.

    Attributes:
        hb_g_dl: (N,), also of nails that do not count.
        reasons: for each nail why it does not count, one of `codes.STRANGE_REASONS`, or None.
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
    if spec is None:
        return Estimates(hb_g_dl, (None,) * len(hb_g_dl), np.full(len(hb_g_dl), np.nan))
    p_values = np.interp(outputs[STRANGENESS], spec.strangeness, spec.share_beyond)
    no_nail = outputs[NOT_A_NAIL] > spec.not_a_nail
    reasons: list[str | None] = [NAIL_NOT_A_NAIL if each else None for each in no_nail]
    nails = np.flatnonzero(~no_nail)
    for place, polish in zip(nails, pooled(outputs[POLISH][nails]), strict=True):
        if polish > spec.polish:
            reasons[place] = NAIL_POLISH
        elif p_values[place] < spec.least_p_value:
            reasons[place] = NAIL_STRANGE
    return Estimates(hb_g_dl, tuple(reasons), p_values)


def pooled(polish: FloatArray) -> FloatArray:
    """What the nails of one picture (N,) say of polish, each drawn halfway to their mean: who paints one nail seldom
    leaves the others bare, and a shine or a shade on one of them says less."""
    return polish if not len(polish) else (polish + polish.mean()) / 2
