"""What the bench found of our page, as a table: one thread beside all of them."""

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.pace import TARGET_REFERENCE_MS

# Steps of the engine's start, as app/shared/messages.py calls them, in the table's words.
BOOT_STEPS = {
    "python": "the page and Python",
    "numerics": "numpy and Pillow",
    "networks": "waiting for the networks, which open beside the rest",
}


def lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a Markdown table: each as it was, and as it would be at the pace of the targets."""
    columns = [figures, *([figures["all"]] if "all" in figures else [])]
    heads = [f"{column['threads']} thread{'s' if column['threads'] > 1 else ''}" for column in columns]
    made = [
        f"| | {' | '.join(f'{head} | at {TARGET_REFERENCE_MS:.0f} ms' for head in heads)} |",
        "|---|" + "---:|" * 2 * len(columns),
    ]

    def row(name: str, value: Callable[[dict[str, Any]], str], scales: bool = True) -> None:
        """`value`: the words of one figure, from the figures of a column; asked at once."""
        cells = [(value(each), value(each["at_target"]) if scales else "") for each in columns]
        made.append(f"| {name} | " + " | ".join(cell for pair in cells for cell in pair) + " |")

    row("screen usable, second visit", lambda each: f"{each['screen_ms'] / 1000:.2f} s")
    row("engine ready, first visit", lambda each: f"{each['engine_cold_ms'] / 1000:.2f} s")
    row("reading of a photo, first visit", lambda each: f"{each['first_reading_ms'] / 1000:.2f} s")
    row("the reference meanwhile", lambda each: f"{each['first_visits_reference_ms']:.1f} ms", scales=False)
    row("engine ready, second visit", lambda each: f"{each['engine_warm_ms'] / 1000:.2f} s")
    for step, name in BOOT_STEPS.items():
        row(f"of it: {name}", lambda each: f"{each['engine_warm_parts_ms'][step] / 1000:.2f} s")  # noqa: B023
    row("the reference meanwhile", lambda each: f"{each['visits_reference_ms']:.1f} ms", scales=False)
    for stage in [name for name in columns[0]["frame_ms"] if name not in ("python", "total")]:
        row(f"one frame: {stage}", lambda each: f"{each['frame_ms'].get(stage, 0):.1f} ms")  # noqa: B023
    row("one frame: Python's share", lambda each: f"{each['frame_ms']['python']:.1f} ms")
    row("the same, no network running beside it", lambda each: f"{each['python_alone_ms']:.1f} ms")
    row("one frame", lambda each: f"{each['frame_ms']['total']:.0f} ms")
    row("30-frame scan", lambda each: f"{each['scan_s']:.2f} s")
    row("the same, the quickest tenth", lambda each: f"{each['scan_quick_s']:.2f} s", scales=False)
    row("the reference meanwhile", lambda each: f"{each['scans_reference_ms']:.1f} ms", scales=False)
    row("photo of 12 megapixels", lambda each: f"{each['photo_ms']:.0f} ms")
    row("photo of 48 megapixels", lambda each: f"{each['photo_48_ms']:.0f} ms")
    row("a processor while somebody aims", lambda each: f"{each['aiming_share']:.0%}")
    row("memory, engine ready", lambda each: f"{each['memory_ready_mb']:.0f} MB", scales=False)
    row("memory, in a scan", lambda each: f"{each['memory_scan_mb']:.0f} MB", scales=False)
    row("memory, with a photo of 48 megapixels", lambda each: f"{each['memory_photo_mb']:.0f} MB", scales=False)
    for part, name in (("ready", "engine ready"), ("scan", "in a scan"), ("photo", "with a photo of 48 megapixels")):
        key = f"webkit_memory_{part}_mb"
        if key in figures:
            said = f"WebKit's web process, {name}"
            row(said, lambda each: f"{each[key]:.0f} MB" if key in each else "", scales=False)  # noqa: B023
    if all(column["memory_growth"] is not None for column in columns):
        row("memory, last five scans against the first", lambda each: f"{each['memory_growth']:+.1%}", scales=False)
        row("time, last five scans against the first", lambda each: f"{each['scan_growth']:+.1%}")
    row("main thread: tasks above 50 ms while scanning", lambda each: f"{each['long_tasks']}", scales=False)
    row("native, 1 thread: our two networks", lambda each: f"{each['native_ms']:.1f} ms")
    row("models", lambda each: f"{each['model_bytes'] / 1e6:.2f} MB", scales=False)
    row(
        "a first visit, raw and compressed",
        lambda each: f"{each['raw_bytes'] / 1e6:.1f}, {each['transfer_bytes'] / 1e6:.1f} MB",
        scales=False,
    )
    return made


def machine() -> str:
    """What it ran on."""
    names = [line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"Headless Chromium on {os.cpu_count()} processors of a {names[0] if names else platform.machine()}."


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []
