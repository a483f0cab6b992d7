"""The screen's end of the port: calls to one worker, and what comes back with their answers.

A picture moves there and back, and is never copied: a camera's frame is megabytes, and holds up whatever else the
screen does.
"""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy

from app.shared.port import HELLO, LISTENING, TAG, Answer, Call, Progress, Sign, message
from app.ui.browser.attempts import attempt
from app.ui.browser.patience import TookTooLongError, within
from app.ui.browser.tasks import guarded

# Python may begin to listen before anybody hears it say so: then it is asked.
HELLO_EVERY_MS = 500
# Errors of the networks' own worker come by here as well, and reach Python by their calls.
OF_THE_NETWORKS = ("/networks.mjs", "/vendor/ort/")


class Port:
    """To one worker; what that one had when it ended does not come back."""

    def __init__(self, worker, on_progress, on_sign, on_crash):
        """`on_progress(Progress)`, `on_sign(sign)` and `on_crash(message)` are called as they come."""
        self._worker = worker
        self._on_progress, self._on_sign, self._on_crash = on_progress, on_sign, on_crash
        self._calls = 0
        # number -> when it is answered, and (content, picture, thumbnail) then
        self._asked, self._answers = {}, {}
        self._listening = asyncio.Event()
        self._listeners = {"message": create_proxy(guarded(self._message)), "error": create_proxy(guarded(self._error))}
        for name, listener in self._listeners.items():
            worker.addEventListener(name, listener)

    async def listening(self):
        """Wait until Python in the worker answers calls."""
        while not self._listening.is_set():
            self._post(Sign(HELLO), None)
            try:
                await within(HELLO_EVERY_MS, self._listening.wait())
            except TookTooLongError:
                continue

    def ask(self, name, picture, arguments):
        """Send a call, and with it an ImageBitmap, a VideoFrame or an ArrayBuffer, which is empty here from now on.

        Returns its number.

        Raises:
            BrowserError: it is empty already, or the system has taken it back.
            PortError: there is no such call.
        """
        self._calls += 1
        self._post(Call(self._calls, name, arguments), picture)
        self._asked[self._calls] = asyncio.Event()
        return self._calls

    async def answer(self, number):
        """Wait for the answer to the call of this number: its content, the picture again, and a thumbnail of it, an
        ImageData; None where there is none."""
        await self._asked[number].wait()
        del self._asked[number]
        return self._answers.pop(number)

    def give_up(self, number):
        """Nobody waits for it any more."""
        self._asked.pop(number, None)
        if number in self._answers:
            let_go(self._answers.pop(number)[1])

    def close(self):
        """Nothing comes from a worker that has ended."""
        for name, listener in self._listeners.items():
            self._worker.removeEventListener(name, listener)

    def _post(self, said, picture):
        if picture is None:
            attempt(self._worker, "postMessage", window.Array.of(TAG, said.text()))
        else:
            whole = window.Array.of(TAG, said.text(), picture)
            attempt(self._worker, "postMessage", whole, window.Array.of(picture))

    def _message(self, event):
        data = event.data
        if not window.Array.isArray(data) or data[0] != TAG:
            # PyScript's own.
            return
        said = message(data[1])
        if isinstance(said, Answer):
            picture, thumbnail = data[2] if data.length > 2 else None, data[3] if data.length > 3 else None
            if said.number not in self._asked:
                let_go(picture)
                return
            self._answers[said.number] = said.content, picture, thumbnail
            self._asked[said.number].set()
        elif isinstance(said, Progress):
            self._on_progress(said)
        elif said.sign == LISTENING:
            self._listening.set()
        else:
            self._on_sign(said.sign)

    def _error(self, event):
        if not any(name in str(event.filename) for name in OF_THE_NETWORKS):
            self._on_crash(str(event.message))


def let_go(picture):
    """Give a picture's memory back at once; a file's has no such way."""
    if picture is not None and getattr(picture, "close", None):
        picture.close()
