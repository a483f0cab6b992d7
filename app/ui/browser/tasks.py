"""The one handler of what nobody caught: around every task of the page that nobody waits for, and every listener."""

import asyncio
import io
import sys

from pyscript import document, window
from pyscript.ffi import create_proxy

_on_failure = []


def handle(on_failure):
    """`on_failure(error)` tells the person from now on: of the one screen, once."""
    _on_failure.append(on_failure)
    document.defaultView.addEventListener("error", create_proxy(_thrown))


def run(coroutine):
    """Let it go on by itself."""
    asyncio.create_task(_guarded(coroutine))


def guarded(handler):
    """The same listener, for a browser that would throw its errors away."""

    def guarded_handler(*arguments):
        try:
            return handler(*arguments)
        except Exception as error:
            failed(error)

    return guarded_handler


def failed(error):
    """A fault of ours: the console gets the trace, the person gets words."""
    trace = io.StringIO()
    sys.print_exception(error, trace)
    window.console.error(trace.getvalue())
    _tell(error)


def _tell(error):
    for on_failure in _on_failure:
        on_failure(error)


def _thrown(event):
    """The browser threw through our Python, see `app.ui.browser.attempts`; the console has it already."""
    if str(event.filename).startswith(window.location.origin):
        _tell(Exception(event.message))


async def _guarded(coroutine):
    try:
        await coroutine
    except Exception as error:
        failed(error)
