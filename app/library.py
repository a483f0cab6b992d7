"""The measuring for Python developers: `from app import measure, open_instrument`.

The same steps and networks as in the page and at the terminal. Values are in g/dL, boxes in pixels.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from app.core.errors import MeasureError
from app.core.pipeline import Instrument, measure_photo, measure_picture
from app.core.reading import Nail, Reading, Skin
from app.models import SHIPPED_MODELS, load_instrument
from app.shared.codes import TOO_LARGE, UNREADABLE_IMAGE
from app.shared.groups import Person
from app.shared.severity import classify

__all__ = [
    "Instrument",
    "MeasureError",
    "Measurement",
    "Models",
    "Nail",
    "NoReadingError",
    "Person",
    "Photo",
    "Severity",
    "Skin",
    "measure",
    "measure_async",
    "open_instrument",
]

Photo = str | os.PathLike[str] | bytes | Image.Image
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Severity:
    """How a value compares with limits of anaemia.

    Attributes:
        group: whose limits they are, one of `app.shared.groups.GROUPS`.
        table: name and version of the table that has them.
        label: "severe", "moderate", "mild" or "normal"; None for a group without limits.
        possible: every label that the interval reaches, the most severe first.
    """

    group: str
    table: str
    label: str | None
    possible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """Which networks measured: the SHA-256 of each file, in hexadecimal.

    `recipe` names how they were made; None: as HemoLens makes its own.
    """

    detector: str
    estimator: str
    recipe: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A haemoglobin with its interval.

    Attributes:
        hb_g_dl: the best guess, g/dL.
        interval_g_dl: (low, high) that holds the true value in `coverage` of people, g/dL.
        coverage: 0..1.
        narrower_than_no_photo: False where the interval is as wide as one for which no photo is needed.
        severity: the value by the limits of the person.
        nails: every nail that was found, the surest first; `used` says whether it counts, else `reason` says why not.
        skin: patches of skin that were found, the surest first.
        width_px, height_px: of the upright photo, in whose pixels all boxes are.
        models: the networks.
    """

    hb_g_dl: float
    interval_g_dl: tuple[float, float]
    coverage: float
    narrower_than_no_photo: bool
    severity: Severity
    nails: tuple[Nail, ...]
    skin: tuple[Skin, ...]
    width_px: int
    height_px: int
    models: Models


class NoReadingError(MeasureError):
    """The photo was opened and looked at, and gives no value.

    Attributes:
        code: `no_nail`, `unusable_nails`, `strange_nails` or `implausible`.
        message: one English sentence that says why, and the way out.
        nails, skin: what was found all the same, as in `Measurement`.
    """

    def __init__(self, error: MeasureError, nails: tuple[Nail, ...], skin: tuple[Skin, ...]) -> None:
        super().__init__(error.code, error.message)
        self.nails = nails
        self.skin = skin


def open_instrument(models: str | os.PathLike[str] = SHIPPED_MODELS, threads: int = 0) -> Instrument:
    """Load the networks, once for all photos; an instrument may be used from several threads.

    Args:
        models: the folder of models.json and the two networks that it names.
        threads: how many one network may use; 0 leaves that to ONNX Runtime.

    Raises:
        MeasureError: `model_unavailable`, naming the file that is missing, broken or another one.
    """
    return load_instrument(Path(models), threads)


def measure(instrument: Instrument, photo: Photo, person: Person | None = None) -> Measurement:
    """Estimate the haemoglobin of the person whose nails are in a photo.

    Args:
        instrument: from `open_instrument`.
        photo: the path of a JPEG, PNG, WebP, GIF, BMP or TIFF file, the bytes of one, or an upright picture of mode
            RGB, in sRGB, as Pillow has it. Files are turned and converted as they say.
        person: whose limits `Measurement.severity` goes by; None: not stated. The value does not depend on it.

    Raises:
        NoReadingError: no nail was found, or none that counts, or the value is implausible.
        MeasureError: `unreadable_image` or `too_large`: the photo cannot be opened. `model_unavailable`: a network
            gave nonsense.
        ValueError: a picture that is not of mode RGB.
    """
    reading = _finished(_read(instrument, photo))
    return _measurement(reading, person)


async def measure_async(instrument: Instrument, photo: Photo, person: Person | None = None) -> Measurement:
    """The same as `measure`, in a thread of its own: the event loop goes on meanwhile."""
    return await asyncio.to_thread(measure, instrument, photo, person)


async def _read(instrument: Instrument, photo: Photo) -> Reading:
    if not isinstance(photo, Image.Image):
        return await measure_photo(instrument, photo if isinstance(photo, bytes) else read_photo(Path(photo)))
    if photo.mode != "RGB":
        raise ValueError(f"a picture of mode {photo.mode}: convert it to RGB, or give the file's path or bytes")
    return await measure_picture(instrument, photo)


def read_photo(path: Path) -> bytes:
    """The bytes of a photo's file.

    Raises:
        MeasureError: `unreadable_image` or `too_large`.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise MeasureError(UNREADABLE_IMAGE, f"the file cannot be read: {error.strerror}") from None
    except MemoryError:
        raise MeasureError(TOO_LARGE, "the file does not fit into this machine's memory") from None


def _finished(steps: Coroutine[Any, Any, _Result]) -> _Result:
    """What coroutines return that never wait, as on CPython none does.

    Unlike asyncio.run this also goes inside a running event loop, as a notebook has one.
    """
    try:
        steps.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    steps.close()
    raise RuntimeError("the networks of this instrument answer later: await app.core.pipeline.measure_picture instead")


def _measurement(reading: Reading, person: Person | None) -> Measurement:
    if reading.error is not None:
        raise NoReadingError(reading.error, reading.nails, reading.skin)
    assert reading.hb_g_dl is not None and reading.interval_g_dl is not None
    found: dict[str, Any] = classify(reading.hb_g_dl, *reading.interval_g_dl, person)
    return Measurement(
        hb_g_dl=reading.hb_g_dl,
        interval_g_dl=reading.interval_g_dl,
        coverage=reading.coverage,
        narrower_than_no_photo=reading.narrower_than_no_photo,
        severity=Severity(found["group"], found["table"], found["label"], tuple(found["set"])),
        nails=reading.nails,
        skin=reading.skin,
        width_px=reading.width,
        height_px=reading.height,
        models=Models(**reading.models),
    )
