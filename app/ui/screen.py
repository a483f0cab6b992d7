"""The screen's states: booting, ready, scanning, measuring, result, error; and the ways between them."""

import asyncio

from pyscript import document, window
from pyscript.ffi import to_js

from app import messages, words
from app.core import codes
from app.ui import download, installation, overlay, photos, result
from app.ui.debug import Debug
from app.ui.engine_client import EngineClient
from app.ui.live import Live
from app.ui.page import announce, element, fill_words, listen, on, set_state, set_text, show, state
from app.ui.scanner import Scanner
from app.ui.settings import Settings, SettingsDialog
from app.ui.signals import Signals

# How far the boot is when a step begins, in percent: their share of the time on a phone.
STEP_BEGINS = {
    messages.STEP_PYTHON: 5,
    messages.STEP_NUMERICS: 60,
    messages.STEP_NETWORKS: 80,
    messages.STEP_READY: 100,
}
# Why a scan was stopped, besides `codes.SCAN_HIDDEN`, `SCAN_TURNED` and `CAMERA_LOST`.
CANCELLED = "cancelled"


class Screen:
    """What the person sees."""

    def __init__(self):
        self._settings = Settings()
        words.use(self._settings.language())
        self._engine = EngineClient(self._boot_progress)
        self._engine_ready = False
        self._download = download.Download(self._download_progress)
        self._downloaded = ""
        self._step = messages.STEP_PYTHON
        self._live = Live(self._engine, self._settings, self._scan, self._camera_lost)
        self._scanner = Scanner(self._engine, self._settings)
        self._signals = Signals(self._settings)
        self._photos = photos.Photos(self._photos_chosen, self._show_photo)
        self._installation = installation.Installation()
        self._dialog = SettingsDialog(self._settings, self._person_changed, self._language_changed)
        self._debug = Debug(self._settings)
        # The photos of one choice, and what is on the screen: a Photo, or the reading of a scan.
        self._chosen = []
        self._shown = None
        self._scanned = None
        # Counts choices of photos, so that a late answer to an old one is not shown over a new one.
        self._turn = 0

    async def start(self):
        """Show the controls at once, then start camera and engine side by side."""
        self._speak()
        on("capture", "click", lambda _event: self._scan())
        on("cancel-scan", "click", lambda _event: self._scanner.stop(CANCELLED))
        on("camera-stop", "click", lambda _event: self._live.turned_off())
        on("close-result", "click", lambda _event: self._to_start())
        on("retake", "click", lambda _event: self._retake())
        on("error-again", "click", lambda _event: self._again())
        on("auto-capture", "change", self._auto_changed)
        element("auto-capture").checked = self._settings["auto_capture"]
        listen(document, "keydown", self._key)
        listen(document, "visibilitychange", lambda _event: self._visibility())
        if getattr(window.screen, "orientation", None):
            listen(window.screen.orientation, "change", lambda _event: self._turned())
        self._show_start()
        asyncio.create_task(self._download.run())
        await self._start_engine()
        self._installation.start()

    # Engine

    async def _start_engine(self):
        document.body.setAttribute("data-engine", messages.ENGINE_LOADING)
        show("splash")
        answer = await self._engine.start(lambda: self._download.arrived)
        show("splash", False)
        if "error" in answer:
            document.body.setAttribute("data-engine", messages.ENGINE_FAILED)
            self._show_error(answer["error"])
            return
        self._engine_ready = True
        self._live.engine_ready, self._live.guided = True, not answer["finds_nails"]
        document.body.setAttribute("data-engine", messages.ENGINE_READY)
        self._debug.show_engine(answer)
        if self._chosen:
            await self._measure_all()
        elif state() == messages.STATE_BOOTING:
            set_state(messages.STATE_READY)
            self._live.look()

    def _boot_progress(self, step, done, total):
        share = 10 * done / total if step == messages.STEP_NETWORKS else 0
        element("boot-progress").value = STEP_BEGINS[step] + share
        self._step = step
        self._show_status()

    def _download_progress(self, done_bytes, total_bytes):
        done, total = words.number(done_bytes / 1e6), words.number(total_bytes / 1e6)
        self._downloaded = words.say("boot.of", done=done, total=total)
        if self._step == messages.STEP_PYTHON:
            begun, ends = STEP_BEGINS[messages.STEP_PYTHON], STEP_BEGINS[messages.STEP_NUMERICS]
            element("boot-progress").value = begun + (ends - begun) * done_bytes / total_bytes
            self._show_status()

    def _show_status(self):
        parts = [words.say("boot." + self._step)]
        if self._step == messages.STEP_PYTHON and self._downloaded:
            parts.append(self._downloaded)
        if self._chosen:
            parts.append(words.say("queued"))
        set_text("status", " ".join(parts))

    # Camera and scan

    def _scan(self):
        if state() == messages.STATE_READY and self._live.camera.running and self._engine_ready:
            set_state(messages.STATE_SCANNING)
            asyncio.create_task(self._run_scan())

    async def _run_scan(self):
        self._live.pause()
        for name in ("controls", "start", "chips", "low-light", "error"):
            show(name, False)
        show("cancel-scan")
        element("cancel-scan").focus()
        announce(words.say("scanning"))
        self._signals.begin()
        await self._signals.stay_awake()
        camera = self._live.camera
        await camera.hold_picture()
        held = camera.settings()
        reading, stopped = await self._scanner.run(self._live.video, self._live.guided)
        self._signals.may_sleep()
        await camera.release_picture()
        show("cancel-scan", False)
        self._debug.show_frames(self._scanner.frames)
        if stopped == CANCELLED:
            announce(words.say("scan-cancelled"))
            self._to_start()
            element("capture").focus()
            return
        if stopped is not None:
            self._live.close()
            self._show_error({"code": stopped, "message": ""})
            return
        self._signals.end()
        reading["camera"] = held
        self._live.close()
        self._scanned = reading
        self._show_picture("still")
        self._show_reading(reading)

    def _camera_lost(self, code):
        if state() == messages.STATE_SCANNING:
            self._scanner.stop(code)

    def _visibility(self):
        if document.hidden:
            self._scanner.stop(codes.SCAN_HIDDEN)
            if state() != messages.STATE_SCANNING:
                self._live.close()
        elif self._wants_camera():
            asyncio.create_task(self._live.open())

    def _turned(self):
        if state() == messages.STATE_SCANNING:
            self._scanner.stop(codes.SCAN_TURNED)

    def _wants_camera(self):
        shows_start = state() in (messages.STATE_BOOTING, messages.STATE_READY)
        return shows_start and self._settings["camera"] and not self._live.camera.running

    def _auto_changed(self, event):
        self._settings["auto_capture"] = bool(event.target.checked)
        show("aim", False)

    def _key(self, event):
        if event.key == "Escape" and state() == messages.STATE_SCANNING:
            event.preventDefault()
            self._scanner.stop(CANCELLED)
        elif event.key == " " and event.target.tagName == "BODY" and state() == messages.STATE_READY:
            event.preventDefault()
            self._scan()

    # Photos

    def _photos_chosen(self, files):
        if state() == messages.STATE_SCANNING:
            return
        self._live.close()
        self._forget()
        self._chosen = [photos.Photo(file) for file in files]
        self._turn += 1
        show("result", False)
        show("error", False)
        self._show_photo_picture(self._chosen[0])
        if self._engine_ready:
            asyncio.create_task(self._measure_all())
        else:
            set_text("status", words.say("queued"))
            if document.body.getAttribute("data-engine") == messages.ENGINE_FAILED:
                set_state(messages.STATE_BOOTING)
                asyncio.create_task(self._start_engine())

    async def _measure_all(self):
        turn, chosen = self._turn, self._chosen
        set_state(messages.STATE_MEASURING)
        element("boot-progress").removeAttribute("value")
        for name in ("start", "controls"):
            show(name, False)
        show("splash")
        for number, photo in enumerate(chosen):
            several = words.say("measuring-of", number=number + 1, count=len(chosen))
            set_text("status", words.say("measuring") if len(chosen) == 1 else several)
            self._photos.list_all(chosen, photo)
            self._show_photo_picture(photo)
            photo.reading = await photos.measure(self._engine, photo, self._settings["mirror"])
            if turn != self._turn:
                return
        show("splash", False)
        self._show_photo(chosen[0])

    def _show_photo(self, photo):
        """One of the photos, with its reading."""
        if photo.reading is None or (state() == messages.STATE_MEASURING and photo is not self._chosen[0]):
            return
        self._photos.list_all(self._chosen, photo)
        self._show_photo_picture(photo)
        self._debug.show_frames([{"ms": photo.reading["ms"]}] if "ms" in photo.reading else [])
        self._show_reading(photo.reading)

    def _show_photo_picture(self, photo):
        overlay.clear()
        image = element("photo-image")
        image.src = photo.url
        image.alt = words.say("photo-alt")
        self._shown = photo
        self._show_picture("photo-image")

    def _forget(self):
        """Let go of every picture."""
        for photo in self._chosen:
            photo.forget()
        self._chosen, self._shown, self._scanned = [], None, None
        element("photo-image").removeAttribute("src")
        still = element("still")
        still.width = still.height = 1
        show("photos", False)
        overlay.clear()

    # What is on the screen

    def _show_picture(self, shown):
        """One of the stage's pictures, or with None the camera's."""
        for name in ("still", "photo-image"):
            show(name, name == shown)
        if shown:
            show("camera-off", False)
        element("stage").setAttribute("data-view", shown or "live")
        show("stage")

    def _show_reading(self, reading):
        fit = overlay.CONTAIN
        if "nails" in reading:
            overlay.draw(reading, fit, numbered=True)
        if "error" in reading:
            self._show_error(reading["error"])
            return
        picture = element("still" if self._scanned else "photo-image")
        guided = bool(self._scanned) and self._live.guided
        result.show_reading(reading, self._settings.person(), picture, guided)
        set_text("retake", words.say("scan-again" if self._scanned else "another-photo"))
        for name in ("start", "controls", "error"):
            show(name, False)
        show("result")
        set_state(messages.STATE_RESULT)
        # The screen reader goes to the result, the eye begins at the picture.
        element("result").focus(to_js({"preventScroll": True}))
        window.scrollTo(0, 0)

    def _show_error(self, error):
        title, way_out = words.error_words(error["code"])
        set_text("error-title", title)
        set_text("error-way-out", way_out)
        message = error["message"]
        set_text("error-message", message[0].upper() + message[1:] + "." if message else "")
        element("error").setAttribute("data-code", error["code"])
        show("error")
        show("controls")
        show("result", False)
        set_state(messages.STATE_ERROR)
        self._live.pause()
        element("error").focus(to_js({"preventScroll": True}))

    def _show_start(self):
        for name in ("result", "error"):
            show(name, False)
        show("start")
        show("controls")
        self._show_picture(None)
        if self._wants_camera():
            asyncio.create_task(self._live.open())
        elif self._live.camera.running:
            self._live.look()
        else:
            self._live.turned_off()

    def _to_start(self):
        self._turn += 1
        self._forget()
        set_state(messages.STATE_READY if self._engine_ready else messages.STATE_BOOTING)
        self._show_start()

    def _retake(self):
        from_camera = self._scanned is not None
        self._to_start()
        if not from_camera:
            element("photo-input").click()

    def _again(self):
        if self._engine_ready:
            self._retake_after_error()
        else:
            show("error", False)
            set_state(messages.STATE_BOOTING)
            self._show_start()
            asyncio.create_task(self._start_engine())

    def _retake_after_error(self):
        from_photo = bool(self._chosen)
        self._to_start()
        if from_photo:
            element("photo-input").click()

    def _person_changed(self):
        reading = self._scanned or (self._shown.reading if self._shown else None)
        if reading and "error" not in reading:
            result.show_classes(reading, self._settings.person())

    def _language_changed(self):
        words.use(self._settings.language())
        self._speak()
        reading = self._scanned or (self._shown.reading if self._shown else None)
        if reading and state() in (messages.STATE_RESULT, messages.STATE_ERROR):
            self._show_reading(reading)
        elif state() == messages.STATE_READY:
            self._show_start()

    def _speak(self):
        """The whole page in the language of the settings."""
        fill_words(words.say)
        document.documentElement.lang = words.current()
        document.documentElement.dir = words.direction()
        self._installation.speak()


def start():
    """Called by the page's one script."""
    asyncio.create_task(Screen().start())
