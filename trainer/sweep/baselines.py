"""What every figure must be read against: models that see too little, measured on the very same folds.

Skin alone and the white board alone show what the light and the session give away; permuted labels show what the
procedure finds where there is nothing; the 67 colour features are what the original system adds to its network.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import trainer.estimator.head
import trainer.estimator.regressors
import trainer.evaluate.measures
import trainer.evaluate.validation
from app.core.crops.colour import patch_features, patch_pixels
from app.files import write_json
from trainer.data.dataset import Patient, dataset_fingerprint
from trainer.data.splits import Split, leave_one_session_out
from trainer.estimator.head import NailTable, session_folds
from trainer.estimator.regressors import HEADS, fit, predict
from trainer.evaluate.measures import Folds, all_figures, constant, paired, permuted
from trainer.evaluate.validation import GROUPED3_REPEATS, OutOfFold, Tick, grouped3, out_of_fold
from trainer.sweep.inputs import as_table, colour_table
from trainer.sweep.jobs import joined
from trainer.tools.progress import Progress

# The part of the white board that every photograph of the data set shows, pixels of 800x600: x1, y1, x2, y2.
BOARD_BOX = (300, 350, 350, 400)
MEAN, MEDIAN = "training mean", "training median"
SKIN, BOARD, PERMUTED, COLOUR67 = "skin alone", "white board alone", "permuted labels", "the original's 67 features"
WORDS = {
    MEAN: "always the mean of the training part",
    MEDIAN: "always the median of the training part",
    SKIN: "27 colour features of the patches of skin, Ridge; no nail",
    BOARD: "27 colour features of the white board, Ridge; no hand",
    PERMUTED: "the shipped recipe with everybody's Hb given to somebody else",
    COLOUR67: "67 colour features of nail and skin, Ridge, mean of the nails as the original has it; no network",
}


def measure_baselines(
    shipped: NailTable,
    reference: OutOfFold,
    patients: list[Patient],
    split: Split,
    seed: int,
    cache: Path,
    progress: Progress,
) -> dict[str, dict[str, Any]]:
    """{name: {words, loso, grouped3, original_split, paired}} of each baseline; `paired` is the shipped recipe's
    error minus the baseline's. `reference` is the shipped recipe's leave-one-session-out result.

    Kept under `cache` until the data, the features or the procedure change.
    """
    path = cache / f"baselines-{_fingerprint(shipped, patients, split, seed)}.json"
    if path.is_file():
        return dict(json.loads(path.read_bytes()))
    tables = {
        SKIN: skin_table(patients),
        BOARD: board_table(patients),
        COLOUR67: colour_table(patients, cache, progress),
        PERMUTED: permuted(shipped, seed),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, statistic in ((MEAN, np.mean), (MEDIAN, np.median)):
        loso = constant(shipped, leave_one_session_out(patients), statistic)
        everybody = np.arange(len(patients))
        repeats = [
            float(constant(shipped, session_folds(shipped, everybody, 3, repeat), statistic).errors.mean())
            for repeat in range(GROUPED3_REPEATS)
        ]
        one = {part: constant(shipped, [(split.train, held)], statistic) for part, held in _parts(split)}
        three = {"mae": float(np.mean(repeats)), "repetitions": GROUPED3_REPEATS}
        found[name] = _entry(name, loso, three, one, reference)
        # Alike within a fold, so that only the folds' differences would be ranked: worse than no figure.
        for figures in (found[name]["loso"], *found[name]["original_split"].values()):
            figures |= {"auc11": None, "auc12": None, "calibration_slope": None}
    colour = tables.pop(COLOUR67)
    sessions = len(np.unique(shipped.session))
    steps = (len(tables) + 1) * (sessions + 3 * GROUPED3_REPEATS)
    with progress.task("what the figures are read against, folds", steps) as advance:
        for name, table in tables.items():
            loso = out_of_fold(table, leave_one_session_out(patients), advance)
            three = grouped3(table, advance)
            one = {part: out_of_fold(table, [(split.train, held)], lambda: None) for part, held in _parts(split)}
            found[name] = _entry(name, loso, three, one, None if name == PERMUTED else reference)
        loso = mean_of_nails(colour, leave_one_session_out(patients), seed, advance)
        folds = (session_folds(colour, np.arange(len(patients)), 3, repeat) for repeat in range(GROUPED3_REPEATS))
        repeats = [float(mean_of_nails(colour, three_folds, seed, advance).errors.mean()) for three_folds in folds]
        three = {"mae": float(np.mean(repeats)), "repetitions": GROUPED3_REPEATS}
        one = {part: mean_of_nails(colour, [(split.train, held)], seed, lambda: None) for part, held in _parts(split)}
        found[COLOUR67] = _entry(COLOUR67, loso, three, one, reference)
    write_json(path, found)
    return found


def mean_of_nails(table: NailTable, folds: Folds, seed: int, tick: Tick) -> OutOfFold:
    """Ridge as the sweep has it, a patient being the mean of the nails: what the original does, and for its features
    better than the way of the app. Against less than its best nothing is claimed."""
    results = []
    for fit_on, held_out in folds:
        fitted = fit(HEADS["ridge"], table, fit_on, seed)
        results.append(
            OutOfFold(
                hb_g_dl=table.hb_g_dl[held_out],
                predicted=predict(fitted, table, held_out),
                training_mean=np.full(len(held_out), table.hb_g_dl[fit_on].mean()),
                session=table.session[held_out],
            )
        )
        tick()
    return joined(results)


def skin_table(patients: list[Patient]) -> NailTable:
    """27 colour features of each patch of skin; its rows stand where nails stand elsewhere."""
    rows = [
        patch_features(patch_pixels(picture, box))
        for picture, person in _pictures(patients)
        for box in person.skin_boxes
    ]
    return as_table(patients, np.array(rows), [len(person.skin_boxes) for person in patients])


def board_table(patients: list[Patient]) -> NailTable:
    """27 colour features of the white board, one row a patient."""
    rows = [
        patch_features(patch_pixels(picture, np.array(BOARD_BOX, dtype=float))) for picture, _ in _pictures(patients)
    ]
    return as_table(patients, np.array(rows), [1] * len(patients))


def _pictures(patients: list[Patient]) -> Iterator[tuple[Image.Image, Patient]]:
    for person in patients:
        yield person.picture(), person


def _parts(split: Split) -> tuple[tuple[str, np.ndarray], ...]:
    return ("val", split.val), ("test", split.test)


def _entry(
    name: str, loso: OutOfFold, three: dict[str, Any], one: dict[str, OutOfFold], reference: OutOfFold | None
) -> dict[str, Any]:
    return {
        "words": WORDS[name],
        "loso": all_figures(loso),
        "grouped3": three,
        "original_split": {part: all_figures(result) for part, result in one.items()},
        "paired": None if reference is None else paired(reference, loso),
    }


def _fingerprint(shipped: NailTable, patients: list[Patient], split: Split, seed: int) -> str:
    digest = hashlib.sha256(dataset_fingerprint(patients).encode())
    for features in (shipped.features, *shipped.simulated):
        digest.update(np.ascontiguousarray(features).tobytes())
    digest.update(repr((split.train.tolist(), split.test.tolist(), seed)).encode())
    for module in (trainer.estimator.head, trainer.evaluate.validation, trainer.evaluate.measures):
        digest.update(inspect.getsource(module).encode())
    for part in (as_table, trainer.estimator.regressors, measure_baselines, mean_of_nails, _entry):
        digest.update(inspect.getsource(part).encode())
    return digest.hexdigest()[:24]
