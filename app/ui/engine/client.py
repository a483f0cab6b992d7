"""The engine as the screen sees it: calls that are answered with JSON, its progress, and a watchdog."""

import asyncio
import json

from pyscript import document, workers

from app.shared import codes, messages
from app.ui.browser.attempts import BrowserError
from app.ui.browser.page import listen
from app.ui.browser.patience import TookTooLongError, Wait
from app.ui.engine.lending import Lender, let_go

NAME = "engine"
WORKER = 'script[type="py"]'
# Once all its parts have arrived, a worker that says nothing at all for so long has got stuck, as now and then one does
# in Firefox on a busy machine; another one helps.
FIRST_SIGN_MS = 20000
# One that works may say nothing for longer, on a slow phone.
BOOT_PATIENCE_MS = 60000
CREATION_S = 0.02
# The longest photo takes some seconds on a slow phone; a worker that the system killed never answers.
CALL_PATIENCE_MS = 45000


class EngineClient:
    """Starts the engine and asks it for readings. Every call answers a dict; what fails answers {"error": ...}."""

    def __init__(self, on_progress, on_again, on_dead):
        """`on_progress(step, done, total)` is called while the engine starts, `on_again()` when a start got stuck and
        another one begins, `on_dead()` when it has to be restarted: its worker crashed, or does not answer."""
        self._worker = self._lender = None
        self._on_progress = on_progress
        self._on_again = on_again
        self._on_dead = on_dead
        # What is waited for now, of this worker.
        self._waits = []
        self._parts_arrived = lambda: True
        # The first worker is the page's own; each start after it has another.
        self._starts = 0
        self._ended = False
        # Whether a start that gets stuck is begun again.
        self._may_begin_again = False

    async def start(self, parts_arrived):
        """Wait for Python in the worker, then load the networks; one start at a time.

        `parts_arrived()` tells whether everything has been downloaded: before that nobody knows how long it takes.
        A start that gets stuck is begun once more. Where that fails, too, the next start has a new worker again: what
        the old one hangs on would hang again.
        """
        self._parts_arrived = parts_arrived
        self._may_begin_again = True
        answer = await self._wait_for(self._begin(), FIRST_SIGN_MS)
        self._may_begin_again = False
        if answer.get("silent"):
            self.end()
            self._on_again()
            answer = await self._wait_for(self._begin(), BOOT_PATIENCE_MS)
        if "error" in answer:
            self.end()
        return answer

    def end(self):
        """Let the worker go, and whoever waits for it; the next `start` begins with a new one."""
        self._ended = True
        self._starts += 1
        self._worker = None
        if self._lender is not None:
            self._lender.close()
        self._end_waits()
        old = document.querySelector(WORKER)
        if getattr(old, "xworker", None):
            old.xworker.terminate()

    async def measure_photo(self, photo, mirror):
        """The reading of an encoded photo, see `app.core.reading`, and the upright picture that was measured.

        `photo` is an ArrayBuffer, which is empty from now on; the picture is an ImageData, None where there is none.
        """
        answer, _file, picture = await self._ask_about("measure_photo", photo, mirror)
        return answer, picture

    async def look(self, frame):
        """What a frame of `app.ui.camera.frame` shows, which is closed; see `app.engine.door`."""
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
        if self._ended:
            self._ended = False
            self._replace_worker()
        number = self._starts
        self._on_progress(messages.STEP_PYTHON, 0, 1)
        by_message = await self._created(number)
        listen(by_message, "message", lambda event: number == self._starts and self._progress(event))
        worker = await workers[self._name()]
        if number != self._starts:
            raise TookTooLongError("another start has begun")
        self._lender = Lender(by_message)
        self._worker = worker
        return await worker.start()

    async def _created(self, number):
        """The browser's own worker, as soon as PyScript has made it."""
        script = document.querySelector(WORKER)
        while not getattr(script, "xworker", None):
            await asyncio.sleep(CREATION_S)
            if number != self._starts:
                raise TookTooLongError("another start has begun")
        return script.xworker

    def _replace_worker(self):
        """PyScript starts a worker for every new element of this kind."""
        old = document.querySelector(WORKER)
        fresh = document.createElement("script")
        fresh.type = "py"
        fresh.setAttribute("worker", "")
        fresh.setAttribute("name", self._name())
        fresh.setAttribute("src", old.getAttribute("src"))
        old.replaceWith(fresh)

    async def _ask_once(self, name, picture, *arguments):
        answer, picture, _thumbnail = await self._ask_about(name, picture, *arguments)
        let_go(picture)
        return answer

    async def _ask_about(self, name, picture, *arguments):
        if self._worker is None:
            let_go(picture)
            return _failure("the engine has ended"), None, None
        lender = self._lender
        try:
            number = lender.lend(picture)
        except BrowserError as error:
            return _error(f"the picture cannot be handed over ({error})"), None, None
        answer = await self._ask(name, number, *arguments)
        if answer.get("dead"):
            lender.give_up(number)
            return answer, None, None
        picture, thumbnail = await lender.returned(number)
        return answer, picture, thumbnail

    async def _ask(self, name, *arguments):
        worker = self._worker
        if worker is None:
            return _failure("the engine has ended")

        async def call():
            return await getattr(worker, name)(*arguments)

        answer = await self._wait_for(call(), CALL_PATIENCE_MS)
        if answer.get("dead") and worker is self._worker:
            self._on_dead()
        return answer

    async def _wait_for(self, asking, patience_ms):
        wait = Wait(patience_ms, paused=lambda: not self._parts_arrived())
        self._waits.append(wait)
        try:
            return json.loads(await wait.of(asking))
        except TookTooLongError:
            failure = _failure("the engine does not answer")
            failure["silent"] = True
            return failure
        except Exception as error:
            # Errors of measuring come as data: what is thrown is the worker's own end.
            return _failure(str(error))
        finally:
            self._waits.remove(wait)

    def _progress(self, event):
        said = event.data
        if not isinstance(said, str) or not said.startswith(messages.PROGRESS):
            # A picture that comes back, or PyScript's own.
            return
        # Before Python is there, it is a sign of life and no more.
        report = said[len(messages.PROGRESS) :]
        report = json.loads(report) if report else None
        if report == messages.STUCK:
            if self._may_begin_again and self._parts_arrived():
                self._end_waits()
            return
        for wait in self._waits:
            wait.renew(BOOT_PATIENCE_MS)
        if report:
            self._on_progress(report["step"], report["done"], report["total"])

    def _end_waits(self):
        for wait in list(self._waits):
            wait.end(TookTooLongError("the engine has ended"))


def _error(message):
    return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": message}}


def _failure(message):
    failure = _error(message)
    failure["dead"] = True
    return failure
