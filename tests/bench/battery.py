"""How busy the page keeps a processor while somebody aims: what the battery pays before a scan."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.bench.memory import renderers
from tests.bench.pace import Pace, at_target

AIM_MS, TIMES = 4000, 3


def aiming(page: Page, pace: Pace) -> dict[str, Any]:
    """The share of one processor that the page's own processes take while it looks at a hand that is held still.

    What the browser's other processes do for the camera and the screen is not in it.
    """
    shares, references = [], []
    pace.begin()
    for _ in range(TIMES):
        begun, before = time.monotonic(), _busy_s()
        page.wait_for_timeout(AIM_MS)
        shares.append((_busy_s() - before) / (time.monotonic() - begun))
        references.append(pace.of_this())
    return {
        "aiming_share": statistics.median(shares),
        "aiming_reference_ms": statistics.median(references),
        "at_target": {"aiming_share": at_target(shares, references)},
    }


def _busy_s() -> float:
    """Seconds of a processor that all renderers together have taken since they began."""
    return sum(map(_taken_s, renderers()))


def _taken_s(process: Path) -> float:
    try:
        # The name, in parentheses, may hold anything; behind it user and system time are the 12th and 13th field.
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        # Gone in the meantime.
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
