"""Find nails and skin in a picture: one look at all of it, and a closer one where the nails in it are small.

On the detector's small canvas the nails of a hand at arm's length are a few pixels wide, and it misses some and draws
the others badly, though the photo itself shows them well. Where a first look says that, a second one at the part
that holds them finds them as it does in a photo taken from near. Either look may be taken in several of the ways in
which the picture can lie.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, Uint8Array
from app.core.errors import MeasureError
from app.core.find.detection import Detections, box_areas, decode, iou_matrix, nms
from app.core.find.letterbox import Letterbox, letterbox_picture
from app.core.find.ways import UPRIGHT, Way, agreed
from app.core.manifest import DetectorSpec
from app.core.network import Network
from app.core.stages import Stages
from app.shared.codes import DECODE, DETECT, LETTERBOX, MODEL_UNAVAILABLE

Window = tuple[int, int, int, int]
Answer = Coroutine[Any, Any, dict[str, FloatArray]]

# Pixels of the detector's canvas, root of a box's area: below it the middle nail is small. The photographs it learned
# from are made anew with nails from 10 px on, and those near that are hard.
SMALL_NAIL_PX = 16.0
# In a closer look nails become about as large as those it knows best, and the rest of the hand stays in it.
CLOSE_NAIL_PX = 24.0
# Boxes this unsure are no finding, but they say where to look.
HINT_CONFIDENCE = 0.1
# Two hands have ten nails and ten patches of skin; looks are compared box by box, which takes its time.
MOST_OF_A_LOOK = 64
# Around the outermost nails, in nails.
MARGIN_IN_NAILS = 2.0
# A closer look that enlarges by less says nothing new.
LEAST_ENLARGED = 1.3
# Two looks draw one nail differently, so a smaller overlap than within one look makes them the same.
SAME_IOU = 0.2


async def find(
    spec: DetectorSpec,
    detector: Network,
    picture: Image.Image,
    stages: Stages | None = None,
    ways: Sequence[Way] = UPRIGHT,
) -> Detections:
    """Nails and skin in an RGB picture, boxes in its pixels, best first.

    Args:
        stages: takes the time of each stage.
        ways: in which the picture is looked at; what is found is agreed on by all of them.

    Raises:
        MeasureError: `model_unavailable` when the network's answer has not the shape of a detector's.
    """
    hinted = await hints(spec, detector, picture, stages, ways)
    return hinted.at_least(spec.confidence)


async def hints(
    spec: DetectorSpec,
    detector: Network,
    picture: Image.Image,
    stages: Stages | None = None,
    ways: Sequence[Way] = UPRIGHT,
) -> Detections:
    """As `find`, with what is too unsure to be a finding, from HINT_CONFIDENCE on."""
    stages = stages or Stages()
    first = await _look(spec, detector, picture, ways, stages)
    window = closer_window(first.of_class(spec.class_id("nail")).boxes, picture.size, spec.side_px)
    if window is None:
        return first
    closer = await _look(spec, detector, picture.crop(window), ways, stages)
    offset = np.array([window[0], window[1], window[0], window[1]], dtype=np.float64)
    closer = Detections(closer.boxes + offset, closer.confidences, closer.class_ids)
    return _both(first, closer.take(np.flatnonzero(_whole(closer.boxes, window, picture.size))), spec.confidence)


def closer_window(nails: FloatArray, size: tuple[int, int], side_px: int) -> Window | None:
    """The part of a picture of `size` (width, height) to look at more closely, (x1, y1, x2, y2) in its pixels.

    None where the middle of the nails (N, 4) xyxy is not small on a canvas of `side_px`, or where they lie so far
    apart that a closer look would not be one.
    """
    if not len(nails):
        return None
    nail_px = float(np.median(np.sqrt(box_areas(nails))))
    if nail_px * side_px / max(size) >= SMALL_NAIL_PX:
        return None
    low = nails[:, :2].min(axis=0) - MARGIN_IN_NAILS * nail_px
    high = nails[:, 2:].max(axis=0) + MARGIN_IN_NAILS * nail_px
    side = max(float((high - low).max()), nail_px * side_px / CLOSE_NAIL_PX)
    if side * LEAST_ENLARGED > max(size):
        return None
    middle = (low + high) / 2
    x1, y1 = np.maximum(np.floor(middle - side / 2), 0).astype(int).tolist()
    x2, y2 = np.minimum(np.ceil(middle + side / 2), size).astype(int).tolist()
    return x1, y1, x2, y2


async def _look(
    spec: DetectorSpec, detector: Network, picture: Image.Image, ways: Sequence[Way], stages: Stages
) -> Detections:
    """Everything from a hint on, in pixels of the picture."""
    with stages.timed(LETTERBOX):
        canvas, place = letterbox_picture(picture, spec.side_px, spec.stride_px)
    # In the page the detector runs beside Python: it is asked for all at once, and an answer is read while it looks on.
    asked = [_asked(detector, canvas, way, stages) for way in ways]
    try:
        looks = [await _answered(spec, answer, way, place, stages) for way, answer in zip(ways, asked, strict=True)]
    finally:
        for answer in asked:
            answer.close()
    with stages.timed(DECODE):
        found = agreed(looks)
        boxes = place.to_picture(found.boxes)
        # A box outside the picture, or smaller than any of its pixels, is nothing that could be looked at.
        seen = np.flatnonzero((boxes[:, 2:] - boxes[:, :2] >= 1).all(axis=1))
        return Detections(boxes, found.confidences, found.class_ids).take(seen)


def _asked(detector: Network, canvas: Uint8Array, way: Way, stages: Stages) -> Answer:
    """For a canvas (height, width, 3) as it lies in this way."""
    with stages.timed(LETTERBOX):
        image = np.ascontiguousarray(way.turned(canvas).transpose(2, 0, 1)[None], dtype=np.float32)
        image /= np.float32(255.0)
    return detector.run({"images": image})


async def _answered(spec: DetectorSpec, answer: Answer, way: Way, place: Letterbox, stages: Stages) -> Detections:
    """What was found in a way, in pixels of the canvas as it lies."""
    with stages.timed(DETECT):
        outputs = await answer
    with stages.timed(DECODE):
        try:
            found = decode(next(iter(outputs.values())), min(HINT_CONFIDENCE, spec.confidence))
        except (ValueError, StopIteration) as error:
            raise MeasureError(MODEL_UNAVAILABLE, f"the detector does not fit this app: {error}") from None
        found = nms(found, spec.iou).best(MOST_OF_A_LOOK)
        boxes = way.turned_back(found.boxes, (place.canvas_width, place.canvas_height))
        return Detections(boxes, found.confidences, found.class_ids)


def _whole(boxes: FloatArray, window: Window, size: tuple[int, int]) -> np.ndarray:
    """(N,) which boxes are not cut off by an edge of the window that is none of the picture's."""
    x1, y1, x2, y2 = window
    low = np.array([x1 + 1 if x1 > 0 else -np.inf, y1 + 1 if y1 > 0 else -np.inf])
    high = np.array([x2 - 1 if x2 < size[0] else np.inf, y2 - 1 if y2 < size[1] else np.inf])
    inside = np.concatenate([boxes[:, :2] >= low, boxes[:, 2:] <= high], axis=1)
    return np.asarray(inside.all(axis=1))


def _both(first: Detections, closer: Detections, confidence: float) -> Detections:
    """What either look found, best first; where both found one thing, as the closer look drew it.

    What the closer look is not sure of takes no place of what the first is sure of (from `confidence` on).
    """
    same = iou_matrix(first.boxes, closer.boxes) >= SAME_IOU
    same &= first.class_ids[:, None] == closer.class_ids[None, :]
    same &= (closer.confidences[None, :] >= confidence) | (first.confidences[:, None] < confidence)
    first = first.take(np.flatnonzero(~same.any(axis=1)))
    parts = zip(
        (first.boxes, first.confidences, first.class_ids),
        (closer.boxes, closer.confidences, closer.class_ids),
        strict=True,
    )
    both = Detections(*(np.concatenate(part) for part in parts))
    return both.take(np.argsort(-both.confidences, kind="stable"))
