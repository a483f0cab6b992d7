"""A scan: frames taken on the camera's clock, measured while the next ones come, and one reading in the end.

It ends in time on any device, see `app.shared.deadline`: with fewer frames, or with the word that the device is slow.
"""

import asyncio
import gc

from pyscript import document, window

from app.shared import codes, words
from app.shared.bitmaps import size_of
from app.shared.deadline import LIMIT_MS, Deadline
from app.ui.browser import tasks
from app.ui.browser.attempts import BrowserError
from app.ui.browser.page import add, announce, element, set_text, show
from app.ui.browser.patience import TookTooLongError, Wait
from app.ui.camera.frame import draw
from app.ui.camera.taking import Taking
from app.ui.screens import overlay, stage

# The engine's own watchdog says earlier that it is silent.
ANSWER_MS = 120000
GLANCE_S = 0.005
# What stops a scan that nobody stopped.
FINISHED = "finished"
_TOO_SLOW = {"error": {"code": codes.TOO_SLOW, "message": ""}}


class StoppedError(Exception):
    """Somebody called `stop`."""


class Scanner:
    """One scan at a time."""

    def __init__(self, engine, settings):
        self._engine = engine
        self._settings = settings
        self._stopped = FINISHED
        self._asked_ms = 0
        self._wait = None
        # Whether the engine still has something of a scan that was left.
        self._leaving = False
        # Of the last scan, for the debug panel: {"hb_g_dl", "reason", "thumbnail"} a frame, and milliseconds by stage.
        self.frames, self.stages = [], []

    def ask(self):
        """A scan is asked for: from now on `stop` holds, however long it takes until `run`."""
        self._stopped = None
        self._asked_ms = window.performance.now()

    def stop(self, reason):
        """End the scan without a reading; `run` then returns (None, reason), at once."""
        if self._stopped is None:
            self._stopped = reason
            if self._wait is not None:
                self._wait.end(StoppedError())

    async def run(self, camera, guided, prepare):
        """Scan what the camera shows, once `prepare()`, a coroutine, has ended.

        Returns the reading and None, or None and the reason given to `stop`. The picture that the reading's boxes
        belong to is in the page's #still.
        """
        self.frames, self.stages = [], []
        self._dots, self._most_nails, self._size, self._wanted = [], -1, None, 0
        # Frames that the engine was asked about, and thumbnails of those that it has not read yet.
        asked, unread = [], []
        taking = Taking(camera, asked)
        kept = False
        stage.forget_still()
        try:
            reading = await self._begin(prepare)
            if "error" not in reading:
                deadline = Deadline(reading["frames"], reading["least"], _limit_ms())
                self._show_progress(0, deadline.total)
                show("scan")
                tasks.run(taking.run(deadline.total))
                reading = await self._measure(taking, deadline, guided, asked, unread)
            kept = "error" not in reading
            if kept:
                taking.end()
                reading = await self._conclude(unread, reading["late"], reading["limit_ms"])
            return reading, None
        except StoppedError:
            kept = False
            return None, self._stopped
        finally:
            self._stopped = FINISHED
            taking.end()
            show("scan", False)
            tasks.run(self._leave(asked, kept))

    async def _begin(self, prepare):
        await self._answer(prepare())
        while self._leaving and self._stopped is None:
            await asyncio.sleep(GLANCE_S)
        return await self._answer(self._engine.scan_begin(self._settings["mirror"]))

    async def _measure(self, taking, deadline, guided, asked, unread):
        """Have the frames measured.

        Answers the error that ended it, or {"late": whether there was no time for all, "limit_ms": how long the reading
        may take}.
        """
        done, before_ms, paused, late, total = 0, 0, False, False, deadline.total
        deadline.begin(self._asked_ms, window.performance.now())
        while done < total:
            if self._stopped is not None:
                raise StoppedError()
            if not deadline.has_room(done, len(asked)):
                late = True
                taking.end()
            # The next frame is on its way while the engine is busy with this one.
            while taking.waiting and not late:
                asked.append(self._ask(taking.waiting.pop(0), guided))
            if not asked:
                if taking.over:
                    break
                deadline.passed(window.performance.now(), False, taking.paused)
                if taking.muted_long:
                    self.stop(codes.CAMERA_MUTED)
                if paused != taking.paused:
                    paused = taking.paused
                    self._say_paused(paused, done, deadline)
                await asyncio.sleep(GLANCE_S)
                continue
            asked_ms, answer = asked[0]
            needed = done < deadline.least and deadline.slow
            try:
                seen, frame, thumbnail = await self._answer(answer, deadline.left_ms if needed else ANSWER_MS)
            except TookTooLongError:
                if needed:
                    return _TOO_SLOW
                raise
            asked.pop(0)
            answered_ms = window.performance.now()
            deadline.passed(answered_ms, not seen.get("repeated"), taking.paused)
            if "error" in seen:
                _close([frame])
                return seen
            seen["ms"][codes.TRANSFER] = answered_ms - max(asked_ms, before_ms) - sum(seen["ms"].values())
            before_ms = answered_ms
            if seen["repeated"]:
                _close([frame])
                taking.repeated += 1
            else:
                await self._show_still(frame, seen)
                unread.append(thumbnail)
                self.stages.append(seen["ms"])
                done += 1
                if not guided:
                    overlay.draw(seen, overlay.COVER)
                self._show_progress(done, deadline.expected(done))
                paused = False
            for read in seen["frames"]:
                self._read(read, thumbnail if read["reason"] == codes.FRAME_REPEATED else unread.pop(0))
            if seen["finished"]:
                late = False
                break
        if done == 0:
            return {"error": {"code": codes.CAMERA_FROZEN, "message": ""}}
        late = late and done < total
        if late:
            self._show_progress(done, done)
            announce(words.say("scan-finishing"))
        set_text("scan-words", words.say("scan-finishing"))
        # Of too few frames there is no reading to be waited for, only why there is none.
        in_vain = late and done < deadline.least
        return {"late": late, "limit_ms": deadline.left_ms if in_vain else ANSWER_MS}

    async def _conclude(self, unread, late, limit_ms):
        try:
            reading = await self._answer(self._engine.scan_end(late), limit_ms)
        except TookTooLongError:
            if limit_ms == ANSWER_MS:
                raise
            return _TOO_SLOW
        for read in reading.get("frames", []):
            self._read(read, unread.pop(0))
        # Only now is it known which frames are far from the others.
        for index, reason in enumerate(reading["scan"]["reasons"] if "scan" in reading else []):
            self.frames[index]["reason"] = reason
            self._dots[index].className = "used" if reason is None else "unused"
        return reading

    async def _answer(self, awaited, limit_ms=ANSWER_MS):
        """What the coroutine or task gives.

        Raises:
            StoppedError: somebody stops the scan, or has stopped it.
            TookTooLongError: nothing came in time.
        """
        if self._stopped is not None:
            # Nobody waits for a coroutine that was not begun.
            raise StoppedError()
        self._wait = Wait(limit_ms)
        try:
            return await self._wait.of(awaited)
        finally:
            self._wait = None

    def _ask(self, frame, guided):
        """When a frame was handed over, and the answer to come."""
        guide = overlay.guide_box(*size_of(frame)) if guided else None
        return window.performance.now(), asyncio.create_task(self._engine.scan_frame(frame, guide))

    async def _leave(self, asked, kept):
        """Close what is still with the engine, and where there is no reading, have it let go of the scan."""
        self._leaving, dead = True, False
        try:
            for _asked_ms, answer in asked:
                seen, frame, _thumbnail = await answer
                _close([frame])
                dead = dead or "dead" in seen
            if not kept and not dead:
                await self._engine.scan_cancel()
        finally:
            self._leaving = False
        # Until then MicroPython holds the pictures' objects of the browser, and with them their memory.
        gc.collect()

    async def _show_still(self, frame, seen):
        """Keep the picture that the reading's boxes belong to: the first frame with most nails; the frame is closed."""
        usable = len([nail for nail in seen["nails"] if nail["reason"] is None])
        size = seen["width"], seen["height"]
        # Of another size nothing can be compared with what was there.
        if frame and (usable > self._most_nails or size != self._size):
            self._most_nails, self._size = usable, size
            try:
                await draw(frame, element("still"))
            except BrowserError:
                # The system has taken it back: one of the next will do.
                self._most_nails = -1
        _close([frame])

    def _read(self, read, thumbnail):
        """The engine has read this frame."""
        # It is lost where the frame did not come back.
        canvas = stage.canvas_of(thumbnail) if thumbnail else document.createElement("canvas")
        self.frames.append({"hb_g_dl": read["hb_g_dl"], "reason": read["reason"], "thumbnail": canvas})
        self._dots.append(add(element("dots"), "li", class_="used" if read["reason"] is None else "unused"))

    def _say_paused(self, paused, done, deadline):
        """The system holds the camera's picture back, or gives it again."""
        if paused:
            set_text("scan-words", words.say("scan-paused"))
        else:
            self._show_progress(done, deadline.expected(done))
        announce(element("scan-words").textContent)

    def _show_progress(self, done, total):
        """`total`: how many frames there will be, as it seems now."""
        if done == 0:
            self._wanted = total
            element("dots").replaceChildren()
        text = words.say("scan-frame" if total == self._wanted else "scan-frame-about", done=done, total=total)
        set_text("scan-words", text)
        bar = element("scan-progress")
        bar.setAttribute("aria-valuenow", str(done))
        bar.setAttribute("aria-valuemax", str(total))
        element("ring").setAttribute("stroke-dasharray", f"{100 * done / total} 100")
        if done in (0, self._wanted // 2, self._wanted):
            announce(text)


def _limit_ms():
    """How long a scan may last: `?scan-seconds=60` in the page's address, for who has the time, and for tests."""
    asked = window.URLSearchParams.new(window.location.search).get("scan-seconds")
    try:
        return 1000 * float(asked)
    except (TypeError, ValueError):
        return LIMIT_MS


def _close(frames):
    for frame in frames:
        if frame:
            frame.close()
