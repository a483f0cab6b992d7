"""The archives of bytecode: nothing left to compile, nothing missing, licences kept, the same bytes every time."""

import csv
import io
import json
import subprocess
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from building import contents
from building.parts import node
from building.places import BuildError
from building.python import bytecode, left_out
from tests.e2e.rebuilt import build_id

# Starts the shipped Pyodide on the shipped archives and imports what it is told to.
IMPORTS = """
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
const [dist, names] = process.argv.slice(2);
const vendor = path.resolve(dist, "vendor");
const { loadPyodide } = await import(pathToFileURL(path.join(vendor, "pyodide", "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: path.join(vendor, "pyodide") + path.sep });
const archives = fs.readdirSync(path.join(vendor, "wheels")).filter((name) => name.endsWith(".whl"));
for (const file of [...archives.map((name) => path.join(vendor, "wheels", name)), path.resolve(dist, "engine.zip")])
  pyodide.unpackArchive(new Uint8Array(fs.readFileSync(file)), "zip", { extractDir: "/parts" });
for (const { path: place, file } of JSON.parse(fs.readFileSync(path.join(vendor, "memory", "memory.json"))).libraries)
  pyodide.FS.writeFile(`/parts/${place}`, new Uint8Array(fs.readFileSync(path.join(vendor, "memory", file))));
pyodide.globals.set("names", names);
console.log(pyodide.runPython(`
import importlib, json, sys
sys.path.insert(0, "/parts")
failed = {}
for name in names.split():
    try:
        importlib.import_module(name)
    except Exception as error:
        failed[name] = repr(error)
json.dumps({"failed": failed, "numpy": sys.modules["numpy"].__file__})
`));
"""
NEEDED = """
asyncio json hashlib zipfile dataclasses inspect typing email.message statistics importlib.metadata
numpy numpy.linalg numpy.ma numpy.typing numpy.lib.stride_tricks
PIL.Image PIL.ImageOps PIL.ImageDraw PIL.ImageFilter PIL.JpegImagePlugin PIL.MpoImagePlugin PIL.PngImagePlugin
PIL.WebPImagePlugin PIL.GifImagePlugin PIL.BmpImagePlugin PIL.TiffImagePlugin PIL.features
app.core.pipeline app.core.scan.accumulator app.core.pictures.photo app.core.light.judge app.shared.messages
"""


def archives(dist: Path) -> dict[str, zipfile.ZipFile]:
    paths = [dist / "engine.zip", dist / bytecode.LIBRARY, *(dist / "vendor" / "wheels").glob("*.whl")]
    assert len(paths) == 4
    return {path.name: zipfile.ZipFile(path) for path in paths}


def test_no_archive_of_the_engine_holds_a_source(built_dist: Path) -> None:
    for name, archive in archives(built_dist).items():
        compiled = [entry for entry in archive.namelist() if entry.endswith(".pyc")]
        assert len(compiled) > 20, name
        assert not [entry for entry in archive.namelist() if entry.endswith(".py")], name
        assert archive.namelist() == sorted(archive.namelist())
        # Carries its source's hash, which nobody is to check.
        assert {archive.read(entry)[4:8] for entry in compiled} == {b"\x01\0\0\0"}, name


def test_wheels_list_what_they_hold_and_keep_their_licences(built_dist: Path) -> None:
    for name, archive in archives(built_dist).items():
        if not name.endswith(".whl"):
            continue
        record = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/RECORD"))
        rows = {path: (digest, size) for path, digest, size in csv.reader(archive.read(record).decode().splitlines())}
        assert set(rows) == set(archive.namelist())
        for path, (digest, size) in rows.items():
            data = archive.read(path)
            expected = "sha256=" + urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
            assert path == record or (digest, size) == (expected, str(len(data))), path
        assert [path for path in rows if ".dist-info/" in path and "LICENSE" in path], name
        # Those that are always loaded lie by themselves; the others nobody needs.
        assert not [path for path in rows if path.endswith(".so")]


def test_the_lock_names_the_shipped_wheels_by_the_hashes_they_have(built_dist: Path) -> None:
    packages = json.loads((built_dist / bytecode.LOCK).read_text("utf-8"))["packages"]
    assert set(packages) == {"numpy", "pillow"}
    for package in packages.values():
        data = (built_dist / "vendor" / "wheels" / package["file_name"]).read_bytes()
        assert package["sha256"] == sha256(data).hexdigest()


def test_the_shipped_pyodide_imports_all_that_a_page_or_a_test_asks_for(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "imports.mjs"
    script.write_text(IMPORTS)
    command = [node_and_npm[0], str(script), str(built_dist), NEEDED]
    run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout) == {"failed": {}, "numpy": "/parts/numpy/__init__.pyc"}


def test_compiling_again_makes_the_same_bytes(built_dist: Path, node_and_npm: tuple[str, str]) -> None:
    sources = contents.engine_archive(build_id(built_dist).decode())
    npm = [node_and_npm[1]]
    again = bytecode.repacked(sources, lambda archive: bytecode.compile_in_pyodide(archive, npm))
    assert again == (built_dist / "engine.zip").read_bytes()


def test_what_stays_and_what_does_not() -> None:
    kept = ["os.py", "numpy/linalg/linalg.so", "numpy/linalg/LICENSE.md", "PIL/WebPImagePlugin.py"]
    kept += ["numpy-2.dist-info/RECORD", "numpy-2.dist-info/LICENSE.txt"]
    gone = ["smtplib.py", "wsgiref/util.py", "numpy/f2py/crackfortran.py", "numpy/ma/tests/test_core.py"]
    gone += [
        "numpy/__init__.pyi",
        "numpy/_core/",
        "numpy/__init__.pxd",
        "numpy/random/mtrand.so",
        "numpy/random/LICENSE.md",
    ]
    gone += ["PIL/EpsImagePlugin.py", "PIL/ImageFont.py"]
    assert [path for path in kept + gone if left_out.stays(path)] == kept


def test_a_source_that_is_none_stops_the_build(node_and_npm: tuple[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("broken.py", "def")
    with pytest.raises(BuildError, match=r"could not compile .*SyntaxError: .*broken\.py, line 1"):
        bytecode.compile_in_pyodide(buffer.getvalue(), [node_and_npm[1]])


def test_node_is_found_beside_npm_and_its_absence_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr("sys.executable", str(tmp_path / "empty" / "python"))
    with pytest.raises(BuildError, match=r"Node is missing.*install Node 20"):
        node.find_node(None)
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text("")
    program.chmod(0o755)
    assert node.find_node([str(tmp_path / "bin" / "npm")]) == str(program)
