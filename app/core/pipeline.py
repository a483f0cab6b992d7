"""The way of a photo: detector, usable nails, crops, estimator, one value, interval.

The networks are run by whoever has a runtime; the steps are coroutines because the browser's runtime answers
later. On CPython nothing waits in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from app.core.arrays import BoolArray, FloatArray, IntArray
from app.core.crops.colour import nail_colours
from app.core.crops.gates import rejection
from app.core.crops.likeness import SIGNS, Estimates, estimates_of
from app.core.crops.shown import Shown
from app.core.crops.views import nail_crops
from app.core.errors import MeasureError, none_counts_error, plausible_error, untrusted_error
from app.core.find.detect import hints
from app.core.find.detection import Detections
from app.core.find.fingers import finger_directions, match_skin
from app.core.find.follow import Follower
from app.core.find.ways import ALL_WAYS, UPRIGHT, Way
from app.core.light.judge import judge_nails
from app.core.light.reference import NO_REFERENCE, UNUSED_REFERENCE, Reference, find_reference
from app.core.manifest import REFUSED, Manifest
from app.core.network import Network
from app.core.pictures.photo import Photo, open_reduced
from app.core.pictures.toned import has_colour
from app.core.reading import Nail, Reading, Skin, light_of, reading_of
from app.core.stages import Stages
from app.core.typical import typical_of_nails
from app.shared.codes import (
    CROP,
    ESTIMATE,
    GATES,
    LIGHT,
    LIGHT_UNKNOWN,
    MODEL_UNAVAILABLE,
    NAIL_NO_COLOUR,
    NAIL_NO_SKIN,
    NO_NAIL,
)

Ways = tuple[bool, ...]
# What the estimator says of each nail: in whatever light, and where white paper has shown what light it is.
HB, HB_REFERENCE = "hb_g_dl", "hb_reference_g_dl"
# Two hands and a few false alarms; the best ones stay.
MAX_NAILS = 16
# The shorter side of a nail with as many pixels as the estimator looks at in a view of it.
ENOUGH_NAIL_PX = 48


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
        reference: white paper beside the nails, a colour for each of them.
        light: one of `codes.LIGHTS`.
    """

    width: int
    height: int
    nails: Detections
    skin: Detections
    directions: FloatArray
    reasons: list[str | None]
    reference: Reference = NO_REFERENCE
    light: str = LIGHT_UNKNOWN

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
    return await measure_opened(instrument, open_reduced(data))


async def measure_opened(
    instrument: Instrument, photo: Photo, stages: Stages | None = None, ways: Ways | None = None
) -> Reading:
    """Measure an opened photo, boxes in pixels of the photo itself; arguments and errors as `measure_picture` has them.

    Where a nail is small in a picture that has not all of the photo's pixels, these are decoded after all.
    """
    reading = await measure_picture(instrument, photo.picture, stages, ways)
    if photo.whole is None:
        return reading
    sides_px = [min(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (nail.box for nail in reading.nails)]
    if sides_px and min(sides_px) < ENOUGH_NAIL_PX:
        return await measure_picture(instrument, photo.whole(), stages, ways)
    return reading.at_size(photo.size)


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
    shown = crop(instrument, picture, seen, ways, stages)
    estimates = await estimate(instrument, shown, seen.reference.found, stages)
    return read(instrument.manifest, seen, estimates)


async def look(
    instrument: Instrument, picture: Image.Image, stages: Stages, ways: Sequence[Way] = UPRIGHT
) -> Detections:
    """All that the detector has a hint of in an upright RGB picture, see `app.core.find.detect.hints`; raises as
    `measure_photo` does."""
    if instrument.detector is None:
        raise MeasureError(MODEL_UNAVAILABLE, "the network that finds nails is not loaded")
    return await hints(instrument.manifest.detector, instrument.detector, picture, stages, ways)


def following(instrument: Instrument) -> Follower:
    """What looks for nails in frame after frame."""
    return Follower(partial(look, instrument), instrument.manifest.detector.confidence)


async def see(
    instrument: Instrument, picture: Image.Image, stages: Stages | None = None, follower: Follower | None = None
) -> Seen:
    """Find nails and skin in an upright RGB picture; raises as `measure_photo` does.

    Args:
        follower: knows the picture before; where nothing has moved since, the nails are where they were, and where the
            light is the same, too, the paper beside them is. Without one the picture is looked at in every way in which
            it can lie.
    """
    stages = stages or Stages()
    spec = instrument.manifest.detector
    if follower is not None:
        found = await follower.find(picture, stages)
    else:
        found = (await look(instrument, picture, stages, ALL_WAYS)).at_least(spec.confidence)
    nails, skin = found.of_class(spec.class_id("nail")).best(MAX_NAILS), found.of_class(spec.class_id("skin"))
    with stages.timed(LIGHT):
        known = None if follower is None else follower.kept(found)
        if known is None:
            directions = finger_directions(picture, nails.boxes, skin.boxes)
            reference = _reference(instrument.manifest, picture, nails.boxes, directions)
            if follower is not None:
                follower.keep(found, (directions, reference))
        else:
            directions, reference = known
        light = judge_nails(picture, nails.boxes, instrument.manifest.light)
    with stages.timed(GATES):
        reasons = _reasons(picture, nails.boxes, reference)
        colour = instrument.manifest.estimator.colour
        if colour is not None and colour.without_skin == REFUSED:
            reasons = _without_skin_refused(reasons, nails.boxes, skin.boxes)
    return Seen(picture.width, picture.height, nails, skin, directions, reasons, reference, light)


def _reference(manifest: Manifest, picture: Image.Image, boxes: FloatArray, directions: FloatArray) -> Reference:
    """The paper beside the nails, for an estimator that knows what to do with it."""
    return UNUSED_REFERENCE if manifest.interval_reference is None else find_reference(picture, boxes, directions)


def see_guided(manifest: Manifest, picture: Image.Image, box: FloatArray, direction: FloatArray) -> Seen:
    """The one nail that somebody put where a guide shows it, for want of a detector.

    Args:
        box: (4,) xyxy in pixels of the picture.
        direction: (2,) unit vector from the nail towards the hand.
    """
    boxes, directions = np.asarray(box, dtype=np.float64).reshape(1, 4), np.reshape(direction, (1, 2))
    nail = Detections(boxes, np.ones(1), np.zeros(1, dtype=int))
    # The guide may lie on skin alone, which has one colour: whether the picture has any cannot be told from that.
    reasons = [rejection(picture, boxes[0])]
    nothing = nail.take(np.zeros(0, dtype=int))
    reference = _reference(manifest, picture, boxes, directions)
    light = judge_nails(picture, boxes, manifest.light)
    return Seen(picture.width, picture.height, nail, nothing, directions, reasons, reference, light)


def _reasons(picture: Image.Image, boxes: FloatArray, reference: Reference) -> list[str | None]:
    """Why each nail does not count, or None; a picture without colour spoils all of them."""
    white = None if reference.rgb_linear is None else reference.rgb_linear.mean(axis=0)
    if len(boxes) and not has_colour(picture, boxes, white):
        return [NAIL_NO_COLOUR] * len(boxes)
    return [rejection(picture, box) for box in boxes]


def _without_skin_refused(reasons: list[str | None], nails: FloatArray, skin: FloatArray) -> list[str | None]:
    """The reasons of all nails where those on whose finger no patch of skin was found have one, too."""
    matched = {nail for nail, _ in match_skin(nails, skin)}
    return [reason if reason or place in matched else NAIL_NO_SKIN for place, reason in enumerate(reasons)]


def crop(
    instrument: Instrument, picture: Image.Image, seen: Seen, ways: Ways | None = None, stages: Stages | None = None
) -> Shown:
    """What the estimator is shown of the usable nails."""
    usable, spec = seen.usable, instrument.manifest.estimator
    with (stages or Stages()).timed(CROP):
        boxes, directions = seen.nails.boxes[usable], seen.directions[usable]
        image = nail_crops(picture, boxes, directions, spec, ways, seen.reference.of(usable))
        if spec.colour is None:
            return Shown(image)
        # A nail that does not count has its own skin all the same.
        colour = nail_colours(picture, seen.nails.boxes, seen.skin.boxes, spec.colour)
        return Shown(image, colour[usable])


async def estimate(
    instrument: Instrument, shown: Shown, known_light: BoolArray | bool, stages: Stages | None = None
) -> Estimates:
    """Hb of N nails, as `crop` shows them, and which of them look like no bare nail; `known_light`: of which the light
    was divided out.

    Raises:
        MeasureError: `model_unavailable` when the network's answer does not fit the nails.
    """
    likeness = instrument.manifest.likeness
    if not len(shown):
        return estimates_of(np.zeros(0), {}, None)
    with (stages or Stages()).timed(ESTIMATE):
        outputs = await instrument.estimator.run(shown.inputs())
    hb_g_dl = _values(outputs, HB, len(shown))
    if np.any(known_light):
        hb_g_dl = np.where(known_light, _values(outputs, HB_REFERENCE, len(shown)), hb_g_dl)
    signs = {} if likeness is None else {name: _values(outputs, name, len(shown)) for name in SIGNS}
    return estimates_of(hb_g_dl, signs, likeness)


def _values(outputs: Mapping[str, FloatArray], name: str, nails: int) -> FloatArray:
    values = outputs.get(name)
    if values is None or values.shape != (nails,) or not np.isfinite(values).all():
        raise MeasureError(MODEL_UNAVAILABLE, "the estimator gave no finite value for each nail")
    return values


def read(manifest: Manifest, seen: Seen, estimates: Estimates) -> Reading:
    """The reading of a picture, from what the estimator says of its usable nails."""
    places = {int(index): place for place, index in enumerate(seen.usable)}
    nails = tuple(_nail(seen, index, estimates, places.get(index)) for index in range(len(seen.nails.boxes)))
    skin = tuple(
        Skin(box=_box(box), confidence=float(confidence))
        for box, confidence in zip(seen.skin.boxes, seen.skin.confidences, strict=True)
    )
    error, person_g_dl = _conclude(nails, manifest.plausible_g_dl)
    light = light_of(seen.reference, seen.light)
    return reading_of(manifest, (seen.width, seen.height), nails, skin, person_g_dl, error, light)


def _nail(seen: Seen, index: int, estimates: Estimates, place: int | None) -> Nail:
    """The nail of this index; `place` among the estimates, None where it was not measured."""
    box, confidence = _box(seen.nails.boxes[index]), float(seen.nails.confidences[index])
    if place is None:
        return Nail(box, confidence, None, seen.reasons[index])
    reason = estimates.reasons[place]
    value = float(estimates.hb_g_dl[place]) if reason is None else None
    p_value = float(estimates.p_values[place])
    return Nail(box, confidence, value, reason, None if np.isnan(p_value) else p_value)


def _conclude(nails: tuple[Nail, ...], plausible_g_dl: tuple[float, float]) -> tuple[MeasureError | None, float | None]:
    if not nails:
        message = "no fingernail was found; show the nails flat, in focus and in even light"
        return MeasureError(NO_NAIL, message), None
    used = [nail.hb_g_dl for nail in nails if nail.hb_g_dl is not None]
    untrusted = untrusted_error([nail.reason for nail in nails], len(used))
    if untrusted:
        return untrusted, None
    if not used:
        return none_counts_error([nail.reason for nail in nails if nail.reason]), None
    hb_g_dl = typical_of_nails(used)
    error = plausible_error(hb_g_dl, plausible_g_dl)
    return (error, None) if error else (None, hb_g_dl)


def _box(box: FloatArray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(side) for side in box)
    return x1, y1, x2, y2
