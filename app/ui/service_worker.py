"""This copy's service worker, and questions to it: which version it keeps, of which files, and what is missing.

Another copy of the app may lie further up under the same origin, and its worker answers for this page until this page
has one of its own. Whatever is asked for here has an end: browsers let a registration wait for the one before it.
"""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy, to_js

from app.ui.attempts import BrowserError, look_up
from app.ui.page import optional
from app.ui.patience import TookTooLongError, within
from app.ui.place import here

SCRIPT = "./sw.js"
VERSION = "version"
FILES = "files"
RESTORE = "restore"
PATIENCE_MS = 5000
# The script has to come through the network.
REGISTER_PATIENCE_MS = 30000
GLANCE_S = 0.25


def container():
    """The browser's service workers, or None where it has none: over plain HTTP, or in a window that keeps nothing."""
    try:
        return look_up(window.navigator, "serviceWorker") or None
    except BrowserError:
        return None


def controller():
    """The worker that answers this page's requests, or None; another copy's does not count."""
    workers = container()
    worker = optional(workers, "controller") if workers else None
    return worker if worker and worker.scriptURL == here(SCRIPT) else None


async def register():
    """Register the worker; its registration, or None where the browser does not come to it in time.

    Raises:
        Exception: the browser's own, see `keeps_nothing`.
    """
    options = to_js({"updateViaCache": "none"})
    try:
        return await within(REGISTER_PATIENCE_MS, container().register(SCRIPT, options))
    except TookTooLongError:
        return None


def keeps_nothing(error):
    """Whether this error of `register` says that the browser keeps nothing of this page, network or not."""
    return "SecurityError" in str(error) or "NotSupportedError" in str(error) or "insecure" in str(error)


async def registration():
    """This copy's own registration, or None."""
    workers = container()
    if workers is None:
        return None
    try:
        found = await within(PATIENCE_MS, workers.getRegistration())
    except Exception:
        return None
    return found if found and found.scope == here() else None


async def ask(kind, patience_ms=PATIENCE_MS, heard_ms=None):
    """Its answer to one of the questions above, a JavaScript object; None where nobody answers.

    Args:
        kind: VERSION, FILES or RESTORE.
        patience_ms: how long it may be silent.
        heard_ms: tells when it was last heard of by another way, by the clock of `performance.now()`.
    """
    worker = controller()
    if worker is None:
        # A page that was loaded around it, or a first version that has just come in.
        found = await registration()
        worker = optional(found, "active") if found else None
    if worker is None:
        return None
    answers = []
    channel = window.MessageChannel.new()
    channel.port1.onmessage = create_proxy(lambda event: answers.append(event.data))
    worker.postMessage(to_js({"type": kind}), to_js([channel.port2]))
    asked_ms = window.performance.now()
    while not answers:
        last_ms = max(asked_ms, heard_ms()) if heard_ms else asked_ms
        if window.performance.now() - last_ms > patience_ms:
            break
        await asyncio.sleep(GLANCE_S if heard_ms else GLANCE_S / 10)
    channel.port1.close()
    return answers[0] if answers else None
