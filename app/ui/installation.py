"""Keep the app on the device: register the service worker, say when all is saved, offer a new version."""

import asyncio

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js

from app import messages, words
from app.ui.page import element, on, show

CHIP = "offline"
RELOADED_ONCE = "hemolens-isolated"


class Installation:
    """The service worker as the screen sees it."""

    def __init__(self):
        self._registration = None
        self._reloading = False
        self._said = None

    def start(self):
        """Begin in the background."""
        asyncio.create_task(self._run())

    def speak(self):
        """Say again what was said, in the language that is spoken now."""
        if self._said is not None:
            self._say(*self._said)

    async def _run(self):
        """Register the worker and follow it; a browser without one (plain HTTP from afar) goes on without."""
        container = window.navigator.serviceWorker
        if not container:
            return
        container.addEventListener("message", create_proxy(self._message))
        container.addEventListener("controllerchange", create_proxy(self._controller_changed))
        on("update", "click", self._use_update)
        try:
            self._registration = await container.register("./sw.js")
        except Exception:
            self._registration = None
        if not self._registration:
            self._say("offline-failed", "failed")
            return
        self._registration.addEventListener("updatefound", create_proxy(self._update_found))
        self._look_for_update()
        await container.ready
        self._say("offline-ready", "ready")
        self._isolate()

    def _message(self, event):
        kind = event.data.type
        if kind == "precache" and not window.navigator.serviceWorker.controller:
            percent = round(100 * event.data.bytes / event.data.total_bytes)
            self._say("offline-loading", "loading", percent)
        elif kind == "precache-failed" and not window.navigator.serviceWorker.controller:
            self._say("offline-failed", "failed")

    def _say(self, key, state, percent=None):
        self._said = (key, state, percent)
        chip = element(CHIP)
        text = words.say(key) if percent is None else words.say(key, percent=percent)
        chip.hidden = False
        chip.textContent = text
        chip.setAttribute("data-offline", state)

    def _isolate(self):
        """A host that sends no isolation headers: one reload lets the service worker add them."""
        if window.crossOriginIsolated or window.sessionStorage.getItem(RELOADED_ONCE):
            return
        idle = document.body.getAttribute("data-state") in (messages.STATE_BOOTING, messages.STATE_READY)
        if window.navigator.serviceWorker.controller and idle:
            window.sessionStorage.setItem(RELOADED_ONCE, "1")
            window.location.reload()

    def _update_found(self, _event):
        worker = self._registration.installing
        if worker:
            worker.addEventListener("statechange", create_proxy(lambda _event: self._look_for_update()))

    def _look_for_update(self):
        waiting = self._registration.waiting
        show("update", bool(waiting and window.navigator.serviceWorker.controller))

    def _use_update(self, _event):
        if self._registration.waiting:
            self._reloading = True
            self._registration.waiting.postMessage(to_js({"type": "skip-waiting"}))

    def _controller_changed(self, _event):
        if self._reloading:
            self._reloading = False
            window.location.reload()
        else:
            # On a first visit the worker takes the page over only now.
            self._isolate()

