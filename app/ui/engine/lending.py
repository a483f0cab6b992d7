"""What is lent to the engine, pictures and files: it moves to its worker and back, and is never copied.

A copy of a camera's frame is megabytes, and holds up whatever else the screen does.
"""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy

from app.ui.browser.attempts import attempt
from app.ui.browser.patience import TookTooLongError, within
from app.ui.browser.tasks import guarded

# A picture comes back before the answer that speaks of it, or right after.
BACK_WITHIN_MS = 5000


class Lender:
    """Lends to one worker; what that one had when it ended does not come back."""

    def __init__(self, worker):
        self._worker = worker
        self._lent = 0
        # number -> when it is back, and what then is back
        self._away, self._back = {}, {}
        self._listener = create_proxy(guarded(self._message))
        worker.addEventListener("message", self._listener)

    def lend(self, picture):
        """Send an ImageBitmap or a VideoFrame, which is empty here from now on; returns its number for the engine.

        Raises:
            BrowserError: it is empty already, or the system has taken it back.
        """
        self._lent += 1
        message = window.Array.of(self._lent, picture)
        attempt(self._worker, "postMessage", message, window.Array.of(picture))
        self._away[self._lent] = asyncio.Event()
        return self._lent

    async def returned(self, number):
        """Wait for it: the picture again, and its thumbnail, an ImageData, or None; None and None where it is lost."""
        try:
            await within(BACK_WITHIN_MS, self._away[number].wait())
        except TookTooLongError:
            # Whatever comes now is closed.
            return None, None
        finally:
            del self._away[number]
        return self._back.pop(number)

    def give_up(self, number):
        """Nobody waits for it any more."""
        self._away.pop(number, None)
        if number in self._back:
            let_go(self._back.pop(number)[0])

    def close(self):
        """Nothing comes back from a worker that has ended."""
        self._worker.removeEventListener("message", self._listener)

    def _message(self, event):
        if not window.Array.isArray(event.data):
            return
        number, picture = event.data[0], event.data[1]
        thumbnail = event.data[2] if event.data.length > 2 else None
        if number not in self._away:
            let_go(picture)
            return
        self._back[number] = picture, thumbnail
        self._away[number].set()


def let_go(picture):
    """Give a picture's memory back at once; a file's has no such way."""
    if picture is not None and getattr(picture, "close", None):
        picture.close()
