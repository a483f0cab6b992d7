"""Which jobs the sweep has, and how they run: through joblib, here or on a cluster, none of them twice."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

import trainer.estimator.regressors
import trainer.sweep.jobs
from app.core.crops.colour import BASELINE_FEATURE_NAMES
from app.files import write_json
from trainer.config import SweepConfig
from trainer.data.dataset import DataError, Patient
from trainer.data.splits import Split
from trainer.estimator.backbones import RANDOM_WEIGHTS
from trainer.estimator.head import NailTable
from trainer.estimator.regressors import HEADS
from trainer.sweep.inputs import Embeddings, as_table, colour_table, columns, embeddings, find_backbone
from trainer.sweep.jobs import LEAVE_ONE_OUT, ORIGINAL, RANDOM, SESSION_CV, Job, run_job
from trainer.tools.progress import Progress

CNN_ONLY = "cnn_ridge"
NO_WEIGHTS = "no network"
SCHEDULER_TIMEOUT = "10s"


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs, and the features that they name."""

    jobs: list[Job]
    tables: dict[str, NailTable]
    split: Split
    seed: int


def make_plan(
    config: SweepConfig, patients: list[Patient], split: Split, weights: Path, cache: Path, progress: Progress
) -> Plan:
    """Compute all features and list all jobs.

    Raises:
        DataError: a head or baseline that nobody knows, or a file of weights that is not there.
    """
    unknown = sorted({*config.heads, *config.baselines} - {*HEADS, CNN_ONLY})
    if unknown:
        known = ", ".join(sorted({*HEADS, CNN_ONLY}))
        raise DataError(f"{unknown[0]}: no such head; known: {known} (--config)")
    colour = colour_table(patients, cache, progress)
    tables, jobs = _baselines(config, patients, colour)
    # A hub that did not answer once is not asked again.
    hub = True
    for place, choice in enumerate(config.backbones):
        backbone = find_backbone(choice, config.seed, weights, hub, progress)
        hub = hub and RANDOM_WEIGHTS not in backbone.weights
        found = embeddings(backbone, patients, cache, progress)
        own, own_jobs = _of_backbone(config, choice.name, found, patients, colour, first=place == 0)
        tables |= own
        jobs += own_jobs
    return Plan(jobs, tables, split, config.seed)


def _baselines(
    config: SweepConfig, patients: list[Patient], colour: NailTable
) -> tuple[dict[str, NailTable], list[Job]]:
    """Colour alone: the original's baselines see one row a patient, the mean of the nails."""
    by_patient = [colour.features[colour.nails_of(np.array([index]))].mean(axis=0) for index in range(len(patients))]
    averaged = np.array(by_patient)[:, columns(BASELINE_FEATURE_NAMES)]
    tables = {"colour51": as_table(patients, averaged, [1] * len(patients)), "colour67": colour}
    protocols = [RANDOM, ORIGINAL] + [LEAVE_ONE_OUT] * config.leave_one_session_out
    jobs = [
        Job(f"baseline-{head}-{protocol}", "colour51", head, protocol, NO_WEIGHTS)
        for head in config.baselines
        for protocol in protocols
    ]
    jobs += [
        Job(f"colour67-ridge-{protocol}", "colour67", "ridge", protocol, NO_WEIGHTS)
        for protocol in (ORIGINAL, SESSION_CV, LEAVE_ONE_OUT)
    ]
    return tables, jobs


def _of_backbone(
    config: SweepConfig, name: str, found: Embeddings, patients: list[Patient], colour: NailTable, first: bool
) -> tuple[dict[str, NailTable], list[Job]]:
    both = (found.plain + found.mirrored) / 2
    sets = {f"{name}:cnn": both, f"{name}:cnn+colour67": np.hstack([both, colour.features])}
    if first:
        sets |= {f"{name}:cnn-plain": found.plain}
        sets |= {f"{name}:cnn-plain+colour67": np.hstack([found.plain, colour.features])}
    tables = {key: as_table(patients, features) for key, features in sets.items()}

    def job(kind: str, head: str, protocol: str, label: str, rule: str = "mean") -> Job:
        return Job(f"{name}-{label}-{protocol}", f"{name}:{kind}", head, protocol, found.weights, name, rule)

    jobs = []
    for head in config.heads:
        kind, regressor = ("cnn", "ridge") if head == CNN_ONLY else ("cnn+colour67", head)
        protocols = [ORIGINAL, SESSION_CV]
        if first and config.leave_one_session_out:
            protocols.append(LEAVE_ONE_OUT)
        jobs += [job(kind, regressor, protocol, head) for protocol in protocols]
    if first:
        for protocol in (ORIGINAL, LEAVE_ONE_OUT):
            # Without the mirror image, and with one nail instead of three.
            jobs.append(job("cnn-plain", "ridge", protocol, "cnn_ridge_no_flip"))
            jobs.append(job("cnn-plain+colour67", "ridge", protocol, "ridge_no_flip"))
            jobs.append(job("cnn", "ridge", protocol, "cnn_ridge_first_nail", "first"))
    return tables, jobs


def run_sweep(plan: Plan, folder: Path, progress: Progress, workers: int, scheduler: str | None) -> dict[str, Any]:
    """Every job's document by its name, in the plan's order; those in `folder` from the same inputs are not run.

    Raises:
        DataError: the scheduler does not answer, or its extra is not installed.
    """
    digests = {key: _table_digest(table) for key, table in plan.tables.items()}
    prints = {job.name: _fingerprint(job, digests[job.features], plan) for job in plan.jobs}
    done = {
        job.name: found for job in plan.jobs if (found := kept_document(folder / f"{job.name}.json", prints[job.name]))
    }
    waiting = [job for job in plan.jobs if job.name not in done]
    with progress.task("sweep, jobs", len(plan.jobs), len(done)) as advance, _backend(workers, scheduler) as parallel:
        calls = (joblib.delayed(_named)(job, plan.tables[job.features], plan.split, plan.seed) for job in waiting)
        for job, found in parallel(calls) if waiting else ():
            document = {"fingerprint": prints[job.name], "job": asdict(job), "figures": found}
            write_json(folder / f"{job.name}.json", document)
            done[job.name] = document
            advance(1, job.name)
    return {job.name: done[job.name] for job in plan.jobs}


def _named(job: Job, table: NailTable, split: Split, seed: int) -> tuple[Job, dict[str, Any]]:
    return job, run_job(job, table, split, seed)


@contextlib.contextmanager
def _backend(workers: int, scheduler: str | None) -> Iterator[joblib.Parallel]:
    """joblib on this machine's processes, or on the workers of a Dask scheduler."""
    if scheduler is None:
        yield joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
        return
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise DataError("--scheduler needs the extra `cluster`: pip install '.[train,cluster]'") from None
    try:
        client = Client(scheduler, timeout=SCHEDULER_TIMEOUT)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{scheduler}: no scheduler answers there ({type(error).__name__}) (--scheduler)") from None
    with client, joblib.parallel_config(backend="dask"):
        yield joblib.Parallel(n_jobs=-1, return_as="generator_unordered")


def _table_digest(table: NailTable) -> str:
    digest = hashlib.sha256()
    for part in (table.features, table.patient, table.hb_g_dl):
        digest.update(np.ascontiguousarray(part).tobytes())
    digest.update(repr(table.session.tolist()).encode())
    return digest.hexdigest()


def _fingerprint(job: Job, table: str, plan: Plan) -> str:
    split = [part.tolist() for part in (plan.split.train, plan.split.val, plan.split.test)]
    code = inspect.getsource(trainer.estimator.regressors) + inspect.getsource(trainer.sweep.jobs)
    return hashlib.sha256(repr((asdict(job), table, split, plan.seed, code)).encode()).hexdigest()


def kept_document(path: Path, fingerprint: str) -> dict[str, Any] | None:
    """What was written there from the very same inputs; None where there is no such thing."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) and document.get("fingerprint") == fingerprint else None
