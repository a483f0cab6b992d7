"""ONNX Runtime Web without what our networks never use: two thirds of it are operators of other networks.

The browser compiles all of a WebAssembly module at every start, and a first visit fetches it. So the networks are run
here, under Node, in a copy of the runtime that marks each function that is called. What was called stays, with
everything that it could call by name, on whatever way; a function that is reached through a table only, and never was,
is left empty. One that is called after all ends the call with an error that says `unreachable`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from building.onnx import webassembly
from building.parts.node import last_words, run_script
from building.places import NODE_MODULES, BuildError, cache_dir, forget_unused, kept, key_of
from building.python.bytecode import LONGEST_REASON, Say

ORT = NODE_MODULES / "onnxruntime-web" / "dist"
RUNTIME = "vendor/ort/ort-wasm-simd-threaded.wasm"
MODELS = "models/"
SCRIPT = Path(__file__).with_name("used_by_networks.mjs")

# Where in the copy's memory the marks lie: far behind all that the networks ever ask for, with a rim before them that
# shows whether that holds. The system gives such memory only where something is written.
MARKS_AT = 1536 * 2**20
# One thread has code of its own, several have another; static/networks.mjs takes at most four.
THREADS = (1, 4)
# Nails of one run: how a product of matrices is done depends on how many rows it has, and so does how trees are shared
# out between threads, which is one way for 1, another for up to 50. The core shows at most 16 (app/core/pipeline.py).
NAILS = (1, 2, 3, 5, 8, 16)


def lean(files: dict[str, bytes], npm: list[str] | None, say: Say) -> dict[str, bytes]:
    """What takes the place of the runtime in dist/; nothing where no networks ship.

    Raises:
        BuildError: a network does not run in the runtime, or the runtime is not understood.
    """
    networks = _networks(files)
    if not networks:
        return {}
    whole = files[RUNTIME]

    def make() -> bytes:
        say("running the networks in ONNX Runtime Web, to see what of it they use")
        module = webassembly.read(whole)
        used = set[int]().union(*(_used(module, files, networks, threads, npm) for threads in THREADS))
        return without_the_rest(module, used)

    made = kept(_cache() / f"{_key(whole, files, networks)}.wasm", make)
    forget_unused(_cache())
    say(f"{len(made) / 1e6:.1f} of {len(whole) / 1e6:.1f} MB of the runtime are for these networks")
    return {RUNTIME: made}


def without_the_rest(module: webassembly.Module, used: Iterable[int]) -> bytes:
    """The module with what can be called from `used` (places among its own functions) and from outside by name."""
    first = module.imported_functions
    stays = set[int]()
    waiting = {*used, *(number - first for number in webassembly.exported_functions(module) if number >= first)}
    while waiting:
        stays |= waiting
        called = set[int]().union(*(webassembly.mentioned(module.bodies[place]) for place in waiting))
        waiting = {number - first for number in called if number >= first} - stays
    return module.with_bodies(
        [body if place in stays else webassembly.NEVER for place, body in enumerate(module.bodies)]
    )


def _networks(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """The networks that ship, each with the sizes of its open axes to run it with."""
    listing = files.get(MODELS + "models.json")
    if listing is None:
        return []
    try:
        models = json.loads(listing)
        estimator = models["estimator"]
        views = len(estimator["views"])
        pictures = (views, 2 * views) if estimator["mirror"] else (views,)
        nails = [{"nails": count, "pictures": shown} for count in NAILS for shown in pictures]
        wanted = [
            {"file": estimator["file"], "sizes": nails},
            {"file": models["detector"]["file"], "sizes": _canvases(models["detector"])},
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"models.json is not what `python -m trainer export` writes: {error}") from None
    return [network for network in wanted if MODELS + network["file"] in files]


def _canvases(detector: dict[str, Any]) -> list[dict[str, int]]:
    """Every size that the detector's canvas may have, by the names of its network's axes."""
    side_px = detector["side_px"]
    shorter = range(detector.get("stride_px", side_px), side_px, detector.get("stride_px", side_px))
    square = {"height": side_px, "width": side_px}
    return [square, *({**square, side: short_px} for short_px in shorter for side in square)]


def _used(
    module: webassembly.Module,
    files: dict[str, bytes],
    networks: list[dict[str, Any]],
    threads: int,
    npm: list[str] | None,
) -> list[int]:
    """Which of the module's own functions the networks call."""
    marking = module.with_bodies(
        [webassembly.marking(body, MARKS_AT + place) for place, body in enumerate(module.bodies)]
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "marking.wasm").write_bytes(marking)
        for network in networks:
            (folder / network["file"]).write_bytes(files[MODELS + network["file"]])
        job = {"marks": [MARKS_AT, len(module.bodies)], "threads": threads, "networks": networks}
        (folder / "job.json").write_text(json.dumps(job))
        run = run_script(npm, SCRIPT, ORT, folder)
        try:
            used: list[int] = json.loads((folder / "used.json").read_text())
        except (OSError, ValueError):
            reason = last_words(run, LONGEST_REASON)
            raise BuildError(
                f"the networks that models.json names do not run in ONNX Runtime Web ({reason}): export them anew"
            ) from None
        return used


def _key(whole: bytes, files: dict[str, bytes], networks: list[dict[str, Any]]) -> str:
    """The same for the same runtime, the same networks and the same way to make one for the other."""
    parts = [whole, json.dumps(networks).encode(), *(files[MODELS + network["file"]] for network in networks)]
    return key_of(parts, [Path(__file__), Path(webassembly.__file__), SCRIPT])


def _cache() -> Path:
    return cache_dir() / "runtime"
