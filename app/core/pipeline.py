"""The way of a photo: detector, usable nails, crops, estimator, one value, interval.

The networks are run by whoever has a runtime; the steps are coroutines because the browser's runtime answers
later. On CPython nothing waits in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.codes import CROP, ESTIMATE, GATES, MODEL_UNAVAILABLE, NO_NAIL, UNUSABLE_NAILS
from app.core.crops import nail_crops
from app.core.detection import Detections
from app.core.errors import MeasureError
from app.core.finding import Network, find
from app.core.fingers import finger_directions
from app.core.gates import rejection
from app.core.manifest import Manifest
from app.core.person import typical_of_nails
from app.core.photo import open_photo
from app.core.reading import Nail, Reading, Skin, plausible_error
from app.core.stages import Stages

# Two hands and a few false alarms; the best ones stay.
MAX_NAILS = 16


@dataclass(frozen=True, slots=True)
class Instrument:
    """Everything that measures: what models.json says, and the two networks it speaks of."""

    manifest: Manifest
    # None where it could not be loaded: then a guide on the screen says where the nail is.
    detector: Network | None
    estimator: Network


async def measure_photo(instrument: Instrument, data: bytes) -> Reading:
    """Measure an encoded photo (JPEG, PNG, WebP...).

    Raises:
        MeasureError: the photo cannot be opened, or a network gave nonsense. That no nail was found, or none
            that counts, is an outcome: it stands in `Reading.error`.
    """
    return await measure_picture(instrument, open_photo(data))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the detector sees in a picture, and which of the nails can be measured.

    Attributes:
        nails, skin: boxes in pixels of the picture, best first.
        reasons: for each nail why it does not count, or None.
    """

    nails: Detections
    skin: Detections
    reasons: list[str | None]


async def see(instrument: Instrument, picture: Image.Image, stages: Stages | None = None) -> Seen:
    """Find nails and skin in an upright RGB picture; raises as `measure_photo` does."""
    stages = stages or Stages()
    spec = instrument.manifest.detector
    if instrument.detector is None:
        raise MeasureError(MODEL_UNAVAILABLE, "the network that finds nails is not loaded")
    found = await find(spec, instrument.detector, picture, stages)
    nails = found.of_class(spec.class_id("nail")).best(MAX_NAILS)
    with stages.timed(GATES):
        reasons = [rejection(picture, box) for box in nails.boxes]
    return Seen(nails, found.of_class(spec.class_id("skin")), reasons)


async def measure_picture(
    instrument: Instrument, picture: Image.Image, stages: Stages | None = None, mirror: bool = True
) -> Reading:
    """Measure an upright RGB picture; raises as `measure_photo` does.

    Args:
        stages: takes the time of each stage.
        mirror: False leaves out the mirror images that models.json asks for: faster, and a little less accurate.
    """
    stages = stages or Stages()
    seen = await see(instrument, picture, stages)
    with stages.timed(CROP):
        directions = finger_directions(picture, seen.nails.boxes, seen.skin.boxes)
    return await _measure_seen(instrument, picture, seen, directions, stages, mirror)


async def measure_guided(
    instrument: Instrument,
    picture: Image.Image,
    box: FloatArray,
    direction: FloatArray,
    stages: Stages | None = None,
    mirror: bool = True,
) -> Reading:
    """Measure the one nail that somebody put where a guide shows it, for want of a detector.

    Args:
        box: (4,) xyxy in pixels of the picture.
        direction: (2,) unit vector from the nail towards the hand.
    """
    boxes, nothing = np.asarray(box, dtype=np.float64).reshape(1, 4), np.zeros((0, 4))
    nails = Detections(boxes, np.ones(1), np.zeros(1, dtype=int))
    seen = Seen(nails, Detections(nothing, np.zeros(0), np.zeros(0, dtype=int)), [rejection(picture, boxes[0])])
    return await _measure_seen(instrument, picture, seen, np.reshape(direction, (1, 2)), stages or Stages(), mirror)


async def _measure_seen(
    instrument: Instrument, picture: Image.Image, seen: Seen, directions: FloatArray, stages: Stages, mirror: bool
) -> Reading:
    manifest, found = instrument.manifest, seen.nails
    usable = np.flatnonzero([reason is None for reason in seen.reasons])
    values: dict[int, float] = {}
    if len(usable):
        estimates = await estimate(instrument, picture, found.boxes[usable], directions[usable], stages, mirror)
        values = {int(index): float(hb_g_dl) for index, hb_g_dl in zip(usable, estimates, strict=True)}

    nails = tuple(
        Nail(box=_box(box), confidence=float(confidence), hb_g_dl=values.get(index), reason=seen.reasons[index])
        for index, (box, confidence) in enumerate(zip(found.boxes, found.confidences, strict=True))
    )
    skin = tuple(
        Skin(box=_box(box), confidence=float(confidence))
        for box, confidence in zip(seen.skin.boxes, seen.skin.confidences, strict=True)
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
    instrument: Instrument,
    picture: Image.Image,
    boxes: FloatArray,
    directions: FloatArray,
    stages: Stages | None = None,
    mirror: bool = True,
) -> FloatArray:
    """Hb in g/dL of each nail: boxes (N, 4) xyxy and directions (N, 2) towards the hand -> (N,).

    Raises:
        MeasureError: `model_unavailable` when the network's answer does not fit the nails.
    """
    stages, spec = stages or Stages(), instrument.manifest.estimator
    with stages.timed(CROP):
        crops = nail_crops(picture, boxes, directions, spec)
        if spec.mirror and not mirror:
            # The graph wants as many pictures: the unmirrored ones twice.
            crops[:, 1::2] = crops[:, ::2]
    with stages.timed(ESTIMATE):
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
    error = plausible_error(hb_g_dl, plausible_g_dl)
    return (error, None) if error else (None, hb_g_dl)


def _box(box: FloatArray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in box)
    return x1, y1, x2, y2
