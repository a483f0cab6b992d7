"""Python's memory: the same from the same parts, of nobody's machine, and one that goes on working."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from building.places import BuildError
from building.python import bytecode, snapshot

ROOT = Path(__file__).resolve().parents[2]

# Starts Pyodide from the shipped memory, as static/engine-shim.mjs does, and says what it knows.
GO_ON = """
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
const [dist, shift] = process.argv.slice(2);
const at = (...parts) => path.resolve(dist, ...parts);
const { goOn } = await import(pathToFileURL(at("memory.mjs")));
await import(pathToFileURL(at("vendor", "pyodide", "pyodide.asm.js")));
const { loadPyodide } = await import(pathToFileURL(at("vendor", "pyodide", "pyodide.mjs")));
const made = JSON.parse(fs.readFileSync(at("vendor", "memory", "memory.json")));
made.libraries[0].place[0] += +shift;
const kept = new Uint8Array(fs.readFileSync(at("vendor", "memory", made.file)));
const open = async (file) => new WebAssembly.Module(fs.readFileSync(at("vendor", "memory", file)));
const settings = { indexURL: at("vendor", "pyodide") + path.sep };
const ask = (pyodide) => pyodide.runPython(`
import json, sys
found = {"loaded": "numpy" in sys.modules and "PIL.WebPImagePlugin" in sys.modules}
if found["loaded"]:
    import io
    import numpy as np
    from PIL import Image
    picture = Image.fromarray((np.arange(60 * 80 * 3) % 251).astype(np.uint8).reshape(60, 80, 3))
    for name in ("PNG", "JPEG", "WEBP"):
        file = io.BytesIO()
        picture.save(file, name)
        found[name] = Image.open(io.BytesIO(file.getvalue())).resize((8, 6)).size
    found["inverse"] = np.linalg.inv(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    found["sorted"] = sorted([3, 1, 2], key=lambda number: -number)
json.dumps(found)
`);
let pyodide, refused = null;
try {
  pyodide = await loadPyodide({ ...settings, ...goOn(made, kept, open) });
} catch (error) {
  refused = error.message;
  pyodide = await loadPyodide(settings);
}
console.log(JSON.stringify({ refused, ...JSON.parse(ask(pyodide)) }));
process.exit(0);
"""


@pytest.fixture(scope="module")
def described(built_dist: Path) -> dict:
    return json.loads((built_dist / "vendor/memory/memory.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def kept(built_dist: Path, described: dict) -> bytes:
    return (built_dist / "vendor/memory" / described["file"]).read_bytes()


def go_on(dist: Path, node: str, folder: Path, shift: int) -> dict:
    (folder / "go_on.mjs").write_text(GO_ON)
    command = [node, str(folder / "go_on.mjs"), str(dist), str(shift)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_python_goes_on_from_it_with_numpy_and_pillow(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path
) -> None:
    found = go_on(built_dist, node_and_npm[0], tmp_path, 0)
    assert found["refused"] is None and found["loaded"]
    assert found["PNG"] == found["JPEG"] == found["WEBP"] == [8, 6]
    assert found["inverse"] == [[0.5, 0.0], [0.0, 0.25]]
    assert found["sorted"] == [3, 2, 1]


def test_a_memory_that_does_not_fit_is_refused_and_python_starts_without(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path
) -> None:
    found = go_on(built_dist, node_and_npm[0], tmp_path, 16)
    assert found == {"refused": "libraries lie elsewhere", "loaded": False}


def test_its_pages_are_all_there_and_its_name_is_of_its_bytes(described: dict, kept: bytes) -> None:
    pages = sum(count for _, count in described["runs"])
    assert len(kept) == described["head_bytes"] + pages * described["page_bytes"]
    assert described["file"] == f"memory-{sha256(kept).hexdigest()[: snapshot.NAMED_BY]}.bin"
    ends = [first + count for first, count in described["runs"]]
    assert all(end < first for end, (first, _) in zip(ends, described["runs"][1:], strict=False))
    assert ends[-1] * described["page_bytes"] <= described["bytes"]


def test_it_knows_nothing_of_the_machine_that_made_it(kept: bytes) -> None:
    for place in (ROOT, Path.home(), Path("/tmp/tmp")):
        assert str(place).encode() not in kept


def test_made_again_it_is_the_same_to_the_byte(
    built_dist: Path, node_and_npm: tuple[str, str], described: dict, kept: bytes, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))
    names = [
        bytecode.LIBRARY,
        bytecode.LOCK,
        *(f"vendor/wheels/{path.name}" for path in built_dist.glob("vendor/wheels/*.whl")),
    ]
    files = {name: (built_dist / name).read_bytes() for name in names}
    for name in [name for name in names if name.endswith(".whl")]:
        files[name] = whole_again(files[name], built_dist, described)
    made = snapshot.remembered(files, [node_and_npm[1]], lambda line: None)
    assert made[f"vendor/memory/{described['file']}"] == kept
    for path, data in made.items():
        assert (built_dist / path).read_bytes() == data, path


def whole_again(wheel: bytes, dist: Path, described: dict) -> bytes:
    """The wheel with the libraries of the memory back in it."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    own = {name.split("/")[0] for name in contents}
    for library in described["libraries"]:
        if library["path"].split("/")[0] in own:
            contents[library["path"]] = (dist / "vendor/memory" / library["file"]).read_bytes()
    return bytecode.zipped(contents)


def test_wheels_that_do_not_load_stop_the_build(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))
    files = {name: (built_dist / name).read_bytes() for name in (bytecode.LIBRARY, bytecode.LOCK)}
    files["vendor/wheels/empty.whl"] = bytecode.zipped({"numpy/__init__.py": b"raise OSError('broken')"})
    with pytest.raises(BuildError, match=r"Pyodide did not load numpy and Pillow .*broken.*: run again"):
        snapshot.remembered(files, [node_and_npm[1]], lambda line: None)
