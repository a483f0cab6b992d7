"""The engine as the screen sees it: calls that are answered with JSON, a channel for its progress, and a watchdog."""

import asyncio
import json

from pyscript import document, window, workers
from pyscript.ffi import create_proxy

from app import messages
from app.core import codes
from app.ui.lending import Lender

NAME = "engine"
# Once all its parts have arrived, a worker that says nothing for so long will not come any more.
BOOT_PATIENCE_MS = 60000
# The longest photo takes some seconds on a slow phone; a worker that the system killed never answers.
CALL_PATIENCE_MS = 45000
GLANCE_MS = 500


class _Call:
    """One call that waits for its answer."""

    def __init__(self, patience_ms):
        self.answer = None
        self.answered = asyncio.Event()
        self.heard_ms = window.performance.now()
        self.patience_ms = patience_ms

    def end(self, answer):
        """The answer, or what stands in its place; only the first counts."""
        if self.answer is None:
            self.answer = answer
            self.answered.set()


class EngineClient:
    """Starts the engine and asks it for readings. Every call answers a dict; what fails answers {"error": ...}."""

    def __init__(self, on_progress, on_dead):
        """`on_progress(step, done, total)` is called while the engine starts, `on_dead()` when it has to be restarted:
        its worker crashed, or does not answer."""
        self._worker = self._lender = None
        self._on_progress = on_progress
        self._on_dead = on_dead
        self._calls = []
        self._parts_arrived = lambda: True
        # The first worker is the page's own; each restart has another.
        self._starts = 0
        self._channel = window.BroadcastChannel.new(messages.PROGRESS_CHANNEL)
        self._channel.addEventListener("message", create_proxy(self._progress))
        window.setInterval(create_proxy(self._watch), GLANCE_MS)

    async def start(self, parts_arrived):
        """Wait for Python in the worker, then load the networks.

        `parts_arrived()` tells whether everything has been downloaded: before that nobody knows how long it takes.
        """
        self._parts_arrived = parts_arrived
        return await self._wait_for(self._begin(), BOOT_PATIENCE_MS)

    def restart(self):
        """Let the worker go; the next `start` begins with a new one."""
        self._starts += 1
        self._worker = None
        old = document.querySelector('script[type="py"]')
        if getattr(old, "xworker", None):
            old.xworker.terminate()
        fresh = document.createElement("script")
        fresh.type = "py"
        fresh.setAttribute("worker", "")
        fresh.setAttribute("name", self._name())
        fresh.setAttribute("src", old.getAttribute("src"))
        old.replaceWith(fresh)

    async def measure_photo(self, photo, mirror):
        """The reading of an encoded photo, an ArrayBuffer, see `app.core.reading`."""
        return await self._ask("measure_photo", photo, mirror)

    async def measure_bitmap(self, bitmap, mirror):
        """The reading of a photo that the browser decoded, an ImageBitmap, which is closed."""
        return await self._ask_once("measure_bitmap", bitmap, mirror)

    async def look(self, frame):
        """What a frame of `app.ui.frame` shows, which is closed; see `app.engine.door`."""
        return await self._ask_once("look", frame)

    async def scan_begin(self, mirror):
        """Begin a scan; answers {"frames": n}."""
        return await self._ask("scan_begin", mirror)

    async def scan_frame(self, frame, guide):
        """Measure a scan's next frame; `guide` is the nail's box where a guide shows it, else None.

        Returns the answer, the frame, which was lent to the engine, and a thumbnail of it, an ImageData; None and None
        where the engine died with them.
        """
        return await self._ask_about("scan_frame", frame, json.dumps(guide) if guide else "")

    async def scan_end(self):
        """The reading of all frames."""
        return await self._ask("scan_end")

    async def scan_cancel(self):
        """Let go of a scan whose reading nobody wants."""
        return await self._ask("scan_cancel")

    async def self_test(self):
        """The golden values on this device, see `app.engine.door`."""
        return await self._ask("self_test")

    def _name(self):
        return NAME if self._starts == 0 else f"{NAME}-{self._starts}"

    async def _begin(self):
        if self._worker is None:
            self._on_progress(messages.STEP_PYTHON, 0, 1)
            self._worker = await workers[self._name()]
            self._lender = Lender(document.querySelector('script[type="py"]').xworker)
        return await self._worker.start()

    async def _ask_once(self, name, picture, *arguments):
        answer, picture, _thumbnail = await self._ask_about(name, picture, *arguments)
        if picture:
            picture.close()
        return answer

    async def _ask_about(self, name, picture, *arguments):
        lender = self._lender
        number = lender.lend(picture)
        answer = await self._ask(name, number, *arguments)
        picture, thumbnail = (None, None) if answer.get("dead") else await lender.returned(number)
        return answer, picture, thumbnail

    async def _ask(self, name, *arguments):
        async def call():
            return await getattr(self._worker, name)(*arguments)

        answer = await self._wait_for(call(), CALL_PATIENCE_MS)
        if answer.get("dead"):
            self._on_dead()
        return answer

    async def _wait_for(self, asking, patience_ms):
        call = _Call(patience_ms)

        async def run():
            try:
                call.end(json.loads(await asking))
            except Exception as error:
                # Errors of measuring come as data: what is thrown is the worker's own end.
                call.end(_failure(str(error)))

        self._calls.append(call)
        asyncio.create_task(run())
        await call.answered.wait()
        self._calls.remove(call)
        return call.answer

    def _watch(self, *_arguments):
        now_ms = window.performance.now()
        for call in self._calls:
            if not self._parts_arrived():
                call.heard_ms = now_ms
            elif now_ms - call.heard_ms > call.patience_ms:
                call.end(_failure("the engine does not answer"))

    def _progress(self, event):
        for call in self._calls:
            call.heard_ms = window.performance.now()
        report = json.loads(event.data)
        self._on_progress(report["step"], report["done"], report["total"])


def _failure(message):
    return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": message}, "dead": True}
