"""This copy's service worker, and questions to it: which version it keeps, of which files, and what is missing.

Another copy of the app may lie further up under the same origin, and its worker answers for this page until this page
has one of its own.
"""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy, to_js

from app.ui.browser.attempts import BrowserError, attempt, look_up
from app.ui.browser.page import optional
from app.ui.browser.patience import Wait, within
from app.ui.browser.place import here

SCRIPT = "./sw.js"
VERSION = "version"
FILES = "files"
RESTORE = "restore"
PATIENCE_MS = 5000
# The script has to come through the network, and browsers let a registration wait for the one before it.
REGISTER_PATIENCE_MS = 30000


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
    """Register the worker; its registration.

    Raises:
        Exception: the browser's own, see `keeps_nothing`, or `app.ui.browser.patience.TookTooLongError`.
    """
    options = to_js({"updateViaCache": "none"})
    return await within(REGISTER_PATIENCE_MS, attempt(container(), "register", SCRIPT, options))


def keeps_nothing(error):
    """Whether this error of `register` says that the browser keeps nothing of this page, network or not."""
    return "SecurityError" in str(error) or "NotSupportedError" in str(error) or "insecure" in str(error)


async def registration():
    """This copy's own registration, or None."""
    workers = container()
    if workers is None:
        return None
    try:
        found = await within(PATIENCE_MS, attempt(workers, "getRegistration"))
    except Exception:
        return None
    return found if found and found.scope == here() else None


async def ask(kind, wait=None):
    """Its answer to VERSION, FILES or RESTORE, a JavaScript object; None where nobody answers.

    `wait` is how long it may be silent, a `Wait` that has not begun, else PATIENCE_MS.
    """
    worker = controller()
    if worker is None:
        # A page that was loaded around it, or a first version that has just come in.
        found = await registration()
        worker = optional(found, "active") if found else None
    if worker is None:
        return None
    answers = []
    answered = asyncio.Event()

    def hear(event):
        answers.append(event.data)
        answered.set()

    channel = window.MessageChannel.new()
    channel.port1.onmessage = create_proxy(hear)
    try:
        attempt(worker, "postMessage", to_js({"type": kind}), to_js([channel.port2]))
        await (wait or Wait(PATIENCE_MS)).of(_happened(answered))
        return answers[0]
    except Exception:
        # Silent, or gone by now.
        return None
    finally:
        channel.port1.close()


async def _happened(event):
    await event.wait()
