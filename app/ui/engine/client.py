"""The engine as the screen sees it: calls that are answered with a dict, its progress, and a watchdog."""

import asyncio

from pyscript import document

from app.shared import codes, messages, port
from app.ui.browser.attempts import BrowserError
from app.ui.browser.patience import TookTooLongError, Wait
from app.ui.engine.port import Port, let_go

WORKER = 'script[type="py"]'
# Once all its parts have arrived, a worker that says nothing at all for so long has got stuck; another one helps.
FIRST_SIGN_MS = 20000
# One that says that it is stuck is replaced more often, and so is one that never gets the networks' own worker, which
# takes a millisecond elsewhere: in Firefox with all cores busy it waited without end in three starts of a hundred.
MOST_STARTS = 4
OPENING_MS = 8000
# One that works may say nothing for longer, on a slow phone.
BOOT_PATIENCE_MS = 60000
CREATION_S = 0.02
# The longest photo takes some seconds on a slow phone; a worker that the system killed never answers.
CALL_PATIENCE_MS = 45000


class EngineError(Exception):
    """It has ended, by itself or because another start has begun."""


class StuckError(TookTooLongError):
    """The worker says that it waits for something that does not come."""


class EngineClient:
    """Starts the engine and asks it for readings. Every call answers a dict; what fails answers {"error": ...}."""

    def __init__(self, on_progress, on_again, on_dead):
        """`on_progress(step, done, total)` is called while the engine starts, `on_again()` when a start got stuck and
        another one begins, `on_dead()` when it has to be restarted: its worker crashed, or does not answer."""
        self._port = None
        self._on_progress = on_progress
        self._on_again = on_again
        self._on_dead = on_dead
        # What is waited for now, of this worker.
        self._waits = []
        self._parts_arrived = lambda: True
        # The first worker is the page's own; each start after it has another.
        self._starts = 0
        self._ended = False
        # Whether the worker now waits for the networks' own, and hears nothing meanwhile.
        self._opening = False
        # Whether a start that gets stuck is begun again.
        self._may_begin_again = False

    async def start(self, parts_arrived):
        """Wait for Python in the worker, then load the networks; one start at a time.

        `parts_arrived()` tells whether everything has been downloaded: before that nobody knows how long it takes.
        A start that says nothing is begun once more, one that says that it is stuck more often. Where that fails, too,
        the next start has a new worker again: what the old one hangs on would hang again.
        """
        self._parts_arrived = parts_arrived
        for number in range(MOST_STARTS):
            self._may_begin_again = number < MOST_STARTS - 1
            patience_ms = BOOT_PATIENCE_MS if number else FIRST_SIGN_MS
            answer = (await self._wait_for(self._begin(), patience_ms))[0]
            if not answer.get("stuck") and (number or not answer.get("silent")):
                break
            self.end()
            self._on_again()
        self._may_begin_again = False
        if "error" in answer:
            self.end()
        return answer

    def end(self):
        """Let the worker go, and whoever waits for it; the next `start` begins with a new one."""
        self._ended = True
        self._starts += 1
        if self._port is not None:
            self._port.close()
            self._port = None
        self._end_waits("the engine has ended")
        old = document.querySelector(WORKER)
        if getattr(old, "xworker", None):
            old.xworker.terminate()

    async def measure_photo(self, photo, mirror):
        """The reading of an encoded photo, see `app.core.reading`, and the upright picture that was measured.

        `photo` is an ArrayBuffer, which is empty from now on; the picture is an ImageData, None where there is none.
        """
        answer, _file, picture = await self._ask(port.MEASURE_PHOTO, photo, mirror=mirror)
        return answer, picture

    async def look(self, frame):
        """What a frame of `app.ui.camera.frame` shows, which is closed; see `app.engine.door`."""
        answer, frame, _thumbnail = await self._ask(port.LOOK, frame)
        let_go(frame)
        return answer

    async def scan_begin(self, mirror):
        """Begin a scan; answers {"frames": n, "least": m}."""
        return (await self._ask(port.SCAN_BEGIN, mirror=mirror))[0]

    async def scan_frame(self, frame, guide):
        """Measure a scan's next frame; `guide` is the nail's box where a guide shows it, else None.

        Returns the answer, the frame, which was lent to the engine, and a thumbnail of it, an ImageData; None and None
        where the engine died with them.
        """
        return await self._ask(port.SCAN_FRAME, frame, guide=guide or [])

    async def scan_end(self, late):
        """The reading of all frames; `late`: there was no time for more."""
        return (await self._ask(port.SCAN_END, late=late))[0]

    async def scan_cancel(self):
        """Let go of a scan whose reading nobody wants."""
        return (await self._ask(port.SCAN_CANCEL))[0]

    async def self_test(self):
        """The golden values on this device, see `app.engine.door`."""
        return (await self._ask(port.SELF_TEST))[0]

    async def _begin(self):
        if self._ended:
            self._ended = False
            _replace_worker()
        self._opening = False
        number = self._starts
        self._on_progress(messages.STEP_PYTHON, 0, 1)
        there = self._port = Port(await self._created(number), self._progressed, self._signed, self._crashed)
        await there.listening()
        return await there.answer(there.ask(port.START, None, {}))

    async def _created(self, number):
        """The browser's own worker, as soon as PyScript has made it."""
        script = document.querySelector(WORKER)
        while not getattr(script, "xworker", None):
            await asyncio.sleep(CREATION_S)
            if number != self._starts:
                raise EngineError("another start has begun")
        return script.xworker

    async def _ask(self, name, picture=None, **arguments):
        """The answer to a call, the picture that was lent for it, and a thumbnail of it, or None."""
        there = self._port
        if there is None:
            let_go(picture)
            return _failure("the engine has ended"), None, None
        try:
            number = there.ask(name, picture, arguments)
        except BrowserError as error:
            return _error(f"the picture cannot be handed over ({error})"), None, None
        answered = await self._wait_for(there.answer(number), CALL_PATIENCE_MS)
        if answered[0].get("dead"):
            there.give_up(number)
            if there is self._port:
                self._on_dead()
        return answered

    async def _wait_for(self, asking, patience_ms):
        wait = Wait(patience_ms, paused=lambda: not self._parts_arrived())
        self._waits.append(wait)
        try:
            return await wait.of(asking)
        except TookTooLongError as error:
            failure = _failure("the engine does not answer")
            failure["silent"] = True
            failure["stuck"] = self._opening or isinstance(error, StuckError)
        except (EngineError, BrowserError) as error:
            failure = _failure(str(error))
        finally:
            self._waits.remove(wait)
        return failure, None, None

    def _progressed(self, report):
        self._renew(BOOT_PATIENCE_MS)
        self._on_progress(report.step, report.done, report.total)

    def _signed(self, sign):
        # Before Python is there, a sign of life is all that comes.
        if sign == port.AWAKE and self._may_begin_again:
            self._opening = True
            self._renew(OPENING_MS)
        elif sign == port.ALIVE:
            self._opening = False
            self._renew(BOOT_PATIENCE_MS)
        elif sign == port.CAME:
            self._on_progress(messages.STEP_PYTHON, 1, 1)
        elif sign == port.STUCK and self._may_begin_again and self._parts_arrived():
            for wait in list(self._waits):
                wait.end(StuckError())

    def _crashed(self, reason):
        self._end_waits(reason)
        self._on_dead()

    def _renew(self, patience_ms):
        for wait in self._waits:
            wait.renew(patience_ms)

    def _end_waits(self, reason):
        for wait in list(self._waits):
            wait.end(EngineError(reason))


def _replace_worker():
    """PyScript starts a worker for every new element of this kind."""
    old = document.querySelector(WORKER)
    fresh = document.createElement("script")
    fresh.type = "py"
    fresh.setAttribute("worker", "")
    fresh.setAttribute("src", old.getAttribute("src"))
    old.replaceWith(fresh)


def _error(message):
    return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": message}}


def _failure(message):
    failure = _error(message)
    failure["dead"] = True
    return failure
