"""A recipe under every protocol: its features, its predictions for patients of unseen sessions, its figures."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import trainer.estimator.head
import trainer.estimator.methods
import trainer.estimator.regressors
import trainer.evaluate.validation
from app.files import write_json
from trainer.data.dataset import Patient
from trainer.data.splits import Split, leave_one_session_out
from trainer.estimator.features import features_fingerprint
from trainer.estimator.head import Fit, NailTable, ridge_by_depth
from trainer.estimator.methods import fit_of
from trainer.evaluate.measures import all_figures
from trainer.evaluate.validation import GROUPED3_REPEATS, OutOfFold, grouped3, out_of_fold
from trainer.recipes import Recipe
from trainer.steps.made import Features, Prepared, Settings, features, stand_in
from trainer.sweep.plan import kept_document
from trainer.tools.progress import Progress

FOLDER = "recipes"
OUT_OF_FOLD = ("hb_g_dl", "predicted", "training_mean", "session")


@dataclass(frozen=True, slots=True)
class Measured:
    """A recipe on everybody: `result` by leaving one session out; `entry` under every protocol."""

    table: NailTable
    result: OutOfFold
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MeasuredRecipe:
    """The same with what it was made of; `stand_in` says in words where another backbone took the place of its own."""

    recipe: Recipe
    found: Features
    measured: Measured
    stand_in: str | None


def measure_table(
    table: NailTable, patients: list[Patient], split: Split, progress: Progress, fit_on: Fit = ridge_by_depth
) -> Measured:
    """One table of nails under every protocol, with the figures that the report adds."""
    with progress.task("leave one session out, sessions", len(np.unique(table.session))) as advance:
        result = out_of_fold(table, leave_one_session_out(patients), advance, fit_on)
    with progress.task("three folds by session, folds", 3 * GROUPED3_REPEATS) as advance:
        three = grouped3(table, advance, fit_on)
    parts = {"val": split.val, "test": split.test}
    one = {name: out_of_fold(table, [(split.train, held)], lambda: None, fit_on) for name, held in parts.items()}
    entry = {
        "words": "what the app runs, fitted without the measured patients' sessions",
        "loso": all_figures(result),
        "grouped3": three,
        "original_split": {name: all_figures(found) for name, found in one.items()},
        "paired": None,
    }
    return Measured(table, result, entry)


def measure_recipe(settings: Settings, prepared: Prepared, progress: Progress) -> MeasuredRecipe:
    """The recipe of `settings` in whatever light, without white paper; kept under runs/recipes until it changes.

    Where its backbone cannot be had another stands in, which is said.
    """
    recipe = settings.recipe
    progress.say(f"recipe {recipe.name}: {recipe.words}")
    found = features(settings, prepared, progress, may_stand_in=True)
    # What would be measured under other light is not wanted here.
    table = replace(found.tables.plain, shifted={})
    path = settings.runs / FOLDER / f"{recipe.name}.json"
    fingerprint = _fingerprint(recipe, found, prepared)
    kept = kept_document(path, fingerprint)
    if kept is None:
        measured = measure_table(table, prepared.patients, prepared.split, progress, fit_of(recipe))
        measured.entry["words"] = recipe.words
        predictions = {name: getattr(measured.result, name).tolist() for name in OUT_OF_FOLD}
        write_json(path, {"fingerprint": fingerprint, "entry": measured.entry, "out_of_fold": predictions})
    else:
        arrays: dict[str, Any] = {name: np.array(kept["out_of_fold"][name]) for name in OUT_OF_FOLD}
        measured = Measured(table, OutOfFold(**arrays), kept["entry"])
    return MeasuredRecipe(recipe, found, measured, stand_in(recipe, found.backbone))


def _fingerprint(recipe: Recipe, found: Features, prepared: Prepared) -> str:
    digest = hashlib.sha256(features_fingerprint(prepared.patients, found.graph, found.spec, recipe.lights).encode())
    split = [part.tolist() for part in (prepared.split.train, prepared.split.val, prepared.split.test)]
    digest.update(repr((recipe.document(), split)).encode())
    parts: tuple[Any, ...] = (
        trainer.estimator.head,
        trainer.estimator.methods,
        trainer.estimator.regressors,
        trainer.evaluate.validation,
        measure_table,
    )
    for part in parts:
        digest.update(inspect.getsource(part).encode())
    return digest.hexdigest()


def each_recipe(settings: Settings, recipes: list[Recipe], out_of: Callable[[Recipe], Path]) -> list[Settings]:
    """The settings of each of several recipes, whose models lie where `out_of` says."""
    return [replace(settings, recipe=recipe, detector=recipe.detector, out=out_of(recipe)) for recipe in recipes]
