"""`python -m trainer`: from raw photographs to the models in static/models, and their honest figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.terminal import show_any_sign, shown
from trainer.config import DEFAULT_CONFIG, WEIGHTS_BESIDE_REPOSITORY
from trainer.data.dataset import DATA_VARIABLE, HANDS_VARIABLE, WILD_VARIABLE, DataError
from trainer.detector.comparison import DETECTORS, HUB_WEIGHTS, NO_WEIGHTS, DetectorRecipe
from trainer.estimator.backbones import DEFAULT_BACKBONE
from trainer.tools.marked import MarkerError, write_tables
from trainer.tools.progress import Progress

DESCRIPTION = """\
From raw photographs to the models in static/models, and their honest figures.

the data set comes first:
  data      say what it is, fetch what is missing of it, check every file (--from FILE: without a network)

steps, each of which does what it needs of the ones before it:
  prepare   read and check the data set, split it by session, scale the photographs
  detector  train the nail detector (two hours on two cores, five minutes on a GPU)
  features  every annotated nail through the frozen backbone
  hb        fit and measure the haemoglobin recipe under every protocol
  export    write detector.onnx, estimator.onnx and models.json
  evaluate  measure the shipped files again and print the tables
  wild      the small detector for any photo: train it, measure it on ordinary photographs (grouped 3-fold)
  sweep     every backbone, head and baseline of the configuration, beside the original's figures
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
  another backbone, beside the detector that is there:
    python -m trainer export --keep-detector --backbone mobilenetv3_small_100
  the tables of docs/accuracy.md renewed, from the shipped models:
    python -m trainer evaluate --write docs/accuracy.md
"""
STEPS = ("data", "prepare", "detector", "features", "hb", "export", "evaluate", "wild", "sweep", "report", "all")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 the data or a file is at fault, 2 usage, 130 interrupted.

    Raises:
        ModuleNotFoundError: a package is not installed.
    """
    show_any_sign()
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.sources and options.step != "data":
        parser.error(f"--from is for the step data, not for {options.step}")
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
    parser.add_argument("step", choices=STEPS)
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
        default=Path("static/models"),
        metavar="FOLDER",
        help="where the models are written, and read by evaluate (default: static/models)",
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
    how = parser.add_argument_group("what the models start from")
    how.add_argument(
        "--detector",
        choices=DETECTORS,
        default=DETECTORS[0],
        help="small: narrow, for any photo (default); yolov8n: the original system's, on its split alone",
    )
    how.add_argument(
        "--detector-weights",
        default=HUB_WEIGHTS,
        metavar="WEIGHTS",
        help=f"yolov8n starts from {HUB_WEIGHTS} of ultralytics' hub (default), FILE.pt or {NO_WEIGHTS}: untrained",
    )
    how.add_argument(
        "--keep-detector",
        action="store_true",
        help="train and export the estimator alone, beside the detector that lies in --out",
    )
    how.add_argument(
        "--backbone",
        default=DEFAULT_BACKBONE,
        metavar="NAME",
        help=f"{DEFAULT_BACKBONE} (default), whose weights are a package of Python's index, or any network of timm",
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
    results = parser.add_argument_group("evaluate")
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
    # Imported late: `--help` and a usage error need no torch.
    from trainer.steps import models as steps

    settings = steps.Settings(
        data=options.data,
        runs=options.runs,
        out=options.out,
        backbone=options.backbone,
        backbone_weights=options.backbone_weights,
        detector_weights=options.detector_weights,
        detector_recipe=DetectorRecipe(epochs=options.detector_epochs),
        detector=options.detector,
        wild=options.wild,
        hands=options.hands,
        keep_detector=options.keep_detector,
    )
    if options.step == "prepare":
        steps.prepare(settings, progress)
    if options.step == "detector":
        steps.detector(settings, steps.prepare(settings, progress), progress)
    if options.step in ("features", "hb"):
        prepared = steps.prepare(settings, progress)
        found = steps.features(settings, prepared, progress)
        if options.step == "hb":
            steps.measure_recipe(settings, prepared, found, progress)
    if options.step in ("export", "all"):
        steps.export(settings, progress)
    if options.step in ("evaluate", "all"):
        _show(steps.evaluate(settings, progress), options)
    if options.step == "wild":
        from trainer.detector.steps import export_candidate, prepare_training

        prepared = steps.prepare(settings, progress)
        training = [prepared.patients[index] for index in prepared.split.train]
        figures = export_candidate(
            prepare_training(training, options.wild, options.runs, progress), prepared.yolo.yaml_path
        )
        if options.json:
            print(json.dumps(figures, allow_nan=False))
    if options.step in ("sweep", "report", "all"):
        _research(options, progress)


def _research(options: argparse.Namespace, progress: Progress) -> None:
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
        research.sweep(settings, progress)
    if options.step in ("report", "all"):
        research.report(settings, progress)


def _show(figures: dict[str, Any], options: argparse.Namespace) -> None:
    from rich.console import Console

    from trainer.report.strange import strange_table
    from trainer.report.tables import detector_table, hb_table, markdown, print_table
    from trainer.tools.figures import rounded

    tables = [detector_table(figures["detector"]), hb_table(figures), strange_table(figures["strange"])]
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
