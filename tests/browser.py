"""A real browser, the page's own server, and one person's visit: what every test of the built page stands on."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from serving.server import PageServer
from serving.site import Site
from tests.drawn_hand import UploadedFile

# They keep Chromium from phoning home.
CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A start may get stuck, and the page then begins it again: app/ui/start/download.py gives a connection 30 s, and
# app/ui/engine/client.py a silent worker 60. The page says when it has given up, so a fault shows sooner than this.
PATIENCE_MS = 180_000
READY = "body[data-engine=ready]"
STARTED = f"{READY}, body[data-engine=failed]"
# What the result screen shows: of each nail its box, xyxy in pixels of the photo, and its value.
READING = """() => ({
    hb_g_dl: Number(document.querySelector("[data-testid=hb-value]").innerText),
    nails: [...document.querySelectorAll("[data-testid=nail-item]")].map(({ dataset }) => ({
        box: dataset.box.split(",").map(Number),
        hb_g_dl: dataset.hb ? Number(dataset.hb) : null,
    })),
})"""


def chromium_arguments() -> list[str]:
    """What every Chromium of the tests is started with."""
    # As root Chromium refuses to start with its sandbox.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*CHROMIUM_ARGUMENTS, *(["--no-sandbox"] if root else [])]


@contextmanager
def launched_profile(chromium: str, folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """Headless Chromium with a profile that stays in `folder`, as a phone's browser has one; ended in the end."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=chromium, args=chromium_arguments(), **options
        )
        yield context
        context.close()


@dataclass(frozen=True)
class Cameras:
    """How many cameras a Chromium has, and what they show: this film, or their own test picture."""

    film: Path | None = None
    count: int = 1

    def arguments(self) -> list[str]:
        shown = [] if self.film is None else [f"--use-file-for-fake-video-capture={self.film}"]
        return [*chromium_arguments(), f"--use-fake-device-for-media-stream=device-count={self.count}", *shown]


@contextmanager
def launched_browser(chromium: str, film: Path | None = None, cameras: int = 1) -> Iterator[Browser]:
    """Headless Chromium from this path, closed in the end; its cameras show the film, or their own test picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=Cameras(film, cameras).arguments())
        yield browser
        browser.close()


@contextmanager
def ended_after(browser: Browser, patience_s: float) -> Iterator[None]:
    """Ends the browser when this takes longer: what waits for an answer of it, which Playwright does for ever, then
    fails with an error of Playwright's."""
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    devtools.detach()
    process = next(each["id"] for each in processes if each["type"] == "browser")
    timer = threading.Timer(patience_s, os.kill, (process, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


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

    # A Page of Playwright's; in WebKit a WebKitPage, which has the part of it that tests in all browsers use, and no
    # context.
    page: Any
    context: BrowserContext | None
    address: str
    console_errors: list[str] = field(default_factory=list)
    # Parts of errors that a test brings about. They may come at any moment, also once the test has seen enough.
    expected_errors: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    # Addresses of requests that carried something, and how addresses end that a test has the page send something to.
    sent: list[str] = field(default_factory=list)
    may_send_to: tuple[str, ...] = ()

    def open(self) -> None:
        self.page.goto(self.address)

    def open_unhurried(self) -> None:
        """The page, where a scan may take longer than anybody would wait: the machine is busy with other tests."""
        self.page.goto(f"{self.address}?scan-seconds=120")

    def expect_errors(self, *parts: str) -> None:
        """An error with one of these in it is what the browser itself says of what the test does."""
        self.expected_errors.update(parts)

    def unexpected_errors(self) -> list[str]:
        """Of the console's errors those that nothing explains."""
        return [error for error in self.console_errors if not any(part in error for part in self.expected_errors)]

    def unexpected_sent(self) -> list[str]:
        """Where something was sent to that nothing explains."""
        return [address for address in self.sent if not address.endswith(self.may_send_to)]

    def wait_for_engine(self) -> None:
        """Until it can measure; where it cannot, what the page and its console say is in the failure.

        A page whose engine has failed already is not what this waits for: `wait_for_engine_after_failure`.
        """
        self._wait_for_engine(STARTED)

    def wait_for_engine_after_failure(self) -> None:
        """The same where the page has failed and is begun again: how it was before says nothing then."""
        self._wait_for_engine(READY)

    def _wait_for_engine(self, until: str) -> None:
        try:
            self.page.wait_for_selector(until, timeout=PATIENCE_MS)
        except Exception as error:
            error.add_note(self._said())
            raise
        assert self.page.get_attribute("body", "data-engine") == "ready", self._said()

    def _said(self) -> str:
        shown = " | ".join(self.page.inner_text("body").split("\n"))
        return f"the page says: {shown}; its console: {self.console_errors}"

    def wait_for_offline_ready(self) -> None:
        self.page.wait_for_selector("[data-testid=offline-ready][data-offline=ready]", timeout=PATIENCE_MS)

    def upload(self, photo: Path | UploadedFile) -> None:
        """Choose a photo as the file dialogue would, and wait for the outcome."""
        # Before the screen is there, there is nothing that anybody could press.
        self.page.wait_for_selector("#start:not([hidden]), body:not([data-state=booting])", timeout=PATIENCE_MS)
        self.page.evaluate("document.body.dataset.state = 'asked'")
        self.page.set_input_files("[data-testid=upload]", photo)
        self.page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)

    def reading(self) -> dict[str, Any]:
        """What the result screen shows, as numbers."""
        assert self.page.get_attribute("body", "data-state") == "result", self.page.inner_text("main")
        found: dict[str, Any] = self.page.evaluate(READING)
        return found

    def screenshot(self, path: Path) -> None:
        """What is on the screen. For it Playwright adds a style, which the page's policy refuses; Firefox says so."""
        self.expect_errors("style-src")
        self.page.screenshot(path=path)

    def requests_elsewhere(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.address, "blob:", "data:"))]
