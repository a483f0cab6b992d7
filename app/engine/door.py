"""The calls that the screen makes, see `app.shared.port`; each has its turn, and answers a dict.

numpy and Pillow arrive while `start` runs, so nothing that needs them is imported at the top.
"""

from __future__ import annotations

import asyncio
import gc
import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from app.core.errors import MeasureError
from app.core.stages import Stages
from app.engine import memory
from app.engine.boot import MODELS_FOLDER, boot, fetch_bytes
from app.engine.port import Handler, Lent
from app.shared import port
from app.shared.build_id import BUILD_ID
from app.shared.codes import GRAB, MODEL_UNAVAILABLE

if TYPE_CHECKING:
    from PIL import Image

    from app.core.pipeline import Instrument, Seen
    from app.core.scan.session import ScanSession
    from app.core.scan.watch import Watch

# Width of what the debug panel shows of a scan's frame.
THUMBNAIL_PX = 96

_instrument: Instrument | None = None
# Of what is looked at before a scan: a hand held still is not searched for with every look, which spares the battery,
# nor anew when the scan begins.
_watch: Watch | None = None
_session: ScanSession | None = None
# Nobody waits for it, and what nobody holds may be collected before it ends.
_keeping: asyncio.Future[None] | None = None
# A network runs once at a time, and a photo may be chosen while the camera is looked through.
_turn = asyncio.Lock()


def _in_turn(handler: Handler) -> Handler:
    @wraps(handler)
    async def waiting(*arguments: Any, **named: Any) -> dict[str, Any]:
        async with _turn:
            return await handler(*arguments, **named)

    return waiting


@_in_turn
async def start(_lent: Lent) -> dict[str, Any]:
    """Load everything; may be called again after a failure.

    Answers {"build", "threads": n, "models": {...}, "recipe": {"name", "stand_in"}, "finds_nails": bool}.
    """
    global _instrument, _keeping, _watch
    _instrument, threads = await boot()
    # numpy and Pillow are there from here on.
    from app.core.reading import recipe_of

    _watch = None
    _keeping = asyncio.ensure_future(memory.keep(_turn))
    # What lies here now stays: to look through it for garbage again and again would hold up frames, and Python
    # would do it so seldom that pictures of frames lie about for long.
    gc.freeze()
    finds_nails = _instrument.detector is not None
    manifest = _instrument.manifest
    said = {"models": manifest.identity(), "recipe": recipe_of(manifest)}
    return {"build": BUILD_ID, "threads": threads, **said, "finds_nails": finds_nails}


@_in_turn
async def measure_photo(lent: Lent, mirror: bool) -> dict[str, Any]:
    """Measure a photo, with its nails' mirror images or without: a file's ArrayBuffer.

    With it goes back the upright picture that was measured, where there is one, as `screen_picture` makes it.

    Answers what `Reading.as_json` describes, and "ms".
    """
    from app.core import pipeline
    from app.core.crops.views import STRAIGHT
    from app.engine.pictures import photo_of, screen_picture

    stages = Stages()
    with stages.timed(GRAB):
        photo = await photo_of(lent.picture)

    async def shown() -> Any:
        return screen_picture(photo.picture)

    # It waits for nothing, and is made while the networks are waited for.
    showing = asyncio.ensure_future(shown())
    try:
        reading = await pipeline.measure_opened(_loaded(), photo, stages, None if mirror else STRAIGHT)
    finally:
        lent.shown = await showing
    return {**reading.as_json(), "ms": stages.rounded()}


@_in_turn
async def look(lent: Lent) -> dict[str, Any]:
    """What the camera shows in a VideoFrame or an ImageBitmap.

    Answers {"width", "height", "nails": [{"box", "confidence", "reason"}], "skin": [{"box"}], "light" and "reference",
    one of `codes.LIGHTS` and of `codes.REFERENCES`, "dark", "ms"}.
    """
    global _watch
    from app.core.light.judge import is_dark
    from app.core.reading import Light, light_of
    from app.core.scan.watch import Watch

    picture, stages = await _grab(lent)
    instrument = _loaded()
    shown = {"width": picture.width, "height": picture.height, "nails": [], "skin": []}
    light = Light()
    if instrument.detector is not None:
        _watch = _watch or Watch(instrument)
        seen = await _watch.look(picture, stages)
        shown = _shown(seen)
        light = light_of(seen.reference, seen.light)
    said = {"light": light.judged, "reference": light.reference, "dark": is_dark(picture)}
    return {**shown, **said, "ms": stages.rounded()}


@_in_turn
async def scan_begin(_lent: Lent, mirror: bool) -> dict[str, Any]:
    """Begin a scan, or begin it anew. Answers {"frames": how many are wanted, "least": how many a reading needs}."""
    global _session
    from app.core.scan.session import ScanSession

    follower = None if _watch is None else _watch.follower
    if follower is not None:
        follower.leave()
    await _forget_scan()
    _session = ScanSession(_loaded(), mirror, follower=follower)
    return {"frames": _session.goal, "least": _session.least}


@_in_turn
async def scan_frame(lent: Lent, guide: list[float]) -> dict[str, Any]:
    """Measure the scan's next frame, a VideoFrame or an ImageBitmap, which goes back with a thumbnail.

    Args:
        guide: [x1, y1, x2, y2] of the nail that a guide shows, in pixels of the frame; empty where the detector finds
            nails.

    Answers {"frames": [{"hb_g_dl", "reason"}] of the frames that are measured by now and were not before, "repeated":
    whether this one is the same picture as one before and was not measured; then it stands in "frames" itself,
    "nails", "skin", "width", "height" of this one, "finished", "ms"}.
    """
    picture, stages = await _grab(lent, THUMBNAIL_PX)
    session = _begun()
    taken = await session.take(picture, stages, guide or None)
    nothing = {"width": picture.width, "height": picture.height, "nails": [], "skin": []}
    shown = nothing if taken.seen is None else _shown(taken.seen)
    read = {"frames": [frame.as_json() for frame in taken.frames], "repeated": taken.repeated}
    return {**read, **shown, "finished": session.finished, "ms": stages.rounded()}


@_in_turn
async def scan_end(_lent: Lent, late: bool) -> dict[str, Any]:
    """Conclude the scan, `late` where there is no time for the frames that are still wanted.

    Answers what `Reading.as_json` describes, with `scan`, and "frames" as `scan_frame` does, of those that were still
    waiting.
    """
    session = _begun()
    try:
        reading, waiting = await session.conclude(late)
        return {**reading.as_json(), "frames": [frame.as_json() for frame in waiting]}
    finally:
        await _forget_scan()


@_in_turn
async def scan_cancel(_lent: Lent) -> dict[str, Any]:
    """Let go of the scan, where there is one, and of all its pictures. Answers {}."""
    await _forget_scan()
    return {}


async def _forget_scan() -> None:
    global _session
    session, _session = _session, None
    if session is not None:
        await session.leave()
        del session
        gc.collect()


@_in_turn
async def self_test(_lent: Lent) -> dict[str, Any]:
    """The golden values on this device, against those that came with the models.

    Answers {"checks": [what `app.core.golden.Check.as_json` describes]}.
    """
    from app.core import golden

    photo = await fetch_bytes(MODELS_FOLDER + golden.PICTURE)
    expected = json.loads((await fetch_bytes(MODELS_FOLDER + golden.VALUES)).to_bytes())
    found = await golden.golden_values(_loaded(), photo.to_bytes())
    try:
        checks = golden.compare(expected, found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MeasureError(MODEL_UNAVAILABLE, f"{golden.VALUES} cannot be compared with: {error}") from None
    return {"checks": [check.as_json() for check in checks]}


async def _grab(lent: Lent, thumbnail_px: int | None = None) -> tuple[Image.Image, Stages]:
    from app.engine.pictures import rgb_picture

    stages = Stages()
    with stages.timed(GRAB):
        picture = await rgb_picture(lent, thumbnail_px)
    return picture, stages


def _begun() -> ScanSession:
    if _session is None:
        raise MeasureError(MODEL_UNAVAILABLE, "no scan was begun")
    return _session


def _loaded() -> Instrument:
    if _instrument is None:
        raise MeasureError(MODEL_UNAVAILABLE, "the networks are not loaded yet")
    return _instrument


def _shown(seen: Seen) -> dict[str, Any]:
    """What the overlay draws."""
    nails = [
        {"box": _rounded(box), "confidence": round(float(confidence), 3), "reason": reason}
        for box, confidence, reason in zip(seen.nails.boxes, seen.nails.confidences, seen.reasons, strict=True)
    ]
    skin = [{"box": _rounded(box)} for box in seen.skin.boxes]
    return {"width": seen.width, "height": seen.height, "nails": nails, "skin": skin}


def _rounded(box: Any) -> list[float]:
    return [round(float(side), 1) for side in box]


CALLS = {
    port.START: start,
    port.MEASURE_PHOTO: measure_photo,
    port.LOOK: look,
    port.SCAN_BEGIN: scan_begin,
    port.SCAN_FRAME: scan_frame,
    port.SCAN_END: scan_end,
    port.SCAN_CANCEL: scan_cancel,
    port.SELF_TEST: self_test,
}
