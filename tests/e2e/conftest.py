"""Every console error and every request elsewhere is a failure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import PATIENCE_MS, Host, Visit
from tests.browser_kinds import NAMES, Kind, find_kind, listen


@pytest.fixture
def host(built_dist: Path) -> Iterator[Host]:
    host = Host(built_dist)
    yield host
    host.stop()


@pytest.fixture(scope="module", params=NAMES)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the three browsers in turn."""
    found = find_kind(request.param)
    if isinstance(found, str):
        pytest.skip(found)
    return found


def assert_nothing_went_wrong(visit: Visit) -> None:
    """What a person would never see, once the browser is closed."""
    assert not visit.sent, f"requests carried something: {visit.sent}"
    assert not visit.console_errors, f"the console has errors: {visit.console_errors}"
    assert not visit.requests_elsewhere(), f"requests left the page's own origin: {visit.requests_elsewhere()}"


def new_context(browser: Browser, options: dict[str, object]) -> BrowserContext:
    return browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})


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
        context = new_context(browser, options)
        return Visit(context.new_page(), context, address)

    with watched(make, lambda visit: visit.context.close()) as make_watched:
        yield make_watched


@pytest.fixture
def visit(host: Host, new_visit: Callable[..., Visit]) -> Visit:
    """A first visit, page not opened yet."""
    return new_visit(host.address)


@pytest.fixture(scope="module")
def installed(browser: Browser, built_dist: Path) -> Iterator[Callable[..., Visit]]:
    """Makes visits of profiles, one for each choice of options, in which the page is installed."""
    host = Host(built_dist)
    contexts: dict[str, BrowserContext] = {}

    def install(first: Visit) -> None:
        listen(first)
        first.open()
        first.wait_for_engine()
        first.wait_for_offline_ready()
        first.page.close()
        assert_nothing_went_wrong(first)

    def make(**options: object) -> Visit:
        key = repr(sorted(options.items()))
        if key not in contexts:
            context = new_context(browser, options)
            install(Visit(context.new_page(), context, host.address))
            contexts[key] = context
        visit = Visit(contexts[key].new_page(), contexts[key], host.address)
        # By the browser itself: what one document clears, the next may hear of only after it has begun with the old.
        devtools = contexts[key].new_cdp_session(visit.page)
        kept = {"origin": host.address.rstrip("/"), "storageTypes": "local_storage"}
        devtools.send("Storage.clearDataForOrigin", kept)
        devtools.detach()
        return visit

    yield make
    for context in contexts.values():
        context.close()
    host.stop()


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
