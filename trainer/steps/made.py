"""What the steps begin with: what the command line says, the data set read and split, the features of every nail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx

from app.core.manifest import MEAN_SKIN, ColourSpec, EstimatorSpec
from app.core.pipeline import HB, HB_REFERENCE
from trainer.data.dataset import DataError, Patient, find_dataset, read_dataset
from trainer.data.splits import Split, original_split
from trainer.detector.comparison import (
    DetectorRecipe,
)
from trainer.detector.trained import SIDE_PX
from trainer.detector.yolo_dataset import YoloDataset, write_yolo_dataset
from trainer.estimator.backbones import DEFAULT_BACKBONE, Backbone, load_backbone
from trainer.estimator.features import NailTables, mean_skin, nail_tables
from trainer.estimator.graph import feature_graph
from trainer.estimator.head import Head
from trainer.estimator.lite0 import NAME as LITE0
from trainer.estimator.lite0 import load_lite0
from trainer.estimator.methods import fit_of
from trainer.estimator.texture import with_texture
from trainer.recipes import Recipe
from trainer.steps import publish
from trainer.tools.progress import Progress


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says."""

    data: Path | None
    runs: Path
    out: Path
    recipe: Recipe
    # Instead of the recipe's.
    backbone: str | None
    backbone_weights: Path | None
    detector_weights: str
    detector_recipe: DetectorRecipe
    detector: str
    wild: Path | None = None
    hands: Path | None = None
    # A folder of models whose detector is taken instead of a new one.
    kept_detector: Path | None = None


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


def features(settings: Settings, prepared: Prepared, progress: Progress, may_stand_in: bool = False) -> Features:
    """Every annotated nail through the backbone; another one where `may_stand_in` and its own cannot be had."""
    recipe = settings.recipe
    try:
        backbone = find_backbone(settings, progress)
    except DataError as error:
        if not may_stand_in or settings.backbone is not None:
            raise
        progress.warn(f"{error}; {DEFAULT_BACKBONE} stands in, and the figures say so")
        backbone = find_backbone(replace(settings, backbone=DEFAULT_BACKBONE), progress)
    spec = estimator_spec(recipe, backbone, prepared.patients)
    graph = feature_graph(backbone, spec)
    tables = nail_tables(prepared.patients, graph, spec, settings.runs / "features", progress, recipe.lights)
    nails, numbers = tables.plain.features.shape
    progress.say(f"features: {nails} nails, {numbers} numbers each, by {backbone.name}")
    return Features(backbone, spec, graph, tables)


def estimator_spec(recipe: Recipe, backbone: Backbone, patients: list[Patient]) -> EstimatorSpec:
    """What the estimator of a recipe wants to be shown; `file` is where it will lie."""
    colour = None
    if recipe.color_features:
        # Of the training photographs every annotated nail has its skin, so no figure depends on this mean.
        stand_in = mean_skin(patients) if recipe.color_features == MEAN_SKIN else ()
        colour = ColourSpec(recipe.color_features, stand_in)
    return EstimatorSpec(
        file=publish.ESTIMATOR_FILE,
        sha256="",
        side_px=recipe.detail_px,
        mean=backbone.mean,
        std=backbone.std,
        views=recipe.views,
        mirror=recipe.mirror,
        colour=colour,
    )


def find_backbone(settings: Settings, progress: Progress) -> Backbone:
    """The recipe's backbone, or what the command line names instead.

    Raises:
        DataError: its weights cannot be had; says what can.
    """
    recipe = settings.recipe
    name = settings.backbone or recipe.backbone
    if name == LITE0 and settings.backbone_weights is None:
        return load_lite0(recipe.backbone_px, recipe.blocks)
    if settings.backbone_weights is None:
        progress.say(f"asking the model hub for {name} (up to a minute)")
    found = load_backbone(name, settings.backbone_weights, recipe.backbone_px)
    return with_texture(found) if recipe.blocks else found


def stand_in(recipe: Recipe, backbone: Backbone) -> str | None:
    """In words, that another network stands where the recipe's should; None: it is the recipe's."""
    return None if backbone.name == recipe.backbone else f"{backbone.name} stands in for {recipe.backbone}"


def fitted_heads(recipe: Recipe, tables: NailTables) -> dict[str, Head]:
    """What ships, fitted on everybody: the head for whatever light, and where the recipe has one, that for light that
    white paper shows.

    Their figures are those of heads of the same recipe that did not see the patients they are measured on.
    """
    fit_on, everybody = fit_of(recipe), np.arange(len(tables.plain.hb_g_dl))
    heads = {HB: fit_on(tables.plain, everybody)}
    if tables.reference is not None:
        heads[HB_REFERENCE] = fit_on(tables.reference, everybody)
    return heads
