"""`python -m trainer evaluate`: the shipped files measured again, by the recipe that made them."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.core.errors import MeasureError
from app.core.manifest import EstimatorSpec, Manifest
from app.core.pipeline import HB, HB_REFERENCE
from app.files import write_json
from app.models import load_instrument
from app.runtime.native import NativeNetwork
from trainer.data.dataset import DataError
from trainer.data.hands import bare_hands, find_hands, painted_hands, palms
from trainer.data.wild import wild_photos
from trainer.detector.metrics import measure_detector
from trainer.estimator.features import NailTables, annotated_shown, nail_tables
from trainer.estimator.light_profile import light_profile
from trainer.estimator.likeness_table import likeness_table
from trainer.estimator.methods import fit_of
from trainer.evaluate import protocols
from trainer.evaluate.end_to_end import end_to_end
from trainer.evaluate.hands import count_read, measure_hands, read_behind_nails
from trainer.recipes import OURS, Recipe, find_recipe, recipe_of
from trainer.steps.made import Prepared, Settings, fitted_heads, prepare
from trainer.steps.models import measure_likeness
from trainer.sweep.inputs import colour_table
from trainer.tools.figures import rounded
from trainer.tools.progress import Progress

# The shipped head against the same head fitted again: float32 against float64, and what sums differ in between.
HEAD_TOLERANCE_G_DL = 0.01
EVALUATION_FILE = "evaluate.json"


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
    recipe = published_recipe(manifest)
    fit_on = fit_of(recipe)
    prepared = prepare(settings, progress)
    model = (settings.out / manifest.estimator.file).read_bytes()
    cache = settings.runs / "features"
    tables = nail_tables(prepared.patients, model, manifest.estimator, cache, progress, recipe.lights)
    figures = protocols.measure_hb(tables, prepared.patients, prepared.split, progress, fit_on)
    figures["recipe"] = recipe.name
    figures["hb"]["end_to_end"] = end_to_end(instrument, tables, prepared.patients, progress, fit_on)
    colours = colour_table(prepared.patients, cache, progress)
    figures["hb"]["original67"] = protocols.original67(colours, prepared.patients)
    difference = _difference_to_recipe(recipe, model, manifest.estimator, tables, prepared)
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
    figures["strange"] = {}
    if recipe.likeness:
        ordinary = wild_photos(settings.wild, progress.say, progress.warn)
        likeness = likeness_table(prepared.patients, ordinary, model, manifest.estimator, cache, progress)
        figures["strange"] = measure_likeness(likeness, progress)["metrics"]
    figures["strange"]["light"] = light_profile(prepared.patients, progress)["metrics"]
    hands = find_hands(settings.hands)
    if hands is not None:
        bare = bare_hands(hands)
        measured = measure_hands(instrument, bare, progress)
        measured["behind_nails"] = read_behind_nails(instrument, bare, progress)
        for name, photos in (("painted", painted_hands(hands)), ("palms", palms(hands))):
            measured[name] = {"photographs": len(photos), "read": count_read(instrument, photos, progress)}
        figures["strange"]["hands11k"] = measured
    files = (manifest.detector.file, manifest.estimator.file)
    figures["model_bytes"] = sum((settings.out / name).stat().st_size for name in files)
    figures["models"] = manifest.identity()
    write_json(settings.runs / EVALUATION_FILE, rounded(figures))
    return figures


def published_recipe(manifest: Manifest) -> Recipe:
    """The recipe that models were made by, as models.json says; where it says nothing, what ships.

    Raises:
        DataError: what it says cannot be read.
    """
    section = manifest.document.get("recipe")
    if section is None:
        return find_recipe(OURS)
    try:
        return recipe_of({name: value for name, value in section.items() if name != "stand_in"})
    except (ValueError, AttributeError) as error:
        raise DataError(f"models.json: its recipe cannot be read: {error}; export the models anew") from None


def _difference_to_recipe(
    recipe: Recipe, model: bytes, spec: EstimatorSpec, tables: NailTables, prepared: Prepared
) -> float:
    """At most how far the file's values are from those of the recipe fitted on everybody now, g/dL, over the annotated
    nails of the test photographs."""
    network, heads = NativeNetwork(model), fitted_heads(recipe, tables)
    table_of = {HB: tables.plain, HB_REFERENCE: tables.reference}
    largest = 0.0
    for index in prepared.split.test:
        nails = tables.plain.nails_of(np.array([index]))
        shown_of = dict(zip((HB, HB_REFERENCE), annotated_shown(prepared.patients[index], spec), strict=True))
        for output, head in heads.items():
            table = table_of[output]
            assert table is not None
            shipped = network.run_now(shown_of[output].inputs())[output]
            largest = max(largest, float(np.abs(shipped - head.predict(table.features[nails])).max()))
    return largest
