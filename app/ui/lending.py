"""Pictures lent to the engine: they move to its worker and back, and are never copied.

A copy of a camera's frame is megabytes, and holds up whatever else the screen does.
"""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy


class Lender:
    """Lends to one worker; what that one had when it ended does not come back."""

    def __init__(self, worker):
        self._worker = worker
        self._lent = 0
        # number -> when it is back, and what then is back
        self._away, self._back = {}, {}
        worker.addEventListener("message", create_proxy(self._message))

    def lend(self, picture):
        """Send an ImageBitmap or a VideoFrame, which is empty here from now on; returns its number for the engine."""
        self._lent += 1
        self._away[self._lent] = asyncio.Event()
        self._worker.postMessage(window.Array.of(self._lent, picture), window.Array.of(picture))
        return self._lent

    async def returned(self, number):
        """Wait for it: the picture again, and its thumbnail, an ImageData, or None."""
        await self._away[number].wait()
        del self._away[number]
        return self._back.pop(number)

    def _message(self, event):
        if not window.Array.isArray(event.data):
            return
        number = event.data[0]
        self._back[number] = event.data[1], event.data[2]
        self._away[number].set()
