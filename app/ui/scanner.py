"""A scan: frames taken on the camera's clock, measured while the next ones come, and one reading in the end."""

import asyncio
import gc

from pyscript import document, window

from app import words
from app.core.codes import TRANSFER
from app.lent import size_of
from app.ui import overlay
from app.ui.frame import draw, frame_of
from app.ui.page import add, announce, element, set_text, show

FRAME_INTERVAL_MS = 80
# Frames that wait to be measured, at most: each is some megabytes, and a camera has about ten.
MOST_WAITING = 3
# Frames that the engine has been asked about and has not answered, at most.
MOST_ASKED = 2


class Scanner:
    """One scan at a time."""

    def __init__(self, engine, settings):
        self._engine = engine
        self._settings = settings
        self._stopped = None
        # Of the last scan, for the debug panel: {"hb_g_dl", "reason", "thumbnail"} a frame, and milliseconds by stage.
        self.frames, self.stages = [], []

    def stop(self, reason):
        """End the scan without a reading; `run` then returns (None, reason)."""
        if self._stopped is None:
            self._stopped = reason

    async def run(self, video, guided):
        """Scan what the video shows.

        Returns the reading and None, or None and the reason given to `stop`. The picture that the reading's boxes
        belong to is in the page's #still.
        """
        self._stopped = None
        self.frames, self.stages = [], []
        begun = await self._engine.scan_begin(self._settings["mirror"])
        if "error" in begun:
            return begun, None
        total = begun["frames"]
        self._show_progress(0, total)
        show("scan")
        # Frames that wait to be asked about, questions to the engine, and thumbnails of those that it has not read yet.
        waiting, asked, unread = [], [], []
        taking = asyncio.create_task(self._take(video, total, waiting))
        finished, done, failure, before_ms = False, 0, None, 0
        self._most_nails = -1
        try:
            while not finished and self._stopped is None:
                # The next frame is on its way while the engine is busy with this one.
                while waiting and len(asked) < MOST_ASKED:
                    asked.append(self._ask(waiting.pop(0), guided))
                if not asked:
                    await asyncio.sleep(0.005)
                    continue
                asked_ms, answer = asked.pop(0)
                seen, frame, thumbnail = await answer
                answered_ms = window.performance.now()
                if "error" in seen:
                    failure = seen
                    _close([frame])
                    break
                await self._show_still(frame, seen["nails"])
                unread.append(thumbnail)
                seen["ms"][TRANSFER] = answered_ms - max(asked_ms, before_ms) - sum(seen["ms"].values())
                before_ms = answered_ms
                self.stages.append(seen["ms"])
                for read in seen["frames"]:
                    self._read(read, unread.pop(0))
                done += 1
                if not guided:
                    overlay.draw(seen, overlay.COVER)
                self._show_progress(done, total)
                finished = seen["finished"] or done == total
        finally:
            stopped, self._stopped = self._stopped, self._stopped or "finished"
            await taking
            _close(waiting)
            for _asked_ms, answer in asked:
                _close([(await answer)[1]])
            show("scan", False)
            # Until then MicroPython holds the pictures' objects of the browser, and with them their memory.
            gc.collect()
        if failure:
            return failure, None
        if stopped is not None:
            return None, stopped
        set_text("scan-words", words.say("scan-finishing"))
        return await self._engine.scan_end(), None

    def _ask(self, frame, guided):
        """When a frame was handed over, and the answer to come."""
        guide = overlay.guide_box(*size_of(frame)) if guided else None
        return window.performance.now(), asyncio.create_task(self._engine.scan_frame(frame, guide))

    async def _take(self, video, total, waiting):
        taken = 0
        due_ms = window.performance.now()
        while taken < total and self._stopped is None:
            if len(waiting) < MOST_WAITING:
                try:
                    waiting.append(await frame_of(video))
                    taken += 1
                except Exception:
                    # Between two cameras, or while a device is turned, there is no picture for a moment.
                    pass
            due_ms = max(due_ms + FRAME_INTERVAL_MS, window.performance.now() - FRAME_INTERVAL_MS)
            await asyncio.sleep(max(0.0, due_ms - window.performance.now()) / 1000)

    async def _show_still(self, frame, nails):
        """Keep the picture that the reading's boxes belong to: the first frame with most nails; the frame is closed."""
        usable = len([nail for nail in nails if nail["reason"] is None])
        if usable > self._most_nails:
            self._most_nails = usable
            await draw(frame, element("still"))
        frame.close()

    def _read(self, read, thumbnail):
        """The engine has read this frame."""
        canvas = document.createElement("canvas")
        canvas.width, canvas.height = thumbnail.width, thumbnail.height
        canvas.getContext("2d").putImageData(thumbnail, 0, 0)
        self.frames.append({"hb_g_dl": read["hb_g_dl"], "reason": read["reason"], "thumbnail": canvas})
        add(element("dots"), "li", class_="used" if read["reason"] is None else "unused")

    def _show_progress(self, done, total):
        if done == 0:
            element("dots").replaceChildren()
        text = words.say("scan-frame", done=done, total=total)
        set_text("scan-words", text)
        bar = element("scan-progress")
        bar.setAttribute("aria-valuenow", str(done))
        bar.setAttribute("aria-valuemax", str(total))
        element("ring").setAttribute("stroke-dasharray", f"{100 * done / total} 100")
        if done in (0, total // 2, total):
            announce(text)


def _close(frames):
    for frame in frames:
        if frame:
            frame.close()
