"""Load numpy, Pillow and both networks into the worker, side by side, and say how far it is."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any

import js
import pyodide_js
from pyodide.ffi import JsException, to_js

from app.core.codes import MODEL_UNAVAILABLE
from app.core.errors import MeasureError
from app.core.manifest import parse_manifest
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

    manifest = parse_manifest((await _fetch_bytes(page_url, MODELS_FOLDER + "models.json")).to_bytes())
    specs = (manifest.detector, manifest.estimator)
    fetching = [_fetch_bytes(page_url, MODELS_FOLDER + spec.file) for spec in specs]
    fetched = asyncio.gather(*fetching, return_exceptions=True)
    report(STEP_NUMERICS, 0, 1)
    await _load_wheels(page_url)
    report(STEP_NUMERICS, 1, 1)

    # numpy and Pillow are there from here on.
    from app.core.pipeline import Instrument
    from app.runtime.web import open_network

    asked = js.URL.new(page_url).searchParams.get("threads")
    usable = int(ort_shim.usableThreads())
    # ?threads=1 in the page's address: for the bench, and for who wants the rest of the device for something else.
    threads = min(usable, int(asked)) if asked and str(asked).isdigit() and int(asked) > 0 else usable
    networks: list[Any] = []
    for spec, model in zip(specs, await fetched, strict=True):
        report(STEP_NETWORKS, len(networks), len(specs))
        try:
            if isinstance(model, BaseException):
                raise model
            if hashlib.sha256(model.to_py()).hexdigest() != spec.sha256:
                message = f"{spec.file} is not the file that models.json names; reload the page"
                raise MeasureError(MODEL_UNAVAILABLE, message)
            networks.append(await open_network(ort_shim, model, threads, spec.file))
        except MeasureError:
            # Without the detector a guide can say where the nail is; without the estimator nothing can be measured.
            if spec is not manifest.detector:
                raise
            networks.append(None)
    report(STEP_READY, 1, 1)
    return Instrument(manifest, *networks), threads


def report(step: str, done: int, total: int) -> None:
    """Tell the screen how far the boot is."""
    channel = js.BroadcastChannel.new(PROGRESS_CHANNEL)
    channel.postMessage(json.dumps({"step": step, "done": done, "total": total}))
    channel.close()


async def _load_wheels(page_url: str) -> None:
    """numpy and Pillow, from the page's own folder under the names of Pyodide's lock file: micropip is not needed."""
    packages = pyodide_js.lockfile.packages.to_py()
    wheels = [str(js.URL.new(WHEELS_FOLDER + packages[name]["file_name"], page_url).href) for name in WHEELS]
    try:
        await pyodide_js.loadPackage(to_js(wheels), messageCallback=lambda _message: None)
    except JsException as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"image processing could not be loaded: {error}") from None


async def _fetch_bytes(page_url: str, path: str) -> Any:
    """A file of the page as a JavaScript Uint8Array."""
    try:
        response = await js.fetch(js.URL.new(path, page_url).href)
        if not response.ok:
            raise MeasureError(MODEL_UNAVAILABLE, f"{path} could not be loaded: the server answered {response.status}")
        return js.Uint8Array.new(await response.arrayBuffer())
    except JsException as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"{path} could not be loaded: {error.message}") from None
