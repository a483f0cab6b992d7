"""The way of a photo: detector, usable nails, crops, estimator, one value, interval.

The networks are run by whoever has a runtime; the steps are coroutines because the browser's runtime answers
later. On CPython nothing waits in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray
from app.core.crops.gates import rejection
from app.core.crops.views import nail_crops
from app.core.errors import MeasureError
from app.core.find.detect import find
from app.core.find.detection import Detections
from app.core.find.fingers import finger_directions
from app.core.find.follow import Follower
from app.core.manifest import Manifest
from app.core.network import Network
from app.core.pictures.photo import open_photo
from app.core.pictures.toned import has_colour
from app.core.reading import Nail, Reading, Skin, plausible_error, reading_of
from app.core.stages import Stages
from app.core.typical import typical_of_nails
from app.shared.codes import CROP, ESTIMATE, GATES, MODEL_UNAVAILABLE, NAIL_NO_COLOUR, NO_NAIL, UNUSABLE_NAILS

Ways = tuple[bool, ...]
# Two hands and a few false alarms; the best ones stay.
MAX_NAILS = 16


@dataclass(frozen=True, slots=True)
class Instrument:
    """Everything that measures: what models.json says, and the two networks it speaks of."""

    manifest: Manifest
    # None where it could not be loaded: then a guide on the screen says where the nail is.
    detector: Network | None
    estimator: Network


@dataclass(frozen=True, slots=True)
class Seen:
    """What the detector sees in a picture of `width` x `height`, and which of the nails can be measured.

    Attributes:
        nails, skin: boxes in pixels of the picture, best first.
        directions: (N, 2) unit vectors from each nail towards the hand.
        reasons: for each nail why it does not count, or None.
    """

    width: int
    height: int
    nails: Detections
    skin: Detections
    directions: FloatArray
    reasons: list[str | None]

    @property
    def usable(self) -> IntArray:
        """Indices of the nails that count."""
        return np.flatnonzero([reason is None for reason in self.reasons])


async def measure_photo(instrument: Instrument, data: bytes) -> Reading:
    """Measure an encoded photo (JPEG, PNG, WebP...).

    Raises:
        MeasureError: the photo cannot be opened, or a network gave nonsense. That no nail was found, or none
            that counts, is an outcome: it stands in `Reading.error`.
    """
    return await measure_picture(instrument, open_photo(data))


async def measure_picture(
    instrument: Instrument, picture: Image.Image, stages: Stages | None = None, ways: Ways | None = None
) -> Reading:
    """Measure an upright RGB picture; raises as `measure_photo` does.

    Args:
        stages: takes the time of each stage.
        ways: how each view is shown, see `app.core.crops.views`; None: as models.json says, which is the most accurate.
    """
    stages = stages or Stages()
    seen = await see(instrument, picture, stages)
    values = await estimate(instrument, crop(instrument, picture, seen, ways, stages), stages)
    return read(instrument.manifest, seen, values)


async def look(instrument: Instrument, picture: Image.Image, stages: Stages) -> Detections:
    """Everything that the detector finds in an upright RGB picture; raises as `measure_photo` does."""
    if instrument.detector is None:
        raise MeasureError(MODEL_UNAVAILABLE, "the network that finds nails is not loaded")
    return await find(instrument.manifest.detector, instrument.detector, picture, stages)


async def see(
    instrument: Instrument, picture: Image.Image, stages: Stages | None = None, follower: Follower | None = None
) -> Seen:
    """Find nails and skin in an upright RGB picture; raises as `measure_photo` does.

    Args:
        follower: knows the picture before; where nothing has moved since, the nails are where they were.
    """
    stages = stages or Stages()
    spec = instrument.manifest.detector
    found = await (follower.find(picture, stages) if follower is not None else look(instrument, picture, stages))
    nails, skin = found.of_class(spec.class_id("nail")).best(MAX_NAILS), found.of_class(spec.class_id("skin"))
    with stages.timed(GATES):
        reasons = _reasons(picture, nails.boxes)
        directions = finger_directions(picture, nails.boxes, skin.boxes)
    return Seen(picture.width, picture.height, nails, skin, directions, reasons)


def see_guided(picture: Image.Image, box: FloatArray, direction: FloatArray) -> Seen:
    """The one nail that somebody put where a guide shows it, for want of a detector.

    Args:
        box: (4,) xyxy in pixels of the picture.
        direction: (2,) unit vector from the nail towards the hand.
    """
    boxes = np.asarray(box, dtype=np.float64).reshape(1, 4)
    nail = Detections(boxes, np.ones(1), np.zeros(1, dtype=int))
    # The guide may lie on skin alone, which has one colour: whether the picture has any cannot be told from that.
    reasons = [rejection(picture, boxes[0])]
    nothing = nail.take(np.zeros(0, dtype=int))
    return Seen(picture.width, picture.height, nail, nothing, np.reshape(direction, (1, 2)), reasons)


def _reasons(picture: Image.Image, boxes: FloatArray) -> list[str | None]:
    """Why each nail does not count, or None; a picture without colour spoils all of them."""
    if len(boxes) and not has_colour(picture, boxes):
        return [NAIL_NO_COLOUR] * len(boxes)
    return [rejection(picture, box) for box in boxes]


def crop(
    instrument: Instrument, picture: Image.Image, seen: Seen, ways: Ways | None = None, stages: Stages | None = None
) -> FloatArray:
    """What the estimator is shown of the usable nails, see `app.core.crops.views.nail_crops`."""
    usable = seen.usable
    with (stages or Stages()).timed(CROP):
        boxes, directions = seen.nails.boxes[usable], seen.directions[usable]
        return nail_crops(picture, boxes, directions, instrument.manifest.estimator, ways)


async def estimate(instrument: Instrument, crops: FloatArray, stages: Stages | None = None) -> FloatArray:
    """Hb in g/dL (N,) of N nails, as `crop` shows them.

    Raises:
        MeasureError: `model_unavailable` when the network's answer does not fit the nails.
    """
    if not len(crops):
        return np.zeros(0)
    with (stages or Stages()).timed(ESTIMATE):
        outputs = await instrument.estimator.run({"image": crops})
    hb_g_dl = outputs.get("hb_g_dl")
    if hb_g_dl is None or hb_g_dl.shape != (len(crops),) or not np.isfinite(hb_g_dl).all():
        raise MeasureError(MODEL_UNAVAILABLE, "the estimator gave no finite value for each nail")
    return hb_g_dl


def read(manifest: Manifest, seen: Seen, hb_g_dl: FloatArray) -> Reading:
    """The reading of a picture, from one value (g/dL) a usable nail."""
    values = {int(index): float(value) for index, value in zip(seen.usable, hb_g_dl, strict=True)}
    nails = tuple(
        Nail(box=_box(box), confidence=float(confidence), hb_g_dl=values.get(index), reason=seen.reasons[index])
        for index, (box, confidence) in enumerate(zip(seen.nails.boxes, seen.nails.confidences, strict=True))
    )
    skin = tuple(
        Skin(box=_box(box), confidence=float(confidence))
        for box, confidence in zip(seen.skin.boxes, seen.skin.confidences, strict=True)
    )
    error, person_g_dl = _conclude(nails, manifest.plausible_g_dl)
    return reading_of(manifest, (seen.width, seen.height), nails, skin, person_g_dl, error)


def _conclude(nails: tuple[Nail, ...], plausible_g_dl: tuple[float, float]) -> tuple[MeasureError | None, float | None]:
    if not nails:
        message = "no fingernail was found; show the nails flat, in focus and in even light"
        return MeasureError(NO_NAIL, message), None
    used = [nail.hb_g_dl for nail in nails if nail.hb_g_dl is not None]
    if not used:
        reasons = sorted({nail.reason or "" for nail in nails})
        if reasons == [NAIL_NO_COLOUR]:
            way_out = "the picture is grey or toned; take it in colour, without a filter"
        else:
            way_out = "go closer, or change the light"
        message = f"nails were found, but none can be measured ({', '.join(reasons)}); {way_out}"
        return MeasureError(UNUSABLE_NAILS, message), None
    hb_g_dl = typical_of_nails(used)
    error = plausible_error(hb_g_dl, plausible_g_dl)
    return (error, None) if error else (None, hb_g_dl)


def _box(box: FloatArray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in box)
    return x1, y1, x2, y2
