"""Whatever comes in, what comes out is a reading or one of the named errors: odd pictures, files of other kinds, and
networks that answer nonsense, through the real decoders and the shipped networks. Thousands of damaged photos are tried
in tests/reliability."""

import asyncio
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from app.core.errors import MeasureError
from app.core.pictures.photo import FORMATS, open_photo
from app.core.pipeline import measure_picture
from app.core.scan.session import ScanSession
from app.models import SHIPPED_MODELS, load_instrument
from app.shared import codes
from tests.drawn_hand import draw_hand


@pytest.fixture(scope="module")
def instrument():
    return load_instrument(threads=1)


# Decoders in which holes were found after the page's Pillow was made; Pillow writes no FITS, the rest of which is text.
OTHERS = {
    "FITS": b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800),
    "PSD": b"8BPS\x00\x01" + bytes(6) + b"\x00\x03" + bytes([0, 0, 0, 9, 0, 0, 0, 9, 0, 8, 0, 3]) + bytes(300),
    "JPEG2000": None,
    "TGA": None,
    "EPS": None,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_kind_meets_no_decoder(kind, monkeypatch):
    data = OTHERS[kind]
    if data is None:
        buffer = io.BytesIO()
        Image.new("RGB", (9, 9)).save(buffer, kind)
        data = buffer.getvalue()
    Image.init()
    tried = []
    for name, (factory, accept) in Image.OPEN.items():
        spy = lambda *given, name=name, factory=factory: tried.append(name) or factory(*given)  # noqa: E731
        monkeypatch.setitem(Image.OPEN, name, (spy, accept))
    with pytest.raises(MeasureError) as caught:
        open_photo(data)
    assert caught.value.code == codes.UNREADABLE_IMAGE
    assert set(tried) <= set(FORMATS)


ODD = {
    "one pixel": Image.new("RGB", (1, 1), (200, 150, 140)),
    "a line": Image.new("RGB", (1, 20000), (200, 150, 140)),
    "a line lying": Image.new("RGB", (20000, 1), (200, 150, 140)),
    "black": Image.new("RGB", (640, 480)),
    "white": Image.new("RGB", (640, 480), (255, 255, 255)),
    "noise": Image.fromarray(np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_picture_ends_in_a_named_outcome(instrument, name):
    reading = asyncio.run(measure_picture(instrument, ODD[name]))
    assert reading.error is None or reading.error.code in (codes.NO_NAIL, codes.UNUSABLE_NAILS, codes.IMPLAUSIBLE)


def moving(kind):
    frames = [Image.new(draw_hand().picture.mode, (80, 60)) for _ in range(3)]
    for place, frame in enumerate(frames):
        frame.paste((200, 80 * place, 60), (10, 10, 50, 40))
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=50)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_picture_is_opened(kind):
    assert open_photo(moving(kind)).size == (80, 60)


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side):
    import struct
    import zlib

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(parts)
    with pytest.raises(MeasureError) as caught:
        open_photo(bomb)
    assert caught.value.code == codes.TOO_LARGE


class Says:
    """A network that gives one answer."""

    def __init__(self, **outputs):
        self.outputs = outputs

    async def run(self, _inputs):
        return self.outputs


def boxes(fill, count=2100):
    output = np.zeros((1, 6, 2100), dtype=np.float32)
    output[0, :, :count] = np.reshape(fill, (6, -1))
    return output


@pytest.mark.parametrize(
    "output",
    [
        boxes([np.nan] * 6),
        boxes([np.inf, 0, 1, 1, 1, 0]),
        boxes([160, 160, np.inf, np.inf, 0.9, 0]),
        boxes([160, 160, -20, -20, 0.9, 0]),
        boxes([160, 160, 0, 0, 0.9, 0]),
        boxes([1e9, 1e9, 1e9, 1e9, 0.9, 0]),
        boxes([160, 160, 1e-9, 1e-9, 0.9, 0]),
        boxes([0] * 6),
    ],
    ids=["nan", "infinite place", "infinite size", "inside out", "no area", "far away", "tiny", "nothing"],
)
def test_a_detector_that_says_nonsense_finds_no_nail_or_none_that_counts(instrument, output):
    nonsense = replace(instrument, detector=Says(output0=output))
    reading = asyncio.run(measure_picture(nonsense, draw_hand().picture))
    assert reading.error is not None and reading.error.code in (codes.NO_NAIL, codes.UNUSABLE_NAILS)


def test_2100_boxes_at_once_are_a_reading_of_the_best(instrument):
    rng = np.random.default_rng(0)
    places, sizes = rng.uniform(30, 290, (2, 2100)), np.full((2, 2100), 18.0)
    output = boxes(np.concatenate([places, sizes, rng.uniform(0.4, 1, (1, 2100)), np.zeros((1, 2100))]))
    reading = asyncio.run(measure_picture(replace(instrument, detector=Says(output0=output)), draw_hand().picture))
    assert 0 < len(reading.nails) <= 16


@pytest.mark.parametrize("outputs", [{}, {"output0": np.zeros((1, 3, 7))}, {"output0": np.zeros((2, 6, 2100))}])
def test_a_detector_of_another_kind_is_named(instrument, outputs):
    with pytest.raises(MeasureError) as caught:
        asyncio.run(measure_picture(replace(instrument, detector=Says(**outputs)), draw_hand().picture))
    assert caught.value.code == codes.MODEL_UNAVAILABLE


@pytest.mark.parametrize("values", [[np.nan] * 3, [np.inf] * 3, [12.0], [[12.0] * 3]])
def test_an_estimator_that_says_nonsense_is_named(instrument, values):
    nonsense = Says(hb_g_dl=np.array(values, dtype=np.float32))
    with pytest.raises(MeasureError) as caught:
        asyncio.run(measure_picture(replace(instrument, estimator=nonsense), draw_hand().picture))
    assert caught.value.code == codes.MODEL_UNAVAILABLE


@pytest.mark.parametrize("name", ["detector.onnx", "estimator.onnx", "models.json"])
@pytest.mark.parametrize("damage", ["cut short", "missing", "another"])
def test_a_model_file_that_is_not_whole_is_named(tmp_path, name, damage):
    for path in SHIPPED_MODELS.glob("*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    victim = tmp_path / name
    if damage == "missing":
        victim.unlink()
    else:
        data = victim.read_bytes()
        victim.write_bytes(data[: len(data) // 2] if damage == "cut short" else data[::-1])
    with pytest.raises(MeasureError) as caught:
        load_instrument(tmp_path)
    assert caught.value.code == codes.MODEL_UNAVAILABLE
    assert name.split(".")[0] in caught.value.message


def test_a_camera_that_goes_mad_in_mid_scan_ends_in_a_named_outcome(instrument):
    hand = draw_hand().picture
    pictures = [hand, *ODD.values(), hand.resize((400, 300)), hand.rotate(90)]

    async def run(seed):
        rng, session = np.random.default_rng(seed), ScanSession(instrument)
        while not session.finished:
            await session.take(pictures[rng.integers(len(pictures))])
        reading, _waiting = await session.conclude()
        return reading

    for seed in range(3):
        reading = asyncio.run(run(seed))
        assert reading.error is None or reading.error.code in codes.ERROR_CODES + codes.SCAN_CODES
