"""vendor/memory/: what a first start needs so that it can leave Python's memory, with numpy and Pillow, on the device.

Pyodide can keep its memory, though not the libraries of packages, which belong to WebAssembly. static/memory.mjs
therefore loads them before Python begins, at every start alike. So they leave their wheels and lie here by themselves,
beside memory.json: which they are, what is imported before the memory is kept, and a name for all that it is made of.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from building.parts.node import last_words, run_script
from building.places import STATIC, BuildError, cache_dir, forget_unused, kept, key_of
from building.python import bytecode
from building.python.bytecode import LIBRARY, LOCK, LONGEST_REASON, PYODIDE, Say

FOLDER = "vendor/memory/"
DESCRIPTION = f"{FOLDER}memory.json"
SCRIPT = Path(__file__).with_name("loaded_in_pyodide.mjs")
LOADER = STATIC / "memory.mjs"
# With the same hashes of strings in each start, a memory goes on where another one stopped.
ENVIRONMENT = {"HOME": "/home/pyodide", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
# What the engine needs of numpy, Pillow and Python's library: no later start waits for it.
IMPORTS = """
import importlib
importlib.invalidate_caches()
import asyncio, dataclasses, hashlib, json, random, traceback, zipfile
import numpy.ma, numpy.typing
from PIL import Image, ImageOps
Image.init()
import gc
gc.collect()
"""
# As much of its hash as keeps the memory of one version from being taken for another's.
NAMED_BY = 16


def taken_out(files: dict[str, bytes], npm: list[str] | None, say: Say) -> dict[str, bytes]:
    """vendor/memory/, and what takes the place of the wheels and of Pyodide's lock file, from compiled ones.

    Raises:
        BuildError: Pyodide does not load them.
    """
    wheels = {path: data for path, data in files.items() if path.endswith(".whl")}
    python = [files[LIBRARY], *wheels.values(), (PYODIDE / "pyodide.asm.wasm").read_bytes()]

    def make() -> bytes:
        say("loading numpy and Pillow in Pyodide, to see which libraries they need")
        return _loaded(files[LIBRARY], wheels, npm)

    paths = json.loads(kept(_cache() / f"{key_of(python, [Path(__file__), SCRIPT])}.json", make))
    forget_unused(_cache())
    shipped: dict[str, bytes] = {}
    libraries = {}
    for wheel, data in wheels.items():
        # What nothing loads does not ship.
        shipped[wheel], found = bytecode.taken_out(data, ".so")
        for path in set(paths) & set(found):
            # As WebAssembly, so that servers say what it is and browsers compile it while it comes.
            libraries[path] = PurePosixPath(path).name.partition(".")[0] + ".wasm"
            shipped[FOLDER + libraries[path]] = found[path]
    description = {
        "id": key_of([*python, IMPORTS.encode()], [LOADER])[:NAMED_BY],
        "environment": ENVIRONMENT,
        "imports": IMPORTS,
        "wheels": [PurePosixPath(path).name for path in wheels],
        "libraries": [{"path": path, "file": libraries[path]} for path in paths],
    }
    shipped[DESCRIPTION] = (json.dumps(description, indent=1, sort_keys=True) + "\n").encode()
    say(f"{len(libraries)} libraries of numpy and Pillow lie by themselves")
    return {**shipped, LOCK: bytecode.lock(files[LOCK], {path: shipped[path] for path in wheels})}


def _loaded(library: bytes, wheels: dict[str, bytes], npm: list[str] | None) -> bytes:
    """A JSON list of paths in site-packages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "library.zip").write_bytes(library)
        (folder / "imports.py").write_text(IMPORTS)
        (folder / "site").mkdir()
        for data in wheels.values():
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                wheel.extractall(folder / "site")
        run = run_script(npm, SCRIPT, PYODIDE, folder / "library.zip", folder / "site", folder / "imports.py")
    if run.returncode != 0:
        reason = last_words(run, LONGEST_REASON)
        raise BuildError(f"Pyodide did not load numpy and Pillow ({reason}): run again, or remove node_modules")
    return run.stdout.encode()


def _cache() -> Path:
    return cache_dir() / "libraries"
