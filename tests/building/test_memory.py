"""Python's memory as a first start leaves it: the next start goes on from it, or does without where it does not fit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from building.places import BuildError
from building.python import bytecode, libraries

# Starts Pyodide as static/engine-shim.mjs does, as a first start or from what that left in a folder, and says what it
# knows. A first start leaves its memory there.
START = """
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
const [dist, folder, shift] = process.argv.slice(2);
const at = (...parts) => path.resolve(dist, ...parts);
const { goOn, remember } = await import(pathToFileURL(at("memory.mjs")));
await import(pathToFileURL(at("vendor", "pyodide", "pyodide.asm.js")));
const { loadPyodide } = await import(pathToFileURL(at("vendor", "pyodide", "pyodide.mjs")));
const wanted = JSON.parse(fs.readFileSync(at("vendor", "memory", "memory.json")));
const bytes = (...parts) => new Uint8Array(fs.readFileSync(at("vendor", ...parts)));
const open = ({ path, file }) => ({ path, module: new WebAssembly.Module(bytes("memory", file)) });
const modules = Promise.resolve(wanted.libraries.map(open));
const wheels = Promise.resolve(wanted.wheels.map((file) => bytes("wheels", file).buffer));
const start = (settings) => loadPyodide({ indexURL: at("vendor", "pyodide") + path.sep, ...settings });
const left = (name) => path.join(folder, name);
let python, refused = null;
if (shift === undefined) {
  const first = await remember(start, wanted, modules, wheels);
  python = first.python;
  const { made, kept } = first.leave();
  fs.writeFileSync(left("made.json"), JSON.stringify(made));
  fs.writeFileSync(left("kept.bin"), new Uint8Array(await kept.arrayBuffer()));
} else {
  const made = JSON.parse(fs.readFileSync(left("made.json"))), kept = new Uint8Array(fs.readFileSync(left("kept.bin")));
  made.places[0][0] += +shift;
  try {
    python = await start(goOn(made, kept, modules));
  } catch (error) {
    refused = error.message;
    python = await start();
  }
}
const said = python.runPython(`
import json, os, sys
found = {"loaded": "numpy" in sys.modules and "PIL.WebPImagePlugin" in sys.modules}
if found["loaded"]:
    import hashlib, io
    import numpy as np
    from PIL import Image
    numbers = np.linspace(0.1, 3.0, 60 * 80 * 3).reshape(60, 80, 3)
    picture = Image.fromarray((np.sin(numbers) * 250).astype(np.uint8))
    for name in ("PNG", "JPEG", "WEBP"):
        file = io.BytesIO()
        picture.save(file, name)
        read = Image.open(io.BytesIO(file.getvalue())).resize((8, 6), Image.Resampling.BICUBIC)
        found[name] = [read.size, hashlib.sha256(read.tobytes()).hexdigest()]
    found["inverse"] = np.linalg.inv(numbers[:3, :3, 0] + np.eye(3)).tolist()
    found["sorted"] = sorted([3, 1, 2], key=lambda number: -number)
    found["browser"] = __import__("js").Array.of(1, 2).length
json.dumps(found)
`);
const unpacked = python.FS.analyzePath(`${python._module.API.sitePackages}/numpy`).exists;
console.log(JSON.stringify({ refused, unpacked, ...JSON.parse(said) }));
process.exit(0);
"""


def start(dist: Path, node: str, folder: Path, *shift: int) -> dict:
    (folder / "start.mjs").write_text(START)
    command = [node, str(folder / "start.mjs"), str(dist), str(folder), *map(str, shift)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def left(built_dist: Path, node_and_npm: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a first start has left its memory, and in said.json what it knew."""
    folder = tmp_path_factory.mktemp("memory")
    said = start(built_dist, node_and_npm[0], folder)
    (folder / "said.json").write_text(json.dumps(said))
    return folder


def test_python_goes_on_from_it_and_computes_what_the_first_start_does(
    built_dist: Path, node_and_npm: tuple[str, str], left: Path
) -> None:
    first = json.loads((left / "said.json").read_text())
    assert first["loaded"] and first["unpacked"] and first["browser"] == 2
    assert first["PNG"][0] == [8, 6] and first["sorted"] == [3, 2, 1]
    next_ = start(built_dist, node_and_npm[0], left, 0)
    assert next_ == {**first, "unpacked": False}


def test_a_memory_that_does_not_fit_is_refused_and_python_starts_without(
    built_dist: Path, node_and_npm: tuple[str, str], left: Path
) -> None:
    found = start(built_dist, node_and_npm[0], left, 16)
    assert found == {"refused": "libraries lie elsewhere", "unpacked": False, "loaded": False}


def test_only_pages_that_python_has_changed_are_kept(left: Path) -> None:
    made, kept = json.loads((left / "made.json").read_text()), (left / "kept.bin").read_bytes()
    page_bytes = 4096
    assert len(kept) == made["head_bytes"] + page_bytes * sum(count for _, count in made["runs"])
    assert len(kept) < made["bytes"]
    ends = [first + count for first, count in made["runs"]]
    assert all(end < first for end, (first, _) in zip(ends, made["runs"][1:], strict=False))
    assert ends[-1] * page_bytes <= made["bytes"]


def test_the_description_is_named_by_all_that_a_memory_is_made_of(
    built_dist: Path, node_and_npm: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(libraries, "_loaded", lambda *_parts: b"[]")
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))

    def name_of(files: dict[str, bytes]) -> str:
        made = libraries.taken_out(files, [node_and_npm[1]], lambda _line: None)
        name: str = json.loads(made[libraries.DESCRIPTION])["id"]
        return name

    files = {path: (built_dist / path).read_bytes() for path in (bytecode.LIBRARY, bytecode.LOCK)}
    first = name_of(files)
    assert name_of(dict(files)) == first
    assert name_of({**files, bytecode.LIBRARY: b"another library"}) != first
    monkeypatch.setattr(libraries, "IMPORTS", "import json")
    assert name_of(files) != first


def test_wheels_that_do_not_load_stop_the_build(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))
    files = {name: (built_dist / name).read_bytes() for name in (bytecode.LIBRARY, bytecode.LOCK)}
    files["vendor/wheels/empty.whl"] = bytecode.zipped({"numpy/__init__.py": b"raise OSError('broken')"})
    with pytest.raises(BuildError, match=r"Pyodide did not load numpy and Pillow .*broken.*: run again"):
        libraries.taken_out(files, [node_and_npm[1]], lambda _line: None)
