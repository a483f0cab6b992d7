"""Waits that end: a browser's promise may never be kept, so whatever the page asks of it is asked through here."""

import asyncio

from pyscript import window
from pyscript.ffi import create_proxy

GLANCE_MS = 500
# More than this has not passed between two glances: the page slept meanwhile, as phones let hidden pages do, and
# whatever it waits for slept, too.
MOST_PASSED_MS = 2 * GLANCE_MS

_waits = []
_timer = None
_glanced_ms = 0


class TookTooLongError(Exception):
    """What was waited for did not come in the time it had."""


class Wait:
    """One wait, and the time it has left."""

    def __init__(self, limit_ms, paused=None):
        """`paused()` tells whether the time stands still for now."""
        self._limit_ms = self._left_ms = limit_ms
        self._paused = paused
        self._settled = asyncio.Event()
        self._value = self._error = None

    async def of(self, awaited, late=None):
        """What a promise or a coroutine gives; `late(value)` is called with what came after the end.

        Raises:
            TookTooLongError: nothing came in time.
            Exception: what `awaited` raises, or what `end` was given.
        """

        async def run():
            try:
                value = await awaited
            except Exception as error:
                self.end(error)
                return
            if not self._settled.is_set():
                self._value = value
                self._settled.set()
            elif late is not None:
                late(value)

        _begin(self)
        asyncio.create_task(run())
        await self._settled.wait()
        _waits.remove(self)
        if self._error is not None:
            raise self._error
        return self._value

    def renew(self, limit_ms=None):
        """Something was heard: all of the time is left again, `limit_ms` from now on where it is given."""
        self._limit_ms = limit_ms or self._limit_ms
        self._left_ms = self._limit_ms

    def end(self, error):
        """Wait no longer, where it has not ended: `of` raises this error."""
        if not self._settled.is_set():
            self._error = error
            self._settled.set()

    def passed(self, passed_ms):
        """So much time has gone by."""
        if self._paused is not None and self._paused():
            self.renew()
            return
        self._left_ms -= passed_ms
        if self._left_ms <= 0:
            self.end(TookTooLongError(f"nothing came within {self._limit_ms / 1000:g} s"))


async def within(limit_ms, awaited, late=None):
    """What a promise or a coroutine gives; see `Wait.of`."""
    return await Wait(limit_ms).of(awaited, late)


def _begin(wait):
    global _timer, _glanced_ms
    _waits.append(wait)
    if _timer is None:
        _glanced_ms = window.performance.now()
        _timer = window.setInterval(_clock, GLANCE_MS)


def _glance(*_arguments):
    global _timer, _glanced_ms
    now_ms = window.performance.now()
    passed_ms, _glanced_ms = min(now_ms - _glanced_ms, MOST_PASSED_MS), now_ms
    for wait in list(_waits):
        wait.passed(passed_ms)
    if not _waits:
        window.clearInterval(_timer)
        _timer = None


# One for all: the timer starts and stops many times a minute.
_clock = create_proxy(_glance)
