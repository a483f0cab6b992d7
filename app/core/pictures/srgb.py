"""Whatever colours a photograph's numbers stand for -> sRGB, which the networks have learned from.

Everything that opens a photograph comes through here once: phone, terminal and trainer. What is in sRGB already, or
says nothing, keeps every level as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from app.core.arrays import FloatArray, Uint8Array
from app.core.errors import MeasureError
from app.core.pictures.icc import (
    D50_XYZ,
    Function,
    Profile,
    ProfileError,
    interpolated,
    matrix_profile,
    parse_profile,
    power,
)
from app.shared.codes import UNREADABLE_IMAGE

# CIE x and y of white, red, green and blue: ITU-R BT.709 and BT.2020, SMPTE EG 432-1, Adobe RGB (1998).
BT709 = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
BT2020 = (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
P3_D65 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
ADOBE_RGB = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
ADOBE_GAMMA = 563 / 256
# Numbers of ITU-T H.273 in PNG's cICP chunk, of the pictures that are not HDR.
CICP_PRIMARIES = {1: BT709, 9: BT2020, 12: P3_D65}
# What programs write for sRGB into gAMA, and how far their rounding takes them from it.
SRGB_GAMMA, GAMMA_ROUNDED = 0.45455, 0.0005
CHROMATICITY_ROUNDED = 0.001
# Two programs' profiles of sRGB differ by so much, in levels: no reason to touch a pixel.
SAME_LEVELS = 1.0
# Nodes a side of the tables that pictures go through, as littlecms takes them.
NODES = {3: 33, 4: 17}
FEW_NODES = 9
# Of light between black and white: the curve of sRGB is steep where it begins.
LIGHT_STEPS = 65_536
STRIP_PIXELS = 250_000
# From chromaticities under another white to those under D50: the Bradford matrix, ICC.1:2022 annex E.
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def linear_from_srgb(shares: FloatArray) -> FloatArray:
    """IEC 61966-2-1."""
    return np.where(shares <= 0.04045, shares / 12.92, ((np.maximum(shares, 0) + 0.055) / 1.055) ** 2.4)


# BT.709 and its kin; shown, they are read with the gamma of ITU-R BT.1886.
CICP_CURVES = {
    1: power(2.4),
    4: power(2.2),
    5: power(2.8),
    6: power(2.4),
    8: power(1.0),
    13: linear_from_srgb,
    14: power(2.4),
    15: power(2.4),
}


class UnknownColoursError(MeasureError):
    """A photo's profile cannot be used: without it the photo would be read wrongly, and nobody would know."""

    def __init__(self, error: ProfileError) -> None:
        why = f"the colours of this photo are not known, since its colour profile cannot be used: {error}"
        super().__init__(UNREADABLE_IMAGE, why + "; save it as a JPEG in sRGB with a photo app")


def profile_of(photo: Image.Image, data: bytes) -> Profile | None:
    """What the colours of a photo are, as its file says; None where it says nothing, or sRGB.

    In this order the first that there is counts, for PNG as its specification (third edition, section 4.3) says: PNG's
    cICP; an embedded ICC profile; PNG's sRGB; PNG's gAMA with cHRM; the mark that cameras set to Adobe RGB leave in
    EXIF instead of a profile (DCF 2.0).

    Args:
        photo: as Pillow opened it.
        data: the file it came from.

    Raises:
        UnknownColoursError: the profile is damaged or not understood.
    """
    try:
        return _profile_of(photo, data)
    except ProfileError as error:
        raise UnknownColoursError(error) from None


def to_srgb(picture: Image.Image, profile: Profile | None) -> Image.Image:
    """An RGB, L or CMYK picture -> RGB, by relative colorimetric intent.

    Where no profile speaks of such a picture, CMYK is converted as browsers do, each ink taking its share of light, and
    the rest is left as it is: so do browsers. Grey pictures with a profile of RGB are common.

    Raises:
        UnknownColoursError: the profile gives no colours.
    """
    if profile is not None and profile.channels == 3 and picture.mode == "L":
        picture = picture.convert("RGB")
    if profile is None or profile.channels != len(picture.getbands()):
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    try:
        return _converted(picture, profile)
    except ProfileError as error:
        raise UnknownColoursError(error) from None


def _profile_of(photo: Image.Image, data: bytes) -> Profile | None:
    info = photo.info
    if photo.format == "PNG":
        coded = _cicp(data)
        if coded is not None:
            return coded
    if "icc_profile" in info:
        if not info["icc_profile"]:
            # Pillow found one and could not put it together.
            raise ProfileError("it is damaged")
        return parse_profile(info["icc_profile"])
    if photo.format == "PNG":
        return None if "srgb" in info else _gamma(info)
    return _of_adobe(photo)


def _cicp(data: bytes) -> Profile | None:
    """PNG's chunk of code points; None where there is none, or one that a decoder may pass over for what follows."""
    chunk = png_chunk(data, b"cICP")
    if chunk is None or len(chunk) != 4:
        return None
    primaries, transfer, matrix, full_range = chunk
    curve = CICP_CURVES.get(transfer)
    if primaries in CICP_PRIMARIES and curve is not None and not matrix and full_range:
        return _of_primaries(CICP_PRIMARIES[primaries], curve)
    if png_chunk(data, b"iCCP") is None:
        raise ProfileError("it is an HDR or a video picture")
    return None


def png_chunk(data: bytes, wanted: bytes) -> bytes | None:
    """The content of a PNG's chunk that stands before its pixels; None where there is none."""
    place = 8
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        if name == wanted:
            return data[place + 8 : place + 8 + length]
        if name in (b"IDAT", b"IEND"):
            return None
        place += length + 12
    return None


def _gamma(info: dict[Any, Any]) -> Profile | None:
    """PNG's gAMA and cHRM. Without the first nothing is known; without the second the primaries are those of sRGB."""
    gamma, chromaticity = info.get("gamma"), info.get("chromaticity") or BT709
    if not gamma:
        return None
    as_srgb = max(abs(np.subtract(chromaticity, BT709))) <= CHROMATICITY_ROUNDED
    if as_srgb and abs(gamma - SRGB_GAMMA) <= GAMMA_ROUNDED:
        return None
    return _of_primaries(chromaticity, power(1 / gamma))


def _of_adobe(photo: Image.Image) -> Profile | None:
    try:
        mark = photo.getexif().get_ifd(ExifTags.IFD.Interop).get(1)
    except Exception:  # damaged EXIF raises what it likes
        return None
    return _of_primaries(ADOBE_RGB, power(ADOBE_GAMMA)) if mark == "R03" else None


def _of_primaries(chromaticity: Any, curve: Function) -> Profile:
    try:
        return matrix_profile([curve] * 3, colorants(chromaticity))
    except (np.linalg.LinAlgError, ZeroDivisionError, FloatingPointError):
        raise ProfileError("its primaries are no colours") from None


def colorants(chromaticity: Any) -> FloatArray:
    """(3, 3) columns of XYZ under D50 of red, green and blue, from CIE x and y of white, red, green and blue."""
    white, *primaries = [np.array([x / y, 1, (1 - x - y) / y]) for x, y in np.reshape(chromaticity, (4, 2)).tolist()]
    columns = np.column_stack(primaries)
    columns = columns * np.linalg.solve(columns, white)
    cones = BRADFORD @ D50_XYZ / (BRADFORD @ white)
    adapted: FloatArray = np.linalg.solve(BRADFORD, cones[:, None] * (BRADFORD @ columns))
    return adapted


def srgb_from_linear(light: FloatArray) -> FloatArray:
    """The other way; light that sRGB cannot show comes out below 0 or above 1, on a curve without a kink."""
    size = np.abs(light)
    curved = 1.055 * np.maximum(size, 1e-9) ** (1 / 2.4) - 0.055
    return np.sign(light) * np.where(size <= 0.0031308, 12.92 * size, curved)


def _colours(profile: Profile, shares: FloatArray) -> FloatArray:
    """The sRGB (n, 3) that shares (n, channels) stand for, 0..1, and beyond where sRGB cannot show them."""
    return srgb_from_linear(profile.to_xyz(shares) @ np.linalg.inv(colorants(BT709)).T)


def _grid(channels: int, nodes: int) -> FloatArray:
    """(nodes ** channels, channels) shares, the last channel running first."""
    axes = np.meshgrid(*[np.linspace(0, 1, nodes)] * channels, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def _converted(photo: Image.Image, profile: Profile) -> Image.Image:
    if profile.channels == 1:
        levels = _levels(_colours(profile, _grid(1, 256))).mean(axis=1)
        return photo.point([round(level) for level in levels.tolist()]).convert("RGB")
    shares = _grid(profile.channels, FEW_NODES)
    colours = _colours(profile, shares)
    if not np.isfinite(colours).all():
        raise ProfileError("it gives no colours")
    if profile.channels == 3 and np.abs(np.clip(colours, 0, 1) - shares).max() * 255 <= SAME_LEVELS:
        return photo
    if profile.colorants is not None:
        return _by_strips(photo, _by_matrix(profile.curves, profile.colorants))
    nodes = NODES[profile.channels]
    colours = _colours(profile, _grid(profile.channels, nodes)).astype(np.float32)
    table = colours.reshape(*[nodes] * profile.channels, 3)
    return _by_strips(photo, lambda levels: _levels(interpolated(table, levels.astype(np.float32) / 255)))


def _by_matrix(curves: Sequence[Function], primaries: FloatArray) -> Callable[[Uint8Array], Uint8Array]:
    """Curves, a matrix, and the curve of sRGB: each curve is a table, which is as exact and far faster."""
    linear = [curve(np.arange(256) / 255).astype(np.float32) for curve in curves]
    turned = (np.linalg.inv(colorants(BT709)) @ primaries).T.astype(np.float32)
    curved = _levels(srgb_from_linear(np.arange(LIGHT_STEPS) / (LIGHT_STEPS - 1)))

    def converted(levels: Uint8Array) -> Uint8Array:
        light = np.column_stack([linear[channel][levels[:, channel]] for channel in range(3)]) @ turned
        steps = np.clip(light, 0, 1) * np.float32(LIGHT_STEPS - 1) + np.float32(0.5)
        return np.asarray(curved[steps.astype(np.uint16)])

    return converted


def _levels(shares: FloatArray) -> Uint8Array:
    return np.asarray(np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8))


def _by_strips(photo: Image.Image, convert: Callable[[Uint8Array], Uint8Array]) -> Image.Image:
    """A picture through `convert`, levels (N, channels) -> (N, 3), a few rows at a time: as numbers it takes many times
    its memory."""
    converted = Image.new("RGB", photo.size)
    rows = max(1, STRIP_PIXELS // photo.width)
    for top in range(0, photo.height, rows):
        strip = np.asarray(photo.crop((0, top, photo.width, min(top + rows, photo.height))))
        levels = convert(strip.reshape(-1, strip.shape[2]))
        converted.paste(Image.fromarray(levels.reshape(*strip.shape[:2], 3)), (0, top))
    return converted
