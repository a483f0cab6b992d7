"""Load the instrument from a folder of models on this machine: the terminal's and the trainer's way in."""

from __future__ import annotations

from pathlib import Path

from app.core.errors import MeasureError
from app.core.manifest import parse_manifest
from app.core.pipeline import Instrument
from app.files import sha256_of
from app.runtime.native import NativeNetwork
from app.shared.codes import MODEL_UNAVAILABLE

# Beside this file in an installed wheel (building/wheel.py), and in the repository where the page is made of them.
_IN_A_WHEEL = Path(__file__).resolve().with_name("shipped_models")
_IN_THE_REPOSITORY = Path(__file__).resolve().parents[1] / "static" / "models"
SHIPPED_MODELS = _IN_A_WHEEL if _IN_A_WHEEL.is_dir() else _IN_THE_REPOSITORY


def load_instrument(folder: Path = SHIPPED_MODELS, threads: int = 0) -> Instrument:
    """models.json and its two networks, each checked against its hash.

    Raises:
        MeasureError: `model_unavailable`, naming the file.
    """
    manifest = parse_manifest(_read(folder / "models.json"))
    networks = []
    for spec in (manifest.detector, manifest.estimator):
        path = folder / spec.file
        model = _read(path)
        if sha256_of(model) != spec.sha256:
            raise MeasureError(MODEL_UNAVAILABLE, f"{path} is not the file that models.json names: its hash differs")
        networks.append(NativeNetwork(model, threads))
    return Instrument(manifest, *networks)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"{path} cannot be read: {error.strerror}") from None
