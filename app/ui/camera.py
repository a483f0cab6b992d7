"""The camera: asked for, held steady, switched, lit, and let go; what fails has one of `codes.CAMERA_CODES`."""

from pyscript import window
from pyscript.ffi import to_js

from app.core import codes
from app.ui.page import element, listen, optional

REAR, FRONT = "environment", "user"
WIDTH_PX, HEIGHT_PX = 1280, 960
# What changes from frame to frame unless it is held.
MODES = ("exposureMode", "whiteBalanceMode", "focusMode")

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

    def __init__(self, on_lost):
        """`on_lost()` is called when the system takes the camera away."""
        self._on_lost = on_lost
        self._stream = None
        self._track = None
        self._asked = 0
        self.facing = REAR
        self.lit = False

    @property
    def running(self):
        """Whether there is a picture."""
        return self._track is not None

    async def start(self):
        """Show what the camera sees. The rear one first: it is better, and a hand lies before it more easily.

        Raises:
            CameraError: there is no picture.
        """
        self.stop()
        self._asked += 1
        asked = self._asked
        devices = optional(window.navigator, "mediaDevices")
        if devices is None:
            raise CameraError(codes.CAMERA_INSECURE)
        wanted = {
            "audio": False,
            "video": {
                "facingMode": {"ideal": self.facing},
                "width": {"ideal": WIDTH_PX},
                "height": {"ideal": HEIGHT_PX},
            },
        }
        try:
            stream = await devices.getUserMedia(to_js(wanted))
        except Exception as error:
            raise CameraError(error_code(error)) from None
        if asked != self._asked:
            # Stopped, or asked for again, while the person was thinking.
            _stop_all(stream)
            return
        self._stream = stream
        self._track = stream.getVideoTracks()[0]
        listen(self._track, "ended", lambda _event: self._ended())
        await self._hold("continuous")
        video = element("video")
        video.srcObject = stream
        try:
            await video.play()
        except Exception:
            # Stopped in the meantime.
            return

    def stop(self):
        """Let the camera go."""
        self._asked += 1
        if self._stream is not None:
            stream, self._stream, self._track = self._stream, None, None
            _stop_all(stream)
        self.lit = False
        element("video").srcObject = None

    async def switch(self):
        """The other camera; raises as `start` does."""
        self.facing = FRONT if self.facing == REAR else REAR
        await self.start()

    async def count(self):
        """How many cameras the device has."""
        try:
            devices = await window.navigator.mediaDevices.enumerateDevices()
        except Exception:
            return 1
        return len([device for device in devices if device.kind == "videoinput"])

    @property
    def has_torch(self):
        """Whether this camera has a light."""
        return bool(optional(self._capabilities(), "torch"))

    async def light(self, lit):
        """Turn the light on or off."""
        if self._track is None:
            return
        try:
            await self._track.applyConstraints(to_js({"advanced": [{"torch": lit}]}))
            self.lit = lit
        except Exception:
            self.lit = False

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

    async def _hold(self, mode):
        """One request a property: a camera that refuses one may take the others."""
        capabilities = self._capabilities()
        for name in MODES:
            modes = optional(capabilities, name)
            if modes is not None and modes.includes(mode) and self._track is not None:
                try:
                    await self._track.applyConstraints(to_js({"advanced": [{name: mode}]}))
                except Exception:
                    # It goes on as it is; `settings` tells.
                    continue

    def _capabilities(self):
        if self._track is None or not hasattr(self._track, "getCapabilities"):
            return None
        return self._track.getCapabilities()

    def _ended(self):
        if self._track is not None:
            self.stop()
            self._on_lost()


def error_code(error):
    """Which of the codes a browser's error is."""
    name = getattr(error, "name", None)
    words = f"{name} {error}"
    for known, code in ERROR_CODES.items():
        if known in words:
            return code
    return codes.CAMERA_BUSY


def _stop_all(stream):
    for track in stream.getTracks():
        track.stop()
