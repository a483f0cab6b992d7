"""Every console error and every request elsewhere is a failure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import Host, Visit
from tests.browser_kinds import listen


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
        visit = Visit(context.new_page(), context, address)
        listen(visit)
        visits.append(visit)
        return visit

    yield make
    problems = [error for visit in visits for error in visit.console_errors]
    elsewhere = [url for visit in visits for url in visit.requests_elsewhere()]
    sent = [url for visit in visits for url in visit.sent]
    for visit in visits:
        visit.context.close()
    assert not sent, f"requests carried something: {sent}"
    assert not problems, f"the console has errors: {problems}"
    assert not elsewhere, f"requests left the page's own origin: {elsewhere}"


@pytest.fixture
def visit(host: Host, new_visit: Callable[..., Visit]) -> Visit:
    """A first visit, page not opened yet."""
    return new_visit(host.address)
