"""A person's visits to the page, timed by the marks that the page sets in the browser's own timeline."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from app.shared import messages
from tests.bench import battery, scans
from tests.bench.marks import mark_ms
from tests.bench.pace import Pace, at_target
from tests.browser import Visit
from tests.drawn_hand import drawn_photo

PATIENCE_MS = 180_000
VISITS = 3
REST_MS = 1500
# A new window of Chromium makes parts of its own first: 0.4 to 0.5 s of a core.
OPENS_MS = 3000


def visit(
    browser: Browser, address: str, threads: int, count: int, sizes: dict[str, tuple[int, int]], pace: Pace
) -> dict[str, Any]:
    """First visits, second visits, `count` scans, photos; under `at_target` what they would be at the target's pace.

    Args:
        threads: of the networks, at most.
        sizes: (width, height) of photos, by the name of their figure.
    """
    found = first_visits(browser, f"{address}?threads={threads}", pace)
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    person = Visit(page, context, f"{address}?threads={threads}")
    person.open()
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")
    mark_ms(page, "engine")
    person.wait_for_offline_ready()
    second = second_visits(person, pace)
    page = person.page
    found["threads"] = int(page.text_content("#debug-threads") or 0)
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    aiming = battery.aiming(page, pace)
    scanned = scans.in_a_row(page, count, pace)
    photos = scans.large_photos(person, sizes, pace)
    context.close()
    parts = (found, second, aiming, scanned, photos)
    at_target_pace = {name: value for part in parts for name, value in part["at_target"].items()}
    return {**found, **second, **aiming, **scanned, **photos, "at_target": at_target_pace}


def first_visits(browser: Browser, address: str, pace: Pace) -> dict[str, Any]:
    """Some visits by people who were never here, each with a photo that is chosen as soon as the screen is there."""
    photo = drawn_photo()
    engine, reading, references = [], [], []
    pace.begin()
    for _ in range(VISITS):
        with newcomer(browser) as (context, page):
            person = Visit(page, context, address)
            person.open()
            mark_ms(page, "screen")
            person.upload(photo)
            reading.append(page.evaluate("performance.now()"))
            engine.append(mark_ms(page, "engine"))
        references.append(pace.of_this())
    return {
        "engine_cold_ms": statistics.median(engine),
        "first_reading_ms": statistics.median(reading),
        "first_visits_reference_ms": statistics.median(references),
        "at_target": {
            "engine_cold_ms": at_target(engine, references),
            "first_reading_ms": at_target(reading, references),
        },
    }


@contextmanager
def newcomer(browser: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Page]]:
    """Somebody who was never here, in a window that is open already; `options` of the context."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.wait_for_timeout(OPENS_MS)
    yield context, page
    context.close()


def second_visits(person: Visit, pace: Pace) -> dict[str, Any]:
    """Some visits with all saved; the last, whose page stays, is not timed."""
    page = person.page
    engine, screen, parts, references = [], [], [], []
    _leave(page)
    pace.begin()
    for _ in range(VISITS):
        person.open()
        engine.append(mark_ms(page, "engine"))
        screen.append(mark_ms(page, "screen"))
        parts.append(boot_parts_ms(page))
        _leave(page)
        references.append(pace.of_this())
    # In a process of its own, as when a phone opens the app: nothing is left there of the visits before.
    person.page = page.context.new_page()
    person.page.set_default_timeout(PATIENCE_MS)
    page.close()
    person.open()
    mark_ms(person.page, "engine")
    return {
        "screen_ms": statistics.median(screen),
        "engine_warm_ms": statistics.median(engine),
        "engine_warm_parts_ms": {step: statistics.median(each[step] for each in parts) for step in parts[0]},
        "visits_reference_ms": statistics.median(references),
        "at_target": {
            "screen_ms": at_target(screen, references),
            "engine_warm_ms": at_target(engine, references),
            "engine_warm_parts_ms": {step: at_target([each[step] for each in parts], references) for step in parts[0]},
        },
    }


def _leave(page: Page) -> None:
    """The page before is gone, as when somebody comes back later."""
    page.goto("about:blank")
    page.wait_for_timeout(REST_MS)


def boot_parts_ms(page: Page) -> dict[str, float]:
    """How long each step of the engine's start took that the page waited for; the first from its navigation on."""
    steps = messages.BOOT_STEPS
    ends = [0.0, *(mark_ms(page, f"boot-{step}") for step in steps[1:])]
    return {step: round(end - begin, 1) for step, begin, end in zip(steps, ends, ends[1:], strict=False)}


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
