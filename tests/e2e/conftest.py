"""Every console error and every request elsewhere is a failure."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import PATIENCE_MS, Cameras, Host, Visit, launched_browser
from tests.browser_kinds import NAMES, Kind, find_kind, listen


@pytest.fixture
def host(built_dist: Path) -> Iterator[Host]:
    host = Host(built_dist)
    yield host
    host.stop()


@pytest.fixture(scope="module")
def cameras() -> Cameras:
    """What the browser's cameras show. A module whose tests look through them has a fixture of its own."""
    return Cameras()


@pytest.fixture(scope="module")
def browser(chromium: str, cameras: Cameras) -> Iterator[Browser]:
    """A running Chromium with these cameras."""
    with launched_browser(chromium, cameras.film, cameras.count) as browser:
        yield browser


@pytest.fixture(scope="module", params=NAMES)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the three browsers in turn."""
    found = find_kind(request.param)
    if isinstance(found, str):
        pytest.skip(found)
    return found


def assert_nothing_went_wrong(visit: Visit) -> None:
    """What a person would never see, once the browser is closed."""
    assert not visit.unexpected_sent(), f"requests carried something: {visit.unexpected_sent()}"
    assert not visit.unexpected_errors(), f"the console has errors: {visit.unexpected_errors()}"
    assert not visit.requests_elsewhere(), f"requests left the page's own origin: {visit.requests_elsewhere()}"


def with_a_phone(options: dict[str, object]) -> dict[str, object]:
    """What a context is made with: the window of a phone, unless the options have another."""
    return {"viewport": {"width": 390, "height": 844}, **options}


@contextmanager
def watched(make: Callable[..., Visit], close: Callable[[Visit], None]) -> Iterator[Callable[..., Visit]]:
    """The same `make`, whose visits are listened to, closed in the end, and then fail on what nobody should see."""
    visits: list[Visit] = []

    def make_watched(*arguments: object, **options: object) -> Visit:
        visits.append(make(*arguments, **options))
        listen(visits[-1])
        return visits[-1]

    yield make_watched
    for visit in visits:
        close(visit)
    for visit in visits:
        assert_nothing_went_wrong(visit)


@pytest.fixture
def new_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits with a fresh profile, and in the end fails on what a person would never see."""

    def make(address: str, **options: object) -> Visit:
        context = browser.new_context(**with_a_phone(options))
        return Visit(context.new_page(), context, address)

    with watched(make, lambda visit: visit.context.close()) as make_watched:
        yield make_watched


@pytest.fixture
def visit(host: Host, new_visit: Callable[..., Visit]) -> Visit:
    """A first visit, page not opened yet."""
    return new_visit(host.address)


@dataclass
class Kept:
    """A profile in which the page is installed, for all modules: an installation takes as long as three tests."""

    folder: Path
    host: Host
    made: bool = False

    def copied_to(self, folder: Path, browser: Browser, chromium: str) -> Path:
        """A copy of it, which may be changed; the first one who asks makes the profile."""
        if not self.made:
            context = browser.browser_type.launch_persistent_context(
                self.folder, executable_path=chromium, args=Cameras().arguments()
            )
            first = Visit(context.new_page(), context, self.host.address)
            listen(first)
            first.open()
            first.wait_for_engine()
            first.wait_for_offline_ready()
            context.close()
            assert_nothing_went_wrong(first)
            self.made = True
        # The names of the process that had it are links to nowhere.
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("Singleton*"))
        return folder


@pytest.fixture(scope="session")
def kept(built_dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    host = Host(built_dist)
    yield Kept(tmp_path_factory.mktemp("kept") / "profile", host)
    host.stop()


@pytest.fixture(scope="module")
def installed(
    browser: Browser, chromium: str, cameras: Cameras, kept: Kept, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Visit]]:
    """Makes visits of profiles, one for each choice of options, in which the page is installed."""
    contexts: dict[str, BrowserContext] = {}

    def make(**options: object) -> Visit:
        key = repr(sorted(options.items()))
        if key not in contexts:
            folder = kept.copied_to(tmp_path_factory.mktemp("profile") / "of_a_module", browser, chromium)
            contexts[key] = browser.browser_type.launch_persistent_context(
                folder, executable_path=chromium, args=cameras.arguments(), **with_a_phone(options)
            )
        visit = Visit(contexts[key].new_page(), contexts[key], kept.host.address)
        # By the browser itself: what one document clears, the next may hear of only after it has begun with the old.
        devtools = contexts[key].new_cdp_session(visit.page)
        origin = {"origin": kept.host.address.rstrip("/"), "storageTypes": "local_storage"}
        devtools.send("Storage.clearDataForOrigin", origin)
        devtools.detach()
        return visit

    yield make
    for context in contexts.values():
        context.close()


@pytest.fixture
def next_visit(installed: Callable[..., Visit]) -> Iterator[Callable[..., Visit]]:
    """Makes visits of somebody who has the page already and no settings: a start of 4 s instead of 8.

    The profile is shared with the module's other visits. What a test changes for longer wants a `new_visit`.
    """
    with watched(installed, lambda visit: visit.page.close()) as make_watched:
        yield make_watched


# What a person presses to cancel a scan.
PRESSED = {
    "button": "document.querySelector('[data-testid=cancel-scan]').click()",
    "Escape": "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))",
}


def cancel_at_the_third_dot(page: Page, way: str = "button") -> None:
    """Cancel in the moment in which a scan's third frame is shown: a busy machine comes too late from outside."""
    page.wait_for_function(
        f"""() => {{
            const there = document.getElementById("dots").children.length >= 3;
            if (there) {PRESSED[way]};
            return there;
        }}""",
        timeout=PATIENCE_MS,
    )
