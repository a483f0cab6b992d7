"""Scans one after the other, and a photo: what a frame costs, stage by stage, and whether time or memory grows."""

import json
import statistics
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from playwright.sync_api import Page

from app.shared.codes import CROP, DECODE, FOLLOW, GATES, LETTERBOX, LIGHT, PYTHON_STAGES, STAGES
from tests.bench.marks import mark_ms
from tests.bench.memory import shared_out_bytes
from tests.bench.pace import TARGET_REFERENCE_MS, Pace, at_target, each_at_target
from tests.browser import Visit
from tests.drawn_hand import drawn_photo

# Scans are compared from the third on: the first still fill caches.
WARM_SCANS = 2
# The middle one of so many scans is compared with that of the last: one by one they waver.
COMPARED_SCANS = 5
PHOTOS = 3
# 30 frames, one every 80 ms (app/ui/screens/scanner.py): no machine makes a scan shorter.
CAMERA_S = 30 * 0.080
# Somebody aims again before the next scan; meanwhile a desktop's Chromium has drawn that the camera is back.
AIM_MS = 2500
LONG_TASKS = """() => {
    window.longTasks = 0;
    new PerformanceObserver((list) => { window.longTasks += list.getEntries().length; }).observe({ type: "longtask" });
}"""

# From the choice of a photo to its reading on the screen: handing it to the browser is Playwright's own time.
TIME_THE_PHOTO = """() => {
    let chosen = 0;
    window.readMs = null;
    const { body } = document, shown = ["result", "error"];
    document.querySelector("[data-testid=upload]").addEventListener("change", () => { chosen = performance.now(); },
        { capture: true, once: true });
    new MutationObserver((_, observer) => {
        if (!chosen || !shown.includes(body.dataset.state)) return;
        window.readMs = performance.now() - chosen;
        observer.disconnect();
    }).observe(body, { attributes: true, attributeFilter: ["data-state"] });
}"""


def in_a_row(page: Page, count: int, pace: Pace) -> dict[str, Any]:
    """So many scans of the page that sees nails; it looks again when this ends.

    It rests only while a result is shown: the reference before the first scan is that after the visit before.
    """
    page.evaluate(LONG_TASKS)
    scans, seconds, memory, references = [], [], [], []
    for _ in range(count):
        page.wait_for_timeout(AIM_MS)
        page.click("[data-testid=capture]")
        page.wait_for_selector("body[data-state=result]")
        seconds.append((mark_ms(page, "scan-end") - mark_ms(page, "scan-begin")) / 1000)
        references.append(pace.of_this())
        scans.append(json.loads(page.get_attribute("#debug", "data-stages") or ""))
        nails = page.locator("[data-testid=nail-item]").count()
        memory.append(shared_out_bytes())
        page.click("[data-testid=retake]")
        page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    medians, reference_ms = frame_medians(list(chain.from_iterable(scans))), statistics.median(references)
    alone_ms = [python_alone_ms(scan) for scan in scans]
    to_target = TARGET_REFERENCE_MS / reference_ms
    seconds_at_target = each_at_target(seconds, references, fixed=CAMERA_S)
    return {
        "frame_ms": medians,
        "python_alone_ms": statistics.median(alone_ms),
        "scan_s": statistics.median(seconds),
        "scan_quick_s": sorted(seconds)[len(seconds) // 10],
        "scans_s": [round(each, 2) for each in seconds],
        "scans_reference_each_ms": [round(each, 1) for each in references],
        "scans_reference_ms": reference_ms,
        "nails": nails,
        "long_tasks": page.evaluate("window.longTasks"),
        "memory_growth": growth(memory),
        "scan_growth": growth(seconds),
        "memory_mb": [round(each / 1e6) for each in memory],
        "at_target": {
            "frame_ms": {stage: ms * to_target for stage, ms in medians.items()},
            "python_alone_ms": at_target(alone_ms, references),
            "scan_s": statistics.median(seconds_at_target),
            "scan_growth": growth(seconds_at_target),
        },
    }


def python_alone_ms(scan: list[dict[str, float]]) -> float:
    """Python's share of a frame where no network runs beside it, ms: that of the scan's first frame.

    The detector's stages, which few frames have, count as often as the scan had them. What it takes to see that nothing
    has moved counts as in the middle one of the frames that were asked.
    """
    first = scan[0]
    seldom_ms = statistics.mean(frame.get(LETTERBOX, 0.0) + frame.get(DECODE, 0.0) for frame in scan)
    follow_ms = statistics.median(frame[FOLLOW] for frame in scan if FOLLOW in frame)
    return seldom_ms + follow_ms + sum(first[stage] for stage in (LIGHT, GATES, CROP))


def large_photos(person: Visit, sizes: dict[str, tuple[int, int]], pace: Pace) -> dict[str, Any]:
    """From the choice of a photo to its reading on the screen, just after a scan: the median of some, by its name."""
    found: dict[str, Any] = {"at_target": {}}
    pace.begin()
    for name, size in sizes.items():
        photo = drawn_photo(size)
        times_ms, references = [], []
        for _ in range(PHOTOS):
            person.page.evaluate(TIME_THE_PHOTO)
            person.upload(photo)
            times_ms.append(person.page.evaluate("window.readMs"))
            references.append(pace.of_this())
        found[name] = statistics.median(times_ms)
        found["at_target"][name] = at_target(times_ms, references)
    return found


def growth(by_scan: Sequence[float]) -> float | None:
    """The last scans against the first warm ones, as a fraction more; None where there are too few to compare."""
    warm = by_scan[WARM_SCANS:]
    if len(warm) < 2 * COMPARED_SCANS:
        return None
    return statistics.median(warm[-COMPARED_SCANS:]) / statistics.median(warm[:COMPARED_SCANS]) - 1


def frame_medians(frames: list[dict[str, float]]) -> dict[str, float]:
    """The median of every stage, of Python's share and of the whole, ms a frame.

    Frames are read two by two, so a stage may come in every second one: the two share its cost.
    """
    pairs = list(zip(frames[::2], frames[1::2], strict=False))

    def median_ms(stages: Iterable[str]) -> float:
        return statistics.median(sum(frame.get(stage, 0.0) for frame in pair for stage in stages) / 2 for pair in pairs)

    found = {stage: median_ms([stage]) for stage in STAGES}
    found["python"], found["total"] = median_ms(PYTHON_STAGES), median_ms(STAGES)
    return {stage: round(ms, 2) for stage, ms in found.items()}
