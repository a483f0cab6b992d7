"""The camera's picture with what is seen in it, until a scan begins: by hand, or by itself over a nail held still."""

import asyncio

from pyscript import document, window

from app.shared import codes, words
from app.shared.aim import Aim
from app.shared.settled import Settled
from app.ui.browser import tasks
from app.ui.browser.page import announce, element, listen, on, optional, set_text, show, shows_start
from app.ui.camera import lenses
from app.ui.camera.camera import Camera, CameraError
from app.ui.camera.frame import frame_of
from app.ui.screens import overlay, paper, strange

# Nearly seven looks a second: eight look no smoother, and cost more of the battery.
LOOK_INTERVAL_MS = 150
# A browser that has not answered by then may wait for the person, or for ever.
ASKED_LONG_S = 8
# How long white paper may be blown out until the camera is asked for a darker picture, and then for the next step.
CLIPPED_LONG_MS = 1000
# When it is looked again whether the camera has a light.
TORCH_AFTER_S = (0.5, 1, 2, 4)


class Live:
    """The camera and the looks through it."""

    def __init__(self, engine, settings, on_steady, on_lost):
        """`on_steady()` is called when a nail was held still; `on_lost(code)` when the camera stops by itself."""
        self._engine = engine
        self._settings = settings
        self._on_steady = on_steady
        self._on_lost = on_lost
        self.camera = Camera(self._lost, self._muted)
        self._aim = Aim()
        self._paper = Settled()
        # Since when it is blown out, or was asked for something darker.
        self._clipped_ms = 0
        self._looking = self._opening = 0
        self._facing = lenses.REAR
        # Whether the engine can look, and whether it finds nails or a guide must show where one is.
        self.engine_ready = False
        self.guided = False
        self.video = self.camera.video
        on("switch-camera", "click", lambda _event: tasks.run(self._switch()))
        on("torch", "click", lambda _event: tasks.run(self._light(not self.camera.lit)))
        on("low-light-torch", "click", lambda _event: tasks.run(self._light(True)))
        on("camera-on", "click", lambda _event: self._turn_on())
        listen(self.video, "resize", lambda _event: self._resized())
        devices = optional(window.navigator, "mediaDevices")
        if devices is not None:
            listen(devices, "devicechange", lambda _event: tasks.run(self._devices_changed()))

    async def open(self):
        """Show the camera's picture, or why there is none."""
        self._settings["camera"] = True
        show("camera-on", False)
        self._say_off(words.say("camera-starting"))
        chosen = self._settings["camera_id"], self._settings["camera_label"]
        await self._run(self.camera.start(chosen[0], chosen[1], self._facing))

    def close(self):
        """Stop the camera and show nothing of it."""
        self._opening += 1
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
        self._paper.reset()
        paper.forget(paper.LIVE)
        strange.tell(())
        show("aim", False)

    def look(self):
        """Look on, where there is a picture and somebody to look."""
        self.pause()
        self._show_controls()
        if self.camera.muted:
            self._say_code(codes.CAMERA_MUTED)
        elif self.camera.running and self.engine_ready:
            tasks.run(self._look(self._looking))

    def _resized(self):
        """Another camera, or the device turned."""
        self._aim.reset()
        if self.video.videoWidth:
            ratio = f"{self.video.videoWidth} / {self.video.videoHeight}"
            element("stage").style.setProperty("--camera-ratio", ratio)

    def _turn_on(self):
        # What a browser allows for a tap must happen in the tap.
        if self.camera.waits_for_tap:
            show("camera-on", False)
            self._say_off(words.say("camera-starting"))
            tasks.run(self._run(self.camera.play()))
        else:
            tasks.run(self.open())

    async def _run(self, starting):
        self._opening += 1
        opening = self._opening
        tasks.run(self._say_still_asking(opening))
        try:
            await starting
        except CameraError as error:
            if opening == self._opening:
                self._failed(error.code)
            return
        if opening != self._opening or not self.camera.running:
            return
        self._opening += 1
        if not self.camera.muted:
            self._show_picture()
        cameras = await self.camera.list()
        show("switch-camera", self.camera.running and len(cameras) > 1)
        tasks.run(self._await_torch(self._opening))

    def _show_picture(self):
        show("camera-off", False)
        show("video")
        self.look()

    async def _say_still_asking(self, opening):
        await asyncio.sleep(ASKED_LONG_S)
        if opening == self._opening and not self.camera.answered:
            self._say_off(words.say("camera-still-asking"))
            set_text("camera-on", words.say("try-again"))
            show("camera-on")

    async def _await_torch(self, opening):
        for pause_s in TORCH_AFTER_S:
            await asyncio.sleep(pause_s)
            if opening != self._opening:
                return
            show("torch", self.camera.running and self.camera.has_torch)

    async def _devices_changed(self):
        """One was plugged in or out; that the one in use is gone says `_lost`."""
        cameras = await self.camera.list()
        if self.camera.running:
            show("switch-camera", len(cameras) > 1)
            return
        missing = element("camera-off").getAttribute("data-code") == codes.CAMERA_MISSING
        if cameras and missing and shows_start() and self._settings["camera"] and not document.hidden:
            await self.open()

    async def _switch(self):
        self.pause()
        chosen = self.camera.next_of(await self.camera.list())
        if chosen is None:
            self._facing = lenses.FRONT if self._facing == lenses.REAR else lenses.REAR
            await self._run(self.camera.start("", "", self._facing))
        else:
            await self._run(self.camera.start(chosen["id"], chosen["label"]))
        if self.camera.running and self.camera.label:
            # The one that was opened: where the chosen one cannot be, it is another.
            self._settings["camera_id"], self._settings["camera_label"] = self.camera.id, self.camera.label
            now = words.say("camera-now", name=self.camera.label)
            set_text("camera-name", now)
            announce(now)

    async def _light(self, lit):
        await self.camera.light(lit)
        element("torch").setAttribute("aria-pressed", "true" if self.camera.lit else "false")

    def _lost(self):
        self._failed(codes.CAMERA_LOST)
        self._on_lost(codes.CAMERA_LOST)

    def _muted(self):
        """The system holds the picture back, or gives it again; a scan sees that by itself."""
        if not shows_start():
            return
        if self.camera.muted:
            show("video", False)
            show("low-light", False)
            self.look()
        elif self.camera.running:
            self._show_picture()
        else:
            self._say_off(words.say("camera-starting"))

    def _failed(self, code):
        if code == codes.CAMERA_TAP:
            self._opening += 1
        else:
            self.close()
        self._say_code(code)
        set_text("camera-on", words.say("camera-on" if code == codes.CAMERA_TAP else "try-again"))
        show("camera-on", code != codes.CAMERA_INSECURE)
        self._show_controls()

    def _say_code(self, code):
        title, way_out = words.error_words(code)
        self._say_off(title + ". " + way_out)
        element("camera-off").setAttribute("data-code", code)

    def _say_off(self, text):
        element("camera-off").removeAttribute("data-code")
        set_text("camera-off-words", text)
        set_text("camera-on", words.say("camera-on"))
        overlay.clear()
        show("camera-off")

    def _show_controls(self):
        running = self.camera.running
        seeing = running and not self.camera.muted
        element("capture").disabled = not (seeing and self.engine_ready)
        show("capture-why", running and not self.engine_ready)
        show("camera-stop", running)
        show("torch", running and self.camera.has_torch)
        show("guide-notice", seeing and self.guided)
        show("chips", seeing and self.engine_ready and not self.guided)
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
        strange.tell(seen["nails"])
        lighting = element("lighting")
        lighting.textContent = words.say("light." + seen["light"])
        lighting.setAttribute("data-light", seen["light"])
        count = words.say("nails-seen", count=len(seen["nails"]))
        if element("nail-count").textContent != count:
            set_text("nail-count", count)
        self._follow_paper(seen["reference"], now_ms)
        self._follow_aim(seen, now_ms)

    def _follow_paper(self, reference, now_ms):
        """Say whether white paper is good, and have the picture made darker where it is blown out."""
        holds = self._paper.seen(reference)
        if holds is None:
            return
        if holds == codes.REFERENCE_UNUSED:
            paper.forget(paper.LIVE)
            return
        paper.tell(paper.LIVE, holds, words.say("reference." + holds))
        if holds == codes.REFERENCE_MISSING:
            self.camera.exposure.restore()
        if holds != codes.REFERENCE_CLIPPED:
            self._clipped_ms = now_ms
        elif self.camera.exposure.can_darken:
            # No scan begins by itself before that is done.
            self._aim.reset()
            if now_ms - self._clipped_ms >= CLIPPED_LONG_MS:
                self._clipped_ms = now_ms
                self.camera.exposure.darken()

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
