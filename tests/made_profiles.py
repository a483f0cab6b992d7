"""Colour profiles made by code, for tests: ICC files of every kind that photographs come with."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

# CIE x, y of red, green and blue (ITU-R BT.709, SMPTE EG 432-1, Adobe RGB (1998), ROMM RGB).
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
PROPHOTO = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
SRGB_CURVE = struct.pack(
    ">4sIHH5i", b"para", 0, 3, 0, *(round(v * 65536) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def xyz_of(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def colorants(primaries: tuple[tuple[float, float], ...], white: tuple[float, float] = D65) -> np.ndarray:
    """(3, 3) columns of XYZ for red, green and blue, adapted to D50 by Bradford."""
    columns = np.column_stack([xyz_of(*primary) for primary in primaries])
    columns = columns * np.linalg.solve(columns, xyz_of(*white))
    cones = BRADFORD @ D50_XYZ / (BRADFORD @ xyz_of(*white))
    adapted: np.ndarray = np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ columns
    return adapted


def gamma_curve(gamma: float) -> bytes:
    return struct.pack(">4sIIH", b"curv", 0, 1, round(gamma * 256))


def table_curve(gamma: float, entries: int = 1024) -> bytes:
    levels = np.round(np.linspace(0, 1, entries) ** gamma * 65535).astype(">u2")
    return struct.pack(">4sII", b"curv", 0, entries) + levels.tobytes()


def xyz_tag(xyz: np.ndarray) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(float(value) * 65536) for value in xyz))


def icc(space: bytes, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ", kind: bytes = b"mntr", version: int = 2) -> bytes:
    """An ICC file of these tags, with those that every one needs."""
    name = b"made\0"
    description = struct.pack(">4sII", b"desc", 0, len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    tags = {b"desc": description, b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": xyz_tag(D50_XYZ), **tags}
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for signature, data in tags.items():
        table += struct.pack(">4sII", signature, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    illuminant = struct.pack(">3i", *(round(float(value) * 65536) for value in D50_XYZ))
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", version << 24, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(24) + bytes(4) + illuminant + bytes(48)
    assert len(header) == 128
    return header + table + body


def matrix_profile(primaries: tuple[tuple[float, float], ...], curve: bytes, white: tuple[float, float] = D65) -> bytes:
    """Three primaries and one curve, as cameras and telephones write."""
    tags = {
        name: xyz_tag(xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants(primaries, white).T, strict=True)
    }
    return icc(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def grey_profile(gamma: float) -> bytes:
    return icc(b"GRAY", {b"kTRC": gamma_curve(gamma)})


def lut_profile(space: bytes, colours: Callable[[np.ndarray], np.ndarray], grid: int) -> bytes:
    """Of 8-bit tables: `colours` gives sRGB levels (N, 3) of shares of the inks or lights (N, channels)."""
    channels = {b"CMYK": 4, b"RGB ": 3}[space]
    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * channels, indexing="ij")
    levels = np.round(colours(np.stack([axis.ravel() for axis in axes], axis=1))).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(levels[None])
    lab = ImageCms.profileToProfile(
        picture,
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "LAB",
    )
    table = np.asarray(lab, dtype=np.uint8).copy()
    # Pillow's a and b are signed, those of the tables begin at -128.
    table[..., 1:] ^= 0x80
    identity = bytes(range(256))
    header = struct.pack(
        ">4sI4B9i", b"mft1", 0, channels, 3, grid, 0, *(65536 * (place % 4 == 0) for place in range(9))
    )
    lut = header + identity * channels + table.tobytes() + identity * 3
    return icc(space, dict.fromkeys((b"A2B0", b"A2B1"), lut), b"Lab ", b"prtr")


def printed(shares: np.ndarray) -> np.ndarray:
    """Levels (N, 3) that inks (N, 4) might leave of white paper: unlike what the plain rule says."""
    tint = np.array([[0.95, 0.35, 0.10], [0.15, 0.90, 0.45], [0.05, 0.15, 0.85], [0.75, 0.78, 0.80]])
    levels: np.ndarray = 255 * np.prod(1 - shares[:, :, None] * tint[None], axis=1)
    return levels


PROFILES = {
    "Display P3": matrix_profile(DISPLAY_P3, SRGB_CURVE),
    "Adobe RGB": matrix_profile(ADOBE_RGB, gamma_curve(563 / 256)),
    "ProPhoto": matrix_profile(PROPHOTO, table_curve(1.8), D50),
    "swapped": matrix_profile((SRGB[1], SRGB[0], SRGB[2]), SRGB_CURVE),
    "sRGB": matrix_profile(SRGB, SRGB_CURVE),
    "tables": lut_profile(b"RGB ", lambda shares: 255 * shares[:, ::-1] ** 0.8, 17),
}
GREY = grey_profile(1.8)
CMYK = lut_profile(b"CMYK", printed, 9)


def converted(picture: Image.Image, profile: bytes) -> Image.Image:
    """What littlecms makes of it: sRGB, relative colorimetric."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    made = ImageCms.profileToProfile(picture, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB")
    assert made is not None
    return made
