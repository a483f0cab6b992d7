"""The frames of a scan, measured two by two.

The estimator averages the features of a nail and of its mirror image. In a scan it is shown the one from a frame and
the other from the next: half the work, and of a nail that does not change, the very value that a photo of it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray
from app.core.crops import STRAIGHT
from app.core.follow import Follower
from app.core.pipeline import Instrument, Seen, crop, estimate, read, see
from app.core.reading import Reading
from app.core.stages import Stages
from app.core.tracking import match_boxes


@dataclass(frozen=True, slots=True)
class _Held:
    """A frame that waits for the next: its usable nails and what they look like, (N, views, 3, side, side)."""

    seen: Seen
    straight: FloatArray

    @property
    def boxes(self) -> FloatArray:
        return self.seen.nails.boxes[self.seen.usable]


class FramePairs:
    """Takes frames in their order, and gives their readings, most of them two at a time."""

    def __init__(self, instrument: Instrument, mirror: bool = True) -> None:
        """`mirror`: whether mirror images are wanted where the model has them; without, no frame waits."""
        self._instrument = instrument
        self._mirror = mirror and instrument.manifest.estimator.mirror
        self._follower = Follower()
        self._held: _Held | None = None

    async def see(self, picture: Image.Image, stages: Stages | None = None) -> Seen:
        """What the next frame shows; where nothing has moved, the detector is not asked."""
        return await see(self._instrument, picture, stages, self._follower)

    async def take(self, picture: Image.Image, seen: Seen, stages: Stages | None = None) -> list[Reading]:
        """Measure the next frame: the readings that are finished by it, oldest first, none where it has to wait.

        Raises:
            MeasureError: `model_unavailable`, as `app.core.pipeline.estimate` does.
        """
        frame = _Held(seen, crop(self._instrument, picture, seen, STRAIGHT, stages))
        if not self._mirror:
            values = await estimate(self._instrument, frame.straight, stages)
            return [read(self._instrument.manifest, seen, values)]
        if self._held is None:
            self._held = frame
            return []
        first, self._held = self._held, None
        return await self._measure(first, frame, stages)

    async def flush(self, stages: Stages | None = None) -> list[Reading]:
        """The reading of a frame that still waits, where no next one comes."""
        if self._held is None:
            return []
        held, self._held = self._held, None
        values = await estimate(self._instrument, _both_ways(held.straight, held.straight), stages)
        return [read(self._instrument.manifest, held.seen, values)]

    async def _measure(self, first: _Held, second: _Held, stages: Stages | None) -> list[Reading]:
        same_picture = (first.seen.width, first.seen.height) == (second.seen.width, second.seen.height)
        pairs = match_boxes(first.boxes, second.boxes) if same_picture else []
        of_first, of_second = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
        alone_first, alone_second = _others(first, of_first), _others(second, of_second)
        # A nail that only one of the frames shows is its own partner.
        straight = (first.straight[of_first], first.straight[alone_first], second.straight[alone_second])
        mirrored = (second.straight[of_second], first.straight[alone_first], second.straight[alone_second])
        shown = _both_ways(np.concatenate(straight), np.concatenate(mirrored))
        values = await estimate(self._instrument, shown, stages)
        paired, rest = values[: len(pairs)], values[len(pairs) :]
        readings = []
        for frame, places, alone, own in (
            (first, of_first, alone_first, rest[: len(alone_first)]),
            (second, of_second, alone_second, rest[len(alone_first) :]),
        ):
            of_frame = np.zeros(len(frame.straight))
            of_frame[places], of_frame[alone] = paired, own
            readings.append(read(self._instrument.manifest, frame.seen, of_frame))
        return readings


def _others(frame: _Held, places: IntArray) -> IntArray:
    return np.setdiff1d(np.arange(len(frame.straight)), places)


def _both_ways(straight: FloatArray, mirrored: FloatArray) -> FloatArray:
    """(N, views, 3, side, side) twice -> (N, 2 views, ...): each view, then the mirror image of the other's."""
    nails, views = straight.shape[:2]
    shown = np.empty((nails, 2 * views, *straight.shape[2:]), dtype=straight.dtype)
    shown[:, ::2] = straight
    shown[:, 1::2] = mirrored[:, :, :, ::-1]
    return shown
