"""Questions to the service worker: which version it keeps, of which files, and what is missing of them."""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy, to_js

from app.ui.page import optional

VERSION = "version"
FILES = "files"
RESTORE = "restore"
PATIENCE_MS = 5000


def container():
    """The browser's service workers, or None where it has none: in a page that came over plain HTTP from afar."""
    return optional(window.navigator, "serviceWorker")


def controller():
    """The worker that answers this page's requests, or None."""
    workers = container()
    return optional(workers, "controller") if workers else None


async def ask(kind, patience_ms=PATIENCE_MS):
    """Its answer to one of the questions above, a JavaScript object; None where nobody answers."""
    worker = controller()
    if worker is None:
        return None
    answers = []
    answered = asyncio.Event()

    def hear(event):
        answers.append(event.data)
        answered.set()

    channel = window.MessageChannel.new()
    channel.port1.onmessage = create_proxy(hear)
    if patience_ms is not None:
        window.setTimeout(create_proxy(lambda *_nothing: answered.set()), patience_ms)
    worker.postMessage(to_js({"type": kind}), to_js([channel.port2]))
    await answered.wait()
    channel.port1.close()
    return answers[0] if answers else None
