"""A real browser at the real page: every console error and every request elsewhere is a failure."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from serving.server import PageServer
from serving.site import Site

# As root, in a container and without a network Chromium needs the first; the others keep it from phoning home.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 90_000


class Host:
    """The page's server: started, and stopped when a test wants the network gone."""

    def __init__(self, dist: Path, server_class: type[PageServer] = PageServer) -> None:
        self._server = server_class("127.0.0.1", 0, Site(dist))
        self.address = f"http://127.0.0.1:{self._server.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self._running = True

    def stop(self) -> None:
        if self._running:
            self._running = False
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


@dataclass
class Visit:
    """One person's browser at the page, with what it said and whom it asked."""

    page: Page
    context: BrowserContext
    address: str
    console_errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.page.goto(self.address)

    def wait_for_engine(self) -> None:
        self.page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)

    def wait_for_offline_ready(self) -> None:
        self.page.wait_for_selector("[data-testid=offline-ready][data-offline=ready]", timeout=PATIENCE_MS)

    def upload(self, photo: Path | dict) -> None:
        """Choose a photo as the file dialogue would, and wait for the outcome."""
        self.page.evaluate("document.body.dataset.state = 'asked'")
        self.page.set_input_files("[data-testid=upload]", photo)
        self.page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)

    def reading(self) -> dict:
        """What the result screen shows, as numbers."""
        assert self.page.get_attribute("body", "data-state") == "result", self.page.inner_text("main")
        items = self.page.query_selector_all("[data-testid=nail-item]")
        return {
            "hb_g_dl": float(self.page.inner_text("[data-testid=hb-value]")),
            "nails": [
                {
                    "box": [float(side) for side in item.get_attribute("data-box").split(",")],
                    "hb_g_dl": float(item.get_attribute("data-hb")) if item.get_attribute("data-hb") else None,
                }
                for item in items
            ],
        }

    def requests_elsewhere(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.address, "blob:", "data:"))]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def host(built_dist: Path) -> Iterator[Host]:
    host = Host(built_dist)
    yield host
    host.stop()


@pytest.fixture
def new_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits with a fresh profile, and in the end fails on what a person would never see."""
    visits: list[Visit] = []

    def make(address: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        page = context.new_page()
        visit = Visit(page, context, address)
        page.on("console", lambda message: message.type == "error" and visit.console_errors.append(message.text))
        page.on("pageerror", lambda error: visit.console_errors.append(str(error)))
        # The context hears the requests of workers and of the service worker too.
        context.on("request", lambda request: visit.requests.append(request.url))
        visits.append(visit)
        return visit

    yield make
    problems = [error for visit in visits for error in visit.console_errors]
    elsewhere = [url for visit in visits for url in visit.requests_elsewhere()]
    for visit in visits:
        visit.context.close()
    assert not problems, f"the console has errors: {problems}"
    assert not elsewhere, f"requests left the page's own origin: {elsewhere}"


@pytest.fixture
def visit(host: Host, new_visit: Callable[..., Visit]) -> Visit:
    """A first visit, page not opened yet."""
    return new_visit(host.address)
