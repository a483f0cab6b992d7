"""The engine as the screen sees it: calls that are answered with JSON, and a channel for its progress."""

import asyncio
import json

from pyscript import window, workers
from pyscript.ffi import create_proxy

from app import messages
from app.core import codes

# Once all its parts have arrived, a worker that says nothing for so long will not come any more.
PATIENCE_MS = 60000
GLANCE_S = 0.25


class EngineClient:
    """Starts the engine and asks it for readings. Every call answers a dict; what fails answers {"error": ...}."""

    def __init__(self, on_progress):
        """`on_progress(step, done, total)` is called while the engine starts."""
        self._worker = None
        self._on_progress = on_progress
        self._heard_ms = 0
        self._channel = window.BroadcastChannel.new(messages.PROGRESS_CHANNEL)
        self._channel.addEventListener("message", create_proxy(self._progress))

    async def start(self, parts_arrived):
        """Wait for Python in the worker, then load the networks.

        `parts_arrived()` tells whether everything has been downloaded: before that nobody knows how long it takes.
        """
        answer = []

        async def begin():
            try:
                if self._worker is None:
                    self._on_progress(messages.STEP_PYTHON, 0, 1)
                    self._worker = await workers["engine"]
                answer.append(json.loads(await self._worker.start(window.document.baseURI)))
            except Exception as error:
                answer.append(_failure(error))

        asyncio.create_task(begin())
        self._heard_ms = window.performance.now()
        while not answer:
            await asyncio.sleep(GLANCE_S)
            if not parts_arrived():
                self._heard_ms = window.performance.now()
            elif window.performance.now() - self._heard_ms > PATIENCE_MS:
                return _failure("the engine did not start; reload the page")
        return answer[0]

    async def measure_photo(self, photo, mirror):
        """The reading of an encoded photo, an ArrayBuffer, see `app.core.reading`."""
        return await self._ask("measure_photo", photo, mirror)

    async def measure_bitmap(self, bitmap, mirror):
        """The reading of a photo that the browser decoded, an ImageBitmap."""
        return await self._ask("measure_bitmap", bitmap, mirror)

    async def look(self, bitmap):
        """What a camera frame shows, see `app.engine.door`."""
        return await self._ask("look", bitmap)

    async def scan_begin(self, mirror):
        """Begin a scan; answers {"frames": n}."""
        return await self._ask("scan_begin", mirror)

    async def scan_frame(self, bitmap, guide):
        """Measure a scan's next frame; `guide` is the nail's box where a guide shows it, else None."""
        return await self._ask("scan_frame", bitmap, json.dumps(guide) if guide else "")

    async def scan_end(self):
        """The reading of all frames."""
        return await self._ask("scan_end")

    async def _ask(self, name, *arguments):
        try:
            return json.loads(await getattr(self._worker, name)(*arguments))
        except Exception as error:
            return _failure(error)

    def _progress(self, event):
        self._heard_ms = window.performance.now()
        report = json.loads(event.data)
        self._on_progress(report["step"], report["done"], report["total"])


def _failure(error):
    return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": str(error)}}
