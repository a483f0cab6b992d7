"""Keep the app on the device: register the service worker, say when all is saved, go on where it was cut, and let a
new version in when the person agrees.

What was saved may go: the browser clears it when storage runs low, another tab does, a part of it is damaged. So
whether all is there is asked again whenever somebody looks, and never remembered.
"""

import asyncio

from pyscript import document, window
from pyscript.ffi import to_js

from app.shared import messages, words
from app.shared.build_id import BUILD_ID, SOURCE
from app.ui.browser import keeping, service_worker, tasks
from app.ui.browser.attempts import attempt
from app.ui.browser.page import element, listen, on, optional, reload_once, set_text, show, shows_start, state
from app.ui.browser.patience import Wait, within
from app.ui.browser.place import here, of_this_copy

CHIP = "offline"
ISOLATED = of_this_copy("hemolens-isolated")
# Why saving stopped, as the service worker says it, and as it is seen from here.
NETWORK = "network"
FORBIDDEN = "forbidden"
SILENT = "silent"
REASONS = (NETWORK, "host", "damaged", "full", FORBIDDEN, SILENT)
# Where trying again changes nothing.
FINAL = (FORBIDDEN,)
# A page that stays open looks for a new version when it is looked at again, this often at most.
LOOK_EVERY_MS = 3600 * 1000
# The service worker itself gives up a part of which nothing comes for a minute, and says so.
SILENCE_S = 90
GLANCE_S = 0.25


class Installation:
    """The service worker as the screen sees it."""

    def __init__(self):
        self._registration = None
        self._controlled = False
        self._agreed = False
        # Another tab let a new version in while this one was busy: it is loaded as soon as nothing is lost by it.
        self._outdated = False
        self._said = None
        self._filling = False
        self._failed = None
        # How far saving is, and how long nothing was heard of it.
        self._percent = 0
        self._silent_s = 0
        self._repairing = None
        # Whether a version of it was there at some time in this visit.
        self._was_there = False
        # Saved parts that the self-test found to be others than those that were built.
        self._damaged = 0
        self._looked_ms = 0
        # Whether the browser promised to keep what is saved; None: not asked yet.
        self.kept_for_good = None

    def listen(self):
        """Hear of everything from the beginning; `start` begins to save."""
        if BUILD_ID == SOURCE:
            # Sources change with every save: nothing is kept of them.
            return
        workers = service_worker.container()
        if workers is None:
            return
        self._controlled = service_worker.controller() is not None
        listen(workers, "message", self._message)
        listen(workers, "controllerchange", lambda _event: self._controller_changed())
        listen(document.defaultView, "online", lambda _event: self._failed == NETWORK and self.go_on())
        listen(document.defaultView, "focus", lambda _event: self.look_again())
        listen(document, "visibilitychange", lambda _event: self.look_again())
        on("update", "click", lambda _event: self._use_update())
        on("offline-again", "click", lambda _event: self.go_on())

    def start(self):
        """Begin in the background."""
        if BUILD_ID != SOURCE:
            tasks.run(self._run())

    def speak(self):
        """Say again what was said, in the language that is spoken now."""
        if self._said is not None:
            key, chip_state, values = self._said
            self._say(key, chip_state, **values)

    def go_on(self):
        """Save what is still missing."""
        if not self._filling:
            self._begin_filling()
            tasks.run(self._go_on())

    def idle(self):
        """Nothing is on the screen that a reload would lose."""
        if self._outdated:
            window.location.reload()

    def look_again(self):
        """Somebody looks at the page: say what is true now."""
        if not document.hidden and self._registration is not None:
            tasks.run(self._look())

    def after_reading(self):
        """Somebody uses this: now is the moment to ask the browser not to clear it away when storage runs low."""
        tasks.run(self._ask_to_keep())
        self.look_again()

    def after_self_test(self, damaged):
        """The self-test compared every saved file, and so many are not as they were built."""
        self._damaged = damaged
        self.look_again()

    async def look_whether_kept(self):
        """Learn whether the browser promised to keep it."""
        self.kept_for_good = await keeping.promised() or self.kept_for_good

    async def _run(self):
        if service_worker.container() is None:
            self._say_failed(FORBIDDEN)
            return
        await self.look_whether_kept()
        if service_worker.controller() is None:
            self._begin_filling()
        await self._register()

    async def _ask_to_keep(self):
        if self.kept_for_good is None and service_worker.controller():
            self.kept_for_good = await keeping.ask_for_it()
            if self._said is not None and self._said[1] == "ready":
                self._say_ready()

    async def _register(self):
        """Register the worker, which saves what is not saved yet, and follow it."""
        found = None
        try:
            found = await service_worker.register()
        except Exception as error:
            if service_worker.keeps_nothing(error):
                self._say_failed(FORBIDDEN)
                return
        # With no network what was registered at an earlier visit still holds.
        found = found or await service_worker.registration()
        if found is None:
            self._say_failed(NETWORK)
            return
        if self._registration is None:
            listen(found, "updatefound", lambda _event: self._update_found())
        self._registration = found
        # Another tab, or one closed by now, may have begun it.
        self._update_found()
        self._look_for_update()
        if self._filling:
            await self._follow()
        else:
            await self._judge()
        self._isolate()

    async def _follow(self):
        """Until the first version is there, or does not come. No event tells of all ends in all browsers."""
        begun_at, ended = self._percent, 0
        while self._filling:
            if optional(self._registration, "active"):
                self._filling = False
                await self._judge()
            elif optional(self._registration, "installing") or optional(self._registration, "waiting"):
                ended, self._silent_s = 0, self._silent_s + GLANCE_S
                if self._silent_s > SILENCE_S:
                    self._say_failed(NETWORK)
            else:
                # What it has to say of its end may still be on the way.
                ended += 1
                if ended == 8:
                    self._ended_without_a_word(begun_at)
            await asyncio.sleep(GLANCE_S)

    def _ended_without_a_word(self, begun_at):
        """Browsers end an installation that takes minutes: what has come stays, and the next goes on from there."""
        if self._percent > begun_at:
            self._filling = False
            self.go_on()
        else:
            self._say_failed(NETWORK)

    async def _judge(self):
        """Say whether everything is there."""
        answer = None
        for _ in range(2):
            answer = answer or await service_worker.ask(service_worker.VERSION)
        if self._filling:
            return
        if answer is None:
            if await service_worker.registration():
                self._say_failed(SILENT)
            else:
                self._say("offline-gone", "failed")
            return
        self._was_there, self._percent = True, 0
        missing = answer.missing.length
        if missing and missing == optional(answer, "total"):
            self._say("offline-gone", "failed")
        elif missing:
            self._say("offline-missing", "failed", count=missing)
        elif self._damaged:
            self._say("offline-damaged", "failed", count=self._damaged)
        elif await service_worker.registration() is None:
            # It still answers for this page, and will for no other.
            self._say("offline-gone", "failed")
        else:
            self._failed = None
            self._say_ready()

    async def _go_on(self):
        found = await service_worker.registration()
        if found is None or not optional(found, "active"):
            await self._register()
            return
        self._repairing = Wait(SILENCE_S * 1000)
        answer = await service_worker.ask(service_worker.RESTORE, self._repairing)
        if not self._filling:
            # It said why it failed.
            return
        if answer is None:
            self._say_failed(NETWORK)
            return
        self._filling, self._damaged = False, 0
        await self._judge()

    def _begin_filling(self):
        self._filling, self._failed = True, None
        self._silent_s = 0
        self._say("offline-loading", "loading", percent=self._percent)

    def _message(self, event):
        said = event.data
        kind = optional(said, "type")
        if kind not in ("precache", "precache-failed") or (optional(said, "scope") or here()) != here():
            return
        # The old version stays as it is while a new one comes in, and if that fails.
        if not self._filling:
            if kind == "precache" and self._failed and not self._was_there:
                # It comes after all, or another tab tries again.
                self.go_on()
            return
        self._silent_s = 0
        if self._repairing is not None:
            self._repairing.renew()
        self._percent = min(100, int(100 * said.bytes / said.total_bytes))
        if kind == "precache":
            self._say("offline-loading", "loading", percent=self._percent)
        else:
            self._say_failed(said.reason if said.reason in REASONS else "host")

    def _say_ready(self):
        self._say("offline-kept" if self.kept_for_good else "offline-ready", "ready")

    def _say_failed(self, reason):
        self._filling, self._failed = False, reason
        self._say("offline-failed." + reason, "failed", percent=self._percent)

    def _say(self, key, chip_state, **values):
        self._said = (key, chip_state, values)
        chip = element(CHIP)
        chip.hidden = False
        chip.setAttribute("data-offline", chip_state)
        set_text("offline-words", words.say(key, **values))
        show("offline-again", chip_state == "failed" and self._failed not in FINAL)

    def _isolate(self):
        """A host that sends no isolation headers: one reload lets the service worker add them."""
        if not window.crossOriginIsolated and service_worker.controller() and shows_start():
            reload_once(ISOLATED)

    def _update_found(self):
        worker = self._registration.installing
        if worker:
            listen(worker, "statechange", lambda _event: self._look_for_update())

    def _look_for_update(self):
        show("update", bool(self._registration.waiting and service_worker.controller()))

    async def _look(self):
        if self._was_there and not self._filling:
            await self._judge()
        now_ms = window.performance.now()
        if now_ms - self._looked_ms < LOOK_EVERY_MS:
            return
        self._looked_ms = now_ms
        try:
            await within(service_worker.REGISTER_PATIENCE_MS, attempt(self._registration, "update"))
        except Exception:
            # No network: the version that is here is good.
            return
        # Chromium does not always tell a page that opens while a version arrives that it has arrived.
        self._look_for_update()

    def _use_update(self):
        if self._registration.waiting and state() not in (messages.STATE_SCANNING, messages.STATE_MEASURING):
            self._agreed = True
            self._registration.waiting.postMessage(to_js({"type": "skip-waiting"}))

    def _controller_changed(self):
        if service_worker.controller() is None:
            # Another copy's worker further up, or none any more.
            return
        first, self._controlled = not self._controlled, True
        if first:
            # On a first visit the worker takes the page over only now.
            self._isolate()
        elif self._agreed or shows_start():
            window.location.reload()
        else:
            self._outdated = True
