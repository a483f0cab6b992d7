"""build.json: the hash of every shipped byte, the version they make, and what they were built from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def make(files: dict[str, bytes], service_worker_template: bytes, first_visit: Iterable[str] = ()) -> Manifest:
    """The manifest of these contents; the same contents make the same version.

    The template of the service worker counts too: another worker needs another cache.
    """
    entries = {path: Entry(sha256(data), len(data)) for path, data in sorted(files.items())}
    lines = [f"{path} {entry.sha256}" for path, entry in entries.items()]
    lines.append(f"{SERVICE_WORKER} {sha256(service_worker_template)}")
    return Manifest(sha256("\n".join(sorted(lines)).encode())[:16], inputs_hash(), entries, tuple(first_visit))


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


def is_stale(dist: Path = DIST) -> bool:
    """Whether dist has to be built: missing, incomplete, or made from other sources than those here."""
    manifest = read(dist)
    if manifest is None or manifest.inputs != inputs_hash():
        return True
    if not (dist / SERVICE_WORKER).is_file():
        return True
    return any(not _has(dist / path, entry.bytes) for path, entry in manifest.files.items())


def inputs_hash(root: Path = ROOT) -> str:
    paths = [path for folder in INPUT_FOLDERS for path in source_files(root / folder)]
    paths += [root / name for name in INPUT_FILES if (root / name).is_file()]
    lines = [f"{path.relative_to(root).as_posix()} {sha256(path.read_bytes())}" for path in paths]
    return sha256("\n".join(lines).encode())


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
