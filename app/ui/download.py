"""The first visit's download, counted byte by byte: the browser tells nobody how far a worker's own fetches are.

Every part of the engine is asked for once here, and the worker, which wants the same parts at the same time, gets
them from the browser's cache.
"""

import asyncio
import json

from pyscript import window

# What the engine needs before it can measure.
ENGINE_FOLDERS = ("vendor/pyodide/", "vendor/wheels/", "vendor/ort/", "models/")
AT_ONCE = 3


class Download:
    """How many of how many bytes have come."""

    def __init__(self, on_progress):
        """`on_progress(bytes, total_bytes)` is called as they come."""
        self._on_progress = on_progress
        self._bytes = 0
        self._total_bytes = 0
        self.arrived = False

    async def run(self):
        """Count until all is there. A part that fails is left to whoever needs it, which says so."""
        try:
            if getattr(window.navigator, "serviceWorker", None) and window.navigator.serviceWorker.controller:
                # Everything lies on the device.
                return
            built = json.loads(await (await window.fetch("./build.json")).text())
            waiting = []
            for path, entry in built["files"].items():
                if path.startswith(ENGINE_FOLDERS):
                    waiting.append(path)
                    self._total_bytes += entry["bytes"]
            await asyncio.gather(*[self._fetch_all(waiting) for _ in range(AT_ONCE)])
        except Exception:
            # Only the counting failed.
            return
        finally:
            self.arrived = True

    async def _fetch_all(self, waiting):
        while waiting:
            response = await window.fetch("./" + waiting.pop())
            reader = response.body.getReader()
            while True:
                part = await reader.read()
                if part.done:
                    break
                self._bytes += part.value.length
                self._on_progress(self._bytes, self._total_bytes)
