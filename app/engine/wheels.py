"""numpy and Pillow, out of their wheels into the worker's files: quickly, since each first start of the engine does it.

A later start goes on from a memory in which they are loaded (static/memory.mjs), and unpacks nothing, unless somebody
imports a part of them that the engine does not.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

# Of the header before each file in a zip archive (APPNOTE.TXT 4.3.7): where the lengths of name and extras stand in it,
# as two short numbers, and how long it is without those.
LENGTHS_AT, LENGTHS = 26, "<HH"
HEADER_BYTES = 30


def unpack(wheel: bytes, folder: str) -> None:
    """A wheel's files into `folder`.

    building/python/bytecode.py compresses nothing in them, so the files are written as they lie there: zipfile, which
    reads them piece by piece, needs several times as long.

    Raises:
        zipfile.BadZipFile: it is no archive, or a file in it is compressed or damaged.
    """
    body, root, made = memoryview(wheel), Path(folder), set()
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        entries = archive.infolist()
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED:
            raise zipfile.BadZipFile(f"{entry.filename} is compressed")
        name_and_extras = sum(struct.unpack_from(LENGTHS, wheel, entry.header_offset + LENGTHS_AT))
        begins = entry.header_offset + HEADER_BYTES + name_and_extras
        content = body[begins : begins + entry.file_size]
        if zlib.crc32(content) != entry.CRC:
            raise zipfile.BadZipFile(f"{entry.filename} is damaged")
        path = root / entry.filename
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        with path.open("wb", buffering=0) as file:
            file.write(content)


class Later:
    """The parts of packages that no memory holds: unpacked when the first of them is imported."""

    def __init__(self, packages: Sequence[str], unpack_all: Callable[[], None]) -> None:
        """`packages` as they are imported; `unpack_all` brings every part of them."""
        self._packages = packages
        self._unpack_all = unpack_all

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python's import asks once nobody else knows a module."""
        if name.partition(".")[0] not in self._packages:
            return None
        self._unpack_all()
        # Only then: where it failed, the next import tries again.
        sys.meta_path.remove(self)
        importlib.invalidate_caches()
        return importlib.util.find_spec(name)
