"""Every console error and every request elsewhere is a failure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from building.licences import entries as licences
from tests.browser import Host, Visit
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


@pytest.fixture
def new_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits with a fresh profile, and in the end fails on what a person would never see."""
    visits: list[Visit] = []

    def make(address: str, **options: object) -> Visit:
        context = new_context(browser, options)
        visit = Visit(context.new_page(), context, address)
        listen(visit)
        visits.append(visit)
        return visit

    yield make
    for visit in visits:
        visit.context.close()
    for visit in visits:
        assert_nothing_went_wrong(visit)


@pytest.fixture
def visit(host: Host, new_visit: Callable[..., Visit]) -> Visit:
    """A first visit, page not opened yet."""
    return new_visit(host.address)


@pytest.fixture(scope="module")
def installed(browser: Browser, built_dist: Path) -> Iterator[Callable[..., Visit]]:
    """Makes visits of profiles, one for each choice of options, in which the page is installed."""
    host = Host(built_dist)
    contexts: dict[str, BrowserContext] = {}

    def make(**options: object) -> Visit:
        key = repr(sorted(options.items()))
        known = key in contexts
        if not known:
            contexts[key] = new_context(browser, options)
        visit = Visit(contexts[key].new_page(), contexts[key], host.address)
        if not known:
            visit.open()
            visit.wait_for_engine()
            visit.wait_for_offline_ready()
        visit.page.goto(f"{host.address}{licences.NAME}")
        visit.page.evaluate("localStorage.clear(), sessionStorage.clear()")
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
    visits: list[Visit] = []

    def make(**options: object) -> Visit:
        visit = installed(**options)
        listen(visit)
        visits.append(visit)
        return visit

    yield make
    for visit in visits:
        visit.page.close()
    for visit in visits:
        assert_nothing_went_wrong(visit)
