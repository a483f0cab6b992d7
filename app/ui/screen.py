"""The one screen: what a person does becomes an event of `app.ui.flow`, and what that asks for is done here."""

import asyncio

from pyscript import document, window
from pyscript.ffi import to_js

from app.shared import codes, messages, words
from app.ui import flow, parts
from app.ui.browser import tasks
from app.ui.browser.page import (
    announce,
    element,
    fill_words,
    listen,
    mark,
    on,
    set_engine,
    set_state,
    set_text,
    show,
    shows_start,
)
from app.ui.browser.signals import Signals
from app.ui.engine.client import EngineClient
from app.ui.screens import error_card, overlay, result, stage, strange
from app.ui.screens.debug import Debug
from app.ui.screens.live import Live
from app.ui.screens.photos import Album
from app.ui.screens.scanner import Scanner
from app.ui.screens.self_test import SelfTest
from app.ui.screens.settings import Settings, SettingsDialog
from app.ui.start import engine_start, installation
from app.ui.start.boot_progress import BootProgress

# Why a scan was stopped, besides `codes.SCAN_HIDDEN`, `SCAN_TURNED` and `CAMERA_LOST`.
CANCELLED = "cancelled"
GLANCE_S = 0.2
ENDED_TWICE = {"error": {"code": codes.MODEL_UNAVAILABLE, "message": "the engine ended twice"}}


class Screen:
    """What the person sees."""

    def __init__(self):
        self._settings = Settings()
        words.use(self._settings.language())
        self._flow = flow.Flow()
        self._boot = BootProgress()
        self._engine = EngineClient(self._boot.step, self._boot.again, self._engine_died)
        self._engine_starting = False
        self._live = Live(self._engine, self._settings, self._scan, self._disturbed)
        self._scanner = Scanner(self._engine, self._settings)
        self._signals = Signals(self._settings)
        self._album = Album(self._engine, self._settings, self._photos_chosen, self._photo_opened)
        self._installation = installation.Installation()
        self._dialog = SettingsDialog(self._settings, self._person_changed, self._language_changed)
        self._debug = Debug(self._settings)
        self._self_test = SelfTest(self._engine, self._installation)
        # The reading of a scan, while it is on the screen, and how many scans there were.
        self._scanned, self._scans = None, 0
        # Each is given what the event brought along.
        self._actions = {
            flow.BEGIN_ENGINE: lambda _none: tasks.run(self._start_engine()),
            flow.END_ENGINE: lambda _none: self._end_engine(),
            flow.CLOSE_CAMERA: lambda _none: self._live.close(),
            flow.LOOK: lambda _none: self._live.look(),
            flow.BEGIN_SCAN: lambda _none: self._begin_scan(),
            flow.STOP_SCAN: lambda why: self._scanner.stop(why if isinstance(why, str) else CANCELLED),
            flow.TAKE_PHOTOS: self._take_photos,
            flow.MEASURE_PHOTOS: lambda _none: tasks.run(self._measure_photos()),
            flow.FORGET: lambda _none: self._forget(),
            flow.SHOW_START: lambda _none: self._to_start(),
            flow.SHOW_SCANNED: self._show_scanned,
            flow.SHOW_READING: self._show_reading,
            flow.SHOW_ERROR: self._show_error,
            flow.SHOW_FAULT: self._show_fault,
            flow.PICK_AGAIN: lambda from_photo: from_photo and element("photo-input").click(),
        }
        tasks.handle(lambda error: self._happens(flow.FAULT, error))

    async def start(self):
        """Show the controls at once, then start camera and engine side by side."""
        self._installation.listen()
        result.watch_scale()
        self._speak()
        on("capture", "click", lambda _event: self._scan())
        on("cancel-scan", "click", lambda _event: self._happens(flow.CANCEL))
        on("camera-stop", "click", lambda _event: self._stop_camera())
        on("close-result", "click", lambda _event: self._happens(flow.CLOSE))
        # Once more, the way it was done.
        on("retake", "click", lambda _event: self._happens(flow.RETAKE, len(self._album) > 0))
        on("error-again", "click", lambda _event: self._go_on())
        on("auto-capture", "change", self._auto_changed)
        element("auto-capture").checked = self._settings["auto_capture"]
        listen(document, "keydown", self._key)
        listen(document, "visibilitychange", lambda _event: self._visibility())
        if getattr(window.screen, "orientation", None):
            listen(window.screen.orientation, "change", lambda _event: self._disturbed(codes.SCAN_TURNED))
        parts.show_for(self._flow.state, self._engine_starting)
        self._show_start(asked_for())
        mark("screen")
        # What static/guard.js may have said of a page that took long.
        show("not-started", False)
        tasks.run(self._boot.download.run())
        self._album.take_early()
        try:
            await self._start_engine()
        finally:
            # Whoever has chosen a photo reads it first.
            while self._flow.state == flow.STATE_MEASURING:
                await asyncio.sleep(GLANCE_S)
            # Whatever became of the engine: what is saved now need not be fetched by the next visit.
            self._installation.start()

    def _happens(self, event, brought=None):
        """Let the flow say what this event leads to, and do it."""
        before, engine_before = self._flow.state, self._flow.engine
        actions = self._flow.happens(event)
        if self._flow.engine != engine_before:
            self._live.engine_ready = self._flow.engine == messages.ENGINE_READY
            if self._flow.engine != messages.ENGINE_LOADING:
                # That it begins says the start itself, together with how far it is.
                set_engine(self._flow.engine)
        if self._flow.state != before:
            self._live.pause()
            parts.show_for(self._flow.state, self._engine_starting)
            set_state(self._flow.shown_state())
        for action in actions:
            self._actions[action](brought)

    # Engine

    async def _start_engine(self):
        """Begin it, unless it begins already or cannot begin here."""
        if self._engine_starting:
            return
        self._engine_starting = True
        try:
            waits = self._flow.state == flow.STATE_WAITING
            answer = await engine_start.begin(self._engine, self._boot, self._flow.died, waits)
        finally:
            self._engine_starting = False
        if answer is None:
            return
        if "error" in answer:
            self._happens(flow.ENGINE_REFUSED, answer)
            return
        mark("engine")
        self._live.guided = not answer["finds_nails"]
        self._debug.show_engine(answer)
        self._happens(flow.ENGINE_STARTED)

    def _engine_died(self):
        """Its worker crashed or is silent: a new one begins, and the person goes on from where they are."""
        self._happens(flow.ENGINE_DIED, ENDED_TWICE)

    def _end_engine(self):
        self._engine.end()
        if shows_start():
            # Nothing can be scanned until the next one is there.
            self._live.look()

    # Camera and scan

    def _scan(self):
        if self._live.camera.running:
            self._happens(flow.SCAN)

    def _begin_scan(self):
        mark("scan-begin")
        self._scans += 1
        self._scanner.ask()
        for name in ("chips", "low-light"):
            show(name, False)
        element("cancel-scan").focus()
        announce(words.say("scanning"))
        self._signals.begin()
        tasks.run(self._run_scan(self._scans))

    async def _run_scan(self, number):
        camera = self._live.camera
        try:
            reading, stopped = await self._scanner.run(camera, self._live.guided, self._prepare_scan)
            held = camera.settings()
        finally:
            self._signals.may_sleep()
            # Nobody waits for it: where the next scan holds the picture meanwhile, that counts.
            tasks.run(camera.release_picture())
        if self._flow.state != flow.STATE_SCANNING or number != self._scans:
            # Something failed meanwhile, and the screen says so.
            return
        self._debug.show(self._scanner.frames, self._scanner.stages)
        if stopped == CANCELLED:
            announce(words.say("scan-cancelled"))
            self._happens(flow.SCAN_CANCELLED)
            element("capture").focus()
        elif stopped is not None:
            self._happens(flow.SCAN_BROKEN, {"error": {"code": stopped, "message": ""}})
        else:
            self._signals.end()
            reading["camera"] = held
            self._happens(flow.SCAN_UNREAD if "error" in reading else flow.SCAN_READ, reading)
            mark("scan-end")

    async def _prepare_scan(self):
        await self._signals.stay_awake()
        await self._live.camera.hold_picture()

    def _stop_camera(self):
        self._settings["camera"] = False
        self._live.turned_off()

    def _disturbed(self, code):
        self._happens(flow.DISTURBED, code)

    def _visibility(self):
        if document.hidden:
            self._disturbed(codes.SCAN_HIDDEN)
            if self._flow.state != flow.STATE_SCANNING:
                self._live.close()
        elif self._wants_camera():
            tasks.run(self._live.open())

    def _wants_camera(self):
        return shows_start() and self._settings["camera"] and not self._live.camera.running

    def _auto_changed(self, event):
        self._settings["auto_capture"] = bool(event.target.checked)
        show("aim", False)

    def _key(self, event):
        if event.key == "Escape" and self._flow.state in (flow.STATE_SCANNING, flow.STATE_MEASURING):
            event.preventDefault()
            self._happens(flow.CANCEL)
        elif event.key == " " and event.target.tagName == "BODY" and self._flow.state == flow.STATE_READY:
            event.preventDefault()
            self._scan()

    def _go_on(self):
        """The way out of an error: what was tried, or a photo where the device is too slow for a scan."""
        self._happens(flow.AGAIN, len(self._album) > 0 or error_card.offers_photo())

    # Photos

    def _photos_chosen(self, files):
        self._happens(flow.PHOTOS, files)

    def _take_photos(self, files):
        self._scanned = None
        stage.forget()
        waits = self._flow.state == flow.STATE_WAITING
        self._album.take(files, waits)
        self._debug.show([], [])
        if waits:
            self._boot.photo_comes()

    async def _measure_photos(self):
        element("boot-progress").removeAttribute("value")
        show("splash")
        first = await self._album.measure()
        if first is not None:
            self._album.show(first)
            self._show_times(first)
            self._happens(flow.PHOTO_UNREAD if "error" in first.reading else flow.PHOTO_READ, first.reading)

    def _photo_opened(self, photo):
        """One of several, with its reading."""
        self._album.show(photo)
        self._show_times(photo)
        self._happens(flow.OPEN_UNREAD if "error" in photo.reading else flow.OPEN_READ, photo.reading)

    def _show_times(self, photo):
        self._debug.show([], [] if "error" in photo.reading else [photo.reading["ms"]])

    # What is on the screen

    def _reading(self):
        """What is shown, of a scan or of a photo; None where there is neither."""
        return self._scanned or (self._album.shown.reading if self._album.shown else None)

    def _show_scanned(self, reading):
        self._scanned = reading
        stage.show_still()

    def _draw_nails(self, reading):
        if reading is not self._reading():
            # An error of another kind: what is on the stage stays.
            return
        strange.tell(reading.get("nails", ()), reading["error"]["code"] if "error" in reading else None)
        if "nails" in reading:
            overlay.draw(reading, overlay.CONTAIN, numbered=True)
        elif not self._scanned:
            # What could not be opened cannot be shown.
            stage.hide()

    def _show_reading(self, reading):
        self._draw_nails(reading)
        guided = bool(self._scanned) and self._live.guided
        result.show_reading(reading, self._settings.person(), stage.picture(), guided)
        set_text("retake", words.say("scan-again" if self._scanned else "another-photo"))
        self._installation.after_reading()
        # The screen reader goes to the result, the eye begins at the picture.
        element("result").focus(to_js({"preventScroll": True}))
        window.scrollTo(0, 0)

    def _show_error(self, reading):
        self._draw_nails(reading)
        error = reading["error"]
        error_card.write(error, again=error["code"] != codes.BROWSER_TOO_OLD, nails=reading.get("nails"))
        error_card.go_to()

    def _show_fault(self, error):
        """What nobody caught: words, and a way on where something was going on."""
        stopped = self._flow.state == flow.STATE_ERROR
        error_card.write(error_card.of_fault(error), again=stopped)
        if stopped:
            show("scan", False)
            error_card.go_to()

    def _to_start(self):
        self._show_start()
        window.scrollTo(0, 0)

    def _show_start(self, asked=None):
        self._debug.show([], [])
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

    def _forget(self):
        self._scanned = None
        self._album.forget()
        stage.forget()
        result.forget()
        strange.tell(())
        self._installation.idle()

    def _person_changed(self):
        reading = self._reading()
        if reading and "error" not in reading:
            result.show_classes(reading, self._settings.person())

    def _language_changed(self):
        words.use(self._settings.language())
        self._speak()
        reading = self._reading()
        if reading and self._flow.state == flow.STATE_RESULT:
            self._show_reading(reading)
        elif reading and self._flow.state == flow.STATE_ERROR:
            self._show_error(reading)
        elif self._flow.state == flow.STATE_READY:
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


def start():
    """Called by the page's one script."""

    async def begin():
        await Screen().start()

    tasks.run(begin())
