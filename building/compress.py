"""Pre-compressed siblings: `.br` and `.gz` beside a file, where they are worth their place."""

from __future__ import annotations

import gzip
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path, PurePosixPath

from building import manifest
from building.places import cache_dir, forget_unused, kept, sha256, write_whole

# These hold compressed bytes already. Our archives of bytecode do not.
COMPRESSED = {".gif", ".jpeg", ".jpg", ".png", ".webp", ".woff2"}

# Brotli 10 makes the large WebAssembly files 11 % smaller than 9 and takes half as long as 11;
# the results are kept, so that it is paid once.
BROTLI_QUALITY = 10
BROTLI_WINDOW_BITS = 24
GZIP_LEVEL = 9

# Below the cache.
FOLDER = "compressed"

# Of 19, for a process that runs beside a server.
LEAST_URGENT = 10

# A sibling that saves less than this share only costs disk.
LEAST_GAIN = 0.05


def worth_trying(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() not in COMPRESSED


def siblings(files: dict[str, bytes], done: Callable[[str], None]) -> dict[str, bytes]:
    """Compressed siblings by path (`x.js.br`, `x.js.gz`); `done` hears of every path finished."""
    found: dict[str, bytes] = {}
    for path, made in _as_they_come(files):
        found |= made
        done(path)
    forget_unused(cache_dir() / FOLDER)
    return dict(sorted(found.items()))


def complete(dist: Path) -> int:
    """Writes the siblings that a build left out, each as soon as it is made; how many those were.

    Where another build takes the place of that one meanwhile, it ends, and leaves nothing of the old one there.

    Raises:
        OSError: the folder cannot be read or written.
    """
    build, written = manifest.read(dist), 0
    if build is None:
        return written
    paths = (*build.files, manifest.NAME, manifest.SERVICE_WORKER)
    files = {path: (dist / path).read_bytes() for path in paths if not _has_siblings(dist / path)}
    for _path, made in _as_they_come(files):
        for name, data in made.items():
            write_whole(dist / name, data)
            written += 1
            # Asked after the writing: a build that comes later than this takes the whole folder away.
            if manifest.read(dist) != build:
                (dist / name).unlink(missing_ok=True)
                return written
    return written


def _has_siblings(path: Path) -> bool:
    return all(path.with_name(path.name + suffix).is_file() for suffix in SUFFIXES)


def _as_they_come(files: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The siblings of each path that is worth it, in as many threads as there are cores, the largest begun first.

    Both compressors let go of the interpreter's lock.
    """
    paths = sorted(filter(worth_trying, files), key=lambda path: -len(files[path]))
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        begun = {pool.submit(_siblings_of, path, files[path]): path for path in paths}
        for finished in as_completed(begun):
            yield begun[finished], finished.result()
    finally:
        # Where it is cut, nobody waits for what is in the middle of it.
        pool.shutdown(wait=False, cancel_futures=True)


def _siblings_of(path: str, data: bytes) -> dict[str, bytes]:
    made = {path + suffix: _cached(data, suffix, method) for suffix, method in SUFFIXES.items()}
    return {name: small for name, small in made.items() if len(small) <= len(data) * (1 - LEAST_GAIN)}


def _cached(data: bytes, suffix: str, method: Callable[[bytes], bytes]) -> bytes:
    # The settings are in the name: a change of them finds nothing old.
    settings = f"q{BROTLI_QUALITY}w{BROTLI_WINDOW_BITS}" if suffix == ".br" else f"l{GZIP_LEVEL}"
    return kept(cache_dir() / FOLDER / f"{sha256(data)}-{settings}{suffix}", lambda: method(data))


def _brotli(data: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(data, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW_BITS))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, GZIP_LEVEL, mtime=0)


SUFFIXES = {".br": _brotli, ".gz": _gzip}


def main(dist: Path) -> int:
    """What `serve.py` starts beside itself, so that nobody waits for it: it takes what the others leave of the cores.

    Whatever ends it, no file of the build or of the cache is half written.
    """
    if hasattr(os, "nice"):
        os.nice(LEAST_URGENT)
    # Ctrl-C is for serve.py, which ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    begun = time.monotonic()
    try:
        written = complete(dist)
    except OSError as error:
        print(f"The page goes out as it is: compressed copies cannot be written ({error})", file=sys.stderr, flush=True)
        return 1
    if written:
        print(f"  Compressed copies of the page are made ({time.monotonic() - begun:.0f} s).", flush=True)
    return 0


def _end(_signal: int, _frame: object) -> None:
    # A file that is being written by this thread is removed on the way out, and no thread is waited for.
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        status = main(Path(sys.argv[1]))
    except KeyboardInterrupt:
        status = 130
    os._exit(status)
