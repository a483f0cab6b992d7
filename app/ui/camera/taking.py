"""A scan's frames on the camera's clock, from the first to the last that is wanted, or until the camera gives no more.

A frame is taken when the engine has room for it: what it cannot measure in time is skipped, and nothing waits. The
clock counts ticks, not time: on a device that is busy with other things they come more slowly, and no camera is said to
stand still for it.
"""

import asyncio

from pyscript import window

from app.ui.camera.frame import frame_of

FRAME_INTERVAL_MS = 80
# Frames at a time: one that is measured, and the next on its way.
MOST_AT_ONCE = 2
# Ticks a wanted frame, at most, and ticks in a row without a new one: 19 s and 6 s where nothing else keeps the device
# busy. A camera of two frames a second is still read.
MOST_TICKS_A_FRAME = 8
MOST_EMPTY_TICKS = 75
# How long a camera may be held back by the system before the scan is given up.
MUTED_MS = 10000


class Taking:
    """The frames of one scan."""

    # Whether this browser's frames have timestamps, and ones that change: what one scan has seen, the next knows.
    _dated = False

    def __init__(self, camera, asked):
        """`asked`: a list of what the engine was asked about and has not answered, which somebody keeps."""
        self._camera = camera
        self._asked = asked
        self._ended = False
        self._muted_ms = None
        self._timestamp = None
        # The frame to be measured next, and how many of those that were turned out to be none of their own.
        self.waiting = []
        self.repeated = 0
        # Whether no further frame comes.
        self.over = False

    @property
    def paused(self):
        """Whether the system holds the camera's picture back."""
        return self._camera.muted

    @property
    def muted_long(self):
        """Whether it has done so for too long."""
        return self._muted_ms is not None and window.performance.now() - self._muted_ms > MUTED_MS

    def end(self):
        """No further frame is wanted, and none that waits."""
        self._ended = self.over = True
        while self.waiting:
            self.waiting.pop().close()

    async def run(self, total):
        """Take so many new frames."""
        taken = ticks = empty = 0
        due_ms = window.performance.now()
        while not self._ended and ticks < MOST_TICKS_A_FRAME * total and empty < MOST_EMPTY_TICKS:
            if self._camera.muted:
                self._muted_ms = self._muted_ms or window.performance.now()
            else:
                self._muted_ms = None
                if taken - self.repeated < total and len(self.waiting) + len(self._asked) < MOST_AT_ONCE:
                    ticks, empty = ticks + 1, empty + 1
                    frame = await self._new_frame()
                    if frame is None:
                        # No two ticks at once for one that came late.
                        due_ms = window.performance.now()
                    else:
                        taken, empty = taken + 1, 0
                        self.waiting.append(frame)
            due_ms = max(due_ms + FRAME_INTERVAL_MS, window.performance.now() - FRAME_INTERVAL_MS)
            await asyncio.sleep(max(0.0, due_ms - window.performance.now()) / 1000)
        self.over = True
        if self._ended:
            self.end()

    async def _new_frame(self):
        """What the camera shows; None where that is still what it showed a tick ago, or nothing."""
        try:
            frame = await frame_of(self._camera.video)
        except Exception:
            # Between two cameras, or while a device is turned, there is no picture for a moment.
            return None
        timestamp = getattr(frame, "timestamp", None)
        again = timestamp is not None and timestamp == self._timestamp
        if timestamp is not None and self._timestamp is not None and not again:
            Taking._dated = True
        self._timestamp = timestamp
        # Where they never change they say nothing; the engine looks at the pictures themselves.
        if again and Taking._dated:
            frame.close()
            return None
        return frame
