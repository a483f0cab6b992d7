"""Raw files of cameras: what a decoder of photographs finds in them is a small preview, not the photograph."""

from __future__ import annotations

import struct

# Where a file says by its first bytes that it is raw, as libraw's identify() knows them: Canon CR2 and CR3, Olympus,
# Panasonic RW2, Fujifilm RAF, Sigma X3F, Minolta MRW.
BEGINNINGS = (
    (8, b"CR\x02\x00"),
    (4, b"ftypcrx "),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"IIU\x00"),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"FOVb"),
    (0, b"\x00MRM"),
)
# Tags of TIFF, TIFF/EP and DNG.
SUBFILE_TYPE, PHOTOMETRIC, SUB_IFDS, DNG_VERSION = 254, 262, 330, 50706
REDUCED = 1
# A mosaic of single colours, and the same made linear.
RAW_PHOTOMETRICS = (32803, 34892)
SIZES = {1: 1, 3: 2, 4: 4, 13: 4}


def is_raw(data: bytes) -> bool:
    """Whether a file is a camera's raw file, by its beginning or by what its first TIFF directory says.

    That is: it is a DNG, it holds a mosaic, or its first picture is a reduced copy of one that lies further inside, as
    in NEF, ARW, PEF and others.
    """
    if any(data[place : place + len(beginning)] == beginning for place, beginning in BEGINNINGS):
        return True
    tags = _first_directory(data)
    if DNG_VERSION in tags or tags.get(PHOTOMETRIC) in RAW_PHOTOMETRICS:
        return True
    return SUB_IFDS in tags and bool(tags.get(SUBFILE_TYPE, 0) & REDUCED)


def _first_directory(data: bytes) -> dict[int, int]:
    """The tags of a TIFF's first directory, each with its first number; {} where this is no TIFF."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None:
        return {}
    tags = {}
    try:
        (place,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, place)
        for number in range(count):
            entry = place + 2 + 12 * number
            tag, kind, _ = struct.unpack_from(order + "HHI", data, entry)
            size = SIZES.get(kind, 0)
            form = {1: "B", 2: "H", 4: "I"}.get(size)
            tags[tag] = struct.unpack_from(order + form, data, entry + 8)[0] if form else 0
    except struct.error:
        # Damaged: the decoder says so.
        pass
    return tags
