"""Features of nails as they are, of painted ones and of what is no nail, kept under runs/ until something changes.

All of it is made from the training photographs, each as a dozen other cameras in other light would have taken it: what
tells paint from blood in one laboratory's light alone would refuse bare nails everywhere else.
"""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from joblib import Parallel, cpu_count, delayed
from PIL import Image

import trainer.pictures.camera
import trainer.pictures.no_nail
import trainer.pictures.polish
import trainer.pictures.spoiled
from app.core.arrays import FloatArray, IntArray, Uint8Array
from app.core.crops.views import nail_crops
from app.core.find.fingers import finger_directions
from app.core.light.reference import NO_REFERENCE, Reference, find_reference
from app.core.manifest import EstimatorSpec
from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.runtime.native import NativeNetwork
from trainer.data.dataset import Patient
from trainer.data.outlines import rounded_outline
from trainer.estimator.features import features_fingerprint, network_of_process, save_arrays
from trainer.estimator.tflite_import import OUTPUT_NAME
from trainer.pictures.backgrounds import drawn_background
from trainer.pictures.camera import photographed
from trainer.pictures.lights import NAIL_JITTER, SKIN_JITTER, drawn_light
from trainer.pictures.no_nail import ground_boxes, skin_boxes_along, without_nails
from trainer.pictures.other_background import on_another_background
from trainer.pictures.polish import CLEAR, drawn_polish, painted
from trainer.pictures.spoiled import blurred, pressed, shone_on
from trainer.tools.progress import Progress

BARE, PAINTED, CLEAR_COAT, NO_NAIL, GLARE, BLURRED, PRESSED = range(7)
SEED = 18
COPIES = 4
# Of other cameras; the rest is light alone. Exposures, in EV, are such that bright ones lose their lightest parts.
CAMERA_SHARE, CAMERA_STRENGTH = 0.75, (0.3, 1.0)
EXPOSURE_EV, EXPOSURE_SD_EV = 0.1, 0.35
DRAWN_PX, DRAWN_BOXES = 400, 4
_NOTHING: FloatArray = np.zeros((0, 4))


@dataclass(frozen=True, slots=True)
class LikenessTable:
    """Nails and others, m in all.

    Attributes:
        features: (m, d), some with the light divided out by white paper.
        kind: (m,) BARE, PAINTED, CLEAR_COAT, NO_NAIL, GLARE, BLURRED or PRESSED.
        as_it_is: (m,) whether it comes from a photograph that nothing was done to.
        picture: (m,) number of the picture it was seen in.
        patient: (m,) index into the patients.
        session: (n,) of each patient.
    """

    features: FloatArray
    kind: IntArray
    as_it_is: np.ndarray
    picture: IntArray
    patient: IntArray
    session: np.ndarray


def likeness_table(
    patients: list[Patient], model: onnx.ModelProto | bytes, spec: EstimatorSpec, cache: Path, progress: Progress
) -> LikenessTable:
    """All of it through a graph with the output `embedding`."""
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    path = cache / f"likeness-{_fingerprint(patients, network_bytes, spec)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            found = {name: kept[name] for name in kept.files}
    else:
        jobs = (delayed(_embedded)(person, number, network_bytes, spec) for number, person in enumerate(patients))
        rows = []
        with progress.task("features of painted nails and of none, patients", len(patients)) as advance:
            for of_patient in Parallel(n_jobs=cpu_count(), return_as="generator")(jobs):
                rows.append(of_patient)
                advance()
        found = {name: np.concatenate([each[name] for each in rows]) for name in rows[0]}
        new = np.diff(found["picture"], prepend=-1) | np.diff(found["patient"], prepend=-1)
        found["picture"] = np.cumsum(new != 0) - 1
        save_arrays(path, found)
    return LikenessTable(**found, session=np.array([person.session for person in patients]))


class _Rows:
    """What is found of one patient."""

    def __init__(self, network: NativeNetwork, spec: EstimatorSpec) -> None:
        self._network, self._spec = network, spec
        self.features: list[FloatArray] = []
        self.kind: list[int] = []
        self.as_it_is: list[bool] = []
        self.picture: list[int] = []
        self._pictures = 0

    def add(
        self, kinds: int | list[int], photo: Image.Image, boxes: FloatArray, skin: FloatArray, as_it_is: bool = False
    ) -> None:
        """Each box twice: as it is, and beside paper where the photo shows some."""
        if not len(boxes):
            return
        directions = finger_directions(photo, boxes, skin)
        papers: list[Reference] = [NO_REFERENCE]
        paper = find_reference(photo, boxes, directions)
        if paper.found:
            papers.append(paper)
        for each in papers:
            crops = nail_crops(photo, boxes, directions, self._spec, None, each)
            self.features.append(self._network.run_now({"image": crops})[OUTPUT_NAME])
            self.kind += [kinds] * len(boxes) if isinstance(kinds, int) else kinds
            self.as_it_is += [as_it_is] * len(boxes)
            self.picture += [self._pictures] * len(boxes)
            self._pictures += 1


def _embedded(person: Patient, number: int, network_bytes: bytes, spec: EstimatorSpec) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([SEED, number])
    rows = _Rows(network_of_process(network_bytes), spec)
    photo, nails, skin = person.picture(), person.nail_boxes, person.skin_boxes
    directions = finger_directions(photo, nails, skin)

    def jittered(boxes: FloatArray, share: float) -> FloatArray:
        return drawn_light(rng).jittered(boxes, share, rng)

    rows.add(BARE, photo, nails, skin, as_it_is=True)
    for copy in range(COPIES):
        seen = photo if copy % 2 else on_another_background(photo, nails, skin, rng)
        rows.add(BARE, taken_elsewhere(seen, rng), jittered(nails, NAIL_JITTER), jittered(skin, SKIN_JITTER))
    for copy in range(COPIES):
        pixels: Uint8Array = np.asarray(photo)
        kinds = []
        for box, direction in zip(nails, directions, strict=True):
            polish = drawn_polish(rng)
            kinds.append(CLEAR_COAT if polish.coat == CLEAR else PAINTED)
            pixels = painted(pixels, rounded_outline(box), direction, polish, rng)
        if copy:
            seen = taken_elsewhere(Image.fromarray(pixels), rng)
            rows.add(kinds, seen, jittered(nails, NAIL_JITTER), jittered(skin, SKIN_JITTER))
        else:
            rows.add(kinds, Image.fromarray(pixels), nails, skin, as_it_is=True)
    nail_px = float(np.sqrt((nails[:, 2:] - nails[:, :2]).prod(axis=1)).mean())
    for copy in range(COPIES // 2):
        shining = pale = np.asarray(photo)
        for box, direction in zip(nails, directions, strict=True):
            shining = shone_on(shining, rounded_outline(box), rng)
            pale = pressed(pale, rounded_outline(box), direction, rng)
        for kind, spoiled in (
            (GLARE, Image.fromarray(shining)),
            (PRESSED, Image.fromarray(pale)),
            (BLURRED, blurred(photo, nail_px, rng)),
        ):
            seen = taken_elsewhere(spoiled, rng) if copy else spoiled
            rows.add(kind, seen, jittered(nails, NAIL_JITTER), jittered(skin, SKIN_JITTER), as_it_is=not copy)
    for copy in range(COPIES // 2):
        gone = without_nails(photo, nails, directions, rng)
        seen = taken_elsewhere(gone, rng) if copy else gone
        rows.add(NO_NAIL, seen, jittered(nails, NAIL_JITTER), skin, as_it_is=not copy)
        seen = taken_elsewhere(photo, rng) if copy else photo
        rows.add(NO_NAIL, seen, skin_boxes_along(nails, directions, photo.size, rng), _NOTHING, as_it_is=not copy)
    rows.add(NO_NAIL, taken_elsewhere(photo, rng), ground_boxes(nails, photo.size, rng), _NOTHING)
    drawn = Image.fromarray(drawn_background(DRAWN_PX, rng))
    centres, half = rng.uniform(70, DRAWN_PX - 70, (DRAWN_BOXES, 2)), rng.uniform(15, 60, (DRAWN_BOXES, 2))
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    rows.add(NO_NAIL, taken_elsewhere(drawn, rng), boxes, _NOTHING)
    return {
        "features": np.concatenate(rows.features).astype(np.float32),
        "kind": np.array(rows.kind),
        "as_it_is": np.array(rows.as_it_is),
        "picture": np.array(rows.picture),
        "patient": np.full(len(rows.kind), number),
    }


def taken_elsewhere(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The RGB photo as another camera would have taken it in other light."""
    seen = drawn_light(rng).photographed(photo, rng)
    if rng.random() >= CAMERA_SHARE:
        return seen
    linear = srgb_to_linear(np.arange(256) / 255.0) * 2 ** rng.normal(EXPOSURE_EV, EXPOSURE_SD_EV)
    levels = np.rint(255 * linear_to_srgb(np.clip(linear, 0.0, 1.0))).astype(np.uint8)
    return Image.fromarray(photographed(levels[np.asarray(seen)], rng.uniform(*CAMERA_STRENGTH), rng))


def _fingerprint(patients: list[Patient], network_bytes: bytes, spec: EstimatorSpec) -> str:
    digest = hashlib.sha256(features_fingerprint(patients, onnx.load_from_string(network_bytes), spec).encode())
    modules = trainer.pictures.camera, trainer.pictures.no_nail, trainer.pictures.polish, trainer.pictures.spoiled
    for module in modules:
        digest.update(inspect.getsource(module).encode())
    digest.update(inspect.getsource(_embedded).encode())
    digest.update(inspect.getsource(taken_elsewhere).encode())
    digest.update(repr((SEED, COPIES, CAMERA_SHARE, CAMERA_STRENGTH, EXPOSURE_EV, EXPOSURE_SD_EV)).encode())
    return digest.hexdigest()[:24]
