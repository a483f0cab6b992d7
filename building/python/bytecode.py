"""Python's library, numpy, Pillow and our engine as bytecode: most of the start would be compiling them.

The very Pyodide that ships compiles them, under Node, since only the same Python makes bytecode that it can load.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from building.parts.node import run_script
from building.places import NODE_MODULES, BuildError, cache_dir, forget_unused, kept, key_of, sha256, zipped
from building.python import left_out

PYODIDE = NODE_MODULES / "pyodide"
SCRIPT = Path(__file__).with_name("compile_in_pyodide.mjs")
LIBRARY = "vendor/pyodide/python_stdlib.zip"
LOCK = "vendor/pyodide/pyodide-lock.json"
ENGINE = "engine.zip"

# Longer lines of what Node says are Pyodide's own script.
LONGEST_REASON = 300

Say = Callable[[str], None]


def compiled(files: dict[str, bytes], npm: list[str] | None, say: Say) -> dict[str, bytes]:
    """What takes the place of library, wheels, engine and Pyodide's lock file in dist/."""
    archives = {path: data for path, data in files.items() if path in (LIBRARY, ENGINE) or path.endswith(".whl")}
    # The largest first, one on each core: every one has a Pyodide of its own.
    paths = sorted(archives, key=lambda path: -len(archives[path]))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        done = pool.map(lambda path: _kept_archive(path, archives[path], npm, say), paths)
        made = dict(zip(paths, done, strict=True))
    forget_unused(_cache())
    return {**made, LOCK: lock(files[LOCK], made)}


def lock(official: bytes, archives: dict[str, bytes]) -> bytes:
    """Pyodide's lock file with nothing but the packages that ship, by the hashes they have now."""
    content = json.loads(official)
    shipped = {PurePosixPath(path).name: sha256(data) for path, data in archives.items()}
    content["packages"] = {
        name: {**package, "sha256": shipped[package["file_name"]]}
        for name, package in content["packages"].items()
        if package["file_name"] in shipped
    }
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def repacked(archive: bytes, compile_sources: Callable[[bytes], bytes]) -> bytes:
    """The archive with bytecode in the place of every source, the same bytes for the same input.

    Nothing in it is compressed: the page would unpack it at every start, in WebAssembly. A server sends it compressed.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        contents = {name: old.read(name) for name in old.namelist() if left_out.stays(name)}
    sources = {name: data for name, data in contents.items() if name.endswith(".py")}
    with zipfile.ZipFile(io.BytesIO(compile_sources(zipped(sources)))) as bytecode:
        contents |= {name: bytecode.read(name) for name in bytecode.namelist()}
    contents = {name: data for name, data in contents.items() if name not in sources}
    return _archived(contents)


def taken_out(wheel: bytes, suffix: str) -> tuple[bytes, dict[str, bytes]]:
    """The wheel without its files of one kind, and those files by their path."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    taken = {name: contents.pop(name) for name in sorted(contents) if name.endswith(suffix)}
    return _archived(contents), taken


def compile_in_pyodide(sources: bytes, npm: list[str] | None) -> bytes:
    """An archive of sources as an archive of bytecode."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "sources.zip", Path(folder) / "bytecode.zip"
        before.write_bytes(sources)
        run = run_script(npm, SCRIPT, PYODIDE, before, after)
        if run.returncode or not after.is_file():
            lines = [line for line in run.stderr.splitlines() if "Error" in line and len(line) < LONGEST_REASON]
            reason = lines[-1].strip() if lines else "it gave no reason"
            raise BuildError(f"Pyodide could not compile Python's code ({reason}): mend it, or remove node_modules")
        return after.read_bytes()


def _kept_archive(path: str, archive: bytes, npm: list[str] | None, say: Say) -> bytes:
    def make() -> bytes:
        say(f"compiling {PurePosixPath(path).name} in Pyodide")
        return repacked(archive, lambda sources: compile_in_pyodide(sources, npm))

    return kept(_cache() / f"{_key(archive)}.zip", make)


def _key(archive: bytes) -> str:
    """The same for the same archive, the same Pyodide and the same way to make one of the other."""
    return key_of(
        [archive, (PYODIDE / "pyodide.asm.wasm").read_bytes()], [SCRIPT, Path(__file__), Path(left_out.__file__)]
    )


def _cache() -> Path:
    return cache_dir() / "bytecode"


def _archived(contents: dict[str, bytes]) -> bytes:
    """Files as an archive; a wheel's list of them says what they are now."""
    records = {name: _record(name, contents) for name in contents if name.endswith(".dist-info/RECORD")}
    return zipped(contents | records)


def _record(name: str, contents: dict[str, bytes]) -> bytes:
    """A wheel's list of its files, with their hashes."""
    lines = []
    for path in sorted(contents):
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents[path]).digest()).rstrip(b"=").decode()
        lines.append(f"{path},," if path == name else f"{path},sha256={digest},{len(contents[path])}")
    return ("\n".join(lines) + "\n").encode()
