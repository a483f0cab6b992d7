"""Features of nails as they are, of painted ones and of what is no nail, kept under runs/ until something changes.

They come from the training photographs and from ordinary ones, see `trainer.data.sitters`.
"""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from joblib import Parallel, cpu_count, delayed

import trainer.data.sitters
import trainer.estimator.likeness_rows
import trainer.pictures.camera
import trainer.pictures.no_nail
import trainer.pictures.polish
import trainer.pictures.spoiled
from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.manifest import EstimatorSpec
from trainer.data.dataset import Patient
from trainer.data.sitters import sitters_of
from trainer.data.wild import WildPhoto, wild_fingerprint
from trainer.estimator.features import features_fingerprint, save_arrays
from trainer.estimator.likeness_rows import embedded
from trainer.tools.progress import Progress


@dataclass(frozen=True, slots=True)
class LikenessTable:
    """Nails and others, m in all.

    Attributes:
        features: (m, d), some with the light divided out by white paper.
        kind: (m,) BARE, PAINTED, CLEAR_COAT, NO_NAIL, GLARE, BLURRED or PRESSED.
        as_it_is: (m,) whether it comes from a photograph that nothing was done to.
        picture: (m,) number of the picture it was seen in.
        sitter: (m,) index into the sitters.
        session: (n,) of each sitter.
        ordinary: (n,) which of them sat in an ordinary photograph.
        really_painted: (n,) whose nails are.
    """

    features: FloatArray
    kind: IntArray
    as_it_is: np.ndarray
    picture: IntArray
    sitter: IntArray
    session: np.ndarray
    ordinary: BoolArray
    really_painted: BoolArray


def likeness_table(
    patients: list[Patient],
    wild: list[WildPhoto],
    model: onnx.ModelProto | bytes,
    spec: EstimatorSpec,
    cache: Path,
    progress: Progress,
) -> LikenessTable:
    """All of it through a graph with the output `embedding`."""
    sitters = sitters_of(patients, wild)
    network_bytes = model if isinstance(model, bytes) else model.SerializeToString()
    path = cache / f"likeness-{_fingerprint(patients, wild, network_bytes, spec)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            found = {name: kept[name] for name in kept.files}
    else:
        jobs = (delayed(embedded)(sitter, number, network_bytes, spec) for number, sitter in enumerate(sitters))
        rows = []
        with progress.task("features of painted nails and of none, photographs", len(sitters)) as advance:
            for of_sitter in Parallel(n_jobs=cpu_count(), return_as="generator")(jobs):
                rows.append(of_sitter)
                advance()
        found = {name: np.concatenate([each[name] for each in rows]) for name in rows[0]}
        new = np.diff(found["picture"], prepend=-1) | np.diff(found["sitter"], prepend=-1)
        found["picture"] = np.cumsum(new != 0) - 1
        save_arrays(path, found)
    return LikenessTable(
        **found,
        session=np.array([sitter.session for sitter in sitters]),
        ordinary=np.array([sitter.ordinary for sitter in sitters]),
        really_painted=np.array([sitter.painted for sitter in sitters]),
    )


def _fingerprint(patients: list[Patient], wild: list[WildPhoto], network_bytes: bytes, spec: EstimatorSpec) -> str:
    digest = hashlib.sha256(features_fingerprint(patients, onnx.load_from_string(network_bytes), spec).encode())
    digest.update(wild_fingerprint(wild).encode())
    digest.update(repr([photo.painted for photo in wild]).encode())
    for module in (
        trainer.data.sitters,
        trainer.estimator.likeness_rows,
        trainer.pictures.camera,
        trainer.pictures.no_nail,
        trainer.pictures.polish,
        trainer.pictures.spoiled,
    ):
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:24]
