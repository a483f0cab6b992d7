"""What may be asked for: the files that build.json names, and nothing else.

A request never becomes a path on disk. It is looked up in the manifest, and what is not in there does not
exist, whatever lies in the folder and however the request is spelled.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from building import manifest
from building.places import sha256

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}

# The best first.
ENCODINGS = {"br": ".br", "gzip": ".gz"}


@dataclass(frozen=True)
class Found:
    """One thing to send: its bytes, on disk or here, how they are encoded, and what identifies them."""

    content: Path | bytes
    content_type: str
    etag: str
    encoding: str | None = None

    def open(self) -> BinaryIO:
        """The bytes, to be read; raises OSError where the file has gone."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")


class Served(Protocol):
    """What a server asks for every answer."""

    def find(self, path: str, accepted: set[str]) -> Found | None:
        """What answers a decoded request path (`/`, `/index.html`), in the best accepted encoding."""


def content_type_of(name: str) -> str:
    return CONTENT_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


class Site:
    """A dist folder, as it is now: a new build is seen with the next request."""

    def __init__(self, dist: Path) -> None:
        self.dist = dist
        self._seen: tuple[int, int] | None = None
        self._hashes: dict[str, str] = {}
        self._refresh()

    @property
    def is_there(self) -> bool:
        return bool(self._hashes)

    def find(self, path: str, accepted: set[str]) -> Found | None:
        self._refresh()
        name = path.removeprefix("/") or "index.html"
        digest = self._hashes.get(name)
        if not path.startswith("/") or digest is None:
            return None
        content_type = content_type_of(name)
        file = self.dist / name
        for encoding, suffix in ENCODINGS.items():
            sibling = file.with_name(file.name + suffix)
            if encoding in accepted and sibling.is_file():
                return Found(sibling, content_type, f'"{digest[:32]}-{encoding}"', encoding)
        return Found(file, content_type, f'"{digest[:32]}"') if file.is_file() else None

    def _refresh(self) -> None:
        try:
            status = (self.dist / manifest.NAME).stat()
        except OSError:
            return  # in the middle of a swap, or gone: what was known stays
        seen = (status.st_mtime_ns, status.st_ino)
        if seen == self._seen:
            return
        made = manifest.read(self.dist)
        if made is None:
            return
        hashes = {path: entry.sha256 for path, entry in made.files.items()}
        for name in (manifest.NAME, manifest.SERVICE_WORKER):
            if (self.dist / name).is_file():
                hashes[name] = sha256((self.dist / name).read_bytes())
        self._hashes, self._seen = hashes, seen
