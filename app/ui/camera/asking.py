"""What a camera's track can be asked for: it may refuse, and it may never answer."""

from pyscript.ffi import to_js

from app.ui.browser import tasks
from app.ui.browser.page import optional
from app.ui.browser.patience import TookTooLongError, within

# How long a camera may take to do what it is told.
OBEY_MS = 1000
# How much darker a picture is asked for at a time, in EV, and how often: a camera may say that it can, and never do it.
DARKER_EV, MOST_STEPS = 0.5, 6
COMPENSATION = "exposureCompensation"


def capability(track, name):
    """What a track says that it can; None where it does not say, or there is none."""
    if track is None or not hasattr(track, "getCapabilities"):
        return None
    return optional(track.getCapabilities(), name)


def ask(track, constraint):
    """Ask at once; what this returns is awaited: True where the camera does it, False, or None where it is silent."""
    return _obeyed(track.applyConstraints(to_js({"advanced": [constraint]})))


async def _obeyed(asked):
    try:
        await within(OBEY_MS, asked)
    except TookTooLongError:
        return None
    except Exception:
        return False
    return True


class Exposure:
    """How bright a track's picture is made: darker than the camera would, where white paper is blown out."""

    def __init__(self, track):
        self._track = track
        self._steps = 0
        # What it was before it was first asked to be another, in EV.
        self._before = None

    @property
    def can_darken(self):
        """Whether the camera says that it can go further."""
        able, now = self._able()
        return now is not None and now > able.min and self._steps < MOST_STEPS

    def darken(self):
        """A step darker, where `can_darken`."""
        able, now = self._able()
        if self._before is None:
            self._before = now
        self._steps += 1
        self._ask(max(able.min, now - DARKER_EV))

    def restore(self):
        """As bright as it was."""
        if self._before is not None:
            self._ask(self._before)
            self._before, self._steps = None, 0

    def _able(self):
        """From what to what it can go, and where it is; None and None where it cannot be asked."""
        able = capability(self._track, COMPENSATION)
        now = getattr(self._track.getSettings(), COMPENSATION, None) if able else None
        return (None, None) if now is None else (able, now)

    def _ask(self, compensation):
        tasks.run(ask(self._track, {COMPENSATION: compensation}))
