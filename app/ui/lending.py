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

    def lend(self, bitmap):
        """Send an ImageBitmap, which is empty here from now on; returns the number that the engine knows it by."""
        self._lent += 1
        self._away[self._lent] = asyncio.Event()
        self._worker.postMessage(window.Array.of(self._lent, bitmap), window.Array.of(bitmap))
        return self._lent

    async def returned(self, number):
        """Wait for it: the ImageBitmap again."""
        await self._away[number].wait()
        del self._away[number]
        return self._back.pop(number)

    def _message(self, event):
        if not window.Array.isArray(event.data):
            return
        number = event.data[0]
        self._back[number] = event.data[1]
        self._away[number].set()
