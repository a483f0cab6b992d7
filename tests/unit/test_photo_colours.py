"""Every profile in every format against littlecms, PNG's own chunks, and what cannot be used."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from app.core.errors import MeasureError
from app.core.pictures.photo import open_photo
from app.shared.codes import UNREADABLE_IMAGE
from tests import made_profiles
from tests.made_profiles import CMYK, GREY, PROFILES, converted

LEVELS = np.random.default_rng(15).integers(0, 256, (60, 80, 4), dtype=np.uint8)
COLOURS = Image.fromarray(np.ascontiguousarray(LEVELS[..., :3]))
INKS = Image.fromarray(LEVELS, "CMYK")
FORMATS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}, "JPEG": {"quality": 95}}


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(data):
    """The levels in the file, whatever they mean."""
    with Image.open(io.BytesIO(data)) as photo:
        photo.load()
        return photo


def differences(found, expected):
    return np.abs(np.asarray(found).astype(int) - np.asarray(expected).astype(int))


def with_chunks(picture, *chunks, keep=lambda _name: True):
    """A PNG with further chunks behind its header."""
    data = encoded(picture, "PNG")
    added = b""
    for name, content in chunks:
        added += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return data[:33] + added + data[33:]


def gamma(value):
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def chromaticities(primaries, white=made_profiles.D65):
    numbers = [round(number * 100_000) for pair in (white, *primaries) for number in pair]
    return b"cHRM", struct.pack(">8I", *numbers)


def iccp(profile):
    return b"iCCP", b"made\0\0" + zlib.compress(profile)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_profile_in_every_format_is_followed_as_littlecms_does(kind, name):
    data = encoded(COLOURS, kind, icc_profile=PROFILES[name], **FORMATS[kind])
    apart = differences(open_photo(data), converted(decoded(data), PROFILES[name]))
    # Between the nodes of a table littlecms goes another way, which tells in the darkest colours.
    if name == "tables":
        assert np.percentile(apart, 99) <= 2 and apart.max() <= 8
    else:
        assert apart.max() <= 1
    untouched = np.array_equal(np.asarray(open_photo(data)), np.asarray(decoded(data)))
    assert untouched is (name == "sRGB")


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_ink_with_a_profile_is_followed_as_littlecms_does(kind):
    data = encoded(INKS, kind, icc_profile=CMYK)
    apart = differences(open_photo(data), converted(decoded(data), CMYK))
    assert np.percentile(apart, 99) <= 2 and apart.max() <= 5
    # That is not what ink without a profile looks like.
    assert differences(open_photo(encoded(INKS, kind)), open_photo(data)).mean() > 10


def ycck(picture):
    """The same inks as a JPEG of luma, chroma and black, which Pillow reads and does not write."""
    cyan, magenta, yellow, black = picture.split()
    luma = Image.merge("RGB", [cyan, magenta, yellow]).convert("YCbCr").split()
    # Pillow writes ink upside down, as Adobe does.
    luma = [band.point(lambda level: 255 - level) for band in luma]
    data = encoded(Image.merge("CMYK", [*luma, black]), "JPEG", quality=100, subsampling=0)
    mark = data.index(b"Adobe")
    return data[: mark + 11] + b"\x02" + data[mark + 12 :]


def test_ink_as_luma_and_chroma_is_read_as_the_same_ink():
    flat = Image.fromarray(np.kron(LEVELS[:8, :8], np.ones((8, 8, 1), dtype=np.uint8)), "CMYK")
    found, expected = open_photo(ycck(flat)), open_photo(encoded(flat, "TIFF"))
    assert differences(found, expected).max() <= 4


def test_ink_without_a_profile_takes_its_share_of_light():
    shares = 1 - LEVELS / 255
    expected = np.rint(255 * shares[..., :3] * shares[..., 3:])
    assert differences(open_photo(encoded(INKS, "TIFF")), expected).max() <= 1


def test_a_grey_profile_is_followed_and_one_of_colours_on_grey_too():
    grey = COLOURS.convert("L")
    for kind in ("PNG", "TIFF", "JPEG"):
        data = encoded(grey, kind, icc_profile=GREY)
        assert differences(open_photo(data), converted(decoded(data), GREY)).max() <= 1
    data = encoded(grey, "PNG", icc_profile=PROFILES["Adobe RGB"])
    expected = converted(grey.convert("RGB"), PROFILES["Adobe RGB"])
    assert differences(open_photo(data), expected).max() <= 1


def test_a_profile_of_another_kind_of_picture_is_passed_over():
    data = encoded(COLOURS, "PNG", icc_profile=GREY)
    assert np.array_equal(np.asarray(open_photo(data)), np.asarray(COLOURS))


GAMMA_18 = made_profiles.matrix_profile(made_profiles.SRGB, made_profiles.table_curve(1.8, 4096))
P3, ADOBE = PROFILES["Display P3"], PROFILES["Adobe RGB"]
CHUNKS = {
    "gAMA alone": ([gamma(1 / 1.8)], GAMMA_18),
    "gAMA of sRGB": ([gamma(1 / 2.2)], None),
    "gAMA and cHRM of sRGB": ([gamma(1 / 2.2), chromaticities(made_profiles.SRGB)], None),
    "gAMA and cHRM": ([gamma(256 / 563), chromaticities(made_profiles.ADOBE_RGB)], ADOBE),
    "cHRM alone": ([chromaticities(made_profiles.ADOBE_RGB)], None),
    "sRGB before gAMA": ([(b"sRGB", b"\1"), gamma(1 / 1.8)], None),
    "iCCP before sRGB": ([iccp(ADOBE), (b"sRGB", b"\1")], ADOBE),
    "cICP": ([(b"cICP", bytes([12, 13, 0, 1]))], P3),
    "cICP of sRGB": ([(b"cICP", bytes([1, 13, 0, 1]))], None),
    "cICP before iCCP": ([(b"cICP", bytes([12, 13, 0, 1])), iccp(ADOBE)], P3),
    "cICP of HDR with iCCP": ([(b"cICP", bytes([9, 16, 0, 1])), iccp(ADOBE)], ADOBE),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_png_says_its_colours_in_the_order_of_its_specification(name):
    chunks, profile = CHUNKS[name]
    found = open_photo(with_chunks(COLOURS, *chunks))
    if profile is None:
        assert np.array_equal(np.asarray(found), np.asarray(COLOURS))
    else:
        # 563 / 256 is Adobe's gamma; the chunk rounds it.
        assert differences(found, converted(COLOURS, profile)).max() <= 2


def test_an_hdr_png_is_refused_by_name():
    with pytest.raises(MeasureError) as caught:
        open_photo(with_chunks(COLOURS, (b"cICP", bytes([9, 16, 0, 1]))))
    assert caught.value.code == UNREADABLE_IMAGE and "HDR" in caught.value.message


def test_the_mark_of_a_camera_set_to_adobe_rgb_counts():
    # Three directories, one in the other.
    places = [(ExifTags.IFD.Exif, 4, 26), (ExifTags.IFD.Interop, 4, 44)]
    inner = [struct.pack("<HHHIII", 1, tag, kind, 1, place, 0) for tag, kind, place in places]
    mark = struct.pack("<HHHI4sI", 1, 1, 2, 4, b"R03\0", 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + b"".join(inner) + mark
    data = encoded(COLOURS, "JPEG", exif=exif, quality=95)
    assert differences(open_photo(data), converted(decoded(data), ADOBE)).max() <= 2


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("damage", ["cut short", "no profile at all", "no tags", "nonsense inside"])
def test_a_damaged_profile_is_refused_by_name_and_never_guessed(kind, damage):
    damaged = {
        "cut short": P3[: len(P3) - 40],
        "no profile at all": b"hello" * 40,
        "no tags": P3[:128] + bytes(4) + P3[132:],
        "nonsense inside": P3.replace(b"XYZ \0\0\0\0", b"ABC \0\0\0\0"),
    }[damage]
    with pytest.raises(MeasureError) as caught:
        open_photo(encoded(COLOURS, kind, icc_profile=damaged, **FORMATS[kind]))
    assert caught.value.code == UNREADABLE_IMAGE and "sRGB" in caught.value.message


def test_a_profile_of_version_4_with_its_own_tables_is_followed():
    # lutAToBType: curves, a table, curves, a matrix, curves. Here the table turns red and blue around.
    identity = struct.pack(">4sII", b"curv", 0, 0)
    grid = np.stack(np.meshgrid(*[np.linspace(0, 255, 2)] * 3, indexing="ij"), axis=-1)[..., ::-1]
    table = bytes([2, 2, 2] + [0] * 13) + b"\1\0\0\0" + grid.astype(np.uint8).tobytes()
    xyz = made_profiles.colorants(made_profiles.SRGB) / (1 + 32767 / 32768)
    matrix = struct.pack(">12i", *(round(float(number) * 65536) for number in [*xyz.ravel(), 0, 0, 0]))
    curve = made_profiles.SRGB_CURVE
    parts, body, start = [identity * 3, matrix, curve * 3, table, identity * 3], b"", 32
    offsets = []
    for part in parts:
        offsets.append(start + len(body))
        body += part + bytes(-len(part) % 4)
    tag = struct.pack(">4sI4B5I", b"mAB ", 0, 3, 3, 0, 0, *offsets) + body
    profile = made_profiles.icc(b"RGB ", {b"A2B0": tag}, version=4)
    data = encoded(COLOURS, "PNG", icc_profile=profile)
    apart = differences(open_photo(data), converted(COLOURS, profile))
    assert np.percentile(apart, 99) <= 2
    turned = np.asarray(COLOURS)[..., ::-1]
    assert np.percentile(differences(open_photo(data), turned), 99) <= 2


def tiff_with(tags, order="<"):
    """A TIFF of one black pixel with these further tags of its first directory: {tag: (type, count, value)}."""
    known = {256: (4, 1, 1), 257: (4, 1, 1), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 273: (4, 1, 8)}
    known |= {277: (3, 1, 1), 278: (4, 1, 1), 279: (4, 1, 1)} | tags
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 12) + bytes(4)
    entries = struct.pack(order + "H", len(known))
    for tag, (kind, count, value) in sorted(known.items()):
        packed = struct.pack(order + {1: "B", 3: "H", 4: "I"}[kind], value)
        entries += struct.pack(order + "HHI", tag, kind, count) + packed + bytes(4 - len(packed))
    return head + entries + bytes(4)


RAW = {
    "DNG": {50706: (1, 4, 1)},
    "NEF, ARW and their kin": {254: (4, 1, 1), 330: (4, 1, 8)},
    "a mosaic": {262: (3, 1, 32803)},
}


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("name", RAW)
def test_the_preview_in_a_raw_file_is_not_read_as_the_photograph(name, order):
    assert open_photo(tiff_with({}, order)).size == (1, 1)
    assert open_photo(tiff_with({254: (4, 1, 0), 330: (4, 1, 8)}, order)).size == (1, 1)
    with pytest.raises(MeasureError) as caught:
        open_photo(tiff_with(RAW[name], order))
    assert caught.value.code == UNREADABLE_IMAGE
    assert "raw" in caught.value.message and "JPEG" in caught.value.message


@pytest.mark.parametrize("beginning", [b"II*\0\x10\0\0\0CR\x02\0", b"\0\0\0\x18ftypcrx ", b"FUJIFILMCCD-RAW ", b"IIRO"])
def test_a_raw_file_of_another_kind_is_named_too(beginning):
    with pytest.raises(MeasureError) as caught:
        open_photo(beginning + bytes(400))
    assert "raw" in caught.value.message
