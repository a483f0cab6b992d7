"""The road from raw photographs to static/models, one function a step; each calls the ones it needs.

What is expensive is kept under `runs` and used again while nothing it was made from has changed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from app.core.errors import MeasureError
from app.core.manifest import EstimatorSpec
from app.core.pipeline import HB, HB_REFERENCE
from app.files import sha256_of, write_json, write_whole
from app.models import load_instrument
from app.runtime.native import NativeNetwork
from trainer.data.dataset import DataError, Patient, find_dataset, read_dataset
from trainer.data.hands import bare_hands, find_hands, painted_hands, palms
from trainer.data.splits import Split, original_split
from trainer.detector.comparison import (
    ARCHITECTURE,
    SMALL_DETECTOR,
    DetectorRecipe,
    find_start_weights,
    train_detector,
)
from trainer.detector.export import export_detector, largest_difference
from trainer.detector.metrics import measure_detector
from trainer.detector.steps import WildTraining, measure_folds, prepare_training
from trainer.detector.trained import SIDE_PX, TrainedDetector
from trainer.detector.yolo_dataset import YoloDataset, write_yolo_dataset
from trainer.estimator.backbones import Backbone, load_backbone
from trainer.estimator.features import NailTables, annotated_crops, nail_tables
from trainer.estimator.graph import BACKBONE_PX, add_heads, estimator_spec, feature_graph
from trainer.estimator.head import RidgeHead
from trainer.estimator.light_profile import light_profile
from trainer.estimator.likeness import LikenessModel, fit_likeness, limits_of, measures_of, signs_unseen
from trainer.estimator.likeness_graph import add_likeness
from trainer.estimator.likeness_table import LikenessTable, likeness_table
from trainer.estimator.lite0 import NAME as LITE0
from trainer.estimator.lite0 import load_lite0
from trainer.estimator.texture import with_texture
from trainer.evaluate import protocols
from trainer.evaluate.end_to_end import end_to_end
from trainer.evaluate.hands import count_read, measure_hands
from trainer.steps import publish
from trainer.sweep.inputs import colour_table
from trainer.tools.figures import rounded
from trainer.tools.progress import Progress

# The shipped head against the same head fitted again: float32 against float64, and what sums differ in between.
HEAD_TOLERANCE_G_DL = 0.01
EVALUATION_FILE = "evaluate.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says."""

    data: Path | None
    runs: Path
    out: Path
    backbone: str
    backbone_weights: Path | None
    detector_weights: str
    detector_recipe: DetectorRecipe
    detector: str = SMALL_DETECTOR
    wild: Path | None = None
    hands: Path | None = None
    keep_detector: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """The data set, read and split."""

    patients: list[Patient]
    split: Split
    yolo: YoloDataset


@dataclass(frozen=True, slots=True)
class Features:
    """The estimator's front half and what it says of every annotated nail."""

    backbone: Backbone
    spec: EstimatorSpec
    graph: onnx.ModelProto
    tables: NailTables
    likeness: LikenessTable


def prepare(settings: Settings, progress: Progress) -> Prepared:
    """Read and check the data set, split it by session, write it as ultralytics wants it."""
    folder = find_dataset(settings.data)
    progress.say(f"reading {folder}")
    patients = read_dataset(folder, progress.warn)
    split = original_split(patients)
    yolo = write_yolo_dataset(patients, split, settings.runs / "yolo", SIDE_PX, progress)
    parts = (f"{name} {len(part)}" for name, part in (("train", split.train), ("val", split.val), ("test", split.test)))
    sessions = len({patient.session for patient in patients})
    progress.say(f"{len(patients)} patients of {sessions} sessions: {', '.join(parts)}")
    return Prepared(patients, split, yolo)


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
    return prepare_training(patients, settings.wild, settings.runs, progress)


def ordinary_photographs(settings: Settings, prepared: Prepared, progress: Progress) -> dict[str, Any] | None:
    """Recall and precision of the recipe on ordinary photographs (grouped 3-fold); None where there are none, or
    where the detector is not the one that learns from them."""
    if settings.detector != SMALL_DETECTOR:
        return None
    training = _wild_training(settings, prepared, progress)
    return measure_folds(training) if training.wild else None


def features(settings: Settings, prepared: Prepared, progress: Progress) -> Features:
    """Every annotated nail through the backbone."""
    backbone = _backbone(settings, progress)
    spec = estimator_spec(backbone)
    graph = feature_graph(backbone, spec)
    tables = nail_tables(prepared.patients, graph, spec, settings.runs / "features", progress)
    nails, numbers = tables.plain.features.shape
    progress.say(f"features: {nails} nails, {numbers} numbers each, by {backbone.name}")
    likeness = likeness_table(prepared.patients, graph, spec, settings.runs / "features", progress)
    return Features(backbone, spec, graph, tables, likeness)


def _backbone(settings: Settings, progress: Progress) -> Backbone:
    if settings.backbone == LITE0 and settings.backbone_weights is None:
        return load_lite0(BACKBONE_PX)
    if settings.backbone_weights is None:
        progress.say(f"asking the model hub for {settings.backbone} (up to a minute)")
    return with_texture(load_backbone(settings.backbone, settings.backbone_weights))


def measure_recipe(settings: Settings, prepared: Prepared, found: Features, progress: Progress) -> dict[str, Any]:
    """The Hb recipe under every protocol; also written to runs/hb.json."""
    figures = protocols.measure_hb(found.tables, prepared.patients, prepared.split, progress)
    write_json(settings.runs / "hb.json", figures)
    loso, known = figures["hb"]["loso"], figures["hb"]["reference"]
    progress.say(
        f"leave one session out: MAE {loso['mae']:.3f} g/dL, beside white paper {known['mae']:.3f} (training mean "
        f"{loso['mean_mae']:.3f})"
    )
    return figures


def export(settings: Settings, progress: Progress) -> None:
    """Everything, from the data to the three files in `out`."""
    # Asked for first: what is not there must not be missed after an hour's work.
    kept = _shipped_detector(settings.out) if settings.keep_detector else None
    prepared = prepare(settings, progress)
    found = features(settings, prepared, progress)
    figures = measure_recipe(settings, prepared, found, progress)
    heads = _heads(found.tables)
    estimator = add_likeness(add_heads(found.graph, heads), _likeness_model(found.likeness))
    model, entry = kept or _new_detector(settings, prepared, progress)
    document = {
        "detector": entry,
        "estimator": publish.estimator_entry(
            estimator.SerializeToString(), found.spec, found.backbone, heads, figures["hb"], len(prepared.patients)
        ),
        "interval": publish.interval_entry(figures["interval"]),
        "interval_reference": publish.interval_entry(figures["interval_reference"]),
        "likeness": measure_likeness(found.likeness, progress),
        "training_light": light_profile(prepared.patients, progress),
    }
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


def _shipped_detector(out: Path) -> tuple[bytes, dict[str, Any]]:
    """The detector that lies in `out` and its entry of models.json."""
    try:
        entry = json.loads((out / "models.json").read_bytes())["detector"]
        model = (out / entry["file"]).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{out}: holds no detector to keep ({error}); leave out --keep-detector") from None
    if sha256_of(model) != entry.get("sha256"):
        raise DataError(f"{out / entry['file']}: is not what models.json names; leave out --keep-detector")
    return model, entry


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


def evaluate(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Measure the shipped files again, the detector by its split and the Hb recipe by every protocol.

    The features come out of the shipped estimator itself; heads fitted on them without the measured patients
    give the figures, and the shipped head is checked against the same head fitted on everybody.
    """
    try:
        instrument = load_instrument(settings.out)
    except MeasureError as error:
        raise DataError(f"{error.message}; `python -m trainer export` writes the models") from None
    manifest = instrument.manifest
    prepared = prepare(settings, progress)
    model = (settings.out / manifest.estimator.file).read_bytes()
    tables = nail_tables(prepared.patients, model, manifest.estimator, settings.runs / "features", progress)
    figures = protocols.measure_hb(tables, prepared.patients, prepared.split, progress)
    figures["hb"]["end_to_end"] = end_to_end(instrument, tables, prepared.patients, progress)
    colours = colour_table(prepared.patients, settings.runs / "features", progress)
    figures["hb"]["original67"] = protocols.original67(colours, prepared.patients)
    difference = _difference_to_recipe(model, manifest.estimator, tables, prepared)
    figures["hb"]["shipped_head_difference"] = difference
    progress.say(
        f"the file in ONNX Runtime against the same recipe in scikit-learn, nails of {len(prepared.split.test)} test "
        f"photographs: at most {difference:.5f} g/dL"
    )
    if difference > HEAD_TOLERANCE_G_DL:
        progress.warn(
            f"the shipped head differs from the same recipe fitted on this data by up to {difference:.2f} g/dL: "
            f"the figures are the recipe's, not the file's; `python -m trainer export` makes them one"
        )
    progress.say("measuring the detector")
    found = measure_detector(settings.out / manifest.detector.file, prepared.yolo.yaml_path, settings.runs)
    start_weights = manifest.document["detector"].get("start_weights", "not stated")
    figures["detector"] = {**found, "n": len(prepared.split.test), "start_weights": start_weights}
    # The shipped network has seen every ordinary photograph: only the networks that had not can say how good it is.
    wild = manifest.document["detector"].get("metrics", {}).get("wild")
    if wild:
        figures["detector"]["wild"] = wild
    likeness = likeness_table(prepared.patients, model, manifest.estimator, settings.runs / "features", progress)
    figures["strange"] = measure_likeness(likeness, progress)["metrics"]
    figures["strange"]["light"] = light_profile(prepared.patients, progress)["metrics"]
    hands = find_hands(settings.hands)
    if hands is not None:
        measured = measure_hands(instrument, bare_hands(hands), progress)
        for name, photos in (("painted", painted_hands(hands)), ("palms", palms(hands))):
            measured[name] = {"photographs": len(photos), "read": count_read(instrument, photos, progress)}
        figures["strange"]["hands11k"] = measured
    files = (manifest.detector.file, manifest.estimator.file)
    figures["model_bytes"] = sum((settings.out / name).stat().st_size for name in files)
    figures["models"] = manifest.identity()
    write_json(settings.runs / EVALUATION_FILE, rounded(figures))
    return figures


def _heads(tables: NailTables) -> dict[str, RidgeHead]:
    """What ships: the head for whatever light, and the one for light that white paper shows."""
    return {HB: protocols.shipped_head(tables.plain), HB_REFERENCE: protocols.shipped_head(tables.reference)}


def _difference_to_recipe(model: bytes, spec: EstimatorSpec, tables: NailTables, prepared: Prepared) -> float:
    """At most how far the file's values are from those of the recipe fitted on everybody now, g/dL, over the annotated
    nails of the test photographs."""
    network, heads = NativeNetwork(model), _heads(tables)
    largest = 0.0
    for index in prepared.split.test:
        nails = tables.plain.nails_of(np.array([index]))
        crops = annotated_crops(prepared.patients[index], spec)
        for (output, head), table, shown in zip(heads.items(), (tables.plain, tables.reference), crops, strict=True):
            shipped = network.run_now({"image": shown})[output]
            largest = max(largest, float(np.abs(shipped - head.predict(table.features[nails])).max()))
    return largest
