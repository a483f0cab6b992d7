"""Photos damaged at random, through the real decoders and, where they still open, the shipped networks."""

from __future__ import annotations

import asyncio
import io

import numpy as np

from app.core.errors import MeasureError
from app.core.pictures.photo import open_photo
from app.core.pipeline import Instrument, measure_photo
from app.shared import codes
from tests.drawn_hand import draw_hand
from tests.reliability import Tally

KINDS = {"JPEG": {"quality": 80}, "PNG": {}, "WEBP": {"quality": 70}, "GIF": {}, "BMP": {}, "TIFF": {}}
DAMAGES_A_KIND = 900
# The whole pipeline is run on every so many of those that still open.
MEASURED_EVERY = 60
MOST_PIXELS = 64_000_000
MOST_PIXELS_MEASURED = 4_000_000
MESSAGE_LENGTH = 300


def damaged_photos(instrument: Instrument, kind: str, count: int = DAMAGES_A_KIND) -> Tally:
    """`count` damaged files of one kind. Wrong is whatever is neither a picture nor an error with a code and words."""
    tally = Tally(f"damaged {kind} files")
    buffer = io.BytesIO()
    draw_hand(width=200, height=150).picture.save(buffer, kind, **KINDS[kind])
    whole, rng = buffer.getvalue(), np.random.default_rng(list(kind.encode()))
    opened = 0
    for number in range(count):
        data = damaged(whole, rng)
        tally.tried += 1
        try:
            picture = open_photo(data)
            sound = picture.mode == "RGB" and picture.width * picture.height <= MOST_PIXELS
            tally.expect(sound, f"{kind} {number}: opened as {picture.mode} {picture.size}")
            opened += 1
            if opened % MEASURED_EVERY == 0 and picture.width * picture.height < MOST_PIXELS_MEASURED:
                error = asyncio.run(measure_photo(instrument, data)).error
                tally.expect(error is None or is_named(error), f"{kind} {number}: {error}")
        except MeasureError as error:
            tally.expect(is_named(error), f"{kind} {number}: {error}")
        except Exception as error:
            tally.expect(False, f"{kind} {number}: {type(error).__name__}: {error}")
    # Both ways out are taken, else nothing was tried.
    tally.expect(0 < opened < count, f"{kind}: {opened} of {count} opened")
    tally.note = f"{opened} still opened"
    return tally


def is_named(error: MeasureError) -> bool:
    """Whether it is one of the agreed codes, with words that a person may be shown."""
    fit_to_show = error.message and "Traceback" not in error.message and len(error.message) < MESSAGE_LENGTH
    return error.code in codes.ERROR_CODES and bool(fit_to_show)


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut short, bytes changed, a piece lost, a piece doubled, or a piece of noise put in."""
    kind = rng.integers(5)
    place = int(rng.integers(len(data)))
    if kind == 0:
        return data[:place]
    if kind == 1:
        changed = bytearray(data)
        for index in rng.integers(len(data), size=int(rng.integers(1, 24))):
            changed[index] = int(rng.integers(256))
        return bytes(changed)
    length = int(rng.integers(1, 400))
    if kind == 2:
        return data[:place] + data[place + length :]
    if kind == 3:
        return data[:place] + data[place : place + length] + data[place:]
    return data[:place] + rng.bytes(length) + data[place:]
