"""What the screen lends, pictures and files: each comes by a message of its own, moved instead of copied, and goes back
so."""

from __future__ import annotations

import asyncio
from typing import Any

import js

_arrived: dict[int, Any] = {}
_awaited: dict[int, asyncio.Future[Any]] = {}


def received(event: Any) -> None:
    """A message of the screen: [number, ImageBitmap, VideoFrame or ArrayBuffer]."""
    number, picture = event.data
    if number in _awaited:
        _awaited.pop(number).set_result(picture)
    else:
        _arrived[number] = picture


async def borrowed(number: int) -> Any:
    """The picture of that number: it and the call that speaks of it come by different ways, in either order."""
    if number in _arrived:
        return _arrived.pop(number)
    _awaited[number] = asyncio.get_running_loop().create_future()
    return await _awaited[number]


def give_back(number: int, picture: Any, thumbnail: Any = None) -> None:
    """The screen has it again, with a picture of it, an ImageData, where there is one; here both are empty then."""
    message, moved = js.Array.of(number, picture), js.Array.of(picture)
    if thumbnail is not None:
        message.push(thumbnail)
        moved.push(thumbnail.data.buffer)
    js.postMessage(message, moved)
