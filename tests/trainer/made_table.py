"""A table of made nails whose features hold the Hb with noise."""

from __future__ import annotations

import numpy as np

from trainer.data.splits import Split
from trainer.estimator.head import NailTable


def made_table(seed: int = 0, patients: int = 40, sessions: int = 8, features: int = 10) -> NailTable:
    """Three nails a patient."""
    random = np.random.default_rng(seed)
    hb_g_dl = random.normal(12.5, 2.0, patients)
    patient = np.repeat(np.arange(patients), 3)
    noise = random.normal(scale=1.5, size=(len(patient), features))
    session = np.array([f"day{index % sessions}" for index in range(patients)])
    return NailTable(
        (hb_g_dl[patient] - 12.5)[:, None] * random.normal(size=features) + noise, patient, hb_g_dl, session
    )


def made_split(table: NailTable) -> Split:
    """Sessions day0 and day1 test, day2 and day3 choose, the others train."""
    parts = [np.flatnonzero(np.isin(table.session, names)) for names in (("day2", "day3"), ("day0", "day1"))]
    train = np.setdiff1d(np.arange(len(table.hb_g_dl)), np.concatenate(parts))
    return Split(train=train, val=parts[0], test=parts[1])
