"""Features of every annotated nail, through the app's own crops, kept under runs/ until something changes."""

from __future__ import annotations

import hashlib
import inspect
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnx.utils
import PIL
from joblib import Parallel, cpu_count, delayed
from PIL import Image

import app.core.crops.views
import app.core.find.fingers
import app.core.light.reference
import app.core.light.sheet
import app.core.pictures.linear
import trainer.pictures.lights
import trainer.pictures.other_background
from app.core.arrays import FloatArray, IntArray
from app.core.crops.views import nail_crops
from app.core.find.fingers import finger_directions
from app.core.light.reference import NO_REFERENCE, Reference, find_reference
from app.core.manifest import EstimatorSpec
from app.files import write_whole
from app.runtime.native import NativeNetwork
from trainer.data.dataset import Patient, dataset_fingerprint
from trainer.estimator.graph import feature_depths
from trainer.estimator.head import NailTable
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME
from trainer.pictures.lights import NAIL_JITTER, PAPERS, SHIFTS, SKIN_JITTER, drawn_light
from trainer.pictures.other_background import ERODED_PX, on_another_background
from trainer.tools.progress import Progress

SIMULATED_COPIES = 4
LIGHTS_SEED = 7
# The fingers alone, see trainer.pictures.other_background; a name beside those of SHIFTS.
BACKGROUND = "background"
# The light divided out by a paper that is not as white as it should be.
PAPER = "reference5"
PLAIN, REFERENCE = "plain", "reference"
PLAIN_SHIFTS = {**{name: len(lights) for name, lights in SHIFTS.items()}, BACKGROUND: 1}
REFERENCE_SHIFTS = {**PLAIN_SHIFTS, PAPER: len(PAPERS)}


@dataclass(frozen=True, slots=True)
class NailTables:
    """The same nails twice: in whatever light they were photographed, and with the light divided out by the white
    board of the photographs, found as the app finds a sheet of paper."""

    plain: NailTable
    reference: NailTable


def nail_tables(
    patients: list[Patient], model: onnx.ModelProto | bytes, spec: EstimatorSpec, cache: Path, progress: Progress
) -> NailTables:
    """Every annotated nail of `patients` through a graph with the output `embedding`: as it is, under the drawn
    lights to learn from, and under the shifts to be measured under.

    The cache is named by all that the features depend on: the network without its head, views, photographs and boxes,
    and the code that cuts the crops, finds the paper and makes the light.
    """
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    graph = onnx.load_from_string(model) if isinstance(model, bytes) else model
    path = cache / f"{features_fingerprint(patients, graph, spec)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            found = {name: kept[name] for name in kept.files}
    else:
        found = _embed(patients, network_bytes, spec, progress)
        save_arrays(path, found)
    depth = feature_depths(graph)
    return NailTables(
        plain=_table(patients, found[PLAIN], PLAIN_SHIFTS, depth),
        reference=_table(patients, found[REFERENCE], REFERENCE_SHIFTS, depth),
    )


def _table(patients: list[Patient], features: FloatArray, shifts: dict[str, int], depth: IntArray) -> NailTable:
    by_condition = iter(features.astype(np.float64))
    return NailTable(
        features=next(by_condition),
        patient=np.repeat(np.arange(len(patients)), [len(person.nail_boxes) for person in patients]),
        hb_g_dl=np.array([person.hb_g_dl for person in patients]),
        session=np.array([person.session for person in patients]),
        simulated=tuple(next(by_condition) for _ in range(SIMULATED_COPIES)),
        shifted={name: tuple(next(by_condition) for _ in range(count)) for name, count in shifts.items()},
        depth=depth,
    )


def annotated_crops(person: Patient, spec: EstimatorSpec) -> tuple[FloatArray, FloatArray]:
    """What the estimator is shown of a patient's annotated nails, as `app.core.crops.views.nail_crops` has it: as they
    are, and with the light divided out."""
    photo, nails = person.picture(), person.nail_boxes
    directions = finger_directions(photo, nails, person.skin_boxes)
    reference = find_reference(photo, nails, directions)
    plain, known = (nail_crops(photo, nails, directions, spec, None, paper) for paper in (NO_REFERENCE, reference))
    return plain, known


def _embed(
    patients: list[Patient], network_bytes: bytes, spec: EstimatorSpec, progress: Progress
) -> dict[str, FloatArray]:
    """PLAIN and REFERENCE -> (conditions, nails, d): as it is, drawn lights, the shifts in their order, another
    background, and for the reference other papers."""
    jobs = (delayed(_embedded)(person, number, network_bytes, spec) for number, person in enumerate(patients))
    rows: dict[str, list[list[FloatArray]]] = {PLAIN: [], REFERENCE: []}
    with progress.task("features of nails, patients", len(patients)) as advance:
        for found in Parallel(n_jobs=cpu_count(), return_as="generator")(jobs):
            for kind, conditions in found.items():
                rows[kind].append(conditions)
            advance()
    return {kind: np.stack([np.concatenate(same) for same in zip(*found, strict=True)]) for kind, found in rows.items()}


def _embedded(person: Patient, number: int, network_bytes: bytes, spec: EstimatorSpec) -> dict[str, list[FloatArray]]:
    network = network_of_process(network_bytes)
    shown = _shown(person, spec, np.random.default_rng([LIGHTS_SEED, number]))
    return {kind: [network.run_now({"image": crops})["embedding"] for crops in each] for kind, each in shown.items()}


@cache
def network_of_process(network_bytes: bytes) -> NativeNetwork:
    """The one of this process, which is one of as many as there are processors."""
    return NativeNetwork(network_bytes, threads=1)


def _shown(person: Patient, spec: EstimatorSpec, rng: np.random.Generator) -> dict[str, list[FloatArray]]:
    """The crops of a patient's nails under every condition, see `_embed`."""
    photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
    shown: dict[str, list[FloatArray]] = {PLAIN: [], REFERENCE: []}

    def cut(seen: Image.Image, boxes: FloatArray, patches: FloatArray, paper: Reference) -> FloatArray:
        return nail_crops(seen, boxes, finger_directions(seen, boxes, patches), spec, None, paper)

    def paper_in(seen: Image.Image, boxes: FloatArray, patches: FloatArray) -> Reference:
        return find_reference(seen, boxes, finger_directions(seen, boxes, patches))

    as_it_is = paper_in(photo, nails, skin)
    shown[PLAIN].append(cut(photo, nails, skin, NO_REFERENCE))
    shown[REFERENCE].append(cut(photo, nails, skin, as_it_is))
    for copy in range(SIMULATED_COPIES):
        light = drawn_light(rng)
        seen = light.photographed(photo, rng)
        boxes, patches = light.jittered(nails, NAIL_JITTER, rng), light.jittered(skin, SKIN_JITTER, rng)
        paper = paper_in(seen, boxes, patches)
        if copy % 2:
            # The fingers on another background, so that no rim of the board says what the light was.
            eroded_px = int(rng.integers(0, ERODED_PX + 1))
            seen = light.photographed(on_another_background(photo, nails, skin, rng, eroded_px), rng)
        shown[PLAIN].append(cut(seen, boxes, patches, NO_REFERENCE))
        # A light in which the paper says nothing teaches nothing of a reference.
        shown[REFERENCE].append(cut(seen, boxes, patches, paper) if paper.found else shown[REFERENCE][0])
    for light in (light for lights in SHIFTS.values() for light in lights):
        seen = light.photographed(photo, rng)
        shown[PLAIN].append(cut(seen, nails, skin, NO_REFERENCE))
        shown[REFERENCE].append(cut(seen, nails, skin, paper_in(seen, nails, skin)))
    elsewhere = on_another_background(photo, nails, skin, rng)
    shown[PLAIN].append(cut(elsewhere, nails, skin, NO_REFERENCE))
    shown[REFERENCE].append(cut(elsewhere, nails, skin, as_it_is))
    shown[REFERENCE] += [cut(photo, nails, skin, as_it_is.off_by(paper)) for paper in PAPERS]
    return shown


def features_fingerprint(patients: list[Patient], model: onnx.ModelProto, spec: EstimatorSpec) -> str:
    digest = hashlib.sha256(_without_head(model))
    # `file` and `sha256` are names of the shipped file, which the features do not depend on.
    seen_as = (spec.side_px, spec.mean, spec.std, spec.views, spec.mirror)
    digest.update(repr((seen_as, SIMULATED_COPIES, LIGHTS_SEED)).encode())
    digest.update(dataset_fingerprint(patients).encode())
    for module in (
        app.core.crops.views,
        app.core.find.fingers,
        app.core.light.reference,
        app.core.light.sheet,
        app.core.pictures.linear,
        trainer.pictures.lights,
        trainer.pictures.other_background,
    ):
        digest.update(inspect.getsource(module).encode())
    # Which conditions there are, and which of them fall on another background.
    digest.update(inspect.getsource(_shown).encode())
    digest.update(PIL.__version__.encode())
    return digest.hexdigest()[:24]


def _without_head(model: onnx.ModelProto) -> bytes:
    """What the embedding comes from: the same before a head is fitted and in the shipped file."""
    front = onnx.utils.Extractor(model).extract_model([INPUT_NAME], [OUTPUT_NAME])
    parts = (*front.graph.node, *front.graph.initializer)
    return b"".join(part.SerializeToString(deterministic=True) for part in parts)


def save_arrays(path: Path, arrays: dict[str, FloatArray]) -> None:
    """Write what `np.load` gives back by name, whole."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue())
