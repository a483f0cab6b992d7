"""Load numpy, Pillow and both networks into the worker, side by side, and say how far it is."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import io
import json
import site
import zipfile
from typing import TYPE_CHECKING, Any

import js
import pyodide_js
from pyodide.ffi import JsException

from app.core.codes import MODEL_UNAVAILABLE
from app.core.errors import MeasureError
from app.core.manifest import DetectorSpec, EstimatorSpec, parse_manifest
from app.messages import PROGRESS_CHANNEL, STEP_NETWORKS, STEP_NUMERICS, STEP_READY

if TYPE_CHECKING:
    from app.core.pipeline import Instrument

WHEELS_FOLDER = "vendor/wheels/"
WHEELS = ("numpy", "pillow")
MODELS_FOLDER = "models/"


async def boot(page_url: str) -> tuple[Instrument, int]:
    """Load all; returns the instrument and the number of threads its networks use.

    Args:
        page_url: the page's own address, since a worker would resolve a relative one against itself.

    Raises:
        MeasureError: `model_unavailable`, naming the part that failed.
    """
    from pyscript.js_modules import ort_shim

    manifest = parse_manifest((await fetch_bytes(page_url, MODELS_FOLDER + "models.json")).to_bytes())
    specs = (manifest.detector, manifest.estimator)
    asked = js.URL.new(page_url).searchParams.get("threads")
    usable = int(ort_shim.usableThreads())
    # ?threads=1 in the page's address: for the bench, and for who wants the rest of the device for something else.
    threads = min(usable, int(asked)) if asked and str(asked).isdigit() and int(asked) > 0 else usable
    # The browser compiles the networks' runtime on other cores while Python unpacks numpy on this one.
    opening = asyncio.ensure_future(_open_sessions(ort_shim, page_url, specs, threads))
    report(STEP_NUMERICS, 0, 1)
    await _load_wheels(page_url)
    report(STEP_NUMERICS, 1, 1)

    # numpy and Pillow are there from here on.
    from app.core.pipeline import Instrument
    from app.runtime.web import WebNetwork

    report(STEP_NETWORKS, 0, len(specs))
    networks: list[Any] = []
    for spec, session in zip(specs, await opening, strict=True):
        if not isinstance(session, MeasureError):
            networks.append(WebNetwork(ort_shim, session))
        elif spec is manifest.detector:
            # Without it a guide can say where the nail is; without the estimator nothing can be measured.
            networks.append(None)
        else:
            raise session
    report(STEP_READY, 1, 1)
    return Instrument(manifest, *networks), threads


def report(step: str, done: int, total: int) -> None:
    """Tell the screen how far the boot is."""
    channel = js.BroadcastChannel.new(PROGRESS_CHANNEL)
    channel.postMessage(json.dumps({"step": step, "done": done, "total": total}))
    channel.close()


async def _open_sessions(
    shim: Any, page_url: str, specs: tuple[DetectorSpec, EstimatorSpec], threads: int
) -> list[Any]:
    """Every network's open session or, in its place, the error that says what it lacks."""

    async def opened(spec: DetectorSpec | EstimatorSpec, model: Any) -> Any:
        if isinstance(model, MeasureError):
            return model
        try:
            if hashlib.sha256(model.to_py()).hexdigest() != spec.sha256:
                message = f"{spec.file} is not the file that models.json names; reload the page"
                return MeasureError(MODEL_UNAVAILABLE, message)
            return await shim.open(model, threads)
        except JsException as error:
            return MeasureError(MODEL_UNAVAILABLE, f"{spec.file} cannot be loaded: {error}")

    fetching = [fetch_bytes(page_url, MODELS_FOLDER + spec.file) for spec in specs]
    models = await asyncio.gather(*fetching, return_exceptions=True)
    # One after the other: together they would open the runtime twice.
    return [await opened(spec, model) for spec, model in zip(specs, models, strict=True)]


async def _load_wheels(page_url: str) -> None:
    """numpy and Pillow, from the page's own folder under the names of Pyodide's lock file: micropip is not needed.

    Nor is Pyodide's own `loadPackage`: it opens every shared object of a wheel, and most are never asked for.
    """
    packages = pyodide_js.lockfile.packages.to_py()
    fetching = [fetch_bytes(page_url, WHEELS_FOLDER + packages[name]["file_name"]) for name in WHEELS]
    for wheel in await asyncio.gather(*fetching):
        try:
            with zipfile.ZipFile(io.BytesIO(wheel.to_bytes())) as archive:
                archive.extractall(site.getsitepackages()[0])
        except (OSError, zipfile.BadZipFile) as error:
            raise MeasureError(MODEL_UNAVAILABLE, f"image processing could not be loaded: {error}") from None
    importlib.invalidate_caches()


async def fetch_bytes(page_url: str, path: str) -> Any:
    """A file of the page as a JavaScript Uint8Array."""
    try:
        response = await js.fetch(js.URL.new(path, page_url).href)
        if not response.ok:
            raise MeasureError(MODEL_UNAVAILABLE, f"{path} could not be loaded: the server answered {response.status}")
        return js.Uint8Array.new(await response.arrayBuffer())
    except JsException as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"{path} could not be loaded: {error.message}") from None
