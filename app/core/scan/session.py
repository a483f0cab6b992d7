"""A scan from its first frame to its reading: what happens to every frame, for the page's engine and everybody else.

Pure: whoever has a camera hands in upright RGB pictures one by one, and waits for each before the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.follow import Follower
from app.core.pipeline import Instrument, Seen, see_guided
from app.core.reading import Reading
from app.core.scan.accumulator import FRAMES, Frame, Scan
from app.core.scan.frame_pairs import FramePairs
from app.core.stages import Stages

# A guide shows a finger that points up: the hand lies below the nail.
GUIDE_DIRECTION: FloatArray = np.array((0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a frame that was handed in led to.

    Attributes:
        frames: those that are measured by now and were not before, oldest first; two frames are estimated together.
        repeated: whether it is the same picture as one before; it was not measured, and stands in `frames` itself.
        seen: what it shows; None where it was not looked at.
    """

    frames: list[Frame]
    repeated: bool
    seen: Seen | None


class ScanSession:
    """One scan. After an error of a network it goes no further; `leave` then lets go of its pictures."""

    def __init__(
        self, instrument: Instrument, mirror: bool = True, frames: int = FRAMES, follower: Follower | None = None
    ) -> None:
        """Begin one.

        Args:
            mirror: whether mirror images are wanted where the model has them.
            frames: how many are wanted.
            follower: has looked through the same camera before: a hand that is still there is not searched for anew.
        """
        self._manifest = instrument.manifest
        self._scan = Scan(instrument.manifest, frames)
        self._pairs = FramePairs(instrument, mirror, follower)

    @property
    def goal(self) -> int:
        """How many frames are wanted."""
        return self._scan.goal

    @property
    def least(self) -> int:
        """How many must be new for a reading."""
        return self._scan.least

    @property
    def finished(self) -> bool:
        """Whether no further frame is wanted; one that comes all the same is not measured."""
        return self._scan.finished

    async def take(
        self, picture: Image.Image, stages: Stages | None = None, guide: Sequence[float] | FloatArray | None = None
    ) -> Taken:
        """Measure the next frame.

        Args:
            stages: takes the time of each stage that had to be waited for.
            guide: (4,) xyxy in pixels of the nail that a guide shows; None where the detector finds nails.

        Raises:
            MeasureError: `model_unavailable`, for this frame or one before: a network gave nonsense.
        """
        repeated = not self._pairs.is_new(picture)
        if self._scan.finished:
            return Taken([], repeated, None)
        if repeated:
            frames = [self._scan.repeat()]
            if self._scan.finished:
                frames += await self._rest(stages)
            return Taken(frames, True, None)
        if guide is None:
            seen = await self._pairs.see(picture, stages)
        else:
            seen = see_guided(self._manifest, picture, np.asarray(guide, dtype=np.float64), GUIDE_DIRECTION)
        frames = self._added(await self._pairs.take(picture, seen, stages))
        if self._pairs.taken == self._scan.goal:
            frames += await self._rest(stages)
        return Taken(frames, False, seen)

    async def conclude(self, late: bool = False) -> tuple[Reading, list[Frame]]:
        """The reading of all frames, and those frames that were still waiting; raises as `take` does.

        Args:
            late: there was no time for all that were wanted, see `Scan.conclude`.
        """
        waiting = [] if self._scan.finished else await self._rest()
        return self._scan.conclude(late), waiting

    async def leave(self) -> None:
        """Let go of every picture that still waits; its reading is not wanted."""
        await self._pairs.leave()

    async def _rest(self, stages: Stages | None = None) -> list[Frame]:
        return self._added(await self._pairs.flush(stages))

    def _added(self, readings: list[Reading]) -> list[Frame]:
        return [self._scan.add(reading) for reading in readings]
