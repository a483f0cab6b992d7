"""Features of every annotated nail, through the app's own crops, kept under runs/ until something changes."""

from __future__ import annotations

import hashlib
import inspect
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import PIL
from PIL import Image

import app.core.crops
from app.core.crops import nail_crops
from app.core.manifest import EstimatorSpec
from app.runtime.native import NativeNetwork
from trainer.dataset import Patient, dataset_fingerprint
from trainer.files import write_whole
from trainer.head import NailTable
from trainer.progress import Progress


def nail_table(
    patients: list[Patient], model: onnx.ModelProto | bytes, spec: EstimatorSpec, cache: Path, progress: Progress
) -> NailTable:
    """Every annotated nail of `patients` through a graph with the output `embedding`.

    The cache is named by all that the features depend on: network, views, photographs and boxes, and the code
    that cuts the crops.
    """
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    path = cache / f"{_fingerprint(patients, network_bytes, spec)}.npy"
    patient = np.repeat(np.arange(len(patients)), [len(person.nail_boxes) for person in patients])
    if path.is_file():
        features = np.load(path)
    else:
        features = _embed(patients, NativeNetwork(network_bytes), spec, progress)
        _save(path, features)
    return NailTable(
        features=features.astype(np.float64),
        patient=patient,
        hb_g_dl=np.array([person.hb_g_dl for person in patients]),
        session=np.array([person.session for person in patients]),
    )


def _embed(patients: list[Patient], network: NativeNetwork, spec: EstimatorSpec, progress: Progress) -> np.ndarray:
    blocks = []
    with progress.task("features of nails, patients", len(patients)) as advance:
        for person in patients:
            with Image.open(person.photo) as photo:
                crops = nail_crops(photo.convert("RGB"), person.nail_boxes, spec)
            blocks.append(network.run_now({"image": crops})["embedding"])
            advance()
    return np.concatenate(blocks)


def _fingerprint(patients: list[Patient], network_bytes: bytes, spec: EstimatorSpec) -> str:
    digest = hashlib.sha256(network_bytes)
    # `file` and `sha256` are names of the shipped file, which the features do not depend on.
    digest.update(repr(replace(spec, file="", sha256="")).encode())
    digest.update(dataset_fingerprint(patients).encode())
    digest.update(inspect.getsource(app.core.crops).encode() + PIL.__version__.encode())
    return digest.hexdigest()[:24]


def _save(path: Path, features: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, features)
    write_whole(path, buffer.getvalue())
