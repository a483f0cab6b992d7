"""The server gone for good: the browser is started anew each time, and reads one photo."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from tests.browser import PATIENCE_MS, Host, Visit, launched_profile
from tests.drawn_hand import UploadedFile, draw_hand
from tests.reliability import Tally

# The same pixels for every decoder.
HAND: UploadedFile = {"name": "hand.png", "mimeType": "image/png", "buffer": draw_hand().encoded("PNG")}


def cold_starts(chromium: str, dist: Path, count: int, tick: Callable[[], None] = lambda: None) -> Tally:
    """One visit with a server, then `count` starts of the browser, with the same profile and without one.

    Wrong is: a start without a reading, another value than at the visit with the server, a console error, or a request
    to anywhere else.
    """
    tally = Tally("cold starts of the browser, the server gone for good")
    with tempfile.TemporaryDirectory() as folder:
        host = Host(dist)
        address = host.address
        first = _reading(chromium, Path(folder), address, tally, "the visit before")
        host.stop()
        values = set()
        for number in range(count):
            found = _reading(chromium, Path(folder), address, tally, f"start {number + 1}")
            tally.expect(found == first, f"start {number + 1}: {found} instead of {first}")
            values.add(found["hb_g_dl"] if found else None)
            tally.tried += 1
            tick()
        tally.note = f"the same photo each time: {', '.join(map(str, values))} g/dL"
    return tally


def _reading(chromium: str, profile: Path, address: str, tally: Tally, name: str) -> dict[str, Any] | None:
    with launched_profile(chromium, profile) as context:
        page = context.pages[0]
        visit = Visit(page, context, address)
        page.on("console", lambda message: visit.console_errors.extend([message.text] * (message.type == "error")))
        page.on("pageerror", lambda error: visit.console_errors.append(str(error)))
        context.on("request", lambda request: visit.requests.append(request.url))
        try:
            visit.open()
            page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
            visit.wait_for_offline_ready()
            visit.upload(HAND)
            return visit.reading()
        except (Error, AssertionError) as error:
            tally.wrong.append(f"{name}: {str(error).splitlines()[0]}")
            return None
        finally:
            tally.wrong += [f"{name}: console: {text}" for text in visit.console_errors]
            tally.wrong += [f"{name}: request to {url}" for url in visit.requests_elsewhere()]
