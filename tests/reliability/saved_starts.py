"""The saved copy started again and again, the server gone for good, every second time with all cores busy."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import Host, Visit
from tests.browser_kinds import Kind
from tests.reliability import Tally

NAMES = {"firefox": "Firefox", "webkit": "WebKit"}
# Each time the browser itself is started, the page is opened so often.
STARTS_A_BROWSER = 5
ENDED = "body[data-engine=ready], body[data-engine=failed]"
PATIENCE_MS = 150_000
BEGUN_AGAIN = "performance.getEntriesByName('hemolens-boot-again').length > 0"


def saved_starts(kind: Kind, dist: Path, count: int, tick: Callable[[], None] = lambda: None) -> Tally:
    """One visit with a server, then `count` starts without one.

    Wrong is: an engine that is not ready, an error on the screen or in the console, and a request to anywhere else. A
    start that got stuck and was begun again by the page itself is none; the note counts it.
    """
    tally = Tally(f"starts in {NAMES[kind.name]} from the saved copy, half of them with all cores busy")
    took_s: list[float] = []
    begun_again = 0
    with tempfile.TemporaryDirectory() as folder:
        host = Host(dist)
        address = host.address
        with kind.visiting(address, Path(folder)) as visit:
            visit.open()
            visit.wait_for_engine()
            visit.wait_for_offline_ready()
        host.stop()
        while tally.tried < count:
            with kind.visiting(address, Path(folder)) as visit:
                first = tally.tried + 1
                for number in range(first, min(first + STARTS_A_BROWSER, count + 1)):
                    name = f"start {number}" + (", cores busy" if number % 2 == 0 else "")
                    with busy_cores(number % 2 == 0):
                        begun = time.monotonic()
                        wrong = _start(visit)
                        took_s.append(time.monotonic() - begun)
                    tally.expect(wrong is None, f"{name}: {wrong}")
                    tally.tried += 1
                    tick()
                    if wrong is not None:
                        # The browser itself may be gone: the next start has a new one.
                        break
                    begun_again += bool(visit.page.evaluate(BEGUN_AGAIN))
            tally.wrong += [f"starts {first} to {tally.tried}: console: {text}" for text in visit.console_errors]
            tally.wrong += [f"starts {first} to {tally.tried}: request to {url}" for url in visit.requests_elsewhere()]
    tally.note = (
        f"ready after {statistics.median(took_s):.1f} s in the middle, {max(took_s):.1f} s at most;"
        f" begun again by the page itself: {begun_again}"
    )
    return tally


def _start(visit: Visit) -> str | None:
    """What is wrong with opening the page anew, in words; None where the engine gets ready."""
    try:
        visit.page.goto("about:blank")
        visit.open()
        visit.page.wait_for_selector(ENDED, timeout=PATIENCE_MS)
        if visit.page.get_attribute("body", "data-engine") == "ready":
            return None
        return str(visit.page.inner_text("[data-testid=error]"))
    except Exception as error:  # each driver has errors of its own
        return str(error).splitlines()[0]


@contextmanager
def busy_cores(wanted: bool) -> Iterator[None]:
    """As many programs that only count as there are cores, where wanted."""
    command = [sys.executable, "-c", "while True: pass"]
    programs = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)] if wanted else []
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
