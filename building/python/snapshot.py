"""Python's memory with numpy and Pillow loaded, so that a start goes on from there: they take longer than all the rest.

Pyodide can keep its memory, though not the libraries of packages, which belong to WebAssembly and not to the memory.
So these are loaded first, before Python begins, here and in the page alike: then each lies at the same place, and the
memory fits (static/memory.mjs, which both use). What is kept is what Python changed since then.

vendor/memory/ holds it, with memory.json and the libraries themselves, which leave their wheels: a first visit, which
has no such memory yet, puts them back (app/engine/wheels.py).
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from building.parts.node import last_words, run_script
from building.places import STATIC, BuildError, cache_dir, forget_unused, kept, key_of, sha256, zipped
from building.python import bytecode
from building.python.bytecode import LIBRARY, LOCK, LONGEST_REASON, PYODIDE, Say

FOLDER = "vendor/memory/"
SCRIPT = Path(__file__).with_name("snapshot_in_pyodide.mjs")
SHARED = STATIC / "memory.mjs"
# As much of its hash as keeps the memory of one version from being taken for another's.
NAMED_BY = 16


def remembered(files: dict[str, bytes], npm: list[str] | None, say: Say) -> dict[str, bytes]:
    """vendor/memory/, and what takes the place of the wheels and of Pyodide's lock file, from compiled ones.

    Raises:
        BuildError: Pyodide does not load them.
    """
    wheels = {path: data for path, data in files.items() if path.endswith(".whl")}

    def make() -> bytes:
        say("loading numpy and Pillow in Pyodide, to keep what that leaves in its memory")
        return _made(files[LIBRARY], wheels, npm)

    with zipfile.ZipFile(io.BytesIO(kept(_cache() / f"{_key(files[LIBRARY], wheels)}.zip", make))) as archive:
        description, memory = json.loads(archive.read("memory.json")), archive.read("memory.bin")
    forget_unused(_cache())
    libraries = {library["path"]: library for library in description["libraries"]}
    shipped: dict[str, bytes] = {}
    for path, data in wheels.items():
        rest, taken = bytecode.taken_out(data, set(libraries))
        shipped[path] = rest
        for name, library in taken.items():
            # As WebAssembly, so that servers say what it is and browsers compile it while it comes.
            libraries[name]["file"] = PurePosixPath(name).name.partition(".")[0] + ".wasm"
            shipped[FOLDER + libraries[name]["file"]] = library
    description["file"] = f"memory-{sha256(memory)[:NAMED_BY]}.bin"
    shipped[FOLDER + description["file"]] = memory
    shipped[FOLDER + "memory.json"] = (json.dumps(description, indent=1, sort_keys=True) + "\n").encode()
    say(f"{len(memory) / 1e6:.1f} MB of memory, {len(libraries)} libraries")
    return {**shipped, LOCK: bytecode.lock(files[LOCK], {path: shipped[path] for path in wheels})}


def _made(library: bytes, wheels: dict[str, bytes], npm: list[str] | None) -> bytes:
    """An archive of memory.json and memory.bin."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "library.zip").write_bytes(library)
        (folder / "site").mkdir()
        for data in wheels.values():
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                wheel.extractall(folder / "site")
        run = run_script(npm, SCRIPT, SHARED, PYODIDE, folder / "library.zip", folder / "site", folder)
        try:
            return zipped({name: (folder / name).read_bytes() for name in ("memory.json", "memory.bin")})
        except OSError:
            reason = last_words(run, LONGEST_REASON)
            raise BuildError(
                f"Pyodide did not load numpy and Pillow ({reason}): run again, or remove node_modules"
            ) from None


def _key(library: bytes, wheels: dict[str, bytes]) -> str:
    """The same for the same parts and the same way to load them."""
    parts = [library, *wheels.values(), (PYODIDE / "pyodide.asm.wasm").read_bytes()]
    return key_of(parts, [Path(__file__), SCRIPT, SHARED])


def _cache() -> Path:
    return cache_dir() / "memory"
