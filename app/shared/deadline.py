"""How long a scan may last, and whether a further frame can be measured by then: on a slow device fewer are.

MicroPython reads this file as well: no import.
"""

# From the tap to the reading, a little less than the 6 s that a scan lasts at most: what is over must be shown.
LIMIT_MS = 5800
# Where so large a share of the frames was measured in so large a share of the time, nobody waits for the others.
ENOUGH = 2 / 3
# What comes before the first frame counts as no more than this: a camera may take its time until it holds its picture.
MOST_BEFORE_MS = 1000
# What follows the last frame takes about as long as so many frames.
CONCLUDING_FRAMES = 1.5
# The device is what takes so long, and not the camera, where it has measured for so large a share of the time.
BUSY_SHARE = 0.5
# Of fewer frames nobody can tell how many there will be.
TELLING_FRAMES = 3


class Deadline:
    """Of one scan, which wants `total` frames and can be read from `least` on."""

    def __init__(self, total: int, least: int, limit_ms: float = LIMIT_MS) -> None:
        self.total, self.least, self.limit_ms = total, least, limit_ms
        self._enough = max(least, round(ENOUGH * total))
        self._passed_ms = self._busy_ms = self._before_ms = self._last_ms = 0.0

    def begin(self, asked_ms: float, now_ms: float) -> None:
        """The first frame may come; the scan was asked for then. Both by a clock that only goes forward."""
        self._passed_ms = self._busy_ms = self._before_ms = min(now_ms - asked_ms, MOST_BEFORE_MS)
        self._last_ms = now_ms

    def passed(self, now_ms: float, busy: bool, paused: bool) -> None:
        """Another moment.

        Args:
            now_ms: by the same clock.
            busy: whether a frame was being measured since the moment before, and was one of its own.
            paused: whether the system holds the camera back: that time does not count.
        """
        if not paused:
            self._passed_ms += now_ms - self._last_ms
            self._busy_ms += now_ms - self._last_ms if busy else 0.0
        self._last_ms = now_ms

    @property
    def left_ms(self) -> float:
        """Until the end, as of the last moment; 0 where it is over."""
        return max(0.0, self.limit_ms - self._passed_ms)

    @property
    def slow(self) -> bool:
        """Whether it is the device that takes so long."""
        return self._busy_ms >= BUSY_SHARE * self._passed_ms

    def has_room(self, done: int, asked: int) -> bool:
        """Whether one more frame can be measured in time, where `done` are measured and `asked` are about to be.

        A camera that gives so few frames that even the least would not come is waited for.
        """
        if done + asked < self.least:
            # The first frame of all may have taken long by itself.
            frames = asked + 1 if done >= TELLING_FRAMES else 0
            return not self.slow or frames * self._frame_ms(done) < self.left_ms
        left_ms = self._left_of_enough_ms() if done + asked >= self._enough else self.left_ms
        return (asked + 1 + CONCLUDING_FRAMES) * self._frame_ms(done) < left_ms

    def expected(self, done: int) -> int:
        """How many frames there will be at the end, as it seems now."""
        if done < TELLING_FRAMES:
            return self.total
        frame_ms = max(self._frame_ms(done), 1.0)
        soon = done + int(self._left_of_enough_ms() / frame_ms - CONCLUDING_FRAMES)
        late = done + int(self.left_ms / frame_ms - CONCLUDING_FRAMES)
        return min(self.total, max(self.least, done, soon, min(late, self._enough)))

    def _left_of_enough_ms(self) -> float:
        return max(0.0, ENOUGH * self.limit_ms - self._passed_ms)

    def _frame_ms(self, done: int) -> float:
        return (self._passed_ms - self._before_ms) / done if done else 0.0
