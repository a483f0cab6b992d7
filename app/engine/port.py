"""The engine's end of the port: every call of the screen's is answered once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import js

from app.core.errors import MeasureError
from app.shared.codes import MODEL_UNAVAILABLE
from app.shared.port import HELLO, LISTENING, TAG, Answer, Call, Progress, Sign, message


@dataclass(slots=True)
class Lent:
    """What moved here with a call, and moves back with its answer.

    Attributes:
        picture: an ImageBitmap, a VideoFrame or a file's ArrayBuffer; None where the call has none.
        shown: an ImageData that goes along with it, or None.
    """

    picture: Any = None
    shown: Any = None


Handler = Callable[..., Awaitable[dict[str, Any]]]
# Python's loop holds its tasks by weak references alone.
_tasks: set[asyncio.Task[None]] = set()


def serve(worker: Any, handlers: Mapping[str, Handler]) -> None:
    """Answer calls from now on, each by the handler of its name: `handler(lent, **arguments)`.

    Args:
        worker: PyScript's `xworker`.
    """

    def received(event: Any) -> None:
        if not js.Array.isArray(event.data) or event.data[0] != TAG:
            return
        heard = message(event.data[1])
        if isinstance(heard, Call):
            lent = Lent(event.data[2] if event.data.length > 2 else None)
            task = asyncio.ensure_future(_answer(handlers[heard.name], heard, lent))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
        elif isinstance(heard, Sign) and heard.sign == HELLO:
            _post(Sign(LISTENING))

    worker.onmessage = received
    _post(Sign(LISTENING))


def report(step: str, done: int, total: int) -> None:
    """Tell the screen how far the start is."""
    _post(Progress(step, done, total))


async def _answer(handler: Handler, call: Call, lent: Lent) -> None:
    try:
        content = await handler(lent, **call.arguments)
    except MeasureError as error:
        content = {"error": {"code": error.code, "message": error.message}}
    except Exception as error:
        # A fault of ours: the person gets words, the console gets the trace.
        traceback.print_exception(error)
        content = {"error": {"code": MODEL_UNAVAILABLE, "message": f"the engine failed: {error}"}}
    _post(Answer(call.number, content), lent)


def _post(said: Answer | Progress | Sign, lent: Lent | None = None) -> None:
    whole, moved = js.Array.of(TAG, said.text()), js.Array.new()
    if lent is not None and lent.picture is not None:
        whole.push(lent.picture)
        moved.push(lent.picture)
        if lent.shown is not None:
            whole.push(lent.shown)
            moved.push(lent.shown.data.buffer)
    js.postMessage(whole, moved)
