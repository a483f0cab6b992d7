"""The frames of a scan, measured two by two.

The estimator averages the features of a nail and of its mirror image. In a scan it is shown the one from a frame and
the other from the next: half the work, and of a nail that does not change, the very value that a photo of it has.

Where networks run beside Python, as in the page, two frames are estimated while the next two are looked at, and the
detector is asked beside it whether the nails are still all there are.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray
from app.core.crops.shown import Shown, joined
from app.core.crops.views import STRAIGHT, mirror_images
from app.core.find.follow import Follower
from app.core.find.tracking import match_boxes
from app.core.manifest import View
from app.core.pipeline import Instrument, Seen, crop, estimate, following, read, see
from app.core.reading import Reading
from app.core.stages import Stages
from app.shared.codes import ESTIMATE

# Every frame of a sensor has its own noise: two that are the same at all of these points, (width, height), are one.
POINTS = (192, 144)
# A camera that is stuck gives the few buffers of its driver in turn.
BUFFERS = 4


@dataclass(frozen=True, slots=True)
class _Held:
    """A frame that waits for the next: its usable nails and what they look like, without their mirror images."""

    seen: Seen
    straight: Shown

    @property
    def boxes(self) -> FloatArray:
        return self.seen.nails.boxes[self.seen.usable]

    @property
    def known_light(self) -> bool:
        """Whether white paper shows the light on the nails."""
        return self.seen.reference.found

    def is_like(self, other: _Held) -> bool:
        """Whether a nail of the one may stand beside the same nail of the other."""
        mine, others = self.seen, other.seen
        same_size = (mine.width, mine.height) == (others.width, others.height)
        return same_size and self.known_light == other.known_light


class FramePairs:
    """Takes frames in their order, and gives their readings in the same, two at a time and two frames later."""

    def __init__(self, instrument: Instrument, mirror: bool = True, follower: Follower | None = None) -> None:
        """Begin.

        Args:
            mirror: whether mirror images are wanted where the model has them; without, no frame waits.
            follower: has looked through the same camera before; None: nobody has.
        """
        self._instrument = instrument
        self._views = instrument.manifest.estimator.views
        self._mirror = mirror and instrument.manifest.estimator.mirror
        self._follower = follower or following(instrument)
        self._held: _Held | None = None
        self._estimating: asyncio.Task[list[Reading]] | None = None
        self._shown: deque[bytes] = deque(maxlen=BUFFERS)
        self.taken = 0

    def is_new(self, picture: Image.Image) -> bool:
        """Whether the camera has not just given the very same picture; to be asked once a picture."""
        points = picture.resize(POINTS, Image.Resampling.NEAREST).tobytes()
        if points in self._shown:
            return False
        self._shown.append(points)
        return True

    async def see(self, picture: Image.Image, stages: Stages | None = None) -> Seen:
        """What the next frame shows; where nothing has moved, the detector is not waited for."""
        return await see(self._instrument, picture, stages, self._follower)

    async def take(self, picture: Image.Image, seen: Seen, stages: Stages | None = None) -> list[Reading]:
        """Measure the next frame: the readings that are finished by now and were not before, oldest first.

        Args:
            stages: `estimate` is what had to be waited for, not what went on beside the rest.

        Raises:
            MeasureError: `model_unavailable`, as `app.core.pipeline.estimate` does, for this frame or one before.
        """
        self.taken += 1
        frame = _Held(seen, crop(self._instrument, picture, seen, STRAIGHT, stages))
        if self._mirror and self._held is None:
            self._held = frame
            return []
        readings = await self._estimated(stages)
        if self._held is None:
            estimating = self._alone(frame, frame.straight)
        else:
            first, self._held = self._held, None
            estimating = self._together(first, frame)
        self._estimating = asyncio.ensure_future(estimating)
        return readings

    async def flush(self, stages: Stages | None = None) -> list[Reading]:
        """The readings of all frames that still wait, where no next one comes."""
        self._follower.leave()
        readings = await self._estimated(stages)
        if self._held is not None:
            held, self._held = self._held, None
            self._estimating = asyncio.ensure_future(
                self._alone(held, _both_ways(held.straight, held.straight, self._views))
            )
            readings += await self._estimated(stages)
        return readings

    async def leave(self) -> None:
        """Let go of every frame that still waits, with its crops; their readings are not wanted."""
        self._follower.leave()
        self._held = None
        if self._estimating is not None:
            estimating, self._estimating = self._estimating, None
            # The networks cannot be stopped in the middle, and they keep the crops until they are done.
            await asyncio.gather(estimating, return_exceptions=True)

    async def _estimated(self, stages: Stages | None) -> list[Reading]:
        """The readings of the frames that are being estimated, once they are there."""
        if self._estimating is None:
            return []
        estimating, self._estimating = self._estimating, None
        with (stages or Stages()).timed(ESTIMATE):
            return await estimating

    async def _alone(self, frame: _Held, shown: Shown) -> list[Reading]:
        estimates = await estimate(self._instrument, shown, frame.known_light)
        return [read(self._instrument.manifest, frame.seen, estimates)]

    async def _together(self, first: _Held, second: _Held) -> list[Reading]:
        pairs = match_boxes(first.boxes, second.boxes) if first.is_like(second) else []
        of_first, of_second = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
        alone_first, alone_second = _others(first, of_first), _others(second, of_second)
        # A nail that only one of the frames shows is its own partner.
        alone = [first.straight.of(alone_first), second.straight.of(alone_second)]
        straight = joined([first.straight.of(of_first), *alone])
        mirrored = joined([second.straight.of(of_second), *alone])
        shown = _both_ways(straight, mirrored, self._views)
        known = np.concatenate(
            [
                np.full(len(places), frame.known_light)
                for places, frame in ((of_first, first), (alone_first, first), (alone_second, second))
            ]
        )
        estimates = await estimate(self._instrument, shown, known)
        together = np.arange(len(pairs))
        own_first = len(pairs) + np.arange(len(alone_first))
        own_second = len(pairs) + len(alone_first) + np.arange(len(alone_second))
        readings = []
        for frame, places, others, own in (
            (first, of_first, alone_first, own_first),
            (second, of_second, alone_second, own_second),
        ):
            row_of = np.zeros(len(frame.straight), dtype=int)
            row_of[places], row_of[others] = together, own
            readings.append(read(self._instrument.manifest, frame.seen, estimates.of(row_of)))
        return readings


def _others(frame: _Held, places: IntArray) -> IntArray:
    return np.setdiff1d(np.arange(len(frame.straight)), places)


def _both_ways(straight: Shown, mirrored: Shown, views: Sequence[View]) -> Shown:
    """Of the same nails twice: each view, then the mirror image of the other's; the mean of both colours."""
    nails = len(straight)
    image = np.empty((nails, 2 * len(views), *straight.image.shape[2:]), dtype=straight.image.dtype)
    image[:, ::2] = straight.image
    image[:, 1::2] = mirror_images(mirrored.image, views)
    if straight.colour is None or mirrored.colour is None:
        return Shown(image)
    return Shown(image, (straight.colour + mirrored.colour) / 2)
