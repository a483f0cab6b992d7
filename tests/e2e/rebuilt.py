"""Builds that differ from the one that was made: another version of the page, or a page whose halves do not fit."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

from building import manifest
from building.pipeline import replace_folder, versioned


def copied(dist: Path, out: Path) -> Path:
    """The build itself, where a test may exchange it."""
    shutil.copytree(dist, out)
    return out


def put_version(out: Path, dist: Path, changes: dict[str, bytes]) -> manifest.Manifest:
    """In `out` the build of `dist` with other bytes for some of its files, hashed as a build does it."""
    made = manifest.read(dist)
    assert made is not None
    files = {path: (dist / path).read_bytes() for path in made.files} | changes
    new, shipped = versioned(files)
    replace_folder(out, shipped)
    return new


def titled(dist: Path, title: str) -> dict[str, bytes]:
    """The page under another title."""
    page = (dist / "index.html").read_bytes()
    return {"index.html": page.replace(b"<title>HemoLens</title>", f"<title>{title}</title>".encode())}


def engine_of_another_build(dist: Path) -> dict[str, bytes]:
    """The engine as if it had been put up while the page was loading."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(dist / "engine.zip") as old, zipfile.ZipFile(buffer, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        named = parts["app/shared/build_id.pyc"]
        parts["app/shared/build_id.pyc"] = named.replace(build_id(dist), b"0" * 16)
        assert parts["app/shared/build_id.pyc"] != named
        for name, data in parts.items():
            new.writestr(name, data)
    return {"engine.zip": buffer.getvalue()}


def build_id(dist: Path) -> bytes:
    """The name that both halves of this build carry."""
    source = json.loads((dist / "screen.pack.json").read_text("utf-8"))["app/shared/build_id.py"]
    return source.rpartition("BUILD_ID = ")[2].strip().strip('"').encode()
