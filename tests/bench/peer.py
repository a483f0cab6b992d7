"""The original's page beside ours, where somebody has its files: the start of a first visit, and scans of one hand.

Nothing of it lies here. What it takes from elsewhere, its runtime and a font, is looked for by its name among the files
that were given, so that they can stay as they are; what is not among them it does without. It is built of these: `#app`
loses its class `hidden` once a scan can begin, `#captureBtn` begins one, `#scanOverlay` is there while it lasts, and
`#resultSection` after it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.bench import slow
from tests.bench.budgets import NAMES
from tests.bench.held import held, way
from tests.bench.visits import newcomer
from tests.failing_server import FailingServer, SilentHandler, serving

SCANS = VISITS = 3
ALL = "all"
CORES = (ALL, *NAMES)
PATIENCE_MS = 300_000
# When it was usable, and when its scan began and ended, by the page's own clock; what it said instead of a result.
WATCH = """
    window.watched = { usable: null, began: null, ended: null, said: null };
    window.alert = (words) => { watched.said = words; };
    const shown = (id) => document.getElementById(id)?.classList.contains("hidden") === false;
    new MutationObserver(() => {
        if (shown("app")) watched.usable ??= performance.now();
        if (shown("scanOverlay")) watched.began ??= performance.now();
        if (watched.began && shown("resultSection")) watched.ended ??= performance.now();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ["class"] });
"""
# The page may have begun a scan by itself.
BEGIN = """() => { if (!watched.began) document.getElementById("captureBtn").click(); }"""
AGAIN = """() => {
    Object.assign(watched, { began: null, ended: null, said: null });
    document.getElementById("retakeBtn").click();
}"""


class NotThePeerError(Exception):
    """The folder does not hold the original's page; the message says what is missing."""


def check(folder: Path) -> None:
    """
    Raises:
        NotThePeerError: it holds no page.
    """
    if not (folder / "index.html").is_file():
        raise NotThePeerError(f"{folder} holds no index.html: give the folder of the original's page")


def measured(launched: Callable[[Path], Any], ours: str, folder: Path, film: Path) -> dict[str, Any]:
    """Medians of both pages before one film, with all cores, one and half of one.

    Args:
        launched: opens a browser, as a context, whose camera plays a film.
        ours: the address of our page.
        folder: the original's files: its index.html, its models, and its runtime's scripts and WebAssembly.

    Returns:
        {"way": how the browser was held, "pages": {"ours": {"all": {"start_s", "scan_s"}, "1": ..., "0.5": ...},
        "original": ...}}

    Raises:
        CannotHoldError: the browser cannot be held here, and why.
        NoReadingError: a scan has no result.
    """
    said, found = way(), {}
    with served(folder) as address:
        for name, page in (("ours", Ours(ours)), ("original", Original(address, folder))):
            with launched(film) as browser:
                found[name] = _of_a_page(browser, page)
    return {"way": said, "pages": found}


def _of_a_page(browser: Browser, visited: Ours | Original) -> dict[str, dict[str, float]]:
    process, found = slow.browser_process(browser), {}
    looking = visited.looking(browser)
    for cores in CORES:
        with _held_to(process, cores):
            found[cores] = {"scan_s": statistics.median(visited.scan_s(looking) for _ in range(SCANS))}
    looking.context.close()
    for cores in CORES:
        with _held_to(process, cores):
            found[cores]["start_s"] = statistics.median(visited.start_s(browser) for _ in range(VISITS))
    return found


def _held_to(process: int, cores: str) -> AbstractContextManager[None]:
    return nullcontext() if cores == ALL else held(process, float(cores))


class Ours:
    """Our page."""

    def __init__(self, address: str) -> None:
        self._address = address

    def start_s(self, browser: Browser) -> float:
        return slow.first_visit_s(browser, self._address)

    def looking(self, browser: Browser) -> Page:
        return slow.looking(browser, self._address)

    def scan_s(self, page: Page) -> float:
        return slow.scanned(page)["scan_s"]


class Original:
    """The original's."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._files = {path.name: path for path in folder.rglob("*") if path.is_file()}

    def start_s(self, browser: Browser) -> float:
        with newcomer(browser, **self._options()) as (context, page):
            self._open(context, page)
            usable_ms: float = page.evaluate("watched.usable")
            return usable_ms / 1000

    def looking(self, browser: Browser) -> Page:
        context = browser.new_context(viewport={"width": 390, "height": 844}, **self._options())
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        self._open(context, page)
        return page

    def scan_s(self, page: Page) -> float:
        page.wait_for_timeout(slow.AIM_MS)
        page.evaluate(BEGIN)
        page.wait_for_function("() => watched.ended || watched.said")
        seen = page.evaluate("watched")
        if not seen["ended"]:
            raise slow.NoReadingError(f"the original's page says: {seen['said']}")
        page.evaluate(AGAIN)
        return float(seen["ended"] - seen["began"]) / 1000

    def _options(self) -> dict[str, Any]:
        # Its service worker would save the page meanwhile, and fetch beside this.
        return {"permissions": ["camera"], "service_workers": "block"}

    def _open(self, context: BrowserContext, page: Page) -> None:
        context.add_init_script(WATCH)
        context.route(lambda url: not url.startswith((self._address, "blob:", "data:")), self._from_the_folder)
        page.goto(self._address)
        page.wait_for_function("() => watched.usable")

    def _from_the_folder(self, route: Route) -> None:
        file = self._files.get(Path(urlsplit(route.request.url).path).name)
        if file is None:
            route.abort()
        else:
            route.fulfill(path=file, headers={"Access-Control-Allow-Origin": "*"})


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of a folder's files, as they are."""

    class Files(SilentHandler, SimpleHTTPRequestHandler):
        def __init__(self, *request: Any) -> None:
            super().__init__(*request, directory=str(folder))

    with serving(FailingServer(Files)) as server:
        yield f"{server.origin}/"


def table_lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a Markdown table, and how they came about."""
    ours, original = figures["pages"]["ours"], figures["pages"]["original"]
    lines = ["| | ours | the original |", "|---|---:|---:|"]
    for name, key in (("a scan can begin, first visit", "start_s"), ("30-frame scan", "scan_s")):
        for cores in CORES:
            where = "" if cores == ALL else f", {NAMES[cores]}"
            lines.append(f"| {name}{where} | {ours[cores][key]:.2f} s | {original[cores][key]:.2f} s |")
    how = (
        f"Both pages in one run, before the drawn hand, the browser held by {figures['way']}; the reference takes"
        f" {figures['reference_ms']:.1f} ms. On a slow device ours measures fewer frames."
    )
    return [*lines, "", how]
