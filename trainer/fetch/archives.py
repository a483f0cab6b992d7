"""The files in a folder, a zip or a tar, wherever they lie in it; names are told, never used as places."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Publishers put an archive into the archive of everything; deeper than that nobody looks.
DEPTH = 3
# A photograph has half a megabyte, the table a tenth of that. What is larger is neither, and is not read.
LARGEST_BYTES = 64 * 2**20
# Never opened as archives, though a file can be both.
PLAIN = (".jpg", ".jpeg", ".png", ".csv")
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


class ArchiveError(Exception):
    """A file cannot be read to its end; says why."""


def files_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file, also of those in archives inside; a file that is no archive stands for itself.

    Raises:
        ArchiveError: it cannot be read to its end. What came before is sound.
    """
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    with file.open("rb") as opened:
                        yield from _files(str(file.relative_to(path)), opened, DEPTH)
        else:
            with path.open("rb") as opened:
                yield from _files(path.name, opened, DEPTH)
    except BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ArchiveError(f"cannot be read to its end ({reason})") from None


def _files(name: str, file: IO[bytes], depth: int) -> Iterator[tuple[str, bytes]]:
    if depth and not name.lower().endswith(PLAIN):
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for entry in archive.infolist():
                    if not entry.is_dir():
                        with archive.open(entry) as member:
                            yield from _files(entry.filename, member, depth - 1)
            return
        file.seek(0)
        if tarfile.is_tarfile(file):
            file.seek(0)
            with tarfile.open(fileobj=file) as tar:
                for item in tar:
                    extracted = tar.extractfile(item) if item.isreg() else None
                    if extracted is not None:
                        yield from _files(item.name, extracted, depth - 1)
            return
        file.seek(0)
    data = file.read(LARGEST_BYTES + 1)
    if len(data) <= LARGEST_BYTES:
        yield name, data
