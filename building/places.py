"""Where things lie, how a file is written whole, and the one error a build ends with."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
STATIC = ROOT / "static"
NODE_MODULES = ROOT / "node_modules"
DIST = ROOT / "dist"

# Files that no build reads: leftovers of Python, editors and the file manager.
IGNORED_PARTS = {"__pycache__", "node_modules"}
IGNORED_SUFFIXES = {".pyc", ".pyo", ".swp", ".tmp"}

# Zip files carry times; one fixed time, their oldest, keeps the same input at the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

# Results that no build used for so long are dropped from the cache.
KEPT_DAYS = 60


class BuildError(Exception):
    """Something that stops a build, said in one line that names the thing and the way out."""


def cache_dir() -> Path:
    """The folder outside the repository that keeps what was fetched or is slow to make."""
    chosen = os.environ.get("HEMOLENS_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base).expanduser() / "hemolens"


def write_whole(path: Path, data: bytes, mode: int | None = None) -> None:
    """Writes beside `path` and renames, so that nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        beside.chmod(0o644 if mode is None else mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """A file of the cache, made where it is not there yet."""
    try:
        os.utime(path)
        return path.read_bytes()
    except OSError:
        data = make()
        write_whole(path, data)
        return data


def key_of(parts: Iterable[bytes], sources: Iterable[Path]) -> str:
    """The name in the cache of what is made of `parts` by the code in `sources`, whose ends of lines do not count."""
    code = [path.read_bytes().replace(b"\r\n", b"\n") for path in sources]
    return sha256(" ".join(map(sha256, [*parts, *code])).encode())


def forget_unused(folder: Path) -> None:
    """Drops from a folder of the cache what no build used for long."""
    oldest = time.time() - KEPT_DAYS * 86400
    for path in folder.iterdir():
        with suppress(OSError):  # another build may have been faster
            if path.stat().st_mtime < oldest:
                path.unlink()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(contents: dict[str, bytes]) -> bytes:
    """An archive, nothing in it compressed: the same bytes for the same contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def source_files(folder: Path) -> Iterator[Path]:
    """Every file below `folder` that belongs to the source, sorted by its path."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in IGNORED_PARTS for part in parts)
        if path.is_file() and not hidden and path.suffix not in IGNORED_SUFFIXES:
            yield path
