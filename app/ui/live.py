"""The camera's picture with what is seen in it, until a scan begins: by hand, or by itself over a nail held still."""

import asyncio

from pyscript import window

from app import words
from app.core import codes
from app.core.aim import Aim
from app.ui import overlay
from app.ui.camera import Camera, CameraError
from app.ui.frame import frame_of
from app.ui.page import element, listen, on, set_text, show

# About eight looks a second.
LOOK_INTERVAL_MS = 125


class Live:
    """The camera and the looks through it."""

    def __init__(self, engine, settings, on_steady, on_lost):
        """`on_steady()` is called when a nail was held still; `on_lost(code)` when the camera stops by itself."""
        self._engine = engine
        self._settings = settings
        self._on_steady = on_steady
        self._on_lost = on_lost
        self.camera = Camera(self._lost)
        self._aim = Aim()
        self._looking = 0
        # Whether the engine can look, and whether it finds nails or a guide must show where one is.
        self.engine_ready = False
        self.guided = False
        self.video = element("video")
        on("switch-camera", "click", lambda _event: asyncio.create_task(self._switch()))
        on("torch", "click", lambda _event: asyncio.create_task(self._light(not self.camera.lit)))
        on("low-light-torch", "click", lambda _event: asyncio.create_task(self._light(True)))
        on("camera-on", "click", lambda _event: asyncio.create_task(self.open()))
        listen(self.video, "resize", lambda _event: self._resized())

    async def open(self):
        """Show the camera's picture, or why there is none."""
        self._settings["camera"] = True
        show("camera-on", False)
        self._say_off(words.say("camera-starting"))
        await self._run(self.camera.start)

    def close(self):
        """Stop the camera and show nothing of it."""
        self.pause()
        self.camera.stop()
        show("video", False)
        show("chips", False)
        show("low-light", False)
        show("guide-notice", False)

    def turned_off(self):
        """The person wants no camera now."""
        self.close()
        self._say_off(words.say("camera-off"))
        show("camera-on")
        self._show_controls()

    def pause(self):
        """Look no further; the picture stays."""
        self._looking += 1
        self._aim.reset()
        show("aim", False)

    def look(self):
        """Look on, where there is a picture and somebody to look."""
        self.pause()
        self._show_controls()
        if self.camera.running and self.engine_ready:
            asyncio.create_task(self._look(self._looking))

    def _resized(self):
        """Another camera, or the device turned."""
        self._aim.reset()
        if self.video.videoWidth:
            ratio = f"{self.video.videoWidth} / {self.video.videoHeight}"
            element("stage").style.setProperty("--camera-ratio", ratio)

    async def _run(self, start):
        try:
            await start()
        except CameraError as error:
            self._failed(error.code)
            return
        if not self.camera.running:
            return
        show("camera-off", False)
        show("video")
        many = await self.camera.count() > 1
        show("switch-camera", many)
        self.look()

    async def _switch(self):
        self.pause()
        await self._run(self.camera.switch)

    async def _light(self, lit):
        await self.camera.light(lit)
        element("torch").setAttribute("aria-pressed", "true" if self.camera.lit else "false")

    def _lost(self):
        self._failed(codes.CAMERA_LOST)
        self._on_lost(codes.CAMERA_LOST)

    def _failed(self, code):
        self.close()
        title, way_out = words.error_words(code)
        self._say_off(title + ". " + way_out)
        set_text("camera-on", words.say("try-again"))
        element("camera-off").setAttribute("data-code", code)
        show("camera-on", code not in (codes.CAMERA_MISSING, codes.CAMERA_INSECURE))
        self._show_controls()

    def _say_off(self, text):
        element("camera-off").removeAttribute("data-code")
        set_text("camera-off-words", text)
        set_text("camera-on", words.say("camera-on"))
        overlay.clear()
        show("camera-off")

    def _show_controls(self):
        running = self.camera.running
        element("capture").disabled = not (running and self.engine_ready)
        show("capture-why", running and not self.engine_ready)
        show("camera-stop", running)
        show("torch", running and self.camera.has_torch)
        show("guide-notice", running and self.guided)
        show("chips", running and self.engine_ready and not self.guided)
        if not running:
            show("switch-camera", False)

    async def _look(self, looking):
        while looking == self._looking and self.camera.running:
            begun_ms = window.performance.now()
            try:
                frame = await frame_of(self.video)
            except Exception:
                # No frame has come yet, or none comes for a moment.
                await asyncio.sleep(LOOK_INTERVAL_MS / 1000)
                continue
            seen = await self._engine.look(frame)
            if looking != self._looking:
                return
            if "error" not in seen:
                self._show_seen(seen, begun_ms)
            left_ms = LOOK_INTERVAL_MS - (window.performance.now() - begun_ms)
            await asyncio.sleep(max(left_ms, 10) / 1000)

    def _show_seen(self, seen, now_ms):
        show("low-light", seen["dark"])
        show("low-light-torch", seen["dark"] and self.camera.has_torch and not self.camera.lit)
        if self.guided:
            overlay.draw_guide(seen["width"], seen["height"], overlay.COVER)
            return
        overlay.draw(seen, overlay.COVER)
        lighting = element("lighting")
        lighting.textContent = words.say("light." + seen["light"])
        lighting.setAttribute("data-light", seen["light"])
        count = words.say("nails-seen", count=len(seen["nails"]))
        if element("nail-count").textContent != count:
            set_text("nail-count", count)
        self._follow_aim(seen, now_ms)

    def _follow_aim(self, seen, now_ms):
        if not self._settings["auto_capture"]:
            show("aim", False)
            return
        share = self._aim.seen(seen["nails"], now_ms)
        show("aim")
        set_text("aim-words", words.say("aim-hold" if share > 0 else "aim-hint"))
        element("aim-progress").value = round(100 * share)
        if share >= 1:
            self._on_steady()
