"""Keep the app on the device: register the service worker, say when all is saved, go on where it was cut, and let a
new version in when the person agrees."""

import asyncio

from pyscript import document, window
from pyscript.ffi import to_js

from app import messages, words
from app.ui import service_worker
from app.ui.page import element, listen, on, optional, reload_once, set_text, show, state

CHIP = "offline"
ISOLATED = "hemolens-isolated"
# Why saving stopped, as the service worker says it.
NETWORK = "network"
REASONS = (NETWORK, "host", "damaged", "full")
# A page that stays open looks for a new version when it is looked at again, this often at most.
LOOK_EVERY_MS = 3600 * 1000
IDLE = (messages.STATE_BOOTING, messages.STATE_READY)


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
        self._looked_ms = 0
        # Whether the browser promised to keep what is saved; None: not asked yet.
        self.kept_for_good = None

    def listen(self):
        """Hear of everything from the beginning; `start` begins to save."""
        workers = service_worker.container()
        if workers is None:
            return
        self._controlled = service_worker.controller() is not None
        listen(workers, "message", self._message)
        listen(workers, "controllerchange", lambda _event: self._controller_changed())
        listen(document.defaultView, "online", lambda _event: self._failed == NETWORK and self.go_on())
        listen(document, "visibilitychange", lambda _event: self._look_again())
        on("update", "click", lambda _event: self._use_update())
        on("offline-again", "click", lambda _event: self.go_on())

    def start(self):
        """Begin in the background."""
        asyncio.create_task(self._run())

    def speak(self):
        """Say again what was said, in the language that is spoken now."""
        if self._said is not None:
            key, chip_state, values = self._said
            self._say(key, chip_state, **values)

    def go_on(self):
        """Save what is still missing."""
        if not self._filling:
            asyncio.create_task(self._restore() if service_worker.controller() else self._register())

    def idle(self):
        """Nothing is on the screen that a reload would lose."""
        if self._outdated:
            window.location.reload()

    def after_reading(self):
        """Somebody uses this: now is the moment to ask the browser not to clear it away when storage runs low."""
        asyncio.create_task(self.ask_to_keep())

    async def ask_to_keep(self):
        """Whether what is saved stays until the person removes it. Browsers may ask the person."""
        storage = optional(window.navigator, "storage")
        if storage is None or self.kept_for_good is not None or service_worker.controller() is None:
            return
        try:
            self.kept_for_good = bool(await storage.persist())
        except Exception:
            self.kept_for_good = False
        if self._said is not None and self._said[1] == "ready":
            self._say_ready()

    async def look_whether_kept(self):
        """Whether the browser promised it at an earlier visit, or to an installed app: no question to the person."""
        storage = optional(window.navigator, "storage")
        try:
            if storage and await storage.persisted():
                self.kept_for_good = True
        except Exception:
            return

    async def _run(self):
        if service_worker.container() is None:
            return
        await self.look_whether_kept()
        await self._register()
        if self._registration is None:
            return
        await service_worker.container().ready
        self._isolate()
        await self._judge()

    async def _register(self):
        """Register the worker, which saves what is not saved yet."""
        self._filling = service_worker.controller() is None
        try:
            options = to_js({"updateViaCache": "none"})
            self._registration = await service_worker.container().register("./sw.js", options)
        except Exception:
            # With no network what was registered at an earlier visit still holds.
            self._registration = await service_worker.container().getRegistration() or None
        if self._registration is None:
            self._say_failed(NETWORK, 0)
            return
        listen(self._registration, "updatefound", lambda _event: self._update_found())
        # Another tab, or one closed by now, may have begun it.
        self._update_found()
        self._look_for_update()

    async def _judge(self):
        """Say whether everything is there."""
        # Right after a first installation the worker takes the page over a moment later.
        answer = await service_worker.ask(service_worker.VERSION)
        missing = answer.missing.length if answer and optional(answer, "missing") else 0
        self._filling, self._failed = False, None
        if missing:
            self._say("offline-missing", "failed", count=missing)
        else:
            self._say_ready()

    async def _restore(self):
        self._filling = True
        self._say("offline-loading", "loading", percent=0)
        await service_worker.ask(service_worker.RESTORE, patience_ms=None)
        if self._filling:
            await self._judge()

    def _message(self, event):
        said = event.data
        # The old version stays as it is while a new one comes in, and if that fails.
        if not self._filling or said.type not in ("precache", "precache-failed"):
            return
        percent = int(100 * said.bytes / said.total_bytes)
        if said.type == "precache":
            self._say("offline-loading", "loading", percent=percent)
        else:
            self._say_failed(said.reason if said.reason in REASONS else "host", percent)

    def _say_ready(self):
        self._say("offline-kept" if self.kept_for_good else "offline-ready", "ready")

    def _say_failed(self, reason, percent):
        self._filling, self._failed = False, reason
        self._say("offline-failed." + reason, "failed", percent=percent)

    def _say(self, key, chip_state, **values):
        self._said = (key, chip_state, values)
        chip = element(CHIP)
        chip.hidden = False
        chip.setAttribute("data-offline", chip_state)
        set_text("offline-words", words.say(key, **values))
        show("offline-again", chip_state == "failed")

    def _isolate(self):
        """A host that sends no isolation headers: one reload lets the service worker add them."""
        if not window.crossOriginIsolated and service_worker.controller() and state() in IDLE:
            reload_once(ISOLATED)

    def _update_found(self):
        worker = self._registration.installing
        if worker:
            listen(worker, "statechange", lambda _event: self._look_for_update())

    def _look_for_update(self):
        show("update", bool(self._registration.waiting and service_worker.controller()))

    def _look_again(self):
        now_ms = window.performance.now()
        if document.hidden or self._registration is None or now_ms - self._looked_ms < LOOK_EVERY_MS:
            return
        self._looked_ms = now_ms
        asyncio.create_task(self._ask_for_update())

    async def _ask_for_update(self):
        try:
            await self._registration.update()
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
        first, self._controlled = not self._controlled, True
        if first:
            # On a first visit the worker takes the page over only now.
            self._isolate()
        elif self._agreed or state() in IDLE:
            window.location.reload()
        else:
            self._outdated = True
