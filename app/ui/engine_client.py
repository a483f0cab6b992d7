"""The engine as the screen sees it: two calls, answered with JSON, and a channel for its progress."""

import json

from pyscript import window, workers
from pyscript.ffi import create_proxy

from app import messages


class EngineClient:
    """Starts the engine and asks it for readings."""

    def __init__(self, on_progress):
        """`on_progress(step, done, total)` is called while the engine starts."""
        self._worker = None
        self._on_progress = on_progress
        self._channel = window.BroadcastChannel.new(messages.PROGRESS_CHANNEL)
        self._channel.addEventListener("message", create_proxy(self._progress))

    async def start(self):
        """Wait for Python in the worker, then load the networks; returns the engine's answer as a dict."""
        if self._worker is None:
            self._on_progress(messages.STEP_PYTHON, 0, 1)
            self._worker = await workers["engine"]
        return json.loads(await self._worker.start(window.document.baseURI))

    async def measure_photo(self, photo):
        """The reading of an encoded photo (an ArrayBuffer) as a dict, see `app.core.reading`."""
        return json.loads(await self._worker.measure_photo(photo))

    def _progress(self, event):
        report = json.loads(event.data)
        self._on_progress(report["step"], report["done"], report["total"])
