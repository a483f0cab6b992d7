"""Load numpy, Pillow and both networks into the worker, side by side, and say how far it is."""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import random
import site
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException

from app.core.errors import MeasureError
from app.core.manifest import DetectorSpec, EstimatorSpec, parse_manifest
from app.engine.port import report
from app.engine.wheels import Later
from app.shared.codes import MODEL_UNAVAILABLE
from app.shared.messages import STEP_NETWORKS, STEP_NUMERICS, STEP_READY

if TYPE_CHECKING:
    from app.core.pipeline import Instrument

WHEELS_FOLDER = "vendor/wheels/"
# As they are imported.
PACKAGES = ("numpy", "PIL")
MEMORY_FOLDER = "vendor/memory/"
MODELS_FOLDER = "models/"


async def boot() -> tuple[Instrument, int]:
    """Load all; returns the instrument and the number of threads its networks use.

    The shim began to fetch and to open all of it before Python was there.

    Raises:
        MeasureError: `model_unavailable`, naming the part that failed.
    """
    manifest = parse_manifest((await fetch_bytes(MODELS_FOLDER + "models.json")).to_bytes())
    specs: tuple[DetectorSpec | EstimatorSpec, ...] = (manifest.detector, manifest.estimator)
    report(STEP_NUMERICS, 0, 1)
    await _load_wheels()
    report(STEP_NUMERICS, 1, 1)

    # numpy and Pillow are there from here on.
    from app.core.pipeline import Instrument
    from app.runtime.web import WebNetwork

    report(STEP_NETWORKS, 0, len(specs))
    networks: list[WebNetwork | None] = []
    threads = 1
    for done, spec in enumerate(specs, 1):
        try:
            opened = await _open(spec)
        except MeasureError:
            # Without the detector a guide can say where the nail is; without the estimator nothing can be measured.
            if spec is not manifest.detector:
                raise
            networks.append(None)
        else:
            networks.append(WebNetwork(shim(), opened.session))
            threads = int(opened.threads)
        report(STEP_NETWORKS, done, len(specs))
    report(STEP_READY, 1, 1)
    shim().started()
    detector, estimator = networks
    assert estimator is not None
    return Instrument(manifest, detector, estimator), threads


async def fetch_bytes(path: str) -> Any:
    """A file of the page, by its path in there, as a JavaScript Uint8Array.

    Raises:
        MeasureError: `model_unavailable`, naming the file.
    """
    return await _taken(shim().fetchBytes, path)


async def _open(spec: DetectorSpec | EstimatorSpec) -> Any:
    """A network's open session, once the very bytes that were opened are known to be the right ones."""
    path = MODELS_FOLDER + spec.file
    opened = await _taken(shim().open, path)
    if hashlib.sha256(opened.bytes.to_py()).hexdigest() != spec.sha256:
        message = f"{path} is not the file that models.json names; reload the page"
        raise MeasureError(MODEL_UNAVAILABLE, message)
    return opened


async def _load_wheels() -> None:
    """numpy and Pillow, from the page's own folder: micropip is not needed.

    Nor is Pyodide's own `loadPackage`: it opens every shared object of a wheel, and most are never asked for.
    """
    if "numpy" in sys.modules:
        # The shim has seen to it. Many starts go on from one memory, and chance has to begin anew in each.
        random.seed()
        sys.meta_path.append(Later(list(PACKAGES), _load_wheels_now))
        return
    # Where that failed, here it fails in words.
    description = json.loads((await fetch_bytes(MEMORY_FOLDER + "memory.json")).to_bytes())
    for file in description["wheels"]:
        _unpack((await fetch_bytes(WHEELS_FOLDER + file)).to_bytes())
    for library in description["libraries"]:
        content = await fetch_bytes(MEMORY_FOLDER + library["file"])
        (Path(site.getsitepackages()[0]) / library["path"]).write_bytes(content.to_bytes())
    importlib.invalidate_caches()


def _load_wheels_now() -> None:
    """The same from within an `import`, which cannot wait. The libraries of the memory are loaded already."""
    for file in json.loads(_fetched_now(MEMORY_FOLDER + "memory.json"))["wheels"]:
        _unpack(_fetched_now(WHEELS_FOLDER + file))


def _fetched_now(path: str) -> bytes:
    request = js.XMLHttpRequest.new()
    request.open("GET", shim().here(path), False)
    request.responseType = "arraybuffer"
    request.send()
    content: bytes = request.response.to_bytes()
    return content


def _unpack(wheel: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            archive.extractall(site.getsitepackages()[0])
    except (OSError, zipfile.BadZipFile) as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"image processing could not be loaded: {error}") from None


async def _taken(get: Any, path: str) -> Any:
    try:
        return await get(path)
    except JsException as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"{path} could not be loaded: {error.message}") from None


def shim() -> Any:
    """static/engine-shim.mjs."""
    from polyscript import js_modules

    return js_modules.engine_shim
