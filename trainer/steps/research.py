"""The steps beside the road to the models: the sweep, the report, and the model cards' audit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from app.core.crops.colour import COLOUR_FEATURE_NAMES
from app.core.errors import MeasureError
from app.core.manifest import Manifest
from app.files import write_json, write_whole
from app.models import load_instrument
from trainer.config import read_config
from trainer.data.dataset import DataError, Patient, find_dataset, read_dataset
from trainer.data.splits import Split, original_split
from trainer.estimator.features import nail_tables
from trainer.estimator.head import NailTable
from trainer.estimator.methods import fit_of
from trainer.evaluate import original
from trainer.evaluate.interval import COVERAGE
from trainer.evaluate.skin_tone import audit, patients_ita
from trainer.evaluate.validation import OutOfFold
from trainer.report import plots
from trainer.report.accuracy import (
    accuracy_table,
    conditions_table,
    interval_table,
    paired_table,
    session_coverage,
    severity_table,
    skin_tone_table,
)
from trainer.report.page import Picture, Section, page_html
from trainer.report.recipes import recipes_table
from trainer.report.tables import detector_table
from trainer.steps.evaluation import EVALUATION_FILE, published_recipe
from trainer.steps.made import Settings, prepare
from trainer.steps.recipe_figures import Measured, measure_recipe, measure_table
from trainer.sweep.baselines import COLOUR67, MEDIAN, measure_baselines
from trainer.sweep.fine_tuning import fine_tune_all
from trainer.sweep.inputs import colour_table
from trainer.sweep.plan import make_plan, run_sweep
from trainer.sweep.tables import sweep_tables
from trainer.tools.progress import Progress

SHIPPED = "the shipped recipe"
COLOURS_SHOWN = ("nail_redness", "nail_lab_a_mean", "contrast_redness", "skin_redness")


@dataclass(frozen=True, slots=True)
class ResearchSettings:
    """What the command line says of the sweep and the report."""

    data: Path | None
    runs: Path
    out: Path
    config: Path
    weights: Path
    workers: int
    scheduler: str | None


def sweep(settings: ResearchSettings, recipes: list[Settings], progress: Progress) -> dict[str, Any]:
    """Every job of the configuration and every recipe; written to runs/sweep, of which `table.json` holds all."""
    config = read_config(settings.config)
    patients, split = _patients(settings, progress)
    folder = settings.runs / "sweep"
    plan = make_plan(config, patients, split, settings.weights, settings.runs / "features", progress)
    documents = run_sweep(plan, folder, progress, settings.workers, settings.scheduler)
    documents |= fine_tune_all(config, patients, split, settings.weights, folder, progress)
    entries, prepared = {}, prepare(recipes[0], progress)
    for each in recipes:
        found = measure_recipe(each, prepared, progress)
        entries[found.recipe.name] = {**found.measured.entry, "stand_in": found.stand_in}
    table = {"first": config.backbones[0].name, "seed": config.seed, "jobs": documents, "recipes": entries}
    write_json(folder / "table.json", table)
    progress.say(f"written: {folder / 'table.json'}: {len(documents)} jobs")
    return table


def report(settings: ResearchSettings, progress: Progress) -> Path:
    """One HTML page of the data, the accuracy, the intervals, the sweep and the detector."""
    config = read_config(settings.config)
    manifest = _manifest(settings)
    patients, split = _patients(settings, progress)
    cache = settings.runs / "features"
    model = (settings.out / manifest.estimator.file).read_bytes()
    # What stands in the report are readings in whatever light; those beside white paper stand in `evaluate`.
    recipe = published_recipe(manifest)
    table = nail_tables(patients, model, manifest.estimator, cache, progress, recipe.lights).plain
    measured = measure_table(table, patients, split, progress, fit_of(recipe))
    kept = settings.runs / "report"
    baselines = measure_baselines(table, measured.result, patients, split, config.seed, kept, progress)
    evaluated = read_evaluation(settings.runs / EVALUATION_FILE, manifest)
    progress.say("drawing")
    ita, tones = patients_ita(patients), audit(measured.result, patients)
    sections = [
        exploration_section(patients, ita, colour_table(patients, cache, progress)),
        accuracy_section(measured, baselines, tones, evaluated),
        interval_section(measured.result),
        detector_section(manifest.document["detector"], evaluated, len(split.test)),
        sweep_section(settings.runs / "sweep" / "table.json"),
    ]
    title = "HemoLens: how good it is, and how that is known"
    introduction = (
        "Haemoglobin from fingernails, measured on the yakimov2024 data set. Every figure is of models that saw nobody "
        "of the measured patient's session. For research and teaching; not a medical device."
    )
    path = settings.runs / "report" / "index.html"
    write_whole(path, page_html(title, introduction, sections))
    document = {SHIPPED: measured.entry, **baselines, "by_skin_tone": tones}
    write_json(settings.runs / "report" / "figures.json", document)
    progress.say(f"written: {path}")
    return path


def read_evaluation(path: Path, manifest: Manifest) -> dict[str, Any]:
    """What `evaluate` said of the very same models; nothing where it has not been run on them."""
    try:
        figures = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return figures if figures.get("models") == manifest.identity() else {}


def exploration_section(patients: list[Patient], ita: np.ndarray, colour: NailTable) -> Section:
    """The data set: Hb, sessions, boxes, colour, skin."""
    hb_g_dl, session = colour.hb_g_dl, colour.session
    means = np.array([colour.features[colour.patient == index].mean(axis=0) for index in range(len(patients))])
    shown = {}
    for name in COLOURS_SHOWN:
        values = means[:, COLOUR_FEATURE_NAMES.index(name)]
        shown[name] = (values, float(spearmanr(values, hb_g_dl).statistic))
    low, high = hb_g_dl.min(), hb_g_dl.max()
    nails = np.concatenate([person.nail_boxes for person in patients])
    skin = np.concatenate([person.skin_boxes for person in patients])
    words = (
        f"{len(patients)} patients of {len(np.unique(session))} sessions, {len(nails)} nails and {len(skin)} patches "
        f"of skin. Hb {low:.1f} to {high:.1f} g/dL, mean {hb_g_dl.mean():.2f}, sd {hb_g_dl.std():.2f}; "
        f"{int((hb_g_dl < 8).sum())} patients below 8 g/dL."
    )
    parts = (
        words,
        Picture(plots.hb_histogram(hb_g_dl), "Haemoglobin; dashed: the limits of severity."),
        Picture(plots.sessions(hb_g_dl, session), "Sessions by size (numbers: patients), red: their medians."),
        Picture(plots.box_sizes(nails, skin), "Annotated boxes."),
        Picture(plots.skin_tones(ita), "Skin tone of the patches; dashed: the bands."),
        Picture(plots.colour_against_hb(shown, hb_g_dl), "Colour of a patient's nails and skin against haemoglobin."),
    )
    return Section("data", "The data", parts)


def accuracy_section(
    measured: Measured, baselines: dict[str, dict[str, Any]], tones: dict[str, Any], evaluated: dict[str, Any]
) -> Section:
    """Every model under every protocol, by severity and by skin tone."""
    entries = {SHIPPED: measured.entry, **baselines}
    loso = measured.entry["loso"]
    against = baselines[COLOUR67]["paired"]
    low, high = against["ci95"]
    words = (
        f"Leaving one session out the shipped recipe errs by {loso['mae']:.3f} g/dL; always saying the mean errs by "
        f"{loso['mean_mae']:.3f}, the median by {baselines[MEDIAN]['loso']['mae']:.3f}, the original's 67 colour "
        f"features by {baselines[COLOUR67]['loso']['mae']:.3f} (paired difference {against['mae_difference']:+.3f}, "
        f"95 % [{low:+.3f}, {high:+.3f}])."
    )
    parts = (
        words,
        accuracy_table(entries),
        paired_table(entries),
        Picture(plots.predicted_against_truth(measured.result), "Predicted without the patient's session."),
        Picture(plots.agreement(measured.result, loso["limits_of_agreement"]), "Bias and 95 % limits of agreement."),
        Picture(plots.error_by_severity(loso["by_severity"]), "Error by severity."),
        severity_table(entries),
        conditions_table(loso, evaluated.get("hb", {}).get("end_to_end")),
        skin_tone_table(tones),
    )
    return Section("accuracy", "Accuracy", parts)


def interval_section(result: OutOfFold) -> Section:
    """Whether the interval holds, and for whom it does not."""
    counts, coverage = session_coverage(result)
    picture = plots.coverage_by_session(counts, coverage, COVERAGE)
    parts = (interval_table(result), Picture(picture, "Coverage by session; dashed: the target."))
    return Section("intervals", "Intervals", parts)


def detector_section(entry: dict[str, Any], evaluated: dict[str, Any], photographs: int) -> Section:
    """The shipped detector: as `evaluate` measured it, else as models.json says."""
    metrics = entry["metrics"]
    known = {
        "n": photographs,
        "start_weights": entry.get("start_weights", "not stated"),
        "wild": metrics.get("wild"),
        **metrics["test"],
    }
    figures = {**known, **evaluated.get("detector", {})}
    words = f"{entry['bytes'] / 1e6:.2f} MB (the original: {original.DETECTOR_MEGABYTES} MB)."
    return Section("detector", "The detector", (detector_table(figures), words))


def sweep_section(path: Path) -> Section:
    """The original's rows beside ours, and a line for each that has none."""
    try:
        table = json.loads(path.read_bytes())
        recipes = table.get("recipes")
        tables: tuple[Any, ...] = (
            *([recipes_table(recipes)] if recipes else []),
            *sweep_tables(table["jobs"], table["first"]),
        )
    except FileNotFoundError:
        tables = ("The sweep has not been run: python -m trainer sweep.",)
    parts = (*tables, "Without a row here:", *original.WITHOUT_A_ROW)
    return Section("sweep", "Every result of the original, beside ours", parts)


def _patients(settings: ResearchSettings, progress: Progress) -> tuple[list[Patient], Split]:
    folder = find_dataset(settings.data)
    progress.say(f"reading {folder}")
    patients = read_dataset(folder, progress.warn)
    return patients, original_split(patients)


def _manifest(settings: ResearchSettings) -> Manifest:
    try:
        return load_instrument(settings.out).manifest
    except MeasureError as error:
        raise DataError(f"{error.message}; `python -m trainer export` writes the models") from None
