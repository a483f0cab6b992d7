"""What the page's own process holds in a browser that nobody records.

Playwright has the browser keep a copy of all that comes, for whoever asks for it: by Chromium's own books 90 MB and
more of the page's process. So here the browser is told by its pipe what to do, and nothing else is asked of it.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.memory import private_bytes, watched
from tests.browser import Cameras
from tests.drawn_hand import drawn_photo

PATIENCE_S = 180
LOOK_EVERY_S = 0.1
REST_S = 1.5
# Somebody aims before a scan.
AIM_S = 2.5
# One visit of five was seen with a third more than the others: the browser had not cleared away yet.
READY_VISITS = 3
# Chromium reads from its file 3 and writes to its file 4. A shell moves none that has more than one digit.
REDIRECTED = """
import fcntl, os, sys
moved = [fcntl.fcntl(int(given), fcntl.F_DUPFD_CLOEXEC, 10) for given in sys.argv[1:3]]
for given, wanted in zip(moved, (3, 4)):
    os.dup2(given, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""
ENGINE = "document.body?.dataset.engine === 'ready'"
OFFLINE = "document.querySelector('[data-testid=offline-ready]')?.dataset.offline === 'ready'"
NAILS = "document.querySelectorAll('[data-testid=overlay] rect.nail').length > 0"
SCREEN = "document.querySelector('#start')?.hidden === false"
SHOWN = "['result', 'error'].includes(document.body.dataset.state)"


class NotThereError(Exception):
    """The page never came to this; the message is what was waited for."""


def memory_figures(chromium: str, film: Path, address: str, size: tuple[int, int]) -> dict[str, float]:
    """MB with the engine ready, the median of some visits, and the most in a scan and with a photo of `size`.

    These are later visits. The browser was closed before each, as when a phone opens the app on another day.

    Raises:
        NotThereError: the page did not get there.
    """
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        with opened(chromium, film, profile, address) as page:
            page.wait_until(f"{ENGINE} && {OFFLINE}")
            # By then it has left Python's memory.
            time.sleep(2 * REST_S)
        ready = []
        for _ in range(READY_VISITS - 1):
            with opened(chromium, film, profile, address) as page:
                ready.append(_ready_bytes(page))
        with opened(chromium, film, profile, address) as page:
            ready.append(_ready_bytes(page))
            page.wait_until(NAILS)
            time.sleep(AIM_S)
            with watched() as in_a_scan:
                page.ask("document.querySelector('[data-testid=capture]').click()")
                page.wait_until(SHOWN)
            page.ask("document.querySelector('[data-testid=retake]').click()")
            page.wait_until(NAILS)
            photo = Path(folder) / "photo.jpg"
            photo.write_bytes(drawn_photo(size)["buffer"])
            with watched() as with_a_photo:
                page.ask("document.body.dataset.state = 'asked'")
                page.choose("[data-testid=upload]", photo)
                page.wait_until(SHOWN)
    parts = {"ready": statistics.median(ready), "scan": in_a_scan.bytes, "photo": with_a_photo.bytes}
    return {f"memory_{name}_mb": value / 1e6 for name, value in parts.items()}


def _ready_bytes(page: UnrecordedPage) -> int:
    """Of the page that has just been opened, once its engine is ready and nobody scans."""
    page.wait_until(SCREEN)
    page.ask("document.querySelector('#auto-capture:checked')?.click()")
    page.wait_until(ENGINE)
    time.sleep(REST_S)
    return private_bytes()


class UnrecordedPage:
    """A browser's one page, through the pipe of Chromium's DevTools protocol."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from, self._rest = to_browser, from_browser, b""
        self._numbers, self._session = itertools.count(1), ""
        targets = self._call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def open(self, address: str) -> None:
        self._call("Page.navigate", url=address)

    def ask(self, expression: str) -> Any:
        """What JavaScript makes of it; None where that is no number, text or truth."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def wait_until(self, expression: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self.ask(expression):
            if time.monotonic() > end:
                raise NotThereError(expression)
            time.sleep(LOOK_EVERY_S)

    def choose(self, field: str, file: Path) -> None:
        """A file, as the dialogue would."""
        found = self._call("Runtime.evaluate", expression=f"document.querySelector('{field}')")
        self._call("DOM.setFileInputFiles", files=[str(file)], objectId=found["result"]["objectId"])

    def close_browser(self) -> None:
        self._session = ""
        self._call("Browser.close")

    def _call(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        # Whatever else comes are events that nobody asked for.
        while (answer := self._next()).get("id") != number:
            pass
        if "error" in answer:
            raise NotThereError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            came = os.read(self._from, 1 << 16)
            if not came:
                raise NotThereError("the browser, which has ended")
            self._rest += came
        message, self._rest = self._rest.split(b"\0", 1)
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def opened(chromium: str, film: Path, profile: Path, address: str) -> Iterator[UnrecordedPage]:
    """The page in a browser of its own, which ends with this."""
    (in_browser, to_browser), (from_browser, out_of_browser) = os.pipe(), os.pipe()
    arguments = [
        "--headless=new",
        f"--user-data-dir={profile}",
        "--use-fake-ui-for-media-stream",
        "--window-size=390,844",
        "--remote-debugging-pipe",
        *Cameras(film).arguments(),
    ]
    redirected = [sys.executable, "-c", REDIRECTED, str(in_browser), str(out_of_browser), chromium, *arguments]
    process = subprocess.Popen(
        redirected, pass_fds=(in_browser, out_of_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for end in (in_browser, out_of_browser):
        os.close(end)
    try:
        page = UnrecordedPage(to_browser, from_browser)
        page.open(address)
        yield page
        page.close_browser()
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()
        for end in (to_browser, from_browser):
            os.close(end)
