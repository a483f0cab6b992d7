"""How far the engine's start is: steps as the engine reports them, bytes as they come on a first visit."""

from app.shared import messages, words
from app.ui.browser.page import element, mark, set_text, show
from app.ui.start.download import Download

# How far the boot is when a step begins, in percent: their share of the time on a phone.
STEP_BEGINS = {
    messages.STEP_PYTHON: 5,
    messages.STEP_NUMERICS: 60,
    messages.STEP_NETWORKS: 80,
    messages.STEP_READY: 100,
}
SHARES = {messages.STEP_PYTHON: 55, messages.STEP_NETWORKS: 10}


class BootProgress:
    """The card with words and bar at the top of the page."""

    def __init__(self):
        self.download = Download(self._bytes_came)
        self._step = messages.STEP_PYTHON
        # How much has come, in words; "" while nobody counts, and once all has.
        self._downloaded = ""
        self._stalled = False
        # A photo waits for the engine.
        self._photo_waits = False
        self._restarted = False
        # This start got stuck, and another one has begun.
        self._stuck = False

    def begin(self, restarted, photo_waits):
        """Show the card; `restarted`: the engine has been started before, and had to be again."""
        self._restarted, self._photo_waits = restarted, photo_waits
        self._stuck = False
        show("splash")
        self._say()

    def photo_comes(self):
        """A photo was chosen meanwhile."""
        self._photo_waits = True
        self._say()

    def again(self):
        """The start got stuck: another one begins."""
        self._stuck = True
        mark("boot-again")

    def step(self, step, done, total):
        """The engine is at `done` of `total` of a step."""
        if step != self._step:
            mark("boot-" + step)
        self._step = step
        if step == messages.STEP_PYTHON and done == total:
            self.download.python_came()
        element("boot-progress").value = STEP_BEGINS[step] + SHARES.get(step, 0) * done / total
        self._say()

    def end(self):
        """Hide it."""
        self.download.needless()
        show("splash", False)

    def _bytes_came(self, done_bytes, total_bytes, stalled):
        self._stalled = stalled
        if not total_bytes:
            self._say()
            return
        done, total = words.number(done_bytes / 1e6), words.number(total_bytes / 1e6)
        self._downloaded = words.say("boot.of", done=done, total=total) if done_bytes < total_bytes else ""
        if self._step == messages.STEP_PYTHON:
            begun, share = STEP_BEGINS[messages.STEP_PYTHON], SHARES[messages.STEP_PYTHON]
            element("boot-progress").value = begun + share * done_bytes / total_bytes
        self._say()

    def _say(self):
        parts = [words.say("boot." + self._step)]
        if self._restarted or self._stuck:
            parts.insert(0, words.say("boot.again"))
        if self._downloaded:
            parts.append(self._downloaded)
        if self._stalled:
            parts.insert(0, words.say("boot.stalled"))
        if self._photo_waits:
            parts.append(words.say("queued"))
        set_text("status", " ".join(parts))
