"""`python -m trainer`: from raw photographs to the models in static/models, and their honest figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal import show_any_sign, shown
from trainer.config import DEFAULT_CONFIG, WEIGHTS_BESIDE_REPOSITORY
from trainer.data.dataset import DATA_VARIABLE, HANDS_VARIABLE, WILD_VARIABLE, DataError
from trainer.detector.comparison import DETECTORS, DetectorRecipe
from trainer.detector.start import HUB_WEIGHTS, NO_WEIGHTS
from trainer.estimator.backbones import DEFAULT_BACKBONE
from trainer.recipes import DEFAULT_RECIPES, OURS, Recipe, find_recipe, read_recipes
from trainer.tools.marked import MarkerError, write_tables
from trainer.tools.progress import Progress

if TYPE_CHECKING:
    from trainer.report.tables import FigureTable
    from trainer.steps.made import Settings

DESCRIPTION = """\
From raw photographs to the models in static/models, and their honest figures.

the data set comes first:
  data      say what it is, fetch what is missing of it, check every file (--from FILE: without a network)

steps, each of which does what it needs of the ones before it:
  prepare   read and check the data set, split it by session, scale the photographs
  detector  train the nail detector (two hours on two cores, five minutes on a GPU)
  features  every annotated nail through the frozen backbone
  hb        fit and measure the haemoglobin recipe under every protocol
  export    write detector.onnx, estimator.onnx and models.json, by the recipe that --recipe names
  evaluate  measure the shipped files again and print the tables
  wild      the small detector for any photo: train it, measure it on ordinary photographs (grouped 3-fold)
  sweep     every backbone, head and baseline of the configuration, beside the original's figures
  compare   two recipes or more on the same folds: accuracy, interval, size, time; a plot in runs/compare
  report    one HTML page of data, accuracy, intervals and the sweep: runs/report/index.html
  all       export, evaluate, sweep, report
"""
EPILOG = """\
Stopping with Ctrl-C is safe: the same command goes on where it stopped.

examples:
  the tables of docs/accuracy.md on a machine that has nothing:
    python3 -m trainer data
    python3 -m trainer evaluate
  an archive that was downloaded in a browser:
    python -m trainer data --from ~/Downloads/archive.zip
  as the shipped models were made:
    python -m trainer all --write docs/accuracy.md
  the original system's best, beside the detector that ships; then a page of it:
    python -m trainer export --recipe original-hybrid --backbone efficientnet_lite0 --detector-from static/models
    python build.py --models runs/models/original-hybrid
  what ships against the original system's best, accuracy and time:
    python -m trainer compare ours original-hybrid
  another backbone, beside the detector that is there:
    python -m trainer export --keep-detector --backbone mobilenetv3_small_100
  the tables of docs/accuracy.md renewed, from the shipped models:
    python -m trainer evaluate --write docs/accuracy.md
"""
SHIPPED = Path("static/models")
STEPS = (
    "data", "prepare", "detector", "features", "hb", "export", "evaluate", "wild", "sweep", "compare", "report", "all",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 the data or a file is at fault, 2 usage, 130 interrupted.

    Raises:
        ModuleNotFoundError: a package is not installed.
    """
    show_any_sign()
    parser = _parser()
    options = parser.parse_intermixed_args(arguments)
    if options.sources and options.step != "data":
        parser.error(f"--from is for the step data, not for {options.step}")
    if options.names and options.step != "compare":
        parser.error(f"{options.names[0]}: names of recipes are for the step compare, not for {options.step}")
    if options.step == "compare" and len(set(options.names)) < max(2, len(options.names)):
        parser.error("compare takes two different recipes or more, for example: compare ours original-web")
    progress = Progress()
    try:
        _run(options, progress)
    except (DataError, MarkerError, OSError) as error:
        progress.console.print(f"error: {shown(error)}", markup=False, style="red")
        return 1
    except KeyboardInterrupt:
        progress.say("stopped; the same command goes on where it stopped")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m trainer",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("step", choices=STEPS, metavar="STEP", help="one of those above")
    parser.add_argument("names", nargs="*", metavar="RECIPE", help="which recipes compare holds against each other")
    where = parser.add_argument_group("where things are")
    where.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help=f"the data set: metadata.csv and photo/ (else ${DATA_VARIABLE}, else ../shared/data/yakimov2024 where "
        "that is a folder, else data/yakimov2024 in the repository)",
    )
    where.add_argument(
        "--wild",
        type=Path,
        metavar="FOLDER",
        help=f"ordinary hand photographs: boxes.json and images/ (else ${WILD_VARIABLE}, "
        "else ../shared/data/nails-in-the-wild, else none)",
    )
    where.add_argument(
        "--hands",
        type=Path,
        metavar="FOLDER",
        help=f"other people's hands to measure with: index.csv and photo/ (else ${HANDS_VARIABLE}, "
        "else ../shared/data/hands11k, else none)",
    )
    where.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="FOLDER",
        help="what is kept between commands (default: runs)",
    )
    where.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="where the models are written, and read by evaluate (default: static/models for the recipe ours, else "
        "models/NAME below --runs)",
    )
    fetched = parser.add_argument_group("data")
    fetched.add_argument(
        "--from",
        dest="sources",
        type=Path,
        action="append",
        metavar="FILE",
        help="instead of the mirrors: a zip, a tar or a folder, from wherever it came; more than once for several",
    )
    how = parser.add_argument_group("what the models are made of and start from")
    how.add_argument(
        "--recipe",
        default=OURS,
        metavar="NAME",
        help="detector, backbone, views, features and head: ours (default), original-web, original-hybrid, or one of "
        "your own in trainer/recipes.toml",
    )
    how.add_argument(
        "--recipes",
        type=Path,
        default=DEFAULT_RECIPES,
        metavar="FILE",
        help="where the recipes stand (default: trainer/recipes.toml)",
    )
    how.add_argument(
        "--detector",
        choices=DETECTORS,
        help="instead of the recipe's: small, narrow and for any photo; or yolov8n, the original system's, on its "
        "split alone",
    )
    how.add_argument(
        "--detector-weights",
        default=HUB_WEIGHTS,
        metavar="WEIGHTS",
        help=f"the detector starts from {HUB_WEIGHTS} of ultralytics' hub (default; where that cannot be reached, from "
        "../shared/weights/yolov8n_coco_int8.onnx where that is a file, and the small one otherwise untrained), from "
        f"FILE.pt, from FILE.onnx, a quantised YOLOv8n with 80 classes, or from {NO_WEIGHTS}: untrained. The small one "
        "makes such weights narrow",
    )
    kept = how.add_mutually_exclusive_group()
    kept.add_argument(
        "--keep-detector",
        action="store_true",
        help="train and export the estimator alone, beside the detector that lies in --out",
    )
    kept.add_argument(
        "--detector-from",
        type=Path,
        metavar="FOLDER",
        help="the same with the detector of this folder of models, static/models for one",
    )
    how.add_argument(
        "--backbone",
        metavar="NAME",
        help=f"stands in for the recipe's backbone: {DEFAULT_BACKBONE}, whose weights are a package of Python's index, "
        "or any network of timm",
    )
    how.add_argument(
        "--backbone-weights",
        type=Path,
        metavar="FILE",
        help="instead of the hub: a checkpoint of that network, or a .tflite MobileNet, which then is the backbone",
    )
    how.add_argument(
        "--detector-epochs",
        type=_positive,
        default=DetectorRecipe().epochs,
        metavar="N",
        help=f"length of the training of yolov8n (default: {DetectorRecipe().epochs})",
    )
    research = parser.add_argument_group("data, sweep and report")
    research.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CONFIG,
        metavar="FILE",
        help="the mirrors, and what the sweep runs (default: trainer/config.toml)",
    )
    research.add_argument(
        "--weights-folder",
        type=Path,
        default=WEIGHTS_BESIDE_REPOSITORY,
        metavar="FOLDER",
        help="where the configuration's files of weights are (default: ../shared/weights)",
    )
    research.add_argument("--jobs", type=_positive, metavar="N", help="jobs at a time (default: one a processor)")
    research.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="run the jobs on this Dask cluster; needs the extra `cluster`"
    )
    results = parser.add_argument_group("evaluate and compare")
    results.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    results.add_argument(
        "--write", type=Path, metavar="FILE", help="write the tables between their markers in this file"
    )
    return parser


def _run(options: argparse.Namespace, progress: Progress) -> None:
    if options.step == "data":
        from trainer.steps.data import DataSettings, fetch_data

        fetch_data(DataSettings(options.data, options.config, tuple(options.sources or ())), progress)
        return
    compared = [find_recipe(name, options.recipes) for name in options.names]
    # A file of somebody's own need not hold what ships.
    recipe = compared[0] if compared else find_recipe(options.recipe, options.recipes)
    where = options.out

    def out_of(recipe: Recipe) -> Path:
        return where or (SHIPPED if recipe.name == OURS else options.runs / "models" / recipe.name)

    options.out = out_of(recipe)
    # Imported late: `--help` and a usage error need no torch.
    from trainer.steps import evaluation, made
    from trainer.steps import models as steps

    settings = made.Settings(
        data=options.data,
        runs=options.runs,
        out=options.out,
        recipe=recipe,
        backbone=options.backbone,
        backbone_weights=options.backbone_weights,
        detector_weights=options.detector_weights,
        detector_recipe=DetectorRecipe(epochs=options.detector_epochs),
        detector=options.detector or recipe.detector,
        wild=options.wild,
        hands=options.hands,
        kept_detector=options.out if options.keep_detector else options.detector_from,
    )
    if options.step == "prepare":
        made.prepare(settings, progress)
    if options.step == "detector":
        steps.detector(settings, made.prepare(settings, progress), progress)
    if options.step in ("features", "hb"):
        prepared = made.prepare(settings, progress)
        found = made.features(settings, prepared, progress)
        if options.step == "hb":
            steps.measure_recipe(settings, prepared, found, progress)
    if options.step in ("export", "all"):
        steps.export(settings, progress)
    if options.step in ("evaluate", "all"):
        _show(evaluation.evaluate(settings, progress), options)
    if options.step == "wild":
        from trainer.detector.steps import export_candidate, prepare_training

        prepared = made.prepare(settings, progress)
        training = [prepared.patients[index] for index in prepared.split.train]
        figures = export_candidate(
            prepare_training(training, options.wild, options.detector_weights, options.runs, progress),
            prepared.yolo.yaml_path,
        )
        if options.json:
            print(json.dumps(figures, allow_nan=False))
    if options.step == "compare":
        from trainer.steps.compare import compare
        from trainer.steps.recipe_figures import each_recipe

        figures, tables = compare(each_recipe(settings, compared, out_of), progress)
        _print(figures, tables, options)
    if options.step in ("sweep", "report", "all"):
        from trainer.steps.recipe_figures import each_recipe

        every = each_recipe(settings, list(read_recipes(options.recipes).values()), out_of)
        _research(options, every, progress)


def _research(options: argparse.Namespace, recipes: list[Settings], progress: Progress) -> None:
    import joblib

    from trainer.steps import research

    settings = research.ResearchSettings(
        data=options.data,
        runs=options.runs,
        out=options.out,
        config=options.config,
        weights=options.weights_folder,
        workers=options.jobs or joblib.cpu_count(),
        scheduler=options.scheduler,
    )
    if options.step in ("sweep", "all"):
        research.sweep(settings, recipes, progress)
    if options.step in ("report", "all"):
        research.report(settings, progress)


def _show(figures: dict[str, Any], options: argparse.Namespace) -> None:
    from trainer.report.strange import strange_table
    from trainer.report.tables import detector_table, hb_table

    tables = [detector_table(figures["detector"]), hb_table(figures)]
    if "false_alarm" in figures["strange"]:
        tables.append(strange_table(figures["strange"]))
    _print(figures, tables, options)


def _print(figures: dict[str, Any], tables: list[FigureTable], options: argparse.Namespace) -> None:
    """As JSON or as tables; and into the document that --write names."""
    from rich.console import Console

    from trainer.report.tables import markdown, print_table
    from trainer.tools.figures import rounded

    if options.write:
        write_tables(options.write, {table.name: markdown(table) for table in tables})
    if options.json:
        print(json.dumps(rounded(figures), allow_nan=False))
    else:
        for table in tables:
            print_table(table, Console())


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value
