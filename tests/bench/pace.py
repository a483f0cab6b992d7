"""How fast the machine is at each moment: it drifts by half within minutes, so every figure has a scale of its own."""

import statistics
from collections.abc import Callable, Sequence

# What the reference takes on the machine that the targets are for.
TARGET_REFERENCE_MS = 25.0


class Pace:
    """What the reference takes, asked between the things that are timed, while the page rests."""

    def __init__(self, reference_ms: Callable[[], float]) -> None:
        self._reference_ms = reference_ms
        self._last_ms = 0.0

    def begin(self) -> None:
        """Before the first of several things that are timed; not needed where the last one has only just ended."""
        self._last_ms = self._reference_ms()

    def of_this(self) -> float:
        """After each: the mean of what the reference took before it and takes now, ms."""
        before_ms, self._last_ms = self._last_ms, self._reference_ms()
        return (before_ms + self._last_ms) / 2


def each_at_target(values: Sequence[float], references_ms: Sequence[float], fixed: float = 0.0) -> list[float]:
    """The values as they would be at the target's pace, each scaled by its own reference.

    Args:
        fixed: what of a value no machine makes faster.
    """
    pairs = zip(values, references_ms, strict=True)
    return [fixed + (value - fixed) * TARGET_REFERENCE_MS / ms for value, ms in pairs]


def at_target(values: Sequence[float], references_ms: Sequence[float]) -> float:
    """The median of the values as they would be at the target's pace."""
    return statistics.median(each_at_target(values, references_ms))
