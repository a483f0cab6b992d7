"""The page where the whole browser has one core or half a core: first visits, scans, taps and looks."""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from app.core.typical import typical_of_nails
from tests.bench.budgets import MOST_SCAN_S
from tests.bench.held import held, way
from tests.bench.marks import mark_ms
from tests.bench.visits import newcomer
from tests.browser import Visit

PATIENCE_MS = 180_000
SCANS = TAPS = 3
VISITS = 2
# Somebody aims before a scan, and what was shown before has been put away.
AIM_MS = 2500
LOOKED_MS = 4000
# Each look takes one frame of the camera.
COUNT_LOOKS = """
    window.looks = 0;
    window.VideoFrame = class extends VideoFrame {
        constructor(...all) { super(...all); window.looks += 1; }
    };
"""
# From the tap, as the system timed it, to the page that has left the scan.
TIME_THE_TAP = """() => {
    let tapped = 0;
    window.answeredMs = null;
    const { body } = document;
    document.getElementById("cancel-scan").addEventListener("click", ({ timeStamp }) => { tapped = timeStamp; },
        { capture: true, once: true });
    new MutationObserver((_, observer) => {
        if (!tapped || body.dataset.state === "scanning") return;
        window.answeredMs = performance.now() - tapped;
        observer.disconnect();
    }).observe(body, { attributes: true, attributeFilter: ["data-state"] });
}"""


class NoReadingError(Exception):
    """A scan ended without a reading; the message is what the page says."""


def slow_figures(
    launched: Callable[[Path], Any], address: str, films: dict[str, Path], cores: Sequence[float] = tuple(MOST_SCAN_S)
) -> dict[str, Any]:
    """The figures of each number of cores: the worst of all films, since a budget is kept by all or not at all.

    Args:
        launched: opens a browser, as a context, whose camera plays a film.
        films: what the camera sees, by its name.

    Returns:
        {"way": how it was held, "films": their names, "cores": {"1": {...}, "0.5": {...}}}

    Raises:
        CannotHoldError: the browser cannot be held here, and why.
        NoReadingError: a scan has no reading.
    """
    said = way()
    found: dict[float, list[dict[str, float]]] = {each: [] for each in cores}
    for film in films.values():
        with launched(film) as browser:
            page = looking(browser, address)
            process = browser_process(browser)
            fast_g_dl = statistics.median(scanned(page)["hb_g_dl"] for _ in range(SCANS))
            for each in cores:
                with held(process, each):
                    found[each].append(_of_a_film(page, fast_g_dl))
            page.context.close()
            for each in cores:
                with held(process, each):
                    found[each][-1]["engine_cold_s"] = statistics.median(
                        first_visit_s(browser, address) for _ in range(VISITS)
                    )
    worst = {f"{each:g}": _worst(figures) for each, figures in found.items()}
    return {"way": said, "films": list(films), "cores": worst}


def looking(browser: Browser, address: str) -> Page:
    """A page that sees nails and starts no scan by itself, its installation done."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(COUNT_LOOKS)
    person = Visit(page, context, address)
    person.open()
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")
    person.wait_for_engine()
    person.wait_for_offline_ready()
    _wait_for_nails(page)
    return page


def first_visit_s(browser: Browser, address: str) -> float:
    """From the first visit of somebody who was never here to an engine that is ready."""
    with newcomer(browser) as (_context, page):
        page.goto(address)
        return mark_ms(page, "engine") / 1000


def _of_a_film(page: Page, fast_g_dl: float) -> dict[str, float]:
    looked = page.evaluate(
        "ms => new Promise((end) => { const before = looks, begun = performance.now();"
        " setTimeout(() => end((looks - before) / (performance.now() - begun) * 1000), ms); })",
        LOOKED_MS,
    )
    scans = [scanned(page) for _ in range(SCANS)]
    return {
        "scan_s": statistics.median(scan["scan_s"] for scan in scans),
        "frames": min(scan["frames"] for scan in scans),
        "tap_ms": statistics.median(_tapped_ms(page) for _ in range(TAPS)),
        "looks_a_second": looked,
        "different_g_dl": max(abs(scan["hb_g_dl"] - fast_g_dl) for scan in scans),
    }


def _worst(figures: list[dict[str, float]]) -> dict[str, float]:
    least = ("frames", "looks_a_second")
    return {name: (min if name in least else max)(each[name] for each in figures) for name in figures[0]}


def scanned(page: Page) -> dict[str, float]:
    """One scan, from the live view back to it."""
    page.wait_for_timeout(AIM_MS)
    page.click("[data-testid=capture]")
    page.wait_for_selector("body[data-state=result], body[data-state=error]")
    if page.get_attribute("body", "data-state") == "error":
        raise NoReadingError(page.inner_text("#error-title"))
    seconds = (mark_ms(page, "scan-end") - mark_ms(page, "scan-begin")) / 1000
    # More digits than the result shows, made one as the engine does it.
    nails = page.evaluate("[...document.querySelectorAll('[data-testid=nail-item]')].map(({ dataset }) => dataset.hb)")
    frames = page.locator("#debug-frames li.used").count()
    page.click("[data-testid=retake]")
    _wait_for_nails(page)
    return {"scan_s": seconds, "frames": frames, "hb_g_dl": typical_of_nails([float(hb) for hb in nails if hb])}


def _tapped_ms(page: Page) -> float:
    """How long a tap on Cancel takes to be answered in the middle of a scan."""
    page.wait_for_timeout(AIM_MS)
    page.evaluate(TIME_THE_TAP)
    page.click("[data-testid=capture]")
    page.wait_for_function("() => document.getElementById('dots').children.length >= 3")
    page.click("[data-testid=cancel-scan]")
    taken_ms = page.wait_for_function("() => window.answeredMs").json_value()
    _wait_for_nails(page)
    return float(taken_ms)


def _wait_for_nails(page: Page) -> None:
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    page.wait_for_selector("[data-testid=capture]:enabled")


def browser_process(browser: Browser) -> int:
    """The browser's own process, which all others come from."""
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    devtools.detach()
    return int(next(each["id"] for each in processes if each["type"] == "browser"))
