"""Who trains, who chooses and who measures: every split keeps a measurement session on one side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, LeaveOneGroupOut

from app.core.arrays import IntArray
from trainer.data.dataset import DataError, Patient

ORIGINAL_SEED = 42


@dataclass(frozen=True, slots=True)
class Split:
    """Indices into the list of patients."""

    train: IntArray
    val: IntArray
    test: IntArray


def original_split(patients: list[Patient], seed: int = ORIGINAL_SEED) -> Split:
    """The original system's split by session: 30 % set aside, then halved into val and test.

    With the original's seed and the whole data set 151 / 61 / 38 patients from 14 / 3 / 3 sessions.

    Raises:
        DataError: fewer than four sessions.
    """
    sessions = _sessions(patients, at_least=4)
    indices = np.arange(len(patients))
    train, aside = next(GroupShuffleSplit(1, test_size=0.30, random_state=seed).split(indices, groups=sessions))
    halves = GroupShuffleSplit(1, test_size=0.5, random_state=seed)
    val, test = next(halves.split(aside, groups=sessions[aside]))
    return Split(train=train, val=aside[val], test=aside[test])


def leave_one_session_out(patients: list[Patient]) -> Iterator[tuple[IntArray, IntArray]]:
    """(train, test) indices, one pair a session.

    Raises:
        DataError: fewer than two sessions.
    """
    sessions = _sessions(patients, at_least=2)
    yield from LeaveOneGroupOut().split(np.arange(len(patients)), groups=sessions)


def _sessions(patients: list[Patient], at_least: int) -> np.ndarray:
    sessions = np.array([patient.session for patient in patients])
    found = len(np.unique(sessions))
    if found < at_least:
        raise DataError(
            f"{found} measurement session(s) in MEASUREMENT_DATE, at least {at_least} are needed: "
            "people of one session must not stand on both sides of a split"
        )
    return sessions
