"""A first visit over a slow line: when somebody can read a photo, what has come by then, and what came twice."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.bench.line import BITS_A_SECOND, LATENCY_S, Line, LineServer, lengths, progress_off
from tests.bench.marks import mark_ms
from tests.browser import Host, Visit
from tests.drawn_hand import drawn_photo

PATIENCE_MS = 600_000
# What the page says has come, again and again: [seconds since 1970, share].
NOTE_PROGRESS = """() => {
    window.progressShown = [];
    setInterval(() => {
        const said = document.querySelector("[data-testid=status]")?.innerText ?? "";
        const found = /([0-9.]+) of ([0-9.]+) MB/.exec(said);
        if (found) progressShown.push([Date.now() / 1000, found[1] / found[2]]);
    }, 100);
}"""


def measured(browser: Browser, dist: Path, server: type[LineServer] = LineServer) -> dict[str, Any]:
    """One first visit with a photo that is chosen as soon as the screen is there, until all is saved.

    Returns:
        `screen_s`, `engine_s`, `reading_s`, `saved_s` since the navigation began; `reading_mb`, `saved_mb`: of bodies
        sent by then; `twice`: paths whose bodies were sent more than once; `progress_off`: by how much what the page
        said had come was at most off what had been sent, as a share of the whole.
    """
    host = Host(dist, server)
    line: Line = host._server.line  # type: ignore[attr-defined]
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({NOTE_PROGRESS})()")
    person = Visit(page, context, host.address)
    try:
        person.open()
        screen_s = mark_ms(page, "screen") / 1000
        page.set_input_files("[data-testid=upload]", drawn_photo())
        page.wait_for_selector("body[data-state=result], body[data-state=error]")
        person.reading()
        reading_s = page.evaluate("performance.now()") / 1000
        came_mb = line.bytes_until(page.evaluate("performance.timeOrigin") / 1000 + reading_s) / 1e6
        page.wait_for_selector("[data-testid=offline-ready][data-offline=ready]")
        return {
            "screen_s": screen_s,
            "engine_s": mark_ms(page, "engine") / 1000,
            "reading_s": reading_s,
            "reading_mb": came_mb,
            "saved_s": page.evaluate("performance.now()") / 1000,
            "saved_mb": line.bytes_until() / 1e6,
            "twice": sorted(path for path, times in line.begun.items() if times > 1),
            "progress_off": progress_off(page.evaluate("progressShown"), line.sent, lengths(dist)),
        }
    finally:
        context.close()
        line.end()
        host.stop()


def table_lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a Markdown table."""
    twice = ", ".join(figures["twice"]) or "nothing"
    return [
        "| | after | had come by then |",
        "|---|---:|---:|",
        f"| screen usable | {figures['screen_s']:.1f} s | |",
        f"| reading of a photo | {figures['reading_s']:.1f} s | {figures['reading_mb']:.2f} MB |",
        f"| all saved on the device | {figures['saved_s']:.1f} s | {figures['saved_mb']:.2f} MB |",
        "",
        f"A first visit at {BITS_A_SECOND / 1e6:g} Mbit/s and {LATENCY_S * 1000:.0f} ms. Fetched twice: {twice}. What "
        f"the page said had come was at most {figures['progress_off']:.0%} of the whole off what had.",
    ]
