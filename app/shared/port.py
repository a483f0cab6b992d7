"""What goes between screen and engine: calls with a number, one answer each, and how far the engine's start is.

Each message is one array of the browser's: TAG, one of these classes as JSON text, and the pictures that move along
with it, which are never copied. Every tab has its own worker, so nobody else hears of it.
"""

import json

# Other arrays on the way are PyScript's. static/engine-shim.mjs has the same word.
TAG = "hemolens"

# The calls there are, and their arguments by name and type.
START = "start"
MEASURE_PHOTO = "measure_photo"
LOOK = "look"
SCAN_BEGIN = "scan_begin"
SCAN_FRAME = "scan_frame"
SCAN_END = "scan_end"
SCAN_CANCEL = "scan_cancel"
SELF_TEST = "self_test"
ARGUMENTS: dict[str, dict[str, type]] = {
    START: {},
    # the file's ArrayBuffer moves along; back comes an ImageData of what was measured
    MEASURE_PHOTO: {"mirror": bool},
    # a frame moves along and comes back
    LOOK: {},
    SCAN_BEGIN: {"mirror": bool},
    # a frame moves along; it comes back with an ImageData of it, a thumbnail. `guide` is [x1, y1, x2, y2] of the nail
    # that a guide shows, in pixels of the frame, or empty where the detector finds nails
    SCAN_FRAME: {"guide": list},
    # whether it ends before all frames came, since its time is over
    SCAN_END: {"late": bool},
    SCAN_CANCEL: {},
    SELF_TEST: {},
}

# Signs, besides calls. HELLO asks whether Python is there, LISTENING says so. AWAKE says that the engine's worker is
# there and asks the browser for the networks' own, ALIVE that something goes on, STUCK that the engine waits for
# something that does not come, CAME that what Python starts from is there.
HELLO = "hello"
LISTENING = "listening"
AWAKE = "awake"
ALIVE = "alive"
STUCK = "stuck"
CAME = "came"
SIGNS = (HELLO, LISTENING, AWAKE, ALIVE, STUCK, CAME)


class PortError(Exception):
    """What came is none of the messages that both sides know."""


class Call:
    """The screen asks for something; `arguments` as ARGUMENTS says."""

    def __init__(self, number: int, name: str, arguments: dict[str, object]) -> None:
        wanted = ARGUMENTS.get(name)
        if wanted is None:
            raise PortError("there is no call " + str(name))
        if set(arguments) != set(wanted):
            raise PortError(name + " takes " + (", ".join(wanted) or "nothing"))
        for argument, kind in wanted.items():
            if not isinstance(arguments[argument], kind):
                raise PortError(name + ": " + argument + " is no " + kind.__name__)
        self.number, self.name, self.arguments = number, name, arguments

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"number": self.number, "call": self.name, "arguments": self.arguments})


class Answer:
    """The one answer to the call of this number; an error is {"error": {"code", "message"}}."""

    def __init__(self, number: int, content: dict[str, object]) -> None:
        self.number, self.content = number, content

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"number": self.number, "answer": self.content})


class Progress:
    """The engine's start is at `done` of `total` of a step, one of `app.shared.messages.BOOT_STEPS`."""

    def __init__(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"step": self.step, "done": self.done, "total": self.total})


class Sign:
    """One of SIGNS."""

    def __init__(self, sign: str) -> None:
        if sign not in SIGNS:
            raise PortError("there is no sign " + str(sign))
        self.sign = sign

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"sign": self.sign})


def message(text: str) -> Call | Answer | Progress | Sign:
    """The message that this JSON text is.

    Raises:
        PortError: it is none.
    """
    try:
        said = json.loads(text)
        if "call" in said:
            return Call(said["number"], said["call"], said["arguments"])
        if "answer" in said:
            return Answer(said["number"], said["answer"])
        if "step" in said:
            return Progress(said["step"], said["done"], said["total"])
        return Sign(said["sign"])
    except (KeyError, TypeError, ValueError) as error:
        raise PortError("no message of ours: " + repr(error))  # noqa: B904 MicroPython shows no causes
