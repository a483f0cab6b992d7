"""Nails in frame after frame: where they have not moved, the detector need not be asked, or not be waited for.

The detector is the dearest step of a frame, and a hand held still before a camera on the clock gives it the same
picture again and again. What decides is the picture itself, around the nails and nowhere else. As long as nothing moves
the detector is asked beside the rest, each time in another of the ways in which the picture can lie, so that a scan is
measured in what all of them agree on, as a photo is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.detection import Detections
from app.core.find.ways import ALL_WAYS, Way, agreed
from app.core.pictures.pixels import LUMA_WEIGHTS
from app.core.stages import Stages
from app.shared.codes import DECODE, FOLLOW, LETTERBOX

# Around all that was found, in shares of its extent.
MARGIN = 0.15
SMALL_PX = 48
# Mean difference in grey levels, of the part reduced to SMALL_PX, light evened out. Noise is below 1 there; a hand that
# moves by a fiftieth of the part makes 2 to 4 on the edges of fingers.
MOST_DIFFERENT = 1.5
# Once it was asked in every way, then after so many frames, whatever the picture says: a nail may have come into view
# elsewhere.
MOST_FRAMES = 4
# In grey levels of a channel's mean over the part: camera noise is some hundredths. Scans of four photographs of the
# data set, in light that breathes or not, read at most 0.014 g/dL from scans that look at the paper in every frame.
SAME_LIGHT = 0.5

Look = Callable[[Image.Image, Stages, Sequence[Way]], Awaitable[Detections]]


class Follower:
    """Asks the detector about the first frame and each in which something moved, and now and then beside the rest."""

    def __init__(self, look: Look, confidence: float) -> None:
        """`look` asks the detector, as `app.core.find.detect.hints` does; from `confidence` on a hint is a finding."""
        self._look = look
        self._confidence = confidence
        # What was found in each of ALL_WAYS, since something moved; the next one to be asked in; and in how many it was
        # asked since a look saw what it had not seen before.
        self._looks: list[Detections | None] = [None] * len(ALL_WAYS)
        self._next = self._asked = 0
        self._found: Detections | None = None
        self._size = (0, 0)
        self._part = (0.0, 0.0, 0.0, 0.0)
        self._small: FloatArray = np.zeros((0, 0))
        # The part's mean colour (3,) in the picture at hand, and what was kept of one before: what was found there, its
        # colour, and what somebody made of them.
        self._colour: FloatArray = np.zeros(3)
        self._kept: tuple[Detections, FloatArray, Any] | None = None
        self._followed = 0
        self._beside: asyncio.Task[tuple[Image.Image, Detections, Stages]] | None = None

    async def find(self, picture: Image.Image, stages: Stages) -> Detections:
        """What `look` finds in the next frame, or found in an earlier one where that still holds.

        Args:
            stages: `detect` is what had to be waited for, not what went on beside the rest.

        Raises:
            MeasureError: as `look` does, for this frame or one before.
        """
        self._take_up(stages)
        with stages.timed(FOLLOW):
            found = self._still(picture)
        if found is None:
            self.leave()
            self._start_over()
            return self._remember(picture, await self._look(picture, stages, (ALL_WAYS[self._next],)))
        self._followed += 1
        rests = MOST_FRAMES if self._asked >= len(ALL_WAYS) else 0
        if self._followed > rests and self._beside is None:
            self._beside = asyncio.ensure_future(self._look_beside(picture))
        return found

    def keep(self, found: Detections, made: Any) -> None:
        """Keep what was made of the picture at hand and of what `find` found in it."""
        self._kept = found, self._colour, made

    def kept(self, found: Detections) -> Any:
        """What was made of a picture before, where the same was found in the same light; else None."""
        if self._kept is None:
            return None
        before, colour, made = self._kept
        same_light = bool(np.abs(self._colour - colour).max() <= SAME_LIGHT)
        return made if before is found and same_light else None

    def leave(self) -> None:
        """Wait no longer for what the detector may still be asked about."""
        if self._beside is not None:
            self._beside.cancel()
            self._beside = None

    async def _look_beside(self, picture: Image.Image) -> tuple[Image.Image, Detections, Stages]:
        stages = Stages()
        return picture, await self._look(picture, stages, (ALL_WAYS[self._next],)), stages

    def _take_up(self, stages: Stages) -> None:
        if self._beside is None or not self._beside.done():
            return
        looking, self._beside = self._beside, None
        picture, found, beside = looking.result()
        for stage in (LETTERBOX, DECODE):
            stages.add(stage, beside.ms.get(stage, 0.0))
        before = self._looks[self._next]
        if before is not None and len(self._sure(before)) != len(self._sure(found)):
            # The same way of looking sees more nails or fewer. Noise does that to an unsure one, so the others are
            # asked, too, and count until then.
            self._asked = 0
        self._remember(picture, found)

    def _sure(self, found: Detections) -> Detections:
        return found.at_least(self._confidence)

    def _start_over(self) -> None:
        # The next way stays the next: of a hand that never holds still all ways have their say, too.
        self._looks = [None] * len(ALL_WAYS)
        self._asked = 0

    def _still(self, picture: Image.Image) -> Detections | None:
        """What was found before, where the picture is still the same around it."""
        if self._found is None or picture.size != self._size:
            return None
        small, self._colour = _reduced(picture, self._part)
        different = float(np.abs(small - self._small).mean())
        return None if different > MOST_DIFFERENT else self._found

    def _remember(self, picture: Image.Image, hints: Detections) -> Detections:
        """Take in what was found in the next way; returns what all of them agree on."""
        self._followed = 0
        self._asked += 1
        self._looks[self._next] = hints
        self._next = (self._next + 1) % len(ALL_WAYS)
        found = self._sure(agreed([look for look in self._looks if look is not None]))
        self._found = found if len(found) else None
        if not len(found):
            return found
        low, high = found.boxes[:, :2].min(axis=0), found.boxes[:, 2:].max(axis=0)
        margin = MARGIN * (high - low)
        left, top = np.maximum(low - margin, 0)
        right, bottom = np.minimum(high + margin, picture.size)
        self._size, self._part = picture.size, (float(left), float(top), float(right), float(bottom))
        self._small, self._colour = _reduced(picture, self._part)
        return found


def _reduced(picture: Image.Image, part: tuple[float, float, float, float]) -> tuple[FloatArray, FloatArray]:
    """(SMALL_PX, SMALL_PX) grey levels of a part, less their mean: light that breathes moves nothing; and its mean
    colour (3,)."""
    small = picture.resize((SMALL_PX, SMALL_PX), Image.Resampling.BILINEAR, box=part, reducing_gap=2.0)
    levels = np.asarray(small, dtype=np.float32)
    grey: FloatArray = levels @ LUMA_WEIGHTS.astype(np.float32)
    return grey - grey.mean(), levels.mean(axis=(0, 1))
