"""Every console error and every request elsewhere is a failure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

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


@pytest.fixture
def new_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits with a fresh profile, and in the end fails on what a person would never see."""
    visits: list[Visit] = []

    def make(address: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
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
