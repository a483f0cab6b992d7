"""The calls that the screen makes. Each answers with JSON text, and errors travel as data.

numpy and Pillow arrive while `start` runs, so nothing that needs them is imported at the top.
"""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, Any

from app.core.codes import MODEL_UNAVAILABLE
from app.core.errors import MeasureError
from app.engine.boot import boot

if TYPE_CHECKING:
    from app.core.pipeline import Instrument

_instrument: Instrument | None = None


async def start(page_url: str) -> str:
    """Load everything; may be called again after a failure. Answers {"threads": n} or {"error": ...}."""
    global _instrument
    try:
        _instrument, threads = await boot(page_url)
    except Exception as error:
        return json.dumps(_error(error))
    return json.dumps({"threads": threads, "models": _instrument.manifest.identity()})


async def measure_photo(photo: Any) -> str:
    """Measure an encoded photo, a JavaScript ArrayBuffer. Answers what `Reading.as_json` describes."""
    from app.core import pipeline

    try:
        if _instrument is None:
            raise MeasureError(MODEL_UNAVAILABLE, "the networks are not loaded yet")
        reading = await pipeline.measure_photo(_instrument, photo.to_bytes())
    except Exception as error:
        return json.dumps(_error(error))
    return json.dumps(reading.as_json())


def _error(error: Exception) -> dict[str, Any]:
    if isinstance(error, MeasureError):
        return {"error": {"code": error.code, "message": error.message}}
    # A fault of ours: the person gets words, the console gets the trace.
    traceback.print_exception(error)
    return {"error": {"code": MODEL_UNAVAILABLE, "message": f"the engine failed: {error}"}}
