"""The screen's states: booting, ready, measuring, result, error; and the way from a photo to a reading."""

import asyncio

from pyscript import document, window
from pyscript.ffi import to_js

from app import messages, words
from app.ui import installation, result
from app.ui.engine_client import EngineClient
from app.ui.page import element, fill_words, on, set_text, show

# How far the boot is when a step begins, in percent: their share of the time on a phone.
STEP_BEGINS = {
    messages.STEP_PYTHON: 5,
    messages.STEP_NUMERICS: 60,
    messages.STEP_NETWORKS: 80,
    messages.STEP_READY: 100,
}


class Screen:
    """What the person sees. One photo at a time; one that comes early waits for the engine."""

    def __init__(self):
        self._engine = EngineClient(self._boot_progress)
        self._engine_ready = False
        self._waiting_photo = None
        self._photo_url = None
        # Counts photos, so that a late answer to an old one is not shown over a new one.
        self._turn = 0

    async def start(self):
        """Show the controls at once, then start the engine."""
        fill_words(words.SCREEN)
        on("photo-input", "change", self._photo_chosen)
        on("close-result", "click", lambda _event: self._to_start())
        on("error-again", "click", lambda _event: self._again())
        show("start")
        await self._start_engine()
        installation.start()

    async def _start_engine(self):
        document.body.setAttribute("data-engine", messages.ENGINE_LOADING)
        show("splash")
        try:
            answer = await self._engine.start()
        except Exception as error:
            answer = {"error": {"code": "model_unavailable", "message": str(error)}}
        if "error" in answer:
            document.body.setAttribute("data-engine", messages.ENGINE_FAILED)
            show("splash", False)
            self._show_error(answer["error"])
            return
        self._engine_ready = True
        document.body.setAttribute("data-engine", messages.ENGINE_READY)
        show("splash", False)
        if self._waiting_photo is not None:
            photo, self._waiting_photo = self._waiting_photo, None
            await self._measure(photo)
        elif self._state() == messages.STATE_BOOTING:
            self._set_state(messages.STATE_READY)

    def _boot_progress(self, step, done, total):
        element("boot-progress").value = STEP_BEGINS[step] + (
            10 * done / total if step == messages.STEP_NETWORKS else 0
        )
        waiting = " " + words.QUEUED if self._waiting_photo is not None else ""
        set_text("status", words.BOOT[step] + "…" + waiting)

    def _photo_chosen(self, event):
        files = event.target.files
        if files.length == 0:
            return
        photo = files.item(0)
        # The same photo can be chosen again: without this there would be no change event.
        asyncio.create_task(self._take(photo, event.target))

    async def _take(self, photo, chooser):
        self._show_photo(photo)
        buffer = await photo.arrayBuffer()
        chooser.value = ""
        if self._engine_ready:
            await self._measure(buffer)
        else:
            self._waiting_photo = buffer
            set_text("status", words.QUEUED)
            if document.body.getAttribute("data-engine") == messages.ENGINE_FAILED:
                await self._start_engine()

    async def _measure(self, buffer):
        self._turn += 1
        turn = self._turn
        self._set_state(messages.STATE_MEASURING)
        set_text("status", words.SCREEN["measuring"] + "…")
        element("boot-progress").removeAttribute("value")
        show("splash")
        try:
            reading = await self._engine.measure_photo(buffer)
        except Exception as error:
            reading = {"error": {"code": "model_unavailable", "message": str(error)}}
        if turn != self._turn:
            return
        show("splash", False)
        if "nails" in reading:
            result.draw_boxes(reading)
        if "error" in reading:
            self._show_error(reading["error"])
            return
        result.show_reading(reading)
        show("start", False)
        show("result")
        self._set_state(messages.STATE_RESULT)
        # The screen reader goes to the result, the eye begins at the photo.
        element("result").focus(to_js({"preventScroll": True}))
        window.scrollTo(0, 0)

    def _show_photo(self, photo):
        self._forget_photo()
        self._photo_url = window.URL.createObjectURL(photo)
        image = element("photo-image")
        image.src = self._photo_url
        image.alt = words.SCREEN["photo-alt"]
        show("photo")
        show("result", False)
        show("error", False)

    def _forget_photo(self):
        """Let go of the photo: nothing of it stays after its reading is closed."""
        element("photo-boxes").replaceChildren()
        show("photo", False)
        if self._photo_url:
            element("photo-image").removeAttribute("src")
            window.URL.revokeObjectURL(self._photo_url)
            self._photo_url = None

    def _show_error(self, error):
        title, way_out = words.ERRORS[error["code"]]
        set_text("error-title", title)
        message = error["message"]
        set_text("error-message", message[0].upper() + message[1:] + ".")
        set_text("error-way-out", way_out)
        show("error")
        show("start")
        show("result", False)
        self._set_state(messages.STATE_ERROR)

    def _again(self):
        show("error", False)
        if self._engine_ready:
            self._to_start()
            element("photo-input").click()
        else:
            self._set_state(messages.STATE_BOOTING)
            asyncio.create_task(self._start_engine())

    def _to_start(self):
        self._turn += 1
        self._forget_photo()
        show("result", False)
        show("error", False)
        show("start")
        self._set_state(messages.STATE_READY)

    def _state(self):
        return document.body.getAttribute("data-state")

    def _set_state(self, state):
        document.body.setAttribute("data-state", state)


def start():
    """Called by the page's one script."""
    asyncio.create_task(Screen().start())
