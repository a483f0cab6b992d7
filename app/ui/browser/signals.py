"""What a person feels and hears of a scan, if they want to, and a screen that stays on meanwhile."""

from pyscript import window

from app.ui.browser.attempts import make
from app.ui.browser.page import optional
from app.ui.browser.patience import within

LOCK_MS = 1000
TICK_MS = 40
TONE_S = 0.12
BEGIN_HZ, END_HZ = 660, 880


class Signals:
    """Off unless the settings say otherwise."""

    def __init__(self, settings):
        self._settings = settings
        self._audio = None
        self._lock = None
        self._awake = False

    def begin(self):
        """A scan starts."""
        self._signal(BEGIN_HZ)

    def end(self):
        """A scan has ended."""
        self._signal(END_HZ)

    async def stay_awake(self):
        """Keep the screen on until `may_sleep`; a browser that cannot, or does not answer, goes on without."""
        self._awake = True
        wake_lock = optional(window.navigator, "wakeLock")
        if wake_lock is None:
            return
        try:
            self._keep(await within(LOCK_MS, wake_lock.request("screen"), late=self._keep))
        except Exception:
            return

    def may_sleep(self):
        """Let the screen go dark again."""
        self._awake = False
        if self._lock is not None:
            lock, self._lock = self._lock, None
            lock.release()

    def _keep(self, lock):
        """The lock that was asked for; it may come when nobody wants it any more."""
        self._lock = lock
        if not self._awake:
            self.may_sleep()

    def _signal(self, tone_hz):
        if self._settings["vibrate"] and hasattr(window.navigator, "vibrate"):
            window.navigator.vibrate(TICK_MS)
        if self._settings["sound"]:
            self._tone(tone_hz)

    def _tone(self, tone_hz):
        try:
            if self._audio is None:
                self._audio = make(window.AudioContext)
            oscillator = self._audio.createOscillator()
            gain = self._audio.createGain()
            now = self._audio.currentTime
            oscillator.frequency.value = tone_hz
            gain.gain.setValueAtTime(0.1, now)
            gain.gain.linearRampToValueAtTime(0, now + TONE_S)
            oscillator.connect(gain)
            gain.connect(self._audio.destination)
            oscillator.start()
            oscillator.stop(now + TONE_S)
        except Exception:
            # A device without sound measures as well.
            self._audio = None
