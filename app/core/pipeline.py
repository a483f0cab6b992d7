"""The way of a photo: detector, usable nails, crops, estimator, one value, interval.

The networks are run by whoever has a runtime; the steps are coroutines because the browser's runtime answers
later. On CPython nothing waits in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.codes import IMPLAUSIBLE, MODEL_UNAVAILABLE, NO_NAIL, UNUSABLE_NAILS
from app.core.crops import nail_crops
from app.core.errors import MeasureError
from app.core.finding import Network, find
from app.core.fingers import finger_directions
from app.core.gates import rejection
from app.core.manifest import Manifest
from app.core.person import typical_of_nails
from app.core.photo import open_photo
from app.core.reading import Nail, Reading, Skin

# Two hands and a few false alarms; the best ones stay.
MAX_NAILS = 16


@dataclass(frozen=True, slots=True)
class Instrument:
    """Everything that measures: what models.json says, and the two networks it speaks of."""

    manifest: Manifest
    detector: Network
    estimator: Network


async def measure_photo(instrument: Instrument, data: bytes) -> Reading:
    """Measure an encoded photo (JPEG, PNG, WebP...).

    Raises:
        MeasureError: the photo cannot be opened, or a network gave nonsense. That no nail was found, or none
            that counts, is an outcome: it stands in `Reading.error`.
    """
    return await measure_picture(instrument, open_photo(data))


async def measure_picture(instrument: Instrument, picture: Image.Image) -> Reading:
    """Measure an upright RGB picture; raises as `measure_photo` does."""
    manifest = instrument.manifest
    found = await find(manifest.detector, instrument.detector, picture)
    nails_found = found.of_class(manifest.detector.class_id("nail")).best(MAX_NAILS)
    skin_found = found.of_class(manifest.detector.class_id("skin"))
    reasons = [rejection(picture, box) for box in nails_found.boxes]
    usable = np.flatnonzero([reason is None for reason in reasons])
    values: dict[int, float] = {}
    if len(usable):
        directions = finger_directions(picture, nails_found.boxes, skin_found.boxes)
        estimates = await estimate(instrument, picture, nails_found.boxes[usable], directions[usable])
        values = {int(index): float(hb_g_dl) for index, hb_g_dl in zip(usable, estimates, strict=True)}

    nails = tuple(
        Nail(box=_box(box), confidence=float(confidence), hb_g_dl=values.get(index), reason=reasons[index])
        for index, (box, confidence) in enumerate(zip(nails_found.boxes, nails_found.confidences, strict=True))
    )
    skin = tuple(
        Skin(box=_box(box), confidence=float(confidence))
        for box, confidence in zip(skin_found.boxes, skin_found.confidences, strict=True)
    )
    error, hb_g_dl = _conclude(nails, manifest.plausible_g_dl)
    interval_g_dl = None if hb_g_dl is None else manifest.interval.around(hb_g_dl)
    return Reading(
        width=picture.width,
        height=picture.height,
        models=manifest.identity(),
        nails=nails,
        skin=skin,
        hb_g_dl=hb_g_dl,
        interval_g_dl=interval_g_dl,
        narrower_than_no_photo=interval_g_dl is not None and manifest.interval.narrower_than_no_photo(*interval_g_dl),
        coverage=manifest.interval.coverage,
        error=error,
        quality={
            "nails_found": len(nails),
            "nails_used": len(values),
            "spread_g_dl": round(max(values.values()) - min(values.values()), 3) if values else 0.0,
        },
    )


async def estimate(
    instrument: Instrument, picture: Image.Image, boxes: FloatArray, directions: FloatArray
) -> FloatArray:
    """Hb in g/dL of each nail: boxes (N, 4) xyxy and directions (N, 2) towards the hand -> (N,).

    Raises:
        MeasureError: `model_unavailable` when the network's answer does not fit the nails.
    """
    crops = nail_crops(picture, boxes, directions, instrument.manifest.estimator)
    outputs = await instrument.estimator.run({"image": crops})
    hb_g_dl = outputs.get("hb_g_dl")
    if hb_g_dl is None or hb_g_dl.shape != (len(boxes),) or not np.isfinite(hb_g_dl).all():
        raise MeasureError(MODEL_UNAVAILABLE, "the estimator gave no finite value for each nail")
    return hb_g_dl


def _conclude(nails: tuple[Nail, ...], plausible_g_dl: tuple[float, float]) -> tuple[MeasureError | None, float | None]:
    if not nails:
        message = "no fingernail was found; show the nails flat, in focus and in even light"
        return MeasureError(NO_NAIL, message), None
    used = [nail.hb_g_dl for nail in nails if nail.hb_g_dl is not None]
    if not used:
        reasons = ", ".join(sorted({nail.reason or "" for nail in nails}))
        message = f"nails were found, but none can be measured ({reasons}); go closer, or change the light"
        return MeasureError(UNUSABLE_NAILS, message), None
    hb_g_dl = typical_of_nails(used)
    low, high = plausible_g_dl
    if not low <= hb_g_dl <= high:
        message = (
            f"the value, {hb_g_dl:.1f} g/dL, is outside what is plausible ({low:g} to {high:g}); "
            "take a new photo in better light"
        )
        return MeasureError(IMPLAUSIBLE, message), None
    return None, hb_g_dl


def _box(box: FloatArray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in box)
    return x1, y1, x2, y2
