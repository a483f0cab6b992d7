"""The memory that a first start leaves, with numpy and Pillow in it: kept on the device for the next starts."""

from __future__ import annotations

import asyncio
import base64
import json

import js
from pyodide.ffi import JsException, to_js

from app.engine.boot import shim

# Whoever has chosen a photo while the engine started asks for its reading by then.
KEPT_AFTER_S = 1.0


async def keep(turn: asyncio.Lock) -> None:
    """Keep it in place of an older one; where the browser keeps nothing, the next start is a first one again.

    To look through it takes a while, in which nothing else is answered: `turn` is held meanwhile.
    """
    await asyncio.sleep(KEPT_AFTER_S)
    async with turn:
        left = shim().takeLeft()
    if left is None:
        return
    content = await left.kept.arrayBuffer()
    try:
        digest = (await js.crypto.subtle.digest("SHA-256", content)).to_bytes()
        made = json.dumps({**left.made.to_py(), "digest": base64.b64encode(digest).decode()})
        settings = to_js({"headers": {"Made": made}}, dict_converter=js.Object.fromEntries)
        await js.caches.delete(left.store)
        cache = await js.caches.open(left.store)
        await cache.put(left.address, js.Response.new(content, settings))
    except (JsException, AttributeError):
        # The device is full, or this page is not to be trusted with a cache.
        return
