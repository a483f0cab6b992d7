"""What several kinds of tests share. Imports stay inside: the core tests read this file in Pyodide too."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# How long one example takes says more about the machine than about the code; tests/bench measures the code.
hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")


# What takes longest begins first, so that of the processes side by side none is left alone with it in the end.
FIRST = ("reliability", "serving", "pyodide", "e2e", "building")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[int, int]:
        folder, *rest = item.path.relative_to(ROOT / "tests").parts
        # In `unit` the files that start Python again lie beside the rooms of the core, whose files take a moment each.
        return FIRST.index(folder) if folder in FIRST else len(FIRST), len(rest)

    items.sort(key=place)


@pytest.fixture(scope="session")
def node_and_npm() -> tuple[str, str]:
    """The programs that `python3 -m tests` found, else the ones on this machine."""
    if "HEMOLENS_NODE" in os.environ:
        return os.environ["HEMOLENS_NODE"], os.environ["HEMOLENS_NPM"]
    import bootstrap

    tools = bootstrap.node_tools(install=False)
    assert tools, "no Node 20 with npm here: run `python3 -m tests`, which gets one"
    return tools[0][0], tools[1][0]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser for the tests."""
    from tests.find_browser import find_browser

    return os.environ.get("HEMOLENS_CHROMIUM") or find_browser()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A running Chromium, for one module: Playwright keeps an event loop, which other tests want for themselves."""
    from tests.browser import launched_browser

    with launched_browser(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def built_dist(tmp_path_factory: pytest.TempPathFactory, node_and_npm: tuple[str, str]) -> Path:
    """A build of what is in the repository now: dist/ where it is fresh, else one made for this run."""
    import building
    from building import compress
    from building.pipeline import build

    if not building.is_stale(ROOT / "dist"):
        # serve.py may have ended before they were made.
        compress.complete(ROOT / "dist")
        return ROOT / "dist"
    out = tmp_path_factory.mktemp("build") / "dist"
    build(out, npm_command=[node_and_npm[1]])
    return out
