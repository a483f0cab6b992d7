"""The camera: asked for, held steady, switched, lit, and let go; what fails has one of `codes.CAMERA_CODES`."""

import asyncio

from pyscript import window
from pyscript.ffi import to_js

from app.shared import codes
from app.ui.browser.page import element, listen, optional
from app.ui.browser.patience import TookTooLongError, within
from app.ui.camera import lenses
from app.ui.camera.asking import Exposure, ask, capability

WIDTH_PX, HEIGHT_PX = 1280, 960
# What changes from frame to frame unless it is held.
MODES = ("exposureMode", "whiteBalanceMode", "focusMode")
# How long a person may take to allow the camera.
ASK_MS = 600000
# How long a camera may take to show its first picture, and the browser to list them.
FIRST_PICTURE_MS, LIST_MS = 12000, 2000
GLANCE_MS = 50
# Of a <video>: there is a picture to show.
HAVE_CURRENT_DATA = 2

ERROR_CODES = {
    "NotAllowedError": codes.CAMERA_DENIED,
    "SecurityError": codes.CAMERA_DENIED,
    "NotFoundError": codes.CAMERA_MISSING,
    "OverconstrainedError": codes.CAMERA_MISSING,
    "NotReadableError": codes.CAMERA_BUSY,
    "AbortError": codes.CAMERA_BUSY,
}


class CameraError(Exception):
    """There is no camera picture; `code` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Camera:
    """One camera at a time, shown in the page's <video>."""

    def __init__(self, on_lost, on_muted):
        """`on_lost()` is called when the system takes the camera away, `on_muted()` when it holds the picture back or
        gives it again, see `muted`."""
        self._on_lost = on_lost
        self._on_muted = on_muted
        self.video = element("video")
        self._stream = None
        self._track = None
        # Of the camera that runs.
        self.exposure = Exposure(None)
        # How often a camera was asked for, opened or let go of, and told to hold: what was begun before is of no use.
        self._asked = self._opened = self._holding = 0
        self._wanted_id = ""
        self.running = self.muted = self.lit = self.waits_for_tap = False

    async def start(self, camera_id="", label="", facing=lenses.REAR):
        """Show what a camera sees: the one with this id, else with this label, else the main rear one, which is better
        and lies before a hand more easily; `facing` is for browsers that name none.

        Where it ends without `running` and without an error, something else was asked for meanwhile.

        Raises:
            CameraError: there is no picture. With `waits_for_tap`, `play` can still make it one.
        """
        self.stop()
        asked = self._asked
        devices = optional(window.navigator, "mediaDevices")
        if devices is None:
            raise CameraError(codes.CAMERA_INSECURE)
        wanted = self._wanted(await self.list(), camera_id, label, facing)
        if asked == self._asked:
            await self._open(devices, asked, wanted, facing)
        if wanted is None and asked == self._asked:
            # Only now may the browser tell their names.
            wanted = self._wanted(await self.list(), camera_id, label, facing)
            if wanted is not None and asked == self._asked and self.id not in ("", wanted["id"]):
                self._let_go()
                await self._open(devices, asked, wanted, facing)
        if asked == self._asked:
            self._wanted_id = wanted["id"] if wanted else self.id
            self.video.srcObject = self._stream
            await self._show(asked, self.video.play())

    def play(self):
        """Show the picture of a camera that waits for a tap; to be called in the tap itself, and then awaited.

        Raises:
            CameraError: as `start` does.
        """
        self.waits_for_tap = False
        return self._show(self._asked, self.video.play())

    def stop(self):
        """Let the camera go."""
        self._asked += 1
        self._let_go()

    async def list(self):
        """The cameras of the device, see `lenses`; none where the browser does not say."""
        try:
            devices = await within(LIST_MS, window.navigator.mediaDevices.enumerateDevices())
            return [_described(device) for device in devices if device.kind == "videoinput"]
        except Exception:
            return []

    def next_of(self, cameras):
        """The one to switch to; None where none of them has a name."""
        return lenses.after(cameras, self._wanted_id)

    @property
    def answered(self):
        """Whether the browser has given a camera, with a picture or without."""
        return self._track is not None

    @property
    def id(self):
        """Of the camera that runs; "" where the browser does not say."""
        settings = self._track.getSettings() if self._track is not None else None
        return str(optional(settings, "deviceId") or "")

    @property
    def label(self):
        """What the browser calls it."""
        return str(self._track.label) if self._track is not None else ""

    @property
    def has_torch(self):
        """Whether this camera has a light; some browsers know only a while after it has started."""
        return bool(capability(self._track, "torch"))

    async def light(self, lit):
        """Turn the light on or off."""
        taken = await self._apply({"torch": lit})
        self.lit = bool(lit and taken)

    async def hold_picture(self):
        """Keep exposure, white balance and focus as they are, where the camera can."""
        await self._hold("manual")

    async def release_picture(self):
        """Let them follow the scene again."""
        await self._hold("continuous")

    def settings(self):
        """What the camera says it does: width, height, and each of MODES that it knows."""
        if self._track is None:
            return {}
        settings = self._track.getSettings()
        found = {}
        for name in ("width", "height") + MODES:
            value = getattr(settings, name, None)
            if value is not None:
                found[name] = value
        return found

    def _wanted(self, cameras, camera_id, label, facing):
        """Which of them, or None: the browser is to choose."""
        chosen = lenses.find(cameras, camera_id, label)
        return chosen or (lenses.main_rear(cameras) if facing == lenses.REAR else None)

    async def _open(self, devices, asked, wanted, facing):
        """Ask for a camera; a person may take any time to answer."""
        stream = None
        if wanted is not None:
            try:
                stream = await _stream_of(devices, {"deviceId": {"exact": wanted["id"]}})
            except Exception as error:
                if error_code(error) == codes.CAMERA_DENIED:
                    raise CameraError(codes.CAMERA_DENIED) from None
                # It was unplugged, or is one that cannot be opened: any other will do.
        if stream is None and asked == self._asked:
            try:
                stream = await _stream_of(devices, {"facingMode": {"ideal": facing}})
            except Exception as error:
                if asked == self._asked:
                    raise CameraError(error_code(error)) from None
                return
        if asked != self._asked:
            # Stopped, or asked for again, while the person was thinking.
            if stream is not None:
                _stop_all(stream)
            return
        self._stream = stream
        self._track = track = stream.getVideoTracks()[0]
        self.exposure = Exposure(track)
        self.muted = bool(track.muted)
        number = self._opened
        listen(track, "ended", lambda _event: self._ended(number))
        for event in ("mute", "unmute"):
            listen(track, event, lambda event: self._hold_back(number, event.type == "mute"))

    async def _show(self, asked, playing):
        """Wait for the first picture; `playing` is what the video's `play` answers."""
        waited_ms = 0
        try:
            await within(FIRST_PICTURE_MS, playing)
        except TookTooLongError:
            waited_ms = FIRST_PICTURE_MS
        except Exception as error:
            if asked == self._asked and error_code(error) == codes.CAMERA_DENIED:
                self.waits_for_tap = True
                raise CameraError(codes.CAMERA_TAP) from None
        while asked == self._asked and not (self.video.videoWidth and self.video.readyState >= HAVE_CURRENT_DATA):
            # While the system holds it back nothing can come.
            waited_ms = 0 if self.muted else waited_ms + GLANCE_MS
            if waited_ms > FIRST_PICTURE_MS:
                self.stop()
                raise CameraError(codes.CAMERA_FROZEN)
            await asyncio.sleep(GLANCE_MS / 1000)
        if asked == self._asked:
            self.running = True
            await self._hold("continuous")

    def _let_go(self):
        stream, self._stream, self._track = self._stream, None, None
        self.running = self.muted = self.lit = self.waits_for_tap = False
        self._opened += 1
        # Asked before it stops, or nobody could: some cameras would stay dark for whoever is next.
        self.exposure.restore()
        self.exposure = Exposure(None)
        if stream is not None:
            _stop_all(stream)
        self.video.srcObject = None

    async def _hold(self, mode):
        """One request a property: a camera that refuses one may take the others; one that is silent takes none."""
        self._holding += 1
        holding = self._holding
        for name in MODES:
            modes = capability(self._track, name)
            if modes is None or not modes.includes(mode):
                continue
            # Where it is not taken it goes on as it is; `settings` tells.
            taken = await self._apply({name: mode})
            if taken is None or holding != self._holding:
                return

    async def _apply(self, constraint):
        """Whether the camera does it, see `ask`; None where there is none."""
        return None if self._track is None else await ask(self._track, constraint)

    def _ended(self, number):
        if number == self._opened:
            self.stop()
            self._on_lost()

    def _hold_back(self, number, muted):
        if number == self._opened and muted != self.muted:
            self.muted = muted
            self._on_muted()


def error_code(error):
    """Which of the codes a browser's error is."""
    if isinstance(error, TookTooLongError):
        return codes.CAMERA_FROZEN
    name = getattr(error, "name", None)
    words = f"{name} {error}"
    for known, code in ERROR_CODES.items():
        if known in words:
            return code
    return codes.CAMERA_BUSY


async def _stream_of(devices, which):
    video = {"width": {"ideal": WIDTH_PX}, "height": {"ideal": HEIGHT_PX}}
    video.update(which)
    asking = devices.getUserMedia(to_js({"audio": False, "video": video}))
    return await within(ASK_MS, asking, late=_stop_all)


def _described(device):
    modes = []
    if hasattr(device, "getCapabilities"):
        modes = [str(mode) for mode in optional(device.getCapabilities(), "facingMode") or []]
    label = str(device.label)
    return {"id": str(device.deviceId), "label": label, "facing": lenses.facing_of(label, modes)}


def _stop_all(stream):
    for track in stream.getTracks():
        track.stop()
