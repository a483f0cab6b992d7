"""The first visit's download, counted byte by byte: the browser tells nobody how far a worker's own fetches are.

Every large part of the engine is asked for once here, and the worker, which wants the same parts at the same time,
gets them from the browser's cache. Which parts those are the build has written down (building/contents.py).

That unpacks each part twice, which holds the start up. So it begins at once only where the line is slow, else where
somebody has waited for a while, and not at all where the engine is ready by then.
"""

import asyncio
import json

from pyscript import window
from pyscript.ffi import create_proxy, to_js

from app.ui.browser import service_worker, tasks
from app.ui.browser.patience import within
from app.ui.browser.place import here

# A line is slow on which the largest file of the screen came with fewer bytes a second: all the rest takes 9 s then.
SLOW_BYTES_A_S = 1000000
LARGEST_OF_THE_SCREEN = "/micropython.wasm"
# Counting begins so many times as long after the page as the page took, which tells how slow device and network are;
COUNT_AFTER_TIMES = 4
COUNT_AFTER_MS = (3000, 10000)
# and, where what Python starts from comes before that, once the engine takes so many times as long as that took.
COUNT_AFTER_PYTHON_TIMES = 3
# Smaller parts are not counted; all together they are half a percent. The worker asks for such a part while it still
# comes, and the browser would then fetch it twice.
SMALL_BYTES = 100000
# When nothing has come for so long, the person is told.
STALLED_S = 15
# When nothing has come for so long, nothing more is expected: the engine's own patience begins (engine_client.py).
GIVEN_UP_S = 90
# A connection that brings nothing for so long is left for another one; one that breaks off, after a moment.
DEAD_MS = 30000
RETRY_S = 2
GLANCE_S = 1


class Download:
    """How many of how many bytes have come."""

    def __init__(self, on_progress):
        """`on_progress(bytes, total_bytes, stalled)` is called as they come, and when they stop coming or go on."""
        self._on_progress = on_progress
        self._bytes = 0
        self._total_bytes = 0
        self._stalled = self._ended = False
        self._counts = False
        self._count_at_ms = 0
        # Parts that have not come yet.
        self._left = 0
        self._clock = None
        # How long nothing has come, not counting when the page slept.
        self._silent_s = 0

    def arrived(self):
        """Whether all is there, or nobody expects any more that the rest comes."""
        return self._ended or self._silent_s > GIVEN_UP_S

    def python_came(self):
        """The worker has all that Python starts from; what is not counted yet waits for longer."""
        self._count_at_ms = max(self._count_at_ms, COUNT_AFTER_PYTHON_TIMES * window.performance.now())

    def needless(self):
        """The engine is ready, or will not be: what is not counted yet is not counted any more."""
        if not self._counts:
            self._ended = True

    async def run(self):
        """Count until then. A part that the host does not have is left to whoever needs it, which says so."""
        missing = await self._missing()
        if missing != [] and not _line_is_slow():
            await self._has_waited()
        if self._ended:
            return
        self._counts = True
        self._clock = window.setInterval(create_proxy(self._glance), GLANCE_S * 1000)
        try:
            waiting = await self._parts(missing)
        except Exception:
            # Only the counting failed.
            waiting = []
        self._total_bytes = sum([length for _path, length in waiting])
        self._left = len(waiting)
        # All at once: the browser knows how many connections are good, and what it was not asked for is not counted.
        # Of the list, which is in order of the alphabet, the last come first: they are Python's, which takes longest.
        for path, length in reversed(waiting):
            tasks.run(self._come(path, length))
        self._end_if_all_came()

    async def _has_waited(self):
        """Until somebody has waited for the engine for a while, or needs to no longer."""
        least_ms, most_ms = COUNT_AFTER_MS
        now_ms = window.performance.now()
        self._count_at_ms = max(self._count_at_ms, now_ms + min(max(COUNT_AFTER_TIMES * now_ms, least_ms), most_ms))
        while not self._ended and window.performance.now() < self._count_at_ms:
            await asyncio.sleep(GLANCE_S)

    async def _missing(self):
        """What of the app does not lie on the device; None where nothing does."""
        if not service_worker.controller():
            return None
        answer = await service_worker.ask(service_worker.VERSION)
        return list(answer.missing) if answer else []

    async def _parts(self, missing):
        """[(path, bytes)] of what has to come through the network before anything can be measured."""
        if missing == []:
            return []
        built = await self._build()
        paths = [path for path in built["first_visit"] if missing is None or path in missing]
        parts = [(path, built["files"][path]["bytes"]) for path in paths]
        return [(path, length) for path, length in parts if length >= SMALL_BYTES]

    async def _build(self):
        """What build.json says. Where the host has none, the engine says what is missing."""
        while True:
            try:
                response = await within(DEAD_MS, window.fetch(here("build.json")))
                text = await within(DEAD_MS, response.text())
                break
            except Exception:
                if self.arrived():
                    raise
                await asyncio.sleep(RETRY_S)
        return json.loads(text)

    async def _come(self, path, length):
        while not self.arrived() and not await self._fetch(path, length):
            await asyncio.sleep(RETRY_S)
        self._left -= 1
        self._end_if_all_came()

    def _end_if_all_came(self):
        if self._left == 0:
            window.clearInterval(self._clock)
            self._ended = True

    async def _fetch(self, path, length):
        """Count one part; whether that came to an end."""
        counted = 0
        leaving = window.AbortController.new()
        try:
            response = await within(DEAD_MS, window.fetch(here(path), to_js({"signal": leaving.signal})))
            if not response.ok:
                self._count(length)
                return True
            reader = response.body.getReader()
            while True:
                part = await within(DEAD_MS, reader.read())
                if part.done:
                    return True
                counted += part.value.length
                self._count(part.value.length)
        except Exception:
            # Broken off, or nothing comes any more: from the beginning.
            leaving.abort()
            self._bytes -= counted
            return False

    def _count(self, length):
        self._bytes += length
        self._silent_s = 0
        self._stalled = False
        self._on_progress(self._bytes, self._total_bytes, False)

    def _glance(self, *_arguments):
        self._silent_s += GLANCE_S
        if self._silent_s > STALLED_S and not self._stalled:
            self._stalled = True
            self._on_progress(self._bytes, self._total_bytes, True)


def _line_is_slow():
    """By what the screen is made of; False where the browser does not say how large that was."""
    for entry in window.performance.getEntriesByType("resource"):
        if entry.name.endswith(LARGEST_OF_THE_SCREEN) and entry.encodedBodySize:
            taken_s = (entry.responseEnd - entry.requestStart) / 1000
            return entry.encodedBodySize < SLOW_BYTES_A_S * taken_s
    return False
