"""One haemoglobin for a person from the values of several nails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.core.arrays import FloatArray


def typical_of_nails(hb_g_dl: Sequence[float] | FloatArray) -> float:
    """The median of the means of all pairs of nails, each nail paired with itself too.

    It uses every nail as a mean does, and like a median it hardly moves when one of several nails is wrong. On three
    nails it errs less than their median, which hears one nail only. Source: J. L. Hodges and E. L. Lehmann, Estimates
    of location based on rank tests, Annals of Mathematical Statistics 34 (1963), 598-611.

    Args:
        hb_g_dl: (N,) values of the nails, N at least 1.

    Raises:
        ValueError: there is no nail.
    """
    values = np.asarray(hb_g_dl, dtype=np.float64)
    if not values.size:
        raise ValueError("no nail, so no haemoglobin")
    first, second = np.triu_indices(len(values))
    return float(np.median((values[first] + values[second]) / 2))
