"""Whether somebody holds nails steadily before the camera: what starts a scan by itself.

MicroPython reads this file as well: no import but for the type checker.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# How long a nail must stay.
HOLD_MS = 1000
# Looks further apart than this say nothing of what happened in between.
LONGEST_GAP_MS = 900
# In sizes of the nail, between two looks: a hand that is held still sways less.
MOST_SWAY_IN_NAILS = 0.5
# Below it the detector is not sure enough to start anything.
LEAST_CONFIDENCE = 0.5


class Aim:
    """Follows the best nail from look to look."""

    def __init__(self, hold_ms: int = HOLD_MS) -> None:
        self.hold_ms = hold_ms
        self._box: list[float] | None = None
        self._since_ms = 0.0
        self._last_ms = 0.0

    def reset(self) -> None:
        """Begin anew."""
        self._box = None

    def seen(self, nails: "list[dict[str, Any]]", now_ms: float) -> float:
        """How far the start of a scan is after another look: 0 to 1, where it begins.

        Args:
            nails: `box` [x1, y1, x2, y2], `confidence` and `reason` of each, best first.
            now_ms: a clock that only goes forward.
        """
        good = [nail for nail in nails if nail["reason"] is None and nail["confidence"] >= LEAST_CONFIDENCE]
        late = now_ms - self._last_ms > LONGEST_GAP_MS
        self._last_ms = now_ms
        if not good:
            self._box = None
            return 0.0
        before = self._box
        # The best nail may change from look to look; any that stayed where the followed one was will do.
        stayed = [nail["box"] for nail in good if before and _sway(before, nail["box"]) <= MOST_SWAY_IN_NAILS]
        if late or not stayed:
            self._box, self._since_ms = good[0]["box"], now_ms
            return 0.0
        self._box = stayed[0]
        return min(1.0, (now_ms - self._since_ms) / self.hold_ms)


def _sway(before: list[float], now: list[float]) -> float:
    size = max(((before[2] - before[0]) * (before[3] - before[1])) ** 0.5, 1.0)
    across = (now[0] + now[2] - before[0] - before[2]) / 2
    down = (now[1] + now[3] - before[1] - before[3]) / 2
    return float((across**2 + down**2) ** 0.5 / size)
