"""The road from raw photographs to a folder of models, one function a step; each calls the ones it needs.

What is expensive is kept under `runs` and used again while nothing it was made from has changed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from app.files import sha256_of, write_json, write_whole
from trainer.data.dataset import DataError
from trainer.data.wild import WildPhoto, named, wild_photos
from trainer.detector.comparison import (
    ARCHITECTURE,
    SMALL_DETECTOR,
    train_detector,
)
from trainer.detector.export import export_detector, largest_difference
from trainer.detector.free_sides import STRIDE_PX, free_sides
from trainer.detector.metrics import measure_detector
from trainer.detector.start import find_start_weights
from trainer.detector.steps import WildTraining, measure_folds, prepare_training
from trainer.detector.trained import TrainedDetector
from trainer.estimator.graph import add_heads
from trainer.estimator.light_profile import light_profile
from trainer.estimator.likeness import LikenessModel, fit_likeness, limits_of, measures_of, signs_unseen
from trainer.estimator.likeness_graph import add_likeness
from trainer.estimator.likeness_table import LikenessTable, likeness_table
from trainer.estimator.methods import fit_of
from trainer.evaluate import protocols
from trainer.steps import publish
from trainer.steps.made import Features, Prepared, Settings, features, fitted_heads, prepare, stand_in
from trainer.tools.onnx_parts import store_half
from trainer.tools.progress import Progress


def detector(settings: Settings, prepared: Prepared, progress: Progress) -> TrainedDetector:
    """Train the detector, or take it as it was trained from the same data by the same recipe."""
    if settings.detector == SMALL_DETECTOR:
        trained = _wild_training(settings, prepared, progress).shipped()
    else:
        start = find_start_weights(settings.detector_weights, settings.runs, progress)
        recipe = settings.detector_recipe
        yolo = prepared.yolo
        best = train_detector(yolo.yaml_path, yolo.fingerprint, settings.runs, recipe, start, progress)
        training = {**asdict(recipe), "checkpoint": "the best by the val split"}
        trained = TrainedDetector(best, ARCHITECTURE, start.words, training)
    progress.say(f"detector: {trained.checkpoint}")
    return trained


def _wild_training(settings: Settings, prepared: Prepared, progress: Progress) -> WildTraining:
    patients = [prepared.patients[index] for index in prepared.split.train]
    return prepare_training(patients, settings.wild, settings.detector_weights, settings.runs, progress)


def ordinary_photographs(settings: Settings, prepared: Prepared, progress: Progress) -> dict[str, Any] | None:
    """Recall and precision of the recipe on ordinary photographs (grouped 3-fold); None where there are none, or
    where the detector is not the one that learns from them."""
    if settings.detector != SMALL_DETECTOR:
        return None
    training = _wild_training(settings, prepared, progress)
    return measure_folds(training) if training.wild else None


def measure_recipe(settings: Settings, prepared: Prepared, found: Features, progress: Progress) -> dict[str, Any]:
    """The Hb recipe under every protocol; also written to runs/hb.json."""
    fit_on = fit_of(settings.recipe)
    figures = protocols.measure_hb(found.tables, prepared.patients, prepared.split, progress, fit_on)
    write_json(settings.runs / "hb.json", figures)
    loso, known = figures["hb"]["loso"], figures["hb"].get("reference")
    beside_paper = f", beside white paper {known['mae']:.3f}" if known else ""
    progress.say(
        f"leave one session out: MAE {loso['mae']:.3f} g/dL{beside_paper} (training mean {loso['mean_mae']:.3f})"
    )
    return figures


def export(settings: Settings, progress: Progress) -> None:
    """Everything, from the data to the three files in `out`."""
    # Asked for first: what is not there must not be missed after an hour's work.
    kept = None if settings.kept_detector is None else kept_detector(settings.kept_detector)
    recipe = settings.recipe
    fit_of(recipe)
    prepared = prepare(settings, progress)
    found = features(settings, prepared, progress)
    figures = measure_recipe(settings, prepared, found, progress)
    heads = fitted_heads(recipe, found.tables)
    estimator = add_heads(found.graph, heads)
    likeness: LikenessTable | None = None
    wild: list[WildPhoto] = []
    if recipe.likeness:
        cache = settings.runs / "features"
        wild = wild_photos(settings.wild, progress.say, progress.warn)
        likeness = likeness_table(prepared.patients, wild, found.graph, found.spec, cache, progress)
        estimator = add_likeness(estimator, _likeness_model(likeness))
    model, entry = kept or _new_detector(settings, prepared, progress)
    document = {
        "recipe": {**recipe.document(), "stand_in": stand_in(recipe, found.backbone)},
        "detector": entry,
        "estimator": publish.estimator_entry(
            estimator.SerializeToString(),
            found.spec,
            found.backbone,
            recipe,
            heads,
            figures["hb"],
            len(prepared.patients),
            named(wild) if wild else None,
        ),
        "interval": publish.interval_entry(figures["interval"]),
    }
    if "interval_reference" in figures:
        document["interval_reference"] = publish.interval_entry(figures["interval_reference"])
    if likeness is not None:
        document["likeness"] = measure_likeness(likeness, progress)
    document["training_light"] = light_profile(prepared.patients, progress)
    publish.publish(settings.out, model, estimator.SerializeToString(), document)
    progress.say(f"written: {settings.out}: detector.onnx, estimator.onnx, models.json and their cards")


def measure_likeness(table: LikenessTable, progress: Progress) -> dict[str, Any]:
    """The section `likeness` of models.json: limits by models that had not seen the session, and what they come to."""
    progress.say("telling painted and spoiled nails, and what is none, from bare nails")
    signs = signs_unseen(table)
    limits = limits_of(table, signs)
    metrics = measures_of(table, signs)
    progress.say(
        f"bare nails refused: {metrics['false_alarm']:.1%}, painted ones found: {metrics['polish_found']:.1%}, "
        f"read of what is no nail: {metrics['no_nail_read']:.1%}"
    )
    return {**limits, "metrics": metrics}


def _likeness_model(table: LikenessTable) -> LikenessModel:
    """What ships, fitted on everybody."""
    return fit_likeness(table, np.arange(len(table.kind)))


def kept_detector(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The detector that lies in a folder of models and its entry of models.json."""
    way_out = "leave out --keep-detector, or name a folder of models with --detector-from"
    try:
        entry = json.loads((folder / "models.json").read_bytes())["detector"]
        model = (folder / entry["file"]).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: holds no detector to keep ({error}); {way_out}") from None
    if sha256_of(model) != entry.get("sha256"):
        raise DataError(f"{folder / entry['file']}: is not what models.json names; {way_out}")
    return (model, entry) if "stride_px" in entry else _with_free_sides(model, entry)


def _with_free_sides(model: bytes, entry: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """A detector exported for the square, for narrower canvases as well; another network stays as it is."""
    try:
        onnx.checker.check_model(model)
        free = store_half(free_sides(onnx.load_model_from_string(model))).SerializeToString()
    except (ValueError, onnx.checker.ValidationError):
        return model, entry
    measured = {**entry.get("training", {}), "figures_of": "the square, before its sides were freed"}
    changed = {"sha256": sha256_of(free), "bytes": len(free), "stride_px": STRIDE_PX, "training": measured}
    return free, {**entry, **changed}


def _new_detector(settings: Settings, prepared: Prepared, progress: Progress) -> tuple[bytes, dict[str, Any]]:
    """Trained, exported and measured: the file and its entry of models.json."""
    trained = detector(settings, prepared, progress)
    progress.say("exporting the detector")
    shipped = export_detector(trained.checkpoint)
    test_patients = [prepared.patients[index] for index in prepared.split.test]
    difference = largest_difference(trained.checkpoint, shipped, test_patients)
    progress.say(
        f"the file in ONNX Runtime against the checkpoint in PyTorch, {len(test_patients)} test photographs: at most "
        f"{difference['boxes_px']:.4f} px and {difference['scores']:.5f} of a score"
    )
    model = shipped.SerializeToString()
    candidate = settings.runs / "export" / publish.DETECTOR_FILE
    write_whole(candidate, model)
    metrics = {
        name: measure_detector(candidate, prepared.yolo.yaml_path, settings.runs, name) for name in ("val", "test")
    }
    wild = ordinary_photographs(settings, prepared, progress)
    if wild:
        metrics["wild"] = wild
    return model, publish.detector_entry(model, trained, metrics, difference)
