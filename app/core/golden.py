"""Golden values: what both networks and the whole pipeline give for one test picture, so that a device, a browser or a
change can be held against the values that were written down when the models were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.core.arrays import FloatArray
from app.core.crops.colour import COLOUR_FEATURE_NAMES
from app.core.crops.shown import Shown
from app.core.errors import MeasureError
from app.core.network import Network
from app.core.pipeline import Instrument, measure_photo

PICTURE = "golden.png"
VALUES = "golden.json"
SCHEMA = 1

# Two runtimes sum in another order: their networks differ in the last digits, a reading in nothing that is shown.
NETWORK_SHARE = 1e-3
HB_G_DL = 0.05
BOX_PX = 1.0
# How many numbers of a network's output are compared, spread over it.
PROBES = 8
COUNT = "count"


@dataclass(frozen=True, slots=True)
class Check:
    """One number against the one that was written down.

    Attributes:
        part: "detector", "estimator" or "pipeline".
        name: which number of it.
    """

    part: str
    name: str
    expected: float
    found: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether they are the same as far as it matters; what is no number never is."""
        return bool(abs(self.found - self.expected) <= self.tolerance)

    def as_json(self) -> dict[str, Any]:
        """The same, and `ok`."""
        return {**asdict(self), "ok": self.ok}


async def golden_values(instrument: Instrument, photo: bytes) -> dict[str, Any]:
    """Run everything once; returns the document of golden.json.

    Raises:
        MeasureError: a network failed, or there is no reading of the picture.
    """
    manifest = instrument.manifest
    networks: dict[str, Any] = {}
    if instrument.detector is not None:
        side = manifest.detector.side_px
        networks["detector"] = await _probed(instrument.detector, {"images": _pattern((1, 3, side, side))})
    spec = manifest.estimator
    shape = (2, spec.pictures, 3, spec.side_px, spec.side_px)
    colour = None if spec.colour is None else _pattern((2, len(COLOUR_FEATURE_NAMES)))
    networks["estimator"] = await _probed(instrument.estimator, Shown(_pattern(shape), colour).inputs())
    reading = (await measure_photo(instrument, photo)).as_json()
    if "error" in reading:
        raise MeasureError(reading["error"]["code"], f"the test picture has no reading: {reading['error']['message']}")
    return {
        "schema": SCHEMA,
        "models": manifest.identity(),
        "networks": networks,
        "reading": {
            "hb_g_dl": reading["hb_g_dl"],
            "interval_g_dl": list(reading["interval_g_dl"]),
            "nails": [{"hb_g_dl": nail["hb_g_dl"], "box": list(nail["box"])} for nail in reading["nails"]],
        },
    }


def compare(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[Check]:
    """Every number of two documents of `golden_values`, side by side.

    Raises:
        ValueError: they are not of the same models, so that nothing can be said.
    """
    if expected.get("schema") != SCHEMA or expected.get("models") != found["models"]:
        raise ValueError("the golden values are of other models")
    return [*_network_checks(expected["networks"], found["networks"]), *_reading_checks(expected, found)]


def _network_checks(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Check]:
    for part in expected:
        for output, numbers in expected[part].items():
            others = found.get(part, {}).get(output, {})
            largest = max(abs(value) for name, value in numbers.items() if name != COUNT)
            for name, value in numbers.items():
                tolerance = 0.0 if name == COUNT else NETWORK_SHARE * largest
                yield Check(part, f"{output} {name}", value, others.get(name, float("nan")), tolerance)


def _reading_checks(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Check]:
    wanted, got = expected["reading"], found["reading"]
    yield Check("pipeline", "hb_g_dl", wanted["hb_g_dl"], got["hb_g_dl"], HB_G_DL)
    for name, value, other in zip(("low", "high"), wanted["interval_g_dl"], got["interval_g_dl"], strict=True):
        yield Check("pipeline", f"interval {name}", value, other, HB_G_DL)
    yield Check("pipeline", "nails", len(wanted["nails"]), len(got["nails"]), 0)
    for number, (nail, other) in enumerate(zip(wanted["nails"], got["nails"], strict=False), start=1):
        yield Check("pipeline", f"nail {number}", nail["hb_g_dl"], other["hb_g_dl"], HB_G_DL)
        for side, at, other_at in zip(("x1", "y1", "x2", "y2"), nail["box"], other["box"], strict=True):
            yield Check("pipeline", f"nail {number} {side}", at, other_at, BOX_PX)


async def _probed(network: Network, inputs: Mapping[str, FloatArray]) -> dict[str, dict[str, float]]:
    """Of every output its size, mean, spread and some of its numbers."""
    outputs = await network.run(inputs)
    return {name: _summary(np.asarray(array, dtype=np.float64)) for name, array in sorted(outputs.items())}


def _summary(array: FloatArray) -> dict[str, float]:
    flat = array.reshape(-1)
    places = np.linspace(0, flat.size - 1, min(PROBES, flat.size)).astype(int)
    numbers = {COUNT: float(flat.size), "mean": float(flat.mean()), "std": float(flat.std())}
    numbers |= {f"at {place}": float(flat[place]) for place in places}
    return {name: float(f"{value:.6g}") for name, value in numbers.items()}


def _pattern(shape: tuple[int, ...]) -> FloatArray:
    """Numbers from 0 to 1 that look like chance and are the same everywhere (Knuth's multiplicative hash)."""
    count = np.arange(np.prod(shape), dtype=np.uint64)
    scattered = (count * np.uint64(2654435761)) % np.uint64(2**32)
    return (scattered / np.float64(2**32)).astype(np.float32).reshape(shape)
