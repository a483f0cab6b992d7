"""Telling painted nails, and what is none, from bare nails: heads and distance, their limits, and their graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from app.core.crops.likeness import SIGNS, STRANGENESS
from app.runtime.native import NativeNetwork
from app.shared.codes import NAIL_NOT_A_NAIL
from trainer.estimator.likeness import fit_likeness, limits_of, measures_of, refused_rows, signs_unseen
from trainer.estimator.likeness_graph import add_likeness
from trainer.estimator.likeness_rows import BARE, BLURRED, CLEAR_COAT, GLARE, NO_NAIL, PAINTED, PRESSED
from trainer.estimator.likeness_table import LikenessTable

FEATURES, PATIENTS, NAILS = 40, 200, 3
# Along which feature each kind differs from bare nails.
OFF = {BARE: None, PAINTED: 0, CLEAR_COAT: None, NO_NAIL: 1, GLARE: 2, BLURRED: 3, PRESSED: 4}


@pytest.fixture(scope="module")
def table() -> LikenessTable:
    """Patients of ten sessions, each with a picture of every kind; bare nails vary most along the last feature."""
    rng = np.random.default_rng(0)
    features, kinds, patients, pictures = [], [], [], []
    for patient in range(PATIENTS):
        for kind in OFF:
            nails = rng.normal(size=(NAILS, FEATURES)) * np.r_[np.ones(FEATURES - 1), 4.0]
            if OFF[kind] is not None:
                nails[:, OFF[kind]] += 8.0
            features.append(nails)
            kinds += [kind] * NAILS
            patients += [patient] * NAILS
            pictures += [len(features) - 1] * NAILS
    sessions = np.array([f"day {patient % 10}" for patient in range(PATIENTS)])
    as_it_is = np.array(patients) % 2 == 0
    nobody = np.zeros(PATIENTS, dtype=bool)
    features, kinds, pictures = np.concatenate(features), np.array(kinds), np.array(pictures)
    return LikenessTable(features, kinds, as_it_is, pictures, np.array(patients), sessions, nobody, nobody)


def test_each_kind_is_told_from_bare_nails_of_sessions_that_were_not_seen(table):
    signs = signs_unseen(table)
    measured = measures_of(table, signs)
    assert min(measured[f"{sign}_found"] for sign in ("polish", "glare", "blur", "pressed")) > 0.95
    assert measured["no_nail_read"] < 0.1
    assert max(measured["false_alarm"], measured["false_alarm_elsewhere"]) < 0.12
    # Nothing of a clear coat shows in these.
    assert measured["clear_coat_found"] < 0.1


def test_limits_are_what_bare_nails_reach(table):
    signs = signs_unseen(table)
    limits = limits_of(table, signs)
    bare = signs[STRANGENESS][table.kind == BARE]
    for distance, share in zip(limits["strangeness"], limits["share_beyond"], strict=True):
        assert (bare >= distance).mean() == pytest.approx(share, abs=0.01)
    assert limits["strangeness"] == sorted(limits["strangeness"])


def test_limits_of_some_rows_know_nothing_of_the_others(table):
    signs = signs_unseen(table)
    some = np.flatnonzero(table.sitter < PATIENTS // 2)
    changed = {name: np.where(np.isin(np.arange(len(values)), some), values, 99.0) for name, values in signs.items()}
    assert limits_of(table, changed, some) == limits_of(table, signs, some) != limits_of(table, signs)


def test_ordinary_photographs_set_no_limit_and_are_measured_by_themselves(table):
    signs = signs_unseen(table)
    ordinary, really = np.arange(PATIENTS) % 10 < 3, np.arange(PATIENTS) % 10 == 0
    some = replace(table, ordinary=ordinary, really_painted=really)
    laboratory = np.flatnonzero(~ordinary[table.sitter])
    assert limits_of(some, signs) == limits_of(table, signs, laboratory)
    found, all_of_them = measures_of(some, signs), measures_of(table, signs)
    assert "ordinary" not in all_of_them
    assert found["ordinary"]["photographs"] == ordinary.sum()
    assert found["ordinary"]["bare_read"] > 0.85
    assert found["ordinary"]["painted_read"] < 0.05
    # Nails that read as bare ones do, though they are painted.
    really_painted = (table.kind == PAINTED) & really[table.sitter]
    missed = {name: np.where(really_painted, -99.0, values) for name, values in signs.items()}
    assert measures_of(some, missed)["ordinary"]["painted_read"] == 1.0


def test_a_picture_of_doubtful_nails_is_refused_as_a_whole(table):
    limits = limits_of(table, signs_unseen(table))
    assert limits["no_nails"] < limits[NAIL_NOT_A_NAIL]
    doubtful = (limits["no_nails"] + limits[NAIL_NOT_A_NAIL]) / 2

    def refused(*not_a_nail):
        signs = {name: np.full(len(table.kind), -99.0) for name in SIGNS}
        signs[NAIL_NOT_A_NAIL][:NAILS] = not_a_nail
        return refused_rows(table, signs, limits)[:NAILS].tolist()

    assert refused(doubtful, -99.0, -99.0) == [False] * 3
    assert refused(doubtful, doubtful, -99.0) == [True] * 3


def test_the_distance_is_that_of_mahalanobis_where_nothing_is_left_out(table):
    model = fit_likeness(table, np.arange(len(table.kind)))
    bare = table.features[table.kind == BARE]
    # On average a bare nail lies one square of a standard deviation off in every direction.
    assert model.signs(bare)[STRANGENESS].mean() == pytest.approx(1.0, abs=0.05)
    off = np.zeros((2, FEATURES))
    off[0, -1], off[1, 2] = 8.0, 8.0
    far_where_nails_vary, far_where_they_do_not = model.signs(model.mean + off)[STRANGENESS]
    assert far_where_they_do_not > far_where_nails_vary


def test_the_graph_says_what_the_model_says(table):
    model = fit_likeness(table, np.arange(len(table.kind)))
    identity = helper.make_graph(
        [helper.make_node("Identity", ["image"], ["embedding"])],
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["nails", FEATURES])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["nails", FEATURES])],
    )
    front = helper.make_model(identity, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(front)
    network = NativeNetwork(add_likeness(front, model).SerializeToString())
    for nails in (table.features, table.features[:1]):
        outputs = network.run_now({"image": nails.astype(np.float32)})
        wanted = model.signs(nails)
        assert set(outputs) == {"embedding", *SIGNS}
        for name, values in wanted.items():
            assert outputs[name].shape == (len(nails),)
            assert outputs[name] == pytest.approx(values, abs=1e-3)
