"""build.json: the hash of every shipped byte, the version they make, and what they were built from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building import models
from building.places import DIST, ROOT, sha256, source_files

SCHEMA = 1
NAME = "build.json"
SERVICE_WORKER = "sw.js"

# What a build depends on: folders and single files of the repository.
INPUT_FOLDERS = ("app", "static", "building")
INPUT_FILES = ("LICENSE", "build.py", "package.json", "package-lock.json", "pyproject.toml")


@dataclass(frozen=True)
class Entry:
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    version: str
    inputs: str
    files: dict[str, Entry]
    # Of them, what a first visit's engine fetches.
    first_visit: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        content = {
            "schema": SCHEMA,
            "version": self.version,
            "inputs": self.inputs,
            "first_visit": self.first_visit,
            "files": {path: {"sha256": e.sha256, "bytes": e.bytes} for path, e in self.files.items()},
        }
        return (json.dumps(content, indent=1) + "\n").encode()


def make(
    files: dict[str, bytes],
    service_worker_template: bytes,
    first_visit: Iterable[str] = (),
    models_folder: Path = models.SHIPPED,
) -> Manifest:
    """The manifest of these contents; the same contents make the same version.

    The template of the service worker counts too: another worker needs another cache.
    """
    entries = {path: Entry(sha256(data), len(data)) for path, data in sorted(files.items())}
    lines = [f"{path} {entry.sha256}" for path, entry in entries.items()]
    lines.append(f"{SERVICE_WORKER} {sha256(service_worker_template)}")
    version, inputs = sha256("\n".join(sorted(lines)).encode())[:16], inputs_hash(models_folder=models_folder)
    return Manifest(version, inputs, entries, tuple(first_visit))


def read(dist: Path = DIST) -> Manifest | None:
    """The manifest of a dist folder, or None where it is missing or not one of ours."""
    try:
        content: Any = json.loads((dist / NAME).read_text("utf-8"))
        if content["schema"] != SCHEMA:
            return None
        files = {path: Entry(e["sha256"], e["bytes"]) for path, e in content["files"].items()}
        return Manifest(content["version"], content["inputs"], files, tuple(content.get("first_visit", ())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def is_stale(dist: Path = DIST, models_folder: Path = models.SHIPPED) -> bool:
    """Whether dist has to be built: missing, incomplete, or made from other sources or models than those here."""
    manifest = read(dist)
    if manifest is None or manifest.inputs != inputs_hash(models_folder=models_folder):
        return True
    if not (dist / SERVICE_WORKER).is_file():
        return True
    return any(not _has(dist / path, entry.bytes) for path, entry in manifest.files.items())


def is_of(dist: Path, models_folder: Path) -> bool:
    """Whether the page in dist runs the models of this folder."""
    manifest, wanted = read(dist), models.page_files(models_folder)
    held = {} if manifest is None else {name: entry.sha256 for name, entry in manifest.files.items()}
    return bool(wanted) and all(held.get(name) == sha256(path.read_bytes()) for name, path in wanted.items())


def inputs_hash(root: Path = ROOT, models_folder: Path = models.SHIPPED) -> str:
    """One name for everything that a page of these models is made of."""
    paths = [path for folder in INPUT_FOLDERS for path in source_files(root / folder)]
    paths += [root / name for name in INPUT_FILES if (root / name).is_file()]
    sources = {path.relative_to(root).as_posix(): path for path in paths}
    if not models.is_shipped(models_folder):
        place = f"static/{models.FOLDER}"
        sources = {name: path for name, path in sources.items() if not name.startswith(place)}
        sources |= {f"static/{name}": path for name, path in models.page_files(models_folder).items()}
    lines = [f"{name} {sha256(path.read_bytes())}" for name, path in sources.items()]
    return sha256("\n".join(lines).encode())


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
