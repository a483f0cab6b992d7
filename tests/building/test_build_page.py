"""A real build: what is in it, that its hashes are true, and that the same input makes the same page."""

import gzip
import io
import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path

import brotli
import pytest

from building import contents, manifest
from building.pipeline import build
from building.places import APP

# Shipped files that no build makes itself.
NOT_LISTED = {"build.json", "sw.js"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def files(built_dist: Path) -> dict[str, bytes]:
    return files_of(built_dist)


@pytest.fixture(scope="module")
def listed(files: dict[str, bytes]) -> dict[str, dict[str, object]]:
    return dict(json.loads(files["build.json"])["files"])


def test_every_byte_is_listed_with_its_hash(files: dict[str, bytes], listed: dict[str, dict[str, object]]) -> None:
    plain = {path for path in files if not path.endswith((".br", ".gz"))}
    assert plain - NOT_LISTED == set(listed)
    for path, entry in listed.items():
        assert entry == {"sha256": sha256(files[path]).hexdigest(), "bytes": len(files[path])}, path


def test_compressed_copies_hold_the_same_bytes_and_are_smaller(files: dict[str, bytes]) -> None:
    packed = [path for path in files if path.endswith((".br", ".gz"))]
    assert "vendor/ort/ort-wasm-simd-threaded.wasm.br" in packed
    assert "vendor/pyodide/pyodide.asm.wasm.gz" in packed
    for path in packed:
        plain = path.rpartition(".")[0]
        unpack = brotli.decompress if path.endswith(".br") else gzip.decompress
        assert unpack(files[path]) == files[plain], path
        assert len(files[path]) <= 0.95 * len(files[plain]), path


def test_the_service_worker_holds_this_version_and_every_file(
    files: dict[str, bytes], listed: dict[str, dict[str, object]]
) -> None:
    worker = files["sw.js"].decode()
    version = json.loads(files["build.json"])["version"]
    assert f'const VERSION = "{version}";' in worker
    assert "{{" not in worker
    for path in listed:
        assert f'["{path}", "' in worker


def test_the_screens_get_what_they_import_and_nothing_else(files: dict[str, bytes]) -> None:
    sources = json.loads(files["screen.pack.json"])
    assert "app/ui/screen.py" in sources and "app/shared/words/en.py" in sources
    assert not [path for path in sources if path.startswith("app/engine/") or path.endswith("pipeline.py")]
    build_id = sources.pop("app/shared/build_id.py")
    # The door for Python developers, which nothing in the page uses.
    assert sources.pop("app/__init__.py") == ""
    for path, source in sources.items():
        assert source == (APP.parent / path).read_text("utf-8")
    with zipfile.ZipFile(io.BytesIO(files["engine.zip"])) as archive:
        # As bytecode there; the two halves of the page know by it that they belong together.
        (name,) = re.findall(r'BUILD_ID = "(\w{16})"', build_id)
        assert name.encode() in archive.read("app/shared/build_id.pyc")


def test_the_page_gets_the_app_but_nothing_of_the_terminal() -> None:
    with zipfile.ZipFile(io.BytesIO(contents.engine_archive())) as archive:
        names = archive.namelist()
    assert names == sorted(names)
    assert "app/core/find/letterbox.py" in names
    assert all(name.startswith("app/") and name.endswith(".py") for name in names)
    assert not {"app/__main__.py", "app/runtime/native.py"} & set(names)
    assert not [name for name in names if name.startswith(("app/ui/", "app/shared/words/"))]


def test_nothing_of_the_templates_and_notes_is_shipped(files: dict[str, bytes]) -> None:
    assert not [path for path in files if ".template." in path or path.endswith((".map", ".md"))]


def test_every_module_that_pyscript_imports_is_there_or_switched_off(files: dict[str, bytes]) -> None:
    scripts = {p: data for p, data in files.items() if p.startswith("vendor/pyscript/") and p.endswith(".js")}
    assert "vendor/pyscript/core.js" in scripts
    off = set(re.findall(r'"!([\w-]+)"', files["screen.json"].decode() + files["index.html"].decode()))
    for path, data in scripts.items():
        for name in contents.imported(data.decode()):
            shipped = f"vendor/pyscript/{name}" in scripts
            extra = next((extra for extra in contents.PYSCRIPT_EXTRAS if name.startswith(extra)), None)
            assert shipped or extra, f"{path} imports {name}"
            if not shipped and extra not in ("xterm", "zip"):
                assert extra in off, f"PyScript would ask for {name}: switch off {extra}"


def test_imports_are_found_at_once_and_later() -> None:
    script = 'import{a}from"./a-1.js";import"./b.js";const c=()=>import("./c-X_y.js");import("https://x/d.js")'
    assert contents.imported(script) == {"a-1.js", "b.js", "c-X_y.js"}


def test_the_same_input_makes_the_same_page(
    files: dict[str, bytes], built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path
) -> None:
    build(tmp_path / "again", npm_command=None, offline=True)
    assert files_of(tmp_path / "again") == files


def test_the_archive_does_not_depend_on_times_or_order(tmp_path: Path) -> None:
    for name, order in (("one", ("b.py", "a.py")), ("two", ("a.py", "b.py"))):
        folder = tmp_path / name
        folder.mkdir()
        for file in order:
            (folder / file).write_bytes(b"x = 1\r\n" if name == "one" else b"x = 1\n")
    assert contents.engine_archive(app=tmp_path / "one") == contents.engine_archive(app=tmp_path / "two")


def test_another_file_or_another_worker_makes_another_version() -> None:
    first = manifest.make({"a": b"1"}, b"worker").version
    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first == manifest.make({"a": b"1"}, b"worker").version
    others = [manifest.make({"a": b"2"}, b"worker"), manifest.make({"b": b"1"}, b"worker")]
    others.append(manifest.make({"a": b"1"}, b"another worker"))
    assert first not in [other.version for other in others]
