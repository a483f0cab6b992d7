"""Scans with the shipped networks: what makes a scan fast leaves its reading where it was."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.follow import MOST_FRAMES
from app.core.find.ways import ALL_WAYS
from app.core.network import Network
from app.core.pipeline import Instrument, measure_picture
from app.core.reading import Reading
from app.core.scan.accumulator import FRAMES, Scan
from app.core.scan.session import ScanSession
from app.models import load_instrument
from tests.drawn_hand import draw_hand
from tests.film import SIZE, fitted
from tests.real_photos import DATASET, needs_real_photos


class Counted:
    """A network that counts its runs."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.runs = 0

    async def run(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        self.runs += 1
        return await self.network.run(inputs)


def trembling(picture: Image.Image, step_px: float, seed: int = 0) -> Iterator[Image.Image]:
    """FRAMES of it, moved about as a hand that is held still moves, with a camera's noise."""
    rng = np.random.default_rng(seed)
    at = np.zeros(2)
    pixels = np.asarray(picture, dtype=np.float32)
    for _ in range(FRAMES):
        at = 0.9 * at + rng.normal(0, step_px, 2)
        shift = (1, 0, float(at[0]), 0, 1, float(at[1]))
        moved = picture.transform(picture.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
        noise = rng.normal(0, 2, pixels.shape)
        yield Image.fromarray(np.clip(np.asarray(moved) + noise, 0, 255).astype(np.uint8))


def scanned(instrument: Instrument, frames: list[Image.Image], careful: bool) -> tuple[Reading, int]:
    """(reading, runs of the detector); careful: detector and both mirror images in every frame."""
    assert instrument.detector is not None
    detector = Counted(instrument.detector)
    counted = replace(instrument, detector=detector)

    async def carefully() -> Reading:
        scan = Scan(instrument.manifest)
        for frame in frames:
            scan.add(await measure_picture(counted, frame))
        return scan.conclude()

    async def fast() -> Reading:
        session = ScanSession(counted)
        for frame in frames:
            await session.take(frame)
        reading, _waiting = await session.conclude()
        return reading

    return asyncio.run(carefully() if careful else fast()), detector.runs


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    return load_instrument(threads=1)


@pytest.mark.parametrize("step_px", [0.0, 0.5, 2.5])
@pytest.mark.parametrize("hand", ["drawn", pytest.param("real", marks=needs_real_photos)])
def test_a_fast_scan_reads_as_a_careful_one(instrument: Instrument, hand: str, step_px: float) -> None:
    picture = draw_hand().picture if hand == "drawn" else Image.open(DATASET / "photo" / "54.jpg").convert("RGB")
    frames = list(trembling(fitted(picture, SIZE), step_px))
    fast, fast_runs = scanned(instrument, frames, careful=False)
    careful, careful_runs = scanned(instrument, frames, careful=True)
    assert fast.error is None and careful.error is None
    # A nail that moves is cut out differently each time, which is worth up to 0.4 g/dL a frame: of means of two frames
    # the median is another than of single ones.
    assert fast.hb_g_dl == pytest.approx(careful.hb_g_dl, abs=0.1 if step_px == 0 else 0.2)
    # A little finger that the detector sees in every second frame of a hand that trembles is read in about a third of
    # them, as often as a nail needs to count.
    assert abs(len(fast.nails) - len(careful.nails)) <= (1 if hand == "real" and step_px > 1 else 0)
    assert len(fast.nails) >= 3
    # It pays only while nothing moves.
    assert fast_runs <= careful_runs
    if step_px == 0:
        # Once in each way, then now and then.
        assert fast_runs <= len(ALL_WAYS) + FRAMES / MOST_FRAMES
