"""The screen's states: booting, ready, scanning, measuring, result, error; and the ways between them."""

from pyscript import document, window
from pyscript.ffi import to_js

from app.shared import codes, messages, words
from app.shared.build_id import BUILD_ID
from app.ui.browser import tasks
from app.ui.browser.page import (
    announce,
    element,
    fill_words,
    listen,
    mark,
    on,
    reload_again,
    reload_once,
    set_state,
    set_text,
    show,
    shows_start,
    state,
)
from app.ui.browser.place import of_this_copy
from app.ui.browser.signals import Signals
from app.ui.engine.client import EngineClient
from app.ui.screens import error_card, overlay, result, stage
from app.ui.screens.debug import Debug
from app.ui.screens.live import Live
from app.ui.screens.photos import Album
from app.ui.screens.scanner import Scanner
from app.ui.screens.self_test import SelfTest
from app.ui.screens.settings import Settings, SettingsDialog
from app.ui.start import installation
from app.ui.start.boot_progress import BootProgress

# Set where the page was loaded again because its parts were of two builds.
MIXED = of_this_copy("hemolens-mixed")
# The smallest module with a vector in it: a function that makes one of zeros (WebAssembly core specification 2.0, 5.4).
VECTORS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]
# Why a scan was stopped, besides `codes.SCAN_HIDDEN`, `SCAN_TURNED` and `CAMERA_LOST`.
CANCELLED = "cancelled"


class Screen:
    """What the person sees."""

    def __init__(self):
        self._settings = Settings()
        words.use(self._settings.language())
        self._boot = BootProgress()
        self._engine = EngineClient(self._boot.step, self._boot.again, self._engine_died)
        self._engine_ready = self._engine_starting = False
        self._live = Live(self._engine, self._settings, self._scan, self._camera_lost)
        self._scanner = Scanner(self._engine, self._settings)
        self._signals = Signals(self._settings)
        self._album = Album(self._engine, self._settings, self._photos_chosen, self._show_photo)
        self._installation = installation.Installation()
        self._dialog = SettingsDialog(self._settings, self._person_changed, self._language_changed)
        self._debug = Debug(self._settings)
        self._self_test = SelfTest(self._engine, self._installation)
        # The reading of a scan, while it is on the screen.
        self._scanned = None
        tasks.handle(self._failed)

    async def start(self):
        """Show the controls at once, then start camera and engine side by side."""
        self._installation.listen()
        result.watch_scale()
        self._speak()
        on("capture", "click", lambda _event: self._scan())
        on("cancel-scan", "click", lambda _event: self._cancel())
        on("camera-stop", "click", lambda _event: self._stop_camera())
        on("close-result", "click", lambda _event: self._to_start())
        on("retake", "click", lambda _event: self._retake())
        on("error-again", "click", lambda _event: self._again())
        on("auto-capture", "change", self._auto_changed)
        element("auto-capture").checked = self._settings["auto_capture"]
        listen(document, "keydown", self._key)
        listen(document, "visibilitychange", lambda _event: self._visibility())
        if getattr(window.screen, "orientation", None):
            listen(window.screen.orientation, "change", lambda _event: self._turned())
        self._show_start(asked_for())
        mark("screen")
        # What static/guard.js may have said of a page that took long.
        show("not-started", False)
        tasks.run(self._boot.download.run())
        try:
            await self._start_engine()
        finally:
            # Whatever became of the engine: what is saved now need not be fetched by the next visit.
            self._installation.start()

    # Engine

    async def _start_engine(self):
        """Begin it, unless it begins already or cannot begin here; a photo that waits is measured then."""
        if self._engine_starting or self._engine_ready:
            return
        self._engine_starting = True
        try:
            answer = await self._begin_engine()
        finally:
            self._engine_starting = False
        if answer is None:
            return
        if "error" in answer:
            document.body.setAttribute("data-engine", messages.ENGINE_FAILED)
            self._show_error(answer["error"])
            return
        reload_again(MIXED)
        mark("engine")
        self._engine_ready = True
        self._live.engine_ready, self._live.guided = True, not answer["finds_nails"]
        document.body.setAttribute("data-engine", messages.ENGINE_READY)
        self._debug.show_engine(answer)
        if len(self._album):
            tasks.run(self._measure_photos())
        elif shows_start():
            set_state(messages.STATE_READY)
            self._live.look()

    async def _begin_engine(self):
        """What the engine says when it is ready, or an error; None where the page is loaded anew instead."""
        if not runs_networks():
            return {"error": {"code": codes.BROWSER_TOO_OLD, "message": ""}}
        document.body.setAttribute("data-engine", messages.ENGINE_LOADING)
        self._boot.begin()
        try:
            answer = await self._engine.start(self._boot.download.arrived)
        finally:
            self._boot.end()
        if "error" not in answer and answer["build"] != BUILD_ID:
            # A new build was put up while this page was loading: half of it is the old one.
            if reload_once(MIXED):
                return None
            self._engine.end()
            return {"error": {"code": codes.MODEL_UNAVAILABLE, "message": "page and engine are of two builds"}}
        return answer

    def _engine_died(self):
        """Its worker crashed or is silent: a new one begins, and the person goes on from where they are."""
        if not self._engine_ready:
            return
        self._engine_ready = self._live.engine_ready = False
        self._live.pause()
        self._engine.end()
        if self._boot.restarted:
            # Twice without a reading in between: what kills it would kill it again.
            self._album.forget()
            document.body.setAttribute("data-engine", messages.ENGINE_FAILED)
            if state() == messages.STATE_MEASURING:
                self._show_error({"code": codes.MODEL_UNAVAILABLE, "message": "the engine ended twice"})
            return
        self._boot.restarted = True
        tasks.run(self._start_engine())

    def _failed(self, error):
        """What nobody caught: words, and a way on where something was going on."""
        busy = state() in (messages.STATE_BOOTING, messages.STATE_SCANNING, messages.STATE_MEASURING)
        if busy:
            self._scanner.stop(CANCELLED)
            self._album.forget()
            self._live.close()
            for name in ("splash", "cancel-scan", "scan"):
                show(name, False)
        error_card.write(error_card.of_fault(error), again=busy)
        if busy:
            self._to_error()

    # Camera and scan

    def _scan(self):
        if state() == messages.STATE_READY and self._live.camera.running and self._engine_ready:
            mark("scan-begin")
            set_state(messages.STATE_SCANNING)
            self._scanner.ask()
            self._live.pause()
            for name in ("controls", "start", "chips", "low-light", "error"):
                show(name, False)
            show("cancel-scan")
            element("cancel-scan").focus()
            announce(words.say("scanning"))
            self._signals.begin()
            tasks.run(self._run_scan())

    async def _run_scan(self):
        camera = self._live.camera
        try:
            reading, stopped = await self._scanner.run(camera, self._live.guided, self._prepare_scan)
            held = camera.settings()
        finally:
            self._signals.may_sleep()
            await camera.release_picture()
            show("cancel-scan", False)
        if state() != messages.STATE_SCANNING:
            # Something failed meanwhile, and the screen says so.
            return
        self._debug.show(self._scanner.frames, self._scanner.stages)
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
        stage.show_still()
        self._show_reading(reading)
        mark("scan-end")

    async def _prepare_scan(self):
        await self._signals.stay_awake()
        await self._live.camera.hold_picture()

    def _cancel(self):
        if state() == messages.STATE_SCANNING:
            self._scanner.stop(CANCELLED)
        elif state() == messages.STATE_MEASURING:
            show("splash", False)
            show("cancel-scan", False)
            self._to_start()

    def _stop_camera(self):
        self._settings["camera"] = False
        self._live.turned_off()

    def _camera_lost(self, code):
        if state() == messages.STATE_SCANNING:
            self._scanner.stop(code)

    def _visibility(self):
        if document.hidden:
            self._scanner.stop(codes.SCAN_HIDDEN)
            if state() != messages.STATE_SCANNING:
                self._live.close()
        elif self._wants_camera():
            tasks.run(self._live.open())

    def _turned(self):
        if state() == messages.STATE_SCANNING:
            self._scanner.stop(codes.SCAN_TURNED)

    def _wants_camera(self):
        return shows_start() and self._settings["camera"] and not self._live.camera.running

    def _auto_changed(self, event):
        self._settings["auto_capture"] = bool(event.target.checked)
        show("aim", False)

    def _key(self, event):
        if event.key == "Escape" and state() in (messages.STATE_SCANNING, messages.STATE_MEASURING):
            event.preventDefault()
            self._cancel()
        elif event.key == " " and event.target.tagName == "BODY" and state() == messages.STATE_READY:
            event.preventDefault()
            self._scan()

    # Photos

    def _photos_chosen(self, files):
        if state() == messages.STATE_SCANNING:
            return
        self._live.close()
        self._scanned = None
        stage.forget()
        self._album.take(files)
        self._debug.show([], [])
        show("result", False)
        show("error", False)
        if self._engine_ready:
            tasks.run(self._measure_photos())
        else:
            self._boot.photo_waits = True
            if document.body.getAttribute("data-engine") == messages.ENGINE_FAILED:
                set_state(messages.STATE_BOOTING)
                tasks.run(self._start_engine())

    async def _measure_photos(self):
        set_state(messages.STATE_MEASURING)
        element("boot-progress").removeAttribute("value")
        for name in ("start", "controls", "error"):
            show(name, False)
        show("splash")
        show("cancel-scan")
        first = await self._album.measure()
        if first is not None:
            show("splash", False)
            show("cancel-scan", False)
            self._show_photo(first)

    def _show_photo(self, photo):
        """One of the photos, with its reading."""
        self._album.show(photo)
        self._debug.show([], [] if "error" in photo.reading else [photo.reading["ms"]])
        self._show_reading(photo.reading)

    # What is on the screen

    def _reading(self):
        """What is shown, of a scan or of a photo; None where there is neither."""
        return self._scanned or (self._album.shown.reading if self._album.shown else None)

    def _show_reading(self, reading):
        if "nails" in reading:
            overlay.draw(reading, overlay.CONTAIN, numbered=True)
        elif not self._scanned:
            # What could not be opened cannot be shown.
            stage.hide()
        if "error" in reading:
            self._show_error(reading["error"], reading.get("nails"))
            return
        self._boot.restarted = False
        guided = bool(self._scanned) and self._live.guided
        result.show_reading(reading, self._settings.person(), stage.picture(), guided)
        set_text("retake", words.say("scan-again" if self._scanned else "another-photo"))
        for name in ("start", "controls", "error"):
            show(name, False)
        show("result")
        set_state(messages.STATE_RESULT)
        self._installation.after_reading()
        # The screen reader goes to the result, the eye begins at the picture.
        element("result").focus(to_js({"preventScroll": True}))
        window.scrollTo(0, 0)

    def _show_error(self, error, nails=None):
        self._live.pause()
        error_card.write(error, again=error["code"] != codes.BROWSER_TOO_OLD, nails=nails)
        self._to_error()

    def _to_error(self):
        # A photo can be chosen whatever went wrong.
        show("controls")
        for name in ("start", "result", "cancel-scan"):
            show(name, False)
        if not self._engine_starting:
            show("splash", False)
        set_state(messages.STATE_ERROR)
        error_card.go_to()

    def _show_start(self, asked=None):
        for name in ("result", "error"):
            show(name, False)
        self._debug.show([], [])
        show("start")
        show("controls")
        stage.show_camera()
        if asked == "photo":
            # A shortcut of the installed app; the picker itself opens for a tap only.
            self._live.turned_off()
            element("photo-input").focus()
        elif asked == "self-test":
            self._live.turned_off()
            self._self_test.open()
        elif self._wants_camera() or asked == "camera":
            tasks.run(self._live.open())
        elif self._live.camera.running:
            self._live.look()
        else:
            self._live.turned_off()

    def _to_start(self):
        self._scanned = None
        self._album.forget()
        stage.forget()
        result.forget()
        self._installation.idle()
        set_state(messages.STATE_READY if self._engine_ready else messages.STATE_BOOTING)
        self._show_start()
        window.scrollTo(0, 0)

    def _retake(self):
        """Once more, the way it was done."""
        from_photo = len(self._album) > 0
        self._to_start()
        if from_photo:
            element("photo-input").click()

    def _again(self):
        if self._engine_ready:
            self._retake()
        else:
            self._to_start()
            tasks.run(self._start_engine())

    def _person_changed(self):
        reading = self._reading()
        if reading and "error" not in reading:
            result.show_classes(reading, self._settings.person())

    def _language_changed(self):
        words.use(self._settings.language())
        self._speak()
        reading = self._reading()
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


def asked_for():
    """What a shortcut of the installed app or a bookmark asks for: "camera", "photo", "self-test" or None."""
    return window.URLSearchParams.new(window.location.search).get("start")


def runs_networks():
    """Whether this browser's WebAssembly has the vectors (SIMD) that ONNX Runtime is made of."""
    return bool(window.WebAssembly.validate(window.Uint8Array.new(to_js(VECTORS))))


def start():
    """Called by the page's one script."""

    async def begin():
        await Screen().start()

    tasks.run(begin())
