"""What the numbers of a file mean, by the colour profile in it (ICC.1:2022, versions 2 and 4).

Written out here, since nothing else does it everywhere: the page's Pillow has no littlecms, no browser of today follows
the profile of a CMYK file, WebKit follows none in WebP and AVIF, and Firefox converts to the monitor's colours instead
of to sRGB. The tests compare it with littlecms.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.arrays import FloatArray

# (N, channels) shares 0..1 -> (N, 3).
Function = Callable[[FloatArray], FloatArray]

# The white of the profiles' common ground, ICC.1:2022 section 6.3.4.3.
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
CHANNELS = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}
# Kinds of devices whose profiles photographs carry: scanner and camera, screen, printer, colour space.
DEVICES = (b"scnr", b"mntr", b"prtr", b"spac")
# The most entries that a real table of colours has; a damaged one may ask for any number.
MOST_NODES = 4_000_000
XYZ_SCALE = 1 + 32767 / 32768


class ProfileError(ValueError):
    """The profile is damaged, or of a kind that is not understood."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that can be followed.

    Attributes:
        channels: 1 grey, 3 red, green and blue, 4 cyan, magenta, yellow and black ink.
        to_xyz: (N, channels) shares 0..1 -> (N, 3) CIE XYZ under D50, white at Y = 1, relative colorimetric.
        curves, colorants: what `to_xyz` consists of where that is a curve a channel, and the XYZ of three primaries,
            the columns of a (3, 3) matrix.
    """

    channels: int
    to_xyz: Function
    curves: tuple[Function, ...] = ()
    colorants: FloatArray | None = None


def parse_profile(data: bytes) -> Profile:
    """Read an ICC file.

    Raises:
        ProfileError: it is damaged or of another kind than photographs have.
    """
    try:
        return _parsed(data)
    except (struct.error, IndexError, KeyError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, ProfileError):
            raise
        raise ProfileError(f"it is damaged ({type(error).__name__})") from None


def matrix_profile(curves: Sequence[Function], colorants: FloatArray) -> Profile:
    """A profile of three curves and the XYZ of three primaries under D50, the columns of `colorants`."""
    return Profile(3, lambda shares: _curved(curves, shares) @ colorants.T, tuple(curves), colorants)


def _parsed(data: bytes) -> Profile:
    if len(data) < 132 or data[36:40] != b"acsp":
        raise ProfileError("it is no ICC profile")
    device, space, pcs = data[12:16], data[16:20], data[20:24]
    if device not in DEVICES or space not in CHANNELS or pcs not in (b"XYZ ", b"Lab "):
        raise ProfileError(f"it is of an unusual kind ({device!r}, {space!r}, {pcs!r})")
    tags = {}
    for number in range(struct.unpack_from(">I", data, 128)[0]):
        name, start, length = struct.unpack_from(">4sII", data, 132 + 12 * number)
        if start + length > len(data):
            raise ProfileError("it is cut short")
        tags[name] = data[start : start + length]
    channels = CHANNELS[space]
    # Relative colorimetric where there is a table for it, as littlecms chooses.
    table = tags.get(b"A2B1") or tags.get(b"A2B0")
    if table:
        return Profile(channels, _from_table(table, channels, pcs))
    if channels == 1:
        curve = _curve(tags[b"kTRC"])[0]
        if pcs == b"Lab ":
            return Profile(
                1, lambda shares: _lab_to_xyz(np.column_stack([100 * curve(shares[:, 0]), *[0 * shares] * 2]))
            )
        return Profile(1, lambda shares: curve(shares[:, :1]) * D50_XYZ)
    if channels == 3 and pcs == b"XYZ ":
        curves = [_curve(tags[name])[0] for name in (b"rTRC", b"gTRC", b"bTRC")]
        return matrix_profile(curves, np.column_stack([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]))
    raise ProfileError("it has no colours")


def _xyz(tag: bytes) -> FloatArray:
    if tag[:4] != b"XYZ ":
        raise ProfileError("a primary is no colour")
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curved(curves: Sequence[Function], shares: FloatArray) -> FloatArray:
    return np.column_stack([curve(shares[:, place]) for place, curve in enumerate(curves)])


def _curve(tag: bytes) -> tuple[Function, int]:
    """A curve and how many bytes of the tag it takes."""
    if tag[:4] == b"para":
        return _parametric(tag)
    if tag[:4] != b"curv":
        raise ProfileError("a curve is of an unknown kind")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return lambda shares: shares, 12
    if count == 1:
        gamma = struct.unpack_from(">H", tag, 12)[0] / 256
        return power(gamma), 14
    return _sampled(np.frombuffer(tag, ">u2", count, 12) / 65535), 12 + 2 * count


def power(gamma: float) -> Function:
    """A curve of one gamma."""

    def curve(shares: FloatArray) -> FloatArray:
        raised: FloatArray = np.maximum(shares, 0) ** gamma
        return raised

    return curve


def _sampled(levels: FloatArray) -> Function:
    places = np.linspace(0, 1, len(levels))
    return lambda shares: np.interp(shares, places, levels)


# Of parametric curves how many numbers each kind has, ICC.1:2022 table 68.
_PARAMETERS = (1, 3, 4, 5, 7)


def _parametric(tag: bytes) -> tuple[Function, int]:
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = _PARAMETERS[kind]
    given = [value / 65536 for value in struct.unpack_from(f">{count}i", tag, 12)]
    g, a, b, c, d, e, f = (
        given + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0][count:] if count != 1 else [*given, 1, 0, 0, 0, 0, 0]
    )
    if kind == 1:
        d, c = (-b / a if a else 0.0), 0.0
    elif kind == 2:
        # Its one constant is added on both sides.
        d, e, f, c = (-b / a if a else 0.0), c, c, 0.0

    def curve(shares: FloatArray) -> FloatArray:
        raised: FloatArray = np.where(shares >= d, np.maximum(a * shares + b, 0) ** g + e, c * shares + f)
        return raised

    return curve, 12 + 4 * count


def _from_table(tag: bytes, channels: int, pcs: bytes) -> Function:
    kind = tag[:4]
    if tag[8] != channels or tag[9] != 3:
        raise ProfileError("its table has another number of channels")
    if kind in (b"mft1", b"mft2"):
        steps = _old_table(tag, channels)
    elif kind == b"mAB ":
        steps = _new_table(tag, channels)
    else:
        raise ProfileError("its table is of an unknown kind")

    def to_xyz(shares: FloatArray) -> FloatArray:
        for step in steps:
            shares = step(shares)
        if pcs == b"XYZ ":
            return shares * XYZ_SCALE
        # 16 bits of the old tables reach a little beyond white, ICC.1:2022 section 10.10.
        lab = shares * (65535 / 65280) if kind == b"mft2" else shares
        a_and_b = lab[:, 1:] * 255 - 128
        return _lab_to_xyz(np.column_stack([lab[:, :1] * 100, a_and_b]))

    return to_xyz


def _old_table(tag: bytes, channels: int) -> list[Function]:
    """Curves, a table, curves: `lut8Type` and `lut16Type`."""
    grid = tag[10]
    wide = tag[:4] == b"mft2"
    entries, outputs = struct.unpack_from(">2H", tag, 48) if wide else (256, 256)
    kind, top, start = (">u2", 65535, 52) if wide else (">u1", 255, 48)
    nodes = grid**channels * 3
    if nodes > MOST_NODES or min(grid, entries, outputs) < 2:
        raise ProfileError("its table has an impossible size")
    numbers = np.frombuffer(tag, kind, entries * channels + nodes + outputs * 3, start) / top
    before, table, after = np.split(numbers, [entries * channels, entries * channels + nodes])
    first = [_sampled(levels) for levels in before.reshape(channels, entries)]
    last = [_sampled(levels) for levels in after.reshape(3, outputs)]
    colours = table.reshape(*[grid] * channels, 3)
    return [lambda shares: _curved(first, shares), _in(colours), lambda shares: _curved(last, shares)]


def _new_table(tag: bytes, channels: int) -> list[Function]:
    """Curves, a table, curves, a matrix, curves, of which some may be missing: `lutAToBType`."""
    b, matrix, m, table, a = struct.unpack_from(">5I", tag, 12)
    steps: list[Function] = []
    if table:
        steps.append(_curves_at(tag, a, channels))
        sizes = list(tag[table : table + channels])
        nodes = int(np.prod(sizes, dtype=np.int64)) * 3
        if nodes > MOST_NODES or min(sizes) < 2:
            raise ProfileError("its table has an impossible size")
        kind, top = ((">u1", 255), (">u2", 65535))[tag[table + 16] - 1]
        steps.append(_in((np.frombuffer(tag, kind, nodes, table + 20) / top).reshape(*sizes, 3)))
    elif channels != 3:
        raise ProfileError("it has no table")
    if m and matrix:
        numbers = np.array(struct.unpack_from(">12i", tag, matrix)) / 65536
        turned, added = numbers[:9].reshape(3, 3).T, numbers[9:]
        steps += [_curves_at(tag, m, 3), lambda shares: shares @ turned + added]
    return [*steps, _curves_at(tag, b, 3)]


def _curves_at(tag: bytes, start: int, count: int) -> Function:
    curves = []
    for _ in range(count):
        curve, length = _curve(tag[start:])
        curves.append(curve)
        start += length + -length % 4
    return lambda shares: _curved(curves, shares)


def _in(table: FloatArray) -> Function:
    return lambda shares: interpolated(table, shares)


def interpolated(table: FloatArray, shares: FloatArray) -> FloatArray:
    """Colours (N, 3) between the nodes of a table (n, n, ..., 3) at `shares` (N, channels) 0..1 of its sides."""
    channels = shares.shape[1]
    sizes = np.array(table.shape[:channels])
    places = np.clip(shares, 0, 1) * (sizes - 1)
    below = np.minimum(places.astype(np.int32), sizes - 2)
    above = (places - below).astype(table.dtype)
    strides = np.cumprod([1, *sizes[:0:-1]])[::-1].astype(np.int32)
    flat, first = table.reshape(-1, 3), below @ strides
    colours = np.zeros((len(shares), 3), dtype=table.dtype)
    for corner in itertools.product((0, 1), repeat=channels):
        weight = np.ones(len(shares), dtype=table.dtype)
        for channel, side in enumerate(corner):
            weight *= above[:, channel] if side else 1 - above[:, channel]
        colours += weight[:, None] * flat[first + int(np.dot(corner, strides))]
    return colours


def _lab_to_xyz(lab: FloatArray) -> FloatArray:
    """CIE L*a*b* (N, 3) -> XYZ, both under D50."""
    y = (lab[:, 0] + 16) / 116
    roots = np.column_stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200])
    xyz: FloatArray = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * D50_XYZ
    return xyz
