"""The head and what is claimed of it: training part only, Ridge as scikit-learn has it, patients as the unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from app.core.typical import typical_of_nails
from trainer.data.dataset import DataError
from trainer.estimator.head import ALPHAS, CLIP, NailTable, Standardiser, choose_alphas, fit_head, predict_patients
from trainer.estimator.head import _ridge_path as ridge_path
from trainer.evaluate.interval import fit_interval, half_width_g_dl, interval_figures
from trainer.evaluate.validation import OutOfFold, figures, out_of_fold, session_bootstrap


def made_table(seed: int = 0, patients: int = 60, sessions: int = 6, features: int = 12) -> NailTable:
    """Three nails a patient, whose features hold the Hb with noise."""
    random = np.random.default_rng(seed)
    hb_g_dl = random.normal(12.5, 2.0, patients)
    patient = np.repeat(np.arange(patients), 3)
    slopes = random.normal(size=features)
    noise = random.normal(scale=2.0, size=(len(patient), features))
    session = np.array([f"day{index % sessions}" for index in range(patients)])
    return NailTable((hb_g_dl[patient] - 12.5)[:, None] * slopes + noise, patient, hb_g_dl, session)


def test_held_out_nails_change_nothing_of_the_model():
    table = made_table()
    fit = np.arange(40)
    alpha, head = choose_alphas(table, fit), fit_head(table, fit, (30.0,))
    spoilt = table.features.copy()
    spoilt[table.nails_of(np.arange(40, 60))] *= 1e6
    hb_g_dl = table.hb_g_dl.copy()
    hb_g_dl[40:] = 99.0
    other = NailTable(spoilt, table.patient, hb_g_dl, table.session)
    assert choose_alphas(other, fit) == alpha
    again = fit_head(other, fit, (30.0,))
    assert np.array_equal(again.mean, head.mean) and np.array_equal(again.std, head.std)
    assert np.array_equal(again.weights, head.weights) and again.intercept == head.intercept


def test_standardiser_floors_and_clips():
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 5))
    features[:, 4] = 7.0 + 1e-9 * features[:, 4]
    standardiser = Standardiser.fit(features)
    assert standardiser.std[4] == pytest.approx(0.05 * np.median(features.std(axis=0)))
    applied = standardiser.apply(np.full((1, 5), 1e9))
    assert np.array_equal(applied, np.full((1, 5), CLIP))


def test_alpha_path_is_ridge():
    table = made_table(3)
    fit, held_out = np.arange(45), np.arange(45, 60)
    for alpha, predicted in zip(ALPHAS, ridge_path(table, np.arange(12), fit, held_out), strict=True):
        expected = predict_patients(fit_head(table, fit, (alpha,)), table, held_out)
        assert np.allclose(predicted, expected, atol=1e-8)


def test_head_is_sklearns_ridge():
    table = made_table(5)
    head = fit_head(table, np.arange(60), (100.0,))
    standardised = np.clip((table.features - table.features.mean(0)) / table.features.std(0), -CLIP, CLIP)
    ridge = Ridge(alpha=100.0).fit(standardised, table.hb_g_dl[table.patient])
    assert np.allclose(head.predict(table.features), ridge.predict(standardised), atol=1e-9)


def test_each_depth_has_a_ridge_and_the_head_is_their_mean():
    table = made_table(5)
    table = replace(table, depth=np.repeat([0, 1, 0, 1], 3))
    everybody = np.arange(60)
    head = fit_head(table, everybody, (100.0, 7.0))
    parts = []
    for number, alpha in enumerate((100.0, 7.0)):
        alone = replace(table, features=table.features[:, table.depth == number], depth=None)
        parts.append(fit_head(alone, everybody, (alpha,)).predict(alone.features))
    assert np.allclose(head.predict(table.features), np.mean(parts, axis=0), atol=1e-9)
    assert len(choose_alphas(table, everybody)) == 2


def test_a_patient_is_what_the_app_makes_of_the_nails():
    table = made_table()
    head = fit_head(table, np.arange(60), (10.0,))
    nails = head.predict(table.features).reshape(60, 3)
    asked = np.array([7, 3, 59])
    assert np.allclose(predict_patients(head, table, asked), [typical_of_nails(nails[index]) for index in asked])


def test_out_of_fold_beats_the_training_mean_where_there_is_something_to_learn():
    table = made_table()
    folds = [(np.flatnonzero(table.session != day), np.flatnonzero(table.session == day)) for day in set(table.session)]
    ticks = []
    found = figures(out_of_fold(table, folds, lambda: ticks.append(1)))
    assert len(ticks) == 6 and found["n"] == 60 and found["sessions"] == 6
    assert found["mae"] < 0.6 * found["mean_mae"]
    assert found["skill"] == pytest.approx(1 - found["mae"] / found["mean_mae"])
    assert found["r2"] > 0.6 and found["auc11"] > 0.9
    assert sum(band["n"] for band in found["by_severity"].values()) == 60


def test_out_of_fold_learns_nothing_from_noise():
    table = made_table()
    random = np.random.default_rng(9).normal(size=table.features.shape)
    noise = NailTable(random, table.patient, table.hb_g_dl, table.session)
    folds = [(np.flatnonzero(table.session != day), np.flatnonzero(table.session == day)) for day in set(table.session)]
    assert figures(out_of_fold(noise, folds, lambda: None))["skill"] < 0.1


def test_bootstrap_draws_whole_sessions():
    # Every session alike inside: with whole sessions the interval is wide, with patients it would be narrow.
    session = np.repeat(np.arange(10), 100)
    errors = np.repeat(np.arange(10.0), 100)
    low, high = session_bootstrap(errors, session)
    assert low < 3.0 and high > 6.0
    assert session_bootstrap(np.full(1000, 1.5), session) == (1.5, 1.5)


def result_of(errors: np.ndarray) -> OutOfFold:
    truth = np.full(len(errors), 12.0)
    session = np.arange(len(errors)) % 10
    return OutOfFold(truth, truth + errors, np.full(len(errors), 13.0), session)


def test_half_width_is_the_conformal_rank():
    errors = np.abs(np.random.default_rng(2).normal(size=250))
    # (n + 1) * coverage = 225.9: the 226th smallest of 250.
    assert half_width_g_dl(errors, 0.9) == pytest.approx(np.sort(errors)[225])


def test_interval_covers_new_people():
    covered = interval_figures(result_of(np.random.default_rng(4).normal(size=2000)))
    assert covered["coverage"] == pytest.approx(0.9, abs=0.02)
    assert covered["coverage_severe"] is None
    assert covered["half_width"] == pytest.approx(1.645, abs=0.1)


def test_the_interval_is_wide_where_estimates_err_and_leans_to_that_side():
    rng = np.random.default_rng(6)
    predicted = rng.uniform(9.0, 15.0, 4000)
    # At 9 four times the error at 15, and mostly downwards.
    truth = predicted - rng.normal(0.7, 1.0, 4000) * (4.0 - (predicted - 9.0) / 2)
    result = OutOfFold(truth, predicted, np.full(4000, 12.0), np.arange(4000) % 8)
    spec = fit_interval(result)
    low, high = spec.around(9.5), spec.around(14.5)
    assert low[1] - low[0] > 2 * (high[1] - high[0])
    assert 9.5 - low[0] > 2 * (low[1] - 9.5)
    held = interval_figures(result)
    for part in (predicted < 10.5, predicted > 13.5):
        limits = np.array([spec.around(value) for value in predicted[part]])
        assert np.mean((truth[part] >= limits[:, 0]) & (truth[part] <= limits[:, 1])) == pytest.approx(0.9, abs=0.03)
    assert held["coverage"] == pytest.approx(0.9, abs=0.02)


def test_coverage_is_measured_with_other_sessions_intervals():
    # One session errs by 5, the others by up to 1: their interval does not know of it.
    session = np.repeat(np.arange(10), 30)
    errors = np.where(session == 9, 5.0, np.random.default_rng(1).uniform(-1.0, 1.0, 300))
    result = OutOfFold(np.full(300, 12.0), 12.0 + errors, np.full(300, 12.0), session)
    assert interval_figures(result)["coverage_worst_session"] == 0.0


def test_an_estimate_lies_in_its_own_interval():
    errors = np.random.default_rng(3).uniform(1.0, 2.0, 100)
    low, high = fit_interval(result_of(errors)).around(13.5)
    assert low < 13.5 <= high


def test_too_few_patients_for_an_interval():
    with pytest.raises(DataError, match="too few"):
        half_width_g_dl(np.ones(8), 0.9)
    with pytest.raises(DataError, match="18 patients are too few"):
        fit_interval(result_of(np.linspace(-1.0, 1.0, 18)))
