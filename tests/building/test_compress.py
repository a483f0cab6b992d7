"""Compressed copies: made later they are the same, and whatever comes between leaves nothing wrong behind."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import brotli
import pytest

from building import compress, manifest
from building.pipeline import replace_folder

ROOT = Path(__file__).resolve().parents[2]
WORDS = b"a word that comes again and again, " * 2000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def written(out: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """A build of these files without compressed copies; all that it has."""
    shipped = {**files, manifest.NAME: manifest.make(files, b"").to_json(), manifest.SERVICE_WORKER: b"// " + WORDS}
    replace_folder(out, shipped)
    return shipped


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_completed_later_is_what_a_whole_build_has(tmp_path: Path) -> None:
    shipped = written(tmp_path / "dist", {"a.js": WORDS, "below/b.py": WORDS + b"b", "c.png": WORDS, "d.txt": b"d"})
    expected = shipped | compress.siblings(shipped, lambda path: None)
    assert {"a.js.br", "a.js.gz", "below/b.py.br", "sw.js.gz"} <= set(expected)
    assert compress.complete(tmp_path / "dist") == len(expected) - len(shipped)
    assert contents_of(tmp_path / "dist") == expected
    assert brotli.decompress(expected["a.js.br"]) == gzip.decompress(expected["a.js.gz"]) == WORDS
    assert compress.complete(tmp_path / "dist") == 0


def test_nothing_of_an_old_build_gets_into_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "dist"
    written(out, {"a.js": WORDS, "b.js": WORDS + b"b"})
    new: dict[str, bytes] = {}

    def compress_while_another_build_comes(data: bytes) -> bytes:
        if not new:
            new.update(written(out, {"a.js": b"new"}))
        return b"small"

    monkeypatch.setitem(compress.SUFFIXES, ".br", compress_while_another_build_comes)
    compress.complete(out)
    assert contents_of(out) == new


def test_a_folder_without_a_build_is_left_alone(tmp_path: Path) -> None:
    # Not the cache's folder: a thread that the test before cut off may still write there.
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_bytes(WORDS)
    assert compress.complete(folder) == 0
    assert contents_of(folder) == {"letter.txt": WORDS}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process is ended without being asked")
def test_ended_in_the_middle_it_ends_at_once_and_leaves_nothing_half_written(tmp_path: Path, cache: Path) -> None:
    out = tmp_path / "dist"
    large = os.urandom(2**16) * 400
    shipped = written(out, {"a.js": WORDS, "large.wasm": large, "other.wasm": large + b"o"})
    process = subprocess.Popen([sys.executable, "-m", "building.compress", str(out)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (cache / compress.FOLDER).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    assert process.wait(timeout=5)
    for path, data in contents_of(out).items():
        unpack = {".br": brotli.decompress, ".gz": gzip.decompress}.get(Path(path).suffix)
        assert shipped[path.removesuffix(Path(path).suffix) if unpack else path] == (unpack(data) if unpack else data)
    assert compress.complete(out) > 0
    assert contents_of(out) == shipped | compress.siblings(shipped, lambda path: None)
