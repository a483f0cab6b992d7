"""Calls of the browser's that may throw.

MicroPython sees only the promises that are not kept. What a function throws at once runs through all of our Python and
ends it in the middle, whatever `except` stands around it; so such a call goes through static/guard.js.
"""

from pyscript import window


class BrowserError(Exception):
    """What the browser threw; `name` is the name of its error, "SecurityError" for one."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name


def attempt(target, name, *arguments):
    """`target.name(*arguments)`.

    Raises:
        BrowserError: the browser threw.
    """
    return _outcome(window.attempt(target, name, window.Array.of(*arguments)))


def look_up(target, name):
    """`target.name`, of what a browser may hide behind a locked door, as it does with storage; raises as `attempt`."""
    return _outcome(window.attempt(target, name))


def make(kind, *arguments):
    """`new kind(*arguments)`; raises as `attempt`."""
    return attempt(window.Reflect, "construct", kind, window.Array.of(*arguments))


def _outcome(outcome):
    if outcome.length > 1:
        raise BrowserError(outcome[1].name, outcome[1].message)
    return outcome[0]
