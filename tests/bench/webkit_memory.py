"""What WebKit's web process holds of the page, beside Chromium's: an iPhone's browser has the same engine.

It is WebKitGTK on a desktop, whose camera is a canvas of the page's own: what that takes is in the figures.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.memory import WEB_PROCESS_OF_WEBKIT, private_bytes, watched
from tests.bench.unrecorded import AIM_S, NAILS, OFFLINE, REST_S, SHOWN
from tests.browser import PATIENCE_MS
from tests.browser_kinds import HAND, find_kind
from tests.drawn_hand import drawn_photo


class NotInWebKitError(Exception):
    """WebKit is not there, or did not get there; the message says which."""


def memory_figures(address: str, size: tuple[int, int]) -> dict[str, float]:
    """MB with the engine ready, and the most in a scan and with a photo of `size`, on a second visit.

    Raises:
        NotInWebKitError: nothing was measured, and why.
    """
    kind = find_kind("webkit")
    if isinstance(kind, str):
        raise NotInWebKitError(kind)
    # WebKit's driver raises many kinds of errors: none of them is the page's, and the rest is measured all the same.
    try:
        with tempfile.TemporaryDirectory() as folder:
            profile = Path(folder) / "profile"
            with kind.visiting(address, profile, camera=HAND) as visit:
                visit.open()
                visit.wait_for_engine()
                visit.page.wait_for_function(f"() => {OFFLINE}", timeout=PATIENCE_MS)
                time.sleep(2 * REST_S)
            with kind.visiting(address, profile, camera=HAND) as visit:
                page = visit.page
                visit.open()
                page.wait_for_selector("#start")
                page.uncheck("#auto-capture")
                visit.wait_for_engine()
                time.sleep(REST_S)
                ready = private_bytes(WEB_PROCESS_OF_WEBKIT)
                page.wait_for_function(f"() => {NAILS}", timeout=PATIENCE_MS)
                time.sleep(AIM_S)
                with watched(WEB_PROCESS_OF_WEBKIT) as in_a_scan:
                    page.click("[data-testid=capture]")
                    page.wait_for_function(f"() => {SHOWN}", timeout=PATIENCE_MS)
                page.click("[data-testid=retake]")
                page.wait_for_function(f"() => {NAILS}", timeout=PATIENCE_MS)
                with watched(WEB_PROCESS_OF_WEBKIT) as with_a_photo:
                    visit.upload(drawn_photo(size))
    except Exception as error:
        raise NotInWebKitError(str(error).partition("\n")[0]) from error
    parts = {"ready": ready, "scan": in_a_scan.bytes, "photo": with_a_photo.bytes}
    return {f"webkit_memory_{name}_mb": value / 1e6 for name, value in parts.items()}
