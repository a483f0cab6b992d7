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

import app.core.crops.colour
import app.core.crops.views
import app.core.find.fingers
import app.core.light.reference
import app.core.light.sheet
import app.core.pictures.linear
import trainer.pictures.lights
import trainer.pictures.other_background
from app.core.arrays import FloatArray, IntArray
from app.core.crops.colour import nail_colours, patch_features, patch_pixels
from app.core.crops.shown import Shown
from app.core.crops.views import nail_crops
from app.core.find.fingers import finger_directions, match_skin
from app.core.light.reference import NO_REFERENCE, Reference, find_reference
from app.core.manifest import EstimatorSpec
from app.files import write_whole
from app.runtime.native import NativeNetwork
from trainer.data.dataset import Patient, dataset_fingerprint
from trainer.estimator.graph import feature_depths
from trainer.estimator.head import NailTable
from trainer.estimator.tflite_import import OUTPUT_NAME
from trainer.pictures.lights import NAIL_JITTER, PAPERS, SHIFTS, SKIN_JITTER, drawn_light
from trainer.pictures.other_background import ERODED_PX, on_another_background
from trainer.tools.figures import rounded
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
    board of the photographs, found as the app finds a sheet of paper; None for a recipe that knows nothing of paper."""

    plain: NailTable
    reference: NailTable | None


def nail_tables(
    patients: list[Patient],
    model: onnx.ModelProto | bytes,
    spec: EstimatorSpec,
    cache: Path,
    progress: Progress,
    lights: bool = True,
) -> NailTables:
    """Every annotated nail of `patients` through a graph with the output `embedding`: as it is, under the drawn
    lights to learn from, and under the shifts to be measured under.

    Args:
        lights: whether there are drawn lights to learn from, and the second table, beside white paper.

    The cache is named by all that the features depend on: the network without its head, views, photographs and boxes,
    and the code that cuts the crops, finds the paper and makes the light.
    """
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    graph = onnx.load_from_string(model) if isinstance(model, bytes) else model
    path = cache / f"{features_fingerprint(patients, graph, spec, lights)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            found = {name: kept[name] for name in kept.files}
    else:
        found = _embed(patients, network_bytes, spec, lights, progress)
        save_arrays(path, found)
    depth, copies = feature_depths(graph), SIMULATED_COPIES if lights else 0
    return NailTables(
        plain=_table(patients, found[PLAIN], copies, PLAIN_SHIFTS, depth),
        reference=_table(patients, found[REFERENCE], copies, REFERENCE_SHIFTS, depth) if lights else None,
    )


def _table(
    patients: list[Patient], features: FloatArray, copies: int, shifts: dict[str, int], depth: IntArray
) -> NailTable:
    by_condition = iter(features.astype(np.float64))
    return NailTable(
        features=next(by_condition),
        patient=np.repeat(np.arange(len(patients)), [len(person.nail_boxes) for person in patients]),
        hb_g_dl=np.array([person.hb_g_dl for person in patients]),
        session=np.array([person.session for person in patients]),
        simulated=tuple(next(by_condition) for _ in range(copies)),
        shifted={name: tuple(next(by_condition) for _ in range(count)) for name, count in shifts.items()},
        depth=depth,
    )


def annotated_shown(person: Patient, spec: EstimatorSpec) -> tuple[Shown, Shown]:
    """What the estimator is shown of a patient's annotated nails: as they are, and with the light divided out."""
    photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
    reference = find_reference(photo, nails, finger_directions(photo, nails, skin))
    return shown_of(photo, nails, skin, NO_REFERENCE, spec), shown_of(photo, nails, skin, reference, spec)


def shown_of(photo: Image.Image, nails: FloatArray, skin: FloatArray, paper: Reference, spec: EstimatorSpec) -> Shown:
    """What the app shows the estimator of nails (N, 4) and patches of skin (M, 4), xyxy in pixels of the photo."""
    image = nail_crops(photo, nails, finger_directions(photo, nails, skin), spec, None, paper)
    return Shown(image, None if spec.colour is None else nail_colours(photo, nails, skin, spec.colour))


def mean_skin(patients: list[Patient]) -> tuple[float, ...]:
    """(27,) the mean of `patch_features` over the patches of skin on the fingers of all annotated nails."""
    patches = []
    for person in patients:
        photo = person.picture()
        for _, patch in match_skin(person.nail_boxes, person.skin_boxes):
            patches.append(patch_features(patch_pixels(photo, person.skin_boxes[patch])))
    return tuple(rounded(np.mean(patches, axis=0).tolist()))


def _embed(
    patients: list[Patient], network_bytes: bytes, spec: EstimatorSpec, lights: bool, progress: Progress
) -> dict[str, FloatArray]:
    """PLAIN and REFERENCE -> (conditions, nails, d): as it is, drawn lights, the shifts in their order, another
    background, and for the reference other papers."""
    jobs = (delayed(_embedded)(person, number, network_bytes, spec, lights) for number, person in enumerate(patients))
    rows: dict[str, list[list[FloatArray]]] = {kind: [] for kind in ((PLAIN, REFERENCE) if lights else (PLAIN,))}
    with progress.task("features of nails, patients", len(patients)) as advance:
        for found in Parallel(n_jobs=cpu_count(), return_as="generator")(jobs):
            for kind, conditions in found.items():
                rows[kind].append(conditions)
            advance()
    return {kind: np.stack([np.concatenate(same) for same in zip(*found, strict=True)]) for kind, found in rows.items()}


def _embedded(
    person: Patient, number: int, network_bytes: bytes, spec: EstimatorSpec, lights: bool
) -> dict[str, list[FloatArray]]:
    network = network_of_process(network_bytes)
    rng = np.random.default_rng([LIGHTS_SEED, number])
    conditions = _shown(person, spec, rng) if lights else {PLAIN: _shown_without_paper(person, spec, rng)}
    return {kind: [network.run_now(each.inputs())["embedding"] for each in found] for kind, found in conditions.items()}


@cache
def network_of_process(network_bytes: bytes) -> NativeNetwork:
    """The one of this process, which is one of as many as there are processors."""
    return NativeNetwork(network_bytes, threads=1)


def _shown_without_paper(person: Patient, spec: EstimatorSpec, rng: np.random.Generator) -> list[Shown]:
    """A patient's nails as they are, and under the shifts to be measured under."""
    photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
    pictures = [photo, *(light.photographed(photo, rng) for lights in SHIFTS.values() for light in lights)]
    pictures.append(on_another_background(photo, nails, skin, rng))
    return [shown_of(picture, nails, skin, NO_REFERENCE, spec) for picture in pictures]


def _shown(person: Patient, spec: EstimatorSpec, rng: np.random.Generator) -> dict[str, list[Shown]]:
    """What is shown of a patient's nails under every condition, see `_embed`."""
    photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
    shown: dict[str, list[Shown]] = {PLAIN: [], REFERENCE: []}

    def cut(seen: Image.Image, boxes: FloatArray, patches: FloatArray, paper: Reference) -> Shown:
        return shown_of(seen, boxes, patches, paper, spec)

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


def features_fingerprint(
    patients: list[Patient], model: onnx.ModelProto, spec: EstimatorSpec, lights: bool = True
) -> str:
    """One name for all that the features depend on."""
    digest = hashlib.sha256(_without_head(model))
    # `file` and `sha256` are names of the shipped file, which the features do not depend on.
    seen_as = (spec.side_px, spec.mean, spec.std, spec.views, spec.mirror, spec.colour)
    digest.update(repr((seen_as, SIMULATED_COPIES if lights else 0, LIGHTS_SEED)).encode())
    digest.update(dataset_fingerprint(patients).encode())
    for module in (
        app.core.crops.colour,
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
    for part in (_shown, _shown_without_paper):
        digest.update(inspect.getsource(part).encode())
    digest.update(PIL.__version__.encode())
    return digest.hexdigest()[:24]


def _without_head(model: onnx.ModelProto) -> bytes:
    """What the embedding comes from: the same before a head is fitted and in the shipped file."""
    front = onnx.utils.Extractor(model).extract_model([entry.name for entry in model.graph.input], [OUTPUT_NAME])
    parts = (*front.graph.node, *front.graph.initializer)
    return b"".join(part.SerializeToString(deterministic=True) for part in parts)


def save_arrays(path: Path, arrays: dict[str, FloatArray]) -> None:
    """Write what `np.load` gives back by name, whole."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue())
