"""What the sweep's jobs learn from: colour features, and embeddings of crops as the original system cuts them.

The app's own crops and what ships are measured by `hb` and `evaluate`; here the original's preparation is kept
(shorter side of the nail's box to 256, centre 224), so that a row differs from the original's in nothing but the
weights it names.
"""

from __future__ import annotations

import hashlib
import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import app.core.crops.colour
from app.core.arrays import FloatArray, Uint8Array
from app.core.crops.colour import COLOUR_FEATURE_NAMES, colour_features, patch_pixels
from app.files import write_whole
from app.runtime.native import NativeNetwork
from trainer.config import BackboneChoice
from trainer.data.dataset import DataError, Patient, dataset_fingerprint
from trainer.estimator.backbones import Backbone, load_backbone, random_backbone
from trainer.estimator.head import NailTable
from trainer.tools.progress import Advance, Progress

CENTRE_FRACTION = 224 / 256


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Of every nail, (m, d): the crop and its mirror image; and where the network's weights come from."""

    plain: FloatArray
    mirrored: FloatArray
    weights: str


def colour_table(patients: list[Patient], cache: Path, progress: Progress) -> NailTable:
    """The 67 colour features of every annotated nail, each with the patch of skin on its own finger."""
    fingerprint = _digest(dataset_fingerprint(patients), inspect.getsource(app.core.crops.colour))

    def compute(advance: Advance) -> FloatArray:
        rows = []
        for person in patients:
            picture = person.picture()
            for nail in person.nail_boxes:
                skin = person.skin_boxes[nearest_skin(nail, person.skin_boxes)]
                rows.append(colour_features(patch_pixels(picture, nail), patch_pixels(picture, skin)))
            advance()
        return np.array(rows)

    path = cache / f"colour-{fingerprint}.npy"
    return as_table(patients, _cached(path, "colour of nails, patients", len(patients), compute, progress))


def nearest_skin(nail: FloatArray, skin_boxes: FloatArray) -> int:
    """Which patch (N, 4) xyxy lies on the nail's finger: fingers lie side by side, so the one at its height."""
    heights = (skin_boxes[:, 1] + skin_boxes[:, 3]) / 2
    return int(np.abs(heights - (nail[1] + nail[3]) / 2).argmin())


def as_table(patients: list[Patient], features: FloatArray, nails: list[int] | None = None) -> NailTable:
    """Rows (m, d), as many a patient as `nails` says (else: as the patient has annotated nails)."""
    counts = [len(person.nail_boxes) for person in patients] if nails is None else nails
    return NailTable(
        features=np.asarray(features, dtype=np.float64),
        patient=np.repeat(np.arange(len(patients)), counts),
        hb_g_dl=np.array([person.hb_g_dl for person in patients]),
        session=np.array([person.session for person in patients]),
    )


def columns(names: tuple[str, ...]) -> list[int]:
    """Places of some of the 67 colour features."""
    return [COLOUR_FEATURE_NAMES.index(name) for name in names]


def original_crop(picture: Image.Image, box: FloatArray, side_px: int) -> Uint8Array:
    """The nail's box, its shorter side scaled to 256 / 224 of `side_px`, of which the centre: (side_px, side_px, 3)."""
    resize_px = round(side_px / CENTRE_FRACTION)
    crop = Image.fromarray(patch_pixels(picture, box))
    scale = resize_px / min(crop.size)
    size = (max(round(crop.width * scale), resize_px), max(round(crop.height * scale), resize_px))
    crop = crop.resize(size, Image.Resampling.BILINEAR)
    left, top = (crop.width - side_px) // 2, (crop.height - side_px) // 2
    return np.asarray(crop.crop((left, top, left + side_px, top + side_px)))


def find_backbone(choice: BackboneChoice, seed: int, folder: Path, hub: bool, progress: Progress) -> Backbone:
    """With the best weights that can be had: a file's, the hub's where `hub` says to ask it, else random ones.

    One line says where random weights stand in for better ones.
    """
    if choice.weights is not None:
        return load_backbone(choice.name, folder / choice.weights)
    if hub:
        progress.say(f"asking the model hub for {choice.name} (up to a minute)")
        try:
            return load_backbone(choice.name, None)
        except DataError:
            pass
    found = random_backbone(choice.name, seed)
    progress.warn(f"{choice.name}: no trained weights can be had here; its rows run with random ones and say so")
    return found


def embeddings(backbone: Backbone, patients: list[Patient], cache: Path, progress: Progress) -> Embeddings:
    """Every annotated nail and its mirror image through a backbone."""
    network_bytes = backbone.model.SerializeToString()
    geometry = repr((backbone.side_px, backbone.mean, backbone.std))
    fingerprint = _digest(
        hashlib.sha256(network_bytes).hexdigest(),
        geometry,
        dataset_fingerprint(patients),
        inspect.getsource(original_crop),
    )

    def compute(advance: Advance) -> FloatArray:
        network = NativeNetwork(network_bytes, threads=1)
        mean, std = (np.asarray(each, dtype=np.float32) for each in (backbone.mean, backbone.std))
        rows = []
        for person in patients:
            picture = person.picture()
            for box in person.nail_boxes:
                crop = original_crop(picture, box, backbone.side_px) / np.float32(255.0)
                pixels = ((crop - mean) / std).transpose(2, 0, 1)
                both = np.ascontiguousarray(np.stack([pixels, pixels[:, :, ::-1]]))
                rows.append(network.run_now({"image": both})["embedding"])
            advance()
        return np.array(rows)

    title = f"nails through {backbone.name}, patients"
    found = _cached(cache / f"sweep-{fingerprint}.npy", title, len(patients), compute, progress)
    return Embeddings(found[:, 0].astype(np.float64), found[:, 1].astype(np.float64), backbone.weights)


def _cached(
    path: Path, title: str, steps: int, compute: Callable[[Advance], FloatArray], progress: Progress
) -> FloatArray:
    if path.is_file():
        kept: FloatArray = np.load(path)
        return kept
    with progress.task(title, steps) as advance:
        found = compute(advance)
    buffer = io.BytesIO()
    np.save(buffer, found)
    write_whole(path, buffer.getvalue())
    return found


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
