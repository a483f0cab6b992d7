"""A person's visits to the page, timed by the marks that the page sets in the browser's own timeline."""

import io
import json
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from app import messages
from app.core.codes import DECODE, FOLLOW, LETTERBOX, PYTHON_STAGES, STAGES
from tests.browser import Visit
from tests.drawn_hand import draw_hand
from tests.film import SIZE, fitted

PATIENCE_MS = 180_000
# Scans are compared from the third on: the first still fill caches.
WARM_SCANS = 2
# The middle one of so many scans is compared with that of the last: one by one they waver.
COMPARED_SCANS = 5
REST_MS = 1500
# How often one picture is read as a photo.
PHOTOS = 12
LONG_TASKS = """() => {
    window.longTasks = 0;
    new PerformanceObserver((list) => { window.longTasks += list.getEntries().length; }).observe({ type: "longtask" });
}"""


def visit(browser: Browser, address: str, threads: int | None, scans: int, photo_size: tuple[int, int]) -> dict:
    """First visit, second visit, scans, one photo."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    query = f"?threads={threads}" if threads else ""
    person = Visit(page, context, address + query)
    person.open()
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")
    cold_ms = mark_ms(page, "engine")
    person.wait_for_offline_ready()
    warm, screen, parts = [], [], []
    for _ in range(3):
        # The page before is gone, as when somebody comes back.
        page.goto("about:blank")
        page.wait_for_timeout(REST_MS)
        person.open()
        warm.append(mark_ms(page, "engine"))
        screen.append(mark_ms(page, "screen"))
        parts.append(boot_parts_ms(page))
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    page.evaluate(LONG_TASKS)
    frames, seconds, memory = [], [], []
    for _ in range(scans):
        page.click("[data-testid=capture]")
        page.wait_for_selector("body[data-state=result]")
        seconds.append((mark_ms(page, "scan-end") - mark_ms(page, "scan-begin")) / 1000)
        frames += json.loads(page.get_attribute("#debug", "data-stages"))
        nails = page.locator("[data-testid=nail-item]").count()
        memory.append(memory_bytes())
        page.click("[data-testid=retake]")
        page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    long_tasks = page.evaluate("window.longTasks")
    found = {
        "threads": int(page.text_content("#debug-threads") or 0),
        "screen_ms": statistics.median(screen),
        "engine_cold_ms": cold_ms,
        "engine_warm_ms": statistics.median(warm),
        "engine_warm_parts_ms": {step: statistics.median(each[step] for each in parts) for step in parts[0]},
        "frame_ms": frame_medians(frames),
        "python_alone_ms": python_alone_ms(person, frames),
        "scan_s": statistics.median(seconds),
        "scans_s": [round(each, 2) for each in seconds],
        "photo_ms": photo_ms(person, photo_size),
        "nails": nails,
        "long_tasks": long_tasks,
        "memory_growth": growth(memory),
        "scan_growth": growth(seconds),
        "memory_mb": [round(each / 1e6) for each in memory],
    }
    context.close()
    return found


def growth(by_scan: list[float]) -> float | None:
    """The last scans against the first warm ones, as a fraction more; None where there are too few to compare."""
    warm = by_scan[WARM_SCANS:]
    if len(warm) < 2 * COMPARED_SCANS:
        return None
    return statistics.median(warm[-COMPARED_SCANS:]) / statistics.median(warm[:COMPARED_SCANS]) - 1


def mark_ms(page: Page, name: str) -> float:
    """When the page set a mark last, in ms since its navigation began."""
    marks = f"performance.getEntriesByName('hemolens-{name}')"
    page.wait_for_function(f"() => {marks}.length > 0")
    return page.evaluate(f"{marks}.at(-1).startTime")


def boot_parts_ms(page: Page) -> dict[str, float]:
    """How long each step of the engine's start took that the page waited for; the first from its navigation on."""
    steps = messages.BOOT_STEPS
    ends = [0.0, *(mark_ms(page, f"boot-{step}") for step in steps[1:])]
    return {step: round(end - begin, 1) for step, begin, end in zip(steps, ends, ends[1:], strict=False)}


def frame_medians(frames: list[dict[str, float]]) -> dict[str, float]:
    """The median of every stage, of Python's share and of the whole, ms a frame.

    Frames are read two by two, so a stage may come in every second one: the two share its cost.
    """
    pairs = list(zip(frames[::2], frames[1::2], strict=False))

    def median_ms(stages):
        return statistics.median(sum(frame.get(stage, 0.0) for frame in pair for stage in stages) / 2 for pair in pairs)

    found = {stage: median_ms([stage]) for stage in STAGES}
    found["python"], found["total"] = median_ms(PYTHON_STAGES), median_ms(STAGES)
    return {stage: round(ms, 2) for stage, ms in found.items()}


def python_alone_ms(person: Visit, frames: list[dict[str, float]]) -> float:
    """Python's share of a scan's frame where neither networks nor camera run beside it, ms.

    The film's picture is read as a photo, again and again. The detector's stages count as often as the scan's frames
    had them; what it takes to see that nothing has moved, which a photo has not, is the scan's own.
    """
    buffer = io.BytesIO()
    fitted(draw_hand().picture, SIZE).save(buffer, "PNG")
    photos = []
    for _ in range(PHOTOS):
        person.upload({"name": "hand.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
        photos.append(json.loads(person.page.get_attribute("#debug", "data-stages"))[0])
    asked = statistics.mean(LETTERBOX in frame for frame in frames)
    total_ms = 0.0
    for stage in PYTHON_STAGES:
        seen = frames if stage == FOLLOW else photos
        median_ms = statistics.median(each.get(stage, 0.0) for each in seen)
        total_ms += median_ms * (asked if stage in (LETTERBOX, DECODE) else 1)
    return round(total_ms, 2)


def photo_ms(person: Visit, size: tuple[int, int]) -> float:
    """From the choice of a large photo to its reading on the screen."""
    buffer = io.BytesIO()
    draw_hand().picture.resize(size).save(buffer, "JPEG", quality=90)
    begun = time.perf_counter()
    person.upload({"name": "hand.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()})
    return round((time.perf_counter() - begun) * 1000, 1)


def memory_bytes() -> int:
    """What the browser's renderers hold of their own, from the system's books; 0 where it keeps none of this kind."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                lines = (process / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except OSError:
            # Gone in the meantime, or somebody else's.
            continue
    return total


def visit_bytes(dist: Path) -> dict[str, int]:
    """Bytes of a first visit, as they lie and as they travel to a browser that understands Brotli."""
    from building.manifest import read

    built = read(dist)
    assert built is not None
    compressed = 0
    for path, entry in built.files.items():
        packed = dist / f"{path}.br"
        compressed += packed.stat().st_size if packed.is_file() else entry.bytes
    return {"transfer_bytes": compressed, "raw_bytes": sum(entry.bytes for entry in built.files.values())}
