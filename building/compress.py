"""Pre-compressed siblings: `.br` and `.gz` beside a file, where they are worth their place."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

from building.places import cache_dir, forget_unused, kept, sha256

# These hold compressed bytes already. Our archives of bytecode do not.
COMPRESSED = {".gif", ".jpeg", ".jpg", ".png", ".webp", ".woff2"}

# Brotli 10 makes the large WebAssembly files 11 % smaller than 9 and takes half as long as 11;
# the results are kept, so that it is paid once.
BROTLI_QUALITY = 10
BROTLI_WINDOW_BITS = 24
GZIP_LEVEL = 9

# Below the cache.
FOLDER = "compressed"

# A sibling that saves less than this share only costs disk.
LEAST_GAIN = 0.05


def worth_trying(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() not in COMPRESSED


def siblings(files: dict[str, bytes], done: Callable[[str], None]) -> dict[str, bytes]:
    """Compressed siblings by path (`x.js.br`, `x.js.gz`); `done` hears of every path finished."""
    paths = [path for path in files if worth_trying(path)]
    found: dict[str, bytes] = {}
    # Both compressors let go of the interpreter lock. Two threads: a build shares the machine.
    with ThreadPoolExecutor(max_workers=2) as pool:
        largest_first = sorted(paths, key=lambda path: -len(files[path]))
        for path, made in pool.map(lambda path: (path, _both(files[path])), largest_first):
            for suffix, data in made:
                found[path + suffix] = data
            done(path)
    forget_unused(cache_dir() / FOLDER)
    return dict(sorted(found.items()))


def _both(data: bytes) -> Iterable[tuple[str, bytes]]:
    for suffix, method in ((".br", _brotli), (".gz", _gzip)):
        small = _cached(data, suffix, method)
        if len(small) <= len(data) * (1 - LEAST_GAIN):
            yield suffix, small


def _cached(data: bytes, suffix: str, method: Callable[[bytes], bytes]) -> bytes:
    # The settings are in the name: a change of them finds nothing old.
    settings = f"q{BROTLI_QUALITY}w{BROTLI_WINDOW_BITS}" if suffix == ".br" else f"l{GZIP_LEVEL}"
    return kept(cache_dir() / FOLDER / f"{sha256(data)}-{settings}{suffix}", lambda: method(data))


def _brotli(data: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(data, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW_BITS))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, GZIP_LEVEL, mtime=0)
