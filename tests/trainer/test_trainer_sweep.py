"""The sweep: jobs are pure, run once, and give the same table on a cluster; every original figure has its row."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.trainer.made_table import made_split, made_table
from trainer.config import DEFAULT_CONFIG, read_config
from trainer.data.dataset import DataError
from trainer.estimator.regressors import HEADS, fit, predict
from trainer.evaluate import original
from trainer.sweep.jobs import LEAVE_ONE_OUT, ORIGINAL, PROTOCOLS, RANDOM, SESSION_CV, Job, run_job
from trainer.sweep.plan import Plan, run_sweep
from trainer.sweep.tables import sweep_tables
from trainer.tools.progress import Progress

FIRST = "some_network"


def small_plan() -> Plan:
    table = made_table()
    heads = (("ridge", ORIGINAL), ("ridge", SESSION_CV), ("svr_rbf", RANDOM), ("lasso", LEAVE_ONE_OUT))
    jobs = [Job(f"{FIRST}-{head}-{protocol}", "made", head, protocol, "none", FIRST) for head, protocol in heads]
    return Plan(jobs, {"made": table}, made_split(table), seed=3)


def without_time(documents: dict) -> dict:
    return {name: {**entry["figures"], "seconds": 0} for name, entry in documents.items()}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_job_is_a_function_of_its_arguments(protocol):
    table = made_table()
    job = Job("name", "made", "random_forest", protocol, "none")
    small = replace(job, head="ridge_pca32")
    first, again = (run_job(small, table, made_split(table), 1) for _ in range(2))
    assert {**first, "seconds": 0} == {**again, "seconds": 0}
    figures = first.get("test") or first.get("cv") or first["loso"]
    assert figures["mae"] < figures["mean_mae"]


@pytest.mark.parametrize("name", HEADS)
def test_every_head_learns_from_the_training_part_alone(name):
    if name == "catboost":
        pytest.importorskip("catboost")
    table, train, held_out = made_table(), np.arange(30), np.arange(30, 40)
    spoilt = table.features.copy()
    spoilt[table.nails_of(held_out)] = 1e6
    hb_g_dl = table.hb_g_dl.copy()
    hb_g_dl[held_out] = 99.0
    other = replace(table, features=spoilt, hb_g_dl=hb_g_dl)
    expected = predict(fit(HEADS[name], table, train, 0), table, held_out)
    assert np.array_equal(predict(fit(HEADS[name], other, train, 0), table, held_out), expected)
    assert np.abs(expected - table.hb_g_dl[held_out]).mean() < np.abs(12.5 - table.hb_g_dl[held_out]).mean()


def test_first_nail_and_mean_of_nails():
    table = made_table()
    fitted = fit(HEADS["ridge"], table, np.arange(30), 0)
    nails = fitted.predict(table.features).reshape(-1, 3)
    asked = np.array([35, 31])
    assert np.allclose(predict(fitted, table, asked), nails[asked].mean(axis=1))
    assert np.allclose(predict(fitted, table, asked, "first"), nails[asked, 0])


def test_done_jobs_are_not_repeated(tmp_path):
    plan = small_plan()
    first = run_sweep(plan, tmp_path, Progress(), 1, None)
    assert list(first) == [job.name for job in plan.jobs]
    files = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(files) == len(plan.jobs)
    (tmp_path / f"{plan.jobs[1].name}.json").write_text('{"fingerprint": "half a fi')
    again = run_sweep(plan, tmp_path, Progress(), 1, None)
    changed = [path.name for path in tmp_path.iterdir() if path.stat().st_mtime_ns != files[path.name]]
    assert changed == [f"{plan.jobs[1].name}.json"]
    assert without_time(again) == without_time(first)
    # Another seed is another sweep.
    other = run_sweep(replace(plan, seed=4), tmp_path, Progress(), 1, None)
    assert all(other[name]["fingerprint"] != first[name]["fingerprint"] for name in first)


def test_a_cluster_of_two_workers_gives_the_same_table(tmp_path):
    distributed = pytest.importorskip("distributed")
    plan = small_plan()
    here = run_sweep(plan, tmp_path / "here", Progress(), 1, None)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        assert len(cluster.workers) == 2
        there = run_sweep(plan, tmp_path / "there", Progress(), 1, cluster.scheduler_address)
    assert without_time(there) == without_time(here)
    assert sweep_tables(there, FIRST) == sweep_tables(here, FIRST)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path, address, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("trainer.sweep.plan.SCHEDULER_TIMEOUT", "1s")
    with pytest.raises(DataError, match="--scheduler") as caught:
        run_sweep(small_plan(), tmp_path, Progress(), 1, address)
    assert "\n" not in str(caught.value)


def documents_of_everything() -> dict:
    """A document for each job that the shipped configuration has, all with the same figures."""
    figures = run_job(Job("", "made", "ridge", ORIGINAL, "none"), made_table(), made_split(made_table()), 0)
    parts = {
        ORIGINAL: figures,
        RANDOM: {"test": figures["test"], "cv": {"mae": 1.0, "mean_mae": 2.0}},
        SESSION_CV: {"cv": {"mae": 1.0, "sd_over_folds": 0.1, "r2": None, "mean_mae": 2.0}},
        LEAVE_ONE_OUT: {"loso": figures["test"]},
    }
    config = read_config()
    backbones = [choice.name for choice in config.backbones]
    names = [(f"{backbone}-{head}", backbone) for backbone in backbones for head in config.heads]
    names += [(f"baseline-{head}", "none") for head in config.baselines]
    names += [(f"{backbone}-fine-tuning", backbone) for backbone in config.fine_tuning.backbones]
    labels = ("cnn_ridge_no_flip", "cnn_ridge_first_nail", "ridge_no_flip")
    names += [(f"{backbones[0]}-{label}", backbones[0]) for label in labels] + [("colour67-ridge", "none")]
    return {
        f"{name}-{protocol}": {
            "job": {"backbone": backbone, "protocol": protocol, "weights": "random weights", "budget": "small"},
            "figures": part,
        }
        for name, backbone in names
        for protocol, part in parts.items()
    }


def test_every_figure_of_the_original_stands_in_a_table():
    documents = documents_of_everything()
    tables = sweep_tables(documents, read_config().backbones[0].name)
    assert all(len(row) == len(table.header) for table in tables for row in table.rows)
    cells = " ".join(cell for table in tables for row in table.rows for cell in row)
    published = [value for _, *values in [*original.HEADS.values(), original.FINE_TUNING] for value in values]
    published += [value for _, *values in original.BASELINES.values() for value in values]
    published += [value for value, _ in (*original.SEVERITY.values(), *original.SESSION_CV.values())]
    for value in published:
        assert value is None or f"{value:.3f}" in cells
    assert "not run" not in cells


def test_tables_of_nothing_say_so():
    for table in sweep_tables({}, "nothing"):
        assert all(len(row) == len(table.header) for row in table.rows)


def test_the_shipped_configuration_is_read():
    config = read_config()
    assert set(original.SESSION_CV) <= {choice.name for choice in config.backbones}
    assert set(original.BASELINES) == set(config.baselines)
    assert set(original.HEADS) == set(config.heads)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seed = 42", "seed = 'x'", "seed"),
        ("seed = 42", "", "seed is missing"),
        ("seed = 42", "seed = 42\nspeed = 1", "speed"),
        ("epochs = 20", "epochs = 6.5", "epochs"),
        ('{ name = "efficientnet_b0" }', "{ title = 1 }", "name"),
        ("[sweep]", "[sweep", "TOML"),
    ],
)
def test_a_wrong_configuration_is_one_line(tmp_path, before, after, said):
    text = DEFAULT_CONFIG.read_text()
    assert before in text
    path = tmp_path / "config.toml"
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(DataError, match="--config") as caught:
        read_config(path)
    assert said in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_results_are_json(tmp_path):
    run_sweep(small_plan(), tmp_path, Progress(), 1, None)
    for path in tmp_path.iterdir():
        document = json.loads(path.read_bytes())
        assert set(document) == {"fingerprint", "job", "figures"}
