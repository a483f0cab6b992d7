"""Numbers drawn at random."""

from __future__ import annotations

import numpy as np


def log_uniform(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """One between two positive limits, as likely half as large as twice as large."""
    return float(np.exp(rng.uniform(*np.log(limits))))
