"""No session stands on both sides of any split, and the original's split comes out as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.real_photos import DATASET, needs_real_photos
from trainer.data.dataset import DataError, Patient, read_dataset
from trainer.data.splits import leave_one_session_out, original_split
from trainer.estimator.head import NailTable, session_folds


def people(sessions: list[int]) -> list[Patient]:
    box = np.array([[0.0, 0.0, 10.0, 10.0]])
    return [
        Patient(str(index), f"day{session}", 12.0, Path(f"{index}.jpg"), 100, 100, box, box)
        for index, session in enumerate(sessions)
    ]


def sessions_of(patients: list[Patient], indices) -> set[str]:
    return {patients[index].session for index in indices}


many_sessions = st.lists(st.integers(0, 9), min_size=8, max_size=60).filter(lambda found: len(set(found)) >= 4)


@given(many_sessions)
def test_original_split_keeps_sessions_apart_and_loses_nobody(sessions):
    patients = people(sessions)
    split = original_split(patients)
    parts = (split.train, split.val, split.test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(patients)))
    found = [sessions_of(patients, part) for part in parts]
    assert all(found)
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


@given(many_sessions)
def test_leave_one_session_out_measures_everybody_once(sessions):
    patients = people(sessions)
    measured = []
    for fit, held_out in leave_one_session_out(patients):
        assert not sessions_of(patients, fit) & sessions_of(patients, held_out)
        assert len(sessions_of(patients, held_out)) == 1
        measured += held_out.tolist()
    assert sorted(measured) == list(range(len(patients)))


@given(many_sessions, st.one_of(st.none(), st.integers(0, 9)), st.integers(2, 5))
def test_inner_folds_keep_sessions_apart(sessions, seed, folds):
    patients = people(sessions)
    session = np.array([patient.session for patient in patients])
    table = NailTable(np.zeros((len(patients), 1)), np.arange(len(patients)), np.full(len(patients), 12.0), session)
    # Folds of a part, as inside a training part.
    part = np.arange(0, len(patients), 2)
    measured = []
    for fit, held_out in session_folds(table, part, folds, seed):
        assert not set(session[fit]) & set(session[held_out])
        assert set(fit) | set(held_out) == set(part)
        measured += held_out.tolist()
    assert sorted(measured) == (part.tolist() if len(set(session[part])) > 1 else [])


def test_one_session_only_is_an_error():
    with pytest.raises(DataError, match="session"):
        original_split(people([3] * 20))
    with pytest.raises(DataError, match="session"):
        list(leave_one_session_out(people([3] * 20)))


@needs_real_photos
def test_the_original_split_of_the_real_data():
    patients = read_dataset(DATASET, lambda line: None)
    split = original_split(patients)
    parts = (split.train, split.val, split.test)
    assert [len(part) for part in parts] == [151, 61, 38]
    assert [len(sessions_of(patients, part)) for part in parts] == [14, 3, 3]
