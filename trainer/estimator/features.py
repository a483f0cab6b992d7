"""Features of every annotated nail, through the app's own crops, kept under runs/ until something changes."""

from __future__ import annotations

import hashlib
import inspect
import io
from pathlib import Path

import numpy as np
import onnx
import onnx.utils
import PIL
from PIL import Image

import app.core.crops.views
import app.core.find.fingers
import app.core.pictures.linear
import trainer.pictures.lights
import trainer.pictures.other_background
from app.core.arrays import FloatArray
from app.core.crops.views import nail_crops
from app.core.find.fingers import finger_directions
from app.core.manifest import EstimatorSpec
from app.files import write_whole
from app.runtime.native import NativeNetwork
from trainer.data.dataset import Patient, dataset_fingerprint
from trainer.estimator.graph import feature_depths
from trainer.estimator.head import NailTable
from trainer.estimator.tflite_import import INPUT_NAME, OUTPUT_NAME
from trainer.pictures.lights import AS_IT_IS, NAIL_JITTER, SHIFTS, SKIN_JITTER, drawn_light
from trainer.pictures.other_background import ERODED_PX, on_another_background
from trainer.tools.progress import Progress

SIMULATED_COPIES = 8
LIGHTS_SEED = 7
# The fingers alone, see trainer.pictures.other_background; a name beside those of SHIFTS.
BACKGROUND = "background"
# Pixels of the photograph around the boxes that a view, turned and moved, can reach.
REACH_PX = 80


def nail_table(
    patients: list[Patient], model: onnx.ModelProto | bytes, spec: EstimatorSpec, cache: Path, progress: Progress
) -> NailTable:
    """Every annotated nail of `patients` through a graph with the output `embedding`: as it is, under the drawn
    lights to learn from, and under the shifts to be measured under.

    The cache is named by all that the features depend on: the network without its head, views, photographs and boxes,
    and the code that cuts the crops and makes the light.
    """
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    graph = onnx.load_from_string(model) if isinstance(model, bytes) else model
    path = cache / f"{_fingerprint(patients, graph, spec)}.npy"
    if path.is_file():
        features = np.load(path)
    else:
        features = _embed(patients, NativeNetwork(network_bytes), spec, progress)
        _save(path, features)
    by_light = iter(features.astype(np.float64))
    return NailTable(
        features=next(by_light),
        patient=np.repeat(np.arange(len(patients)), [len(person.nail_boxes) for person in patients]),
        hb_g_dl=np.array([person.hb_g_dl for person in patients]),
        session=np.array([person.session for person in patients]),
        simulated=tuple(next(by_light) for _ in range(SIMULATED_COPIES)),
        shifted={
            **{name: tuple(next(by_light) for _ in shift) for name, shift in SHIFTS.items()},
            BACKGROUND: (next(by_light),),
        },
        depth=feature_depths(graph),
    )


def annotated_crops(person: Patient, spec: EstimatorSpec) -> FloatArray:
    """What the estimator is shown of a patient's annotated nails, as `app.core.crops.views.nail_crops` has it."""
    photo, nails, skin = _around_the_nails(person)
    return nail_crops(photo, nails, finger_directions(photo, nails, skin), spec)


def _embed(patients: list[Patient], network: NativeNetwork, spec: EstimatorSpec, progress: Progress) -> FloatArray:
    """(conditions, nails, d): as it is, drawn lights, shifts in their order, another background."""
    shifts = [light for lights in SHIFTS.values() for light in lights]
    rows: list[list[FloatArray]] = [[] for _ in range(1 + SIMULATED_COPIES + len(shifts) + 1)]

    def embedded(seen: Image.Image, nails: FloatArray, skin: FloatArray) -> FloatArray:
        crops = nail_crops(seen, nails, finger_directions(seen, nails, skin), spec)
        return network.run_now({"image": crops})["embedding"]

    with progress.task("features of nails, patients", len(patients)) as advance:
        for number, person in enumerate(patients):
            photo, nails, skin = _around_the_nails(person)
            rng = np.random.default_rng([LIGHTS_SEED, number])
            drawn = [drawn_light(rng) for _ in range(SIMULATED_COPIES)]
            for place, (light, found) in enumerate(zip([AS_IT_IS, *drawn, *shifts], rows[:-1], strict=True)):
                # Of the drawn lights every second one falls on another background too.
                elsewhere = place in range(1, 1 + SIMULATED_COPIES, 2)
                eroded_px = int(rng.integers(0, ERODED_PX + 1))
                before = on_another_background(photo, nails, skin, rng, eroded_px) if elsewhere else photo
                seen = light.photographed(before, rng)
                nails_seen = light.jittered(nails, NAIL_JITTER, rng)
                found.append(embedded(seen, nails_seen, light.jittered(skin, SKIN_JITTER, rng)))
            rows[-1].append(embedded(on_another_background(photo, nails, skin, rng), nails, skin))
            advance()
    return np.stack([np.concatenate(found) for found in rows])


def _around_the_nails(person: Patient) -> tuple[Image.Image, FloatArray, FloatArray]:
    """The part of the photograph that views can reach, with the nails' and the skin's boxes in its pixels."""
    boxes = np.concatenate([person.nail_boxes, person.skin_boxes])
    left, top = np.maximum(boxes[:, :2].min(axis=0) - REACH_PX, 0).astype(int)
    right, bottom = np.minimum(boxes[:, 2:].max(axis=0) + REACH_PX, (person.width, person.height)).astype(int)
    part = person.picture().crop((left, top, right, bottom))
    offset = np.array([left, top, left, top])
    return part, person.nail_boxes - offset, person.skin_boxes - offset


def _fingerprint(patients: list[Patient], model: onnx.ModelProto, spec: EstimatorSpec) -> str:
    digest = hashlib.sha256(_without_head(model))
    # `file` and `sha256` are names of the shipped file, which the features do not depend on.
    seen_as = (spec.side_px, spec.mean, spec.std, spec.views, spec.mirror)
    digest.update(repr((seen_as, SIMULATED_COPIES, LIGHTS_SEED)).encode())
    digest.update(dataset_fingerprint(patients).encode())
    for module in (
        app.core.crops.views,
        app.core.find.fingers,
        app.core.pictures.linear,
        trainer.pictures.lights,
        trainer.pictures.other_background,
    ):
        digest.update(inspect.getsource(module).encode())
    # Which conditions there are, and which of them fall on another background.
    digest.update(inspect.getsource(_embed).encode())
    digest.update(PIL.__version__.encode())
    return digest.hexdigest()[:24]


def _without_head(model: onnx.ModelProto) -> bytes:
    """What the embedding comes from: the same before a head is fitted and in the shipped file."""
    front = onnx.utils.Extractor(model).extract_model([INPUT_NAME], [OUTPUT_NAME])
    parts = (*front.graph.node, *front.graph.initializer)
    return b"".join(part.SerializeToString(deterministic=True) for part in parts)


def _save(path: Path, features: FloatArray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, features)
    write_whole(path, buffer.getvalue())
