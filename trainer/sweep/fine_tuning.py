"""End-to-end fine-tuning as the comparison: the whole backbone learns Hb from the nails of the training part.

It is a row of a table and no candidate: 151 patients are few for millions of weights, and the budget is what two
processor cores do in minutes. It stops and goes on by epochs.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.core.arrays import FloatArray, IntArray
from app.files import write_json
from trainer.config import BackboneChoice, FineTuning, SweepConfig
from trainer.data.dataset import DataError, Patient, dataset_fingerprint
from trainer.data.splits import Split
from trainer.estimator.backbones import RANDOM_WEIGHTS
from trainer.estimator.head import NailTable
from trainer.evaluate.validation import OutOfFold, figures
from trainer.sweep.inputs import as_table, original_crop
from trainer.sweep.torch_network import trainable
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

WEIGHT_DECAY = 1e-2
# Normalised as the TFLite networks were trained; a network with random weights takes any.
MEAN = STD = 0.5


def fine_tune_all(
    config: SweepConfig, patients: list[Patient], split: Split, weights: Path, folder: Path, progress: Progress
) -> dict[str, Any]:
    """{job name: document} of each backbone that the configuration names; done ones are not repeated."""
    recipe = config.fine_tuning
    choices = {choice.name: choice for choice in config.backbones}
    table: NailTable | None = None
    documents = {}
    for name in recipe.backbones:
        job_name = f"{name}-fine-tuning-original"
        source = "".join(inspect.getsource(part) for part in (_train, _predict, trainable))
        parts = (asdict(recipe), asdict(choices[name]), config.seed, dataset_fingerprint(patients), source)
        fingerprint = hashlib.sha256(repr(parts).encode()).hexdigest()
        path = folder / f"{job_name}.json"
        known = json.loads(path.read_bytes()) if path.is_file() else {}
        if known.get("fingerprint") != fingerprint:
            table = table or pixel_table(patients, recipe.side_px)
            checkpoint = folder / f"{job_name}-{fingerprint[:16]}.pt"
            known = {
                "fingerprint": fingerprint,
                **_fine_tune(choices[name], recipe, table, split, config.seed, weights, checkpoint, progress),
            }
            write_json(path, known)
            checkpoint.unlink(missing_ok=True)
        documents[job_name] = known
    return documents


def pixel_table(patients: list[Patient], side_px: int) -> NailTable:
    """Crops of all nails as rows of levels 0..255, (m, side_px * side_px * 3)."""
    rows = []
    for person in patients:
        picture = person.picture()
        rows += [original_crop(picture, box, side_px).reshape(-1) for box in person.nail_boxes]
    return as_table(patients, np.array(rows))


def _fine_tune(
    choice: BackboneChoice,
    recipe: FineTuning,
    table: NailTable,
    split: Split,
    seed: int,
    folder: Path,
    checkpoint: Path,
    progress: Progress,
) -> dict[str, Any]:
    torch = import_torch_parts()
    network, origin = trainable(choice, folder, seed)
    with torch.no_grad():
        features = network.eval()(torch.zeros(1, 3, recipe.side_px, recipe.side_px)).shape[1]
    # From the training mean on: the last layer learns the deviation.
    whole = torch.nn.Sequential(network, torch.nn.Linear(features, 1))
    torch.nn.init.zeros_(whole[1].weight)
    torch.nn.init.zeros_(whole[1].bias)
    centre = float(table.hb_g_dl[split.train].mean())
    seconds = _train(whole, recipe, table, split.train, centre, seed, checkpoint, progress, choice.name)
    found = {}
    for name, held_out in (("val", split.val), ("test", split.test)):
        predicted = _predict(whole, recipe, table, held_out, centre)
        means = np.full(len(held_out), centre)
        found[name] = figures(OutOfFold(table.hb_g_dl[held_out], predicted, means, table.session[held_out]))
    budget = (
        f"{recipe.epochs} epochs, {recipe.side_px} px, {len(split.train)} patients, AdamW {recipe.learning_rate:g} "
        f"with a cosine, {seconds / 60:.1f} minutes of one processor; the last epoch, no choice by val"
    )
    job = {
        "name": f"{choice.name}-fine-tuning-original",
        "backbone": choice.name,
        "head": "fine_tuning",
        "features": "pixels",
        "protocol": "original",
        "weights": origin,
        "rule": "mean",
        "budget": budget,
        "random": RANDOM_WEIGHTS in origin,
    }
    return {"job": job, "figures": {**found, "seconds": seconds}}


def _train(
    network: Any,
    recipe: FineTuning,
    table: NailTable,
    patients: IntArray,
    centre: float,
    seed: int,
    checkpoint: Path,
    progress: Progress,
    name: str,
) -> float:
    torch = import_torch_parts()
    torch.set_num_threads(1)
    rows = table.nails_of(patients)
    steps = -(-len(rows) // recipe.batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.epochs * steps)
    epoch, seconds = 0, 0.0
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
    if checkpoint.is_file():
        try:
            state = torch.load(checkpoint, weights_only=True)
            for key, part in parts.items():
                part.load_state_dict(state[key])
            epoch, seconds = int(state["epoch"]), float(state["seconds"])
        except Exception as error:  # torch and pickle raise what they like on a broken file
            raise DataError(
                f"{checkpoint}: is no checkpoint of this training ({type(error).__name__}); remove it"
            ) from None
    with progress.task(f"fine-tuning {name}, epochs", recipe.epochs, epoch) as advance:
        while epoch < recipe.epochs:
            started = time.monotonic()
            network.train()
            # One draw an epoch, so that a training that was stopped goes on as if it had not been.
            random = np.random.default_rng([seed, epoch])
            losses = []
            for batch in np.array_split(random.permutation(rows), steps):
                images = _images(table.features[batch], recipe.side_px)
                mirrored = np.where(random.random(len(batch)) < 0.5)[0]
                images[mirrored] = images[mirrored, :, :, ::-1]
                target = torch.from_numpy((table.hb_g_dl[table.patient[batch]] - centre).astype(np.float32))
                loss = torch.nn.functional.smooth_l1_loss(network(torch.from_numpy(images))[:, 0], target)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                losses.append(float(loss.detach()))
            epoch += 1
            seconds += time.monotonic() - started
            state = {key: part.state_dict() for key, part in parts.items()}
            beside = checkpoint.with_suffix(".part")
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save({**state, "epoch": epoch, "seconds": seconds}, beside)
            beside.replace(checkpoint)
            advance(1, f"loss {np.mean(losses):.3f}")
    return seconds


def _predict(network: Any, recipe: FineTuning, table: NailTable, patients: IntArray, centre: float) -> FloatArray:
    """Mean over a patient's nails and their mirror images, g/dL."""
    torch = import_torch_parts()
    network.eval()
    values = []
    with torch.no_grad():
        for person in patients:
            images = _images(table.features[table.nails_of(np.array([person]))], recipe.side_px)
            both = np.concatenate([images, images[:, :, :, ::-1]])
            values.append(float(network(torch.from_numpy(both))[:, 0].mean()) + centre)
    return np.array(values)


def _images(rows: FloatArray, side_px: int) -> np.ndarray:
    levels = rows.reshape(-1, side_px, side_px, 3).transpose(0, 3, 1, 2)
    return np.ascontiguousarray((levels / 255.0 - MEAN) / STD, dtype=np.float32)
