"""bootstrap.py: what it accepts, and the one line it ends with where it cannot go on."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a line that imports bootstrap, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", f"import bootstrap\n{code}"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=bootstrap.ROOT,
        env={**os.environ, **environment},
    )


def test_an_environment_that_has_everything_is_taken_as_it_is() -> None:
    assert bootstrap._missing(("test",)) == []
    run = python("bootstrap.enter('test'); print('inside')")
    assert (run.stdout, run.returncode) == ("inside\n", 0)


def test_a_python_that_is_too_old_is_named_with_the_way_out() -> None:
    run = python("bootstrap.PYTHON_NEEDED = (3, 99); bootstrap.require_python()")
    assert run.returncode == 1
    assert "install a newer one" in run.stderr
    assert run.stderr.count("\n") == 1


def test_an_environment_that_stays_broken_ends_with_one_line(tmp_path: Path) -> None:
    elsewhere = f"bootstrap.VENV = bootstrap.Path({str(tmp_path)!r})"
    run = python(f"{elsewhere}; bootstrap._missing = lambda e: ['x']; bootstrap.enter()", HEMOLENS_SECOND_START="1")
    assert run.returncode == 1
    assert "remove that folder and run the command again" in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("has", "wanted", "enough"),
    [
        ("2.2.5", "2.2", True),
        ("2.2", "2.2.0", True),
        ("2.13.0+cpu", "2.13.0", True),
        ("0.11", "0.9", True),
        ("1.9", "1.10", False),
    ],
)
def test_versions_are_compared_by_their_numbers(has: str, wanted: str, enough: bool) -> None:
    assert (bootstrap._numbers(has) >= bootstrap._numbers(wanted)) is enough


@pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a shell script")
@pytest.mark.parametrize(("version", "major"), [("v18.20.1", 18), ("v22.1.0", 22), ("nonsense", 0)])
def test_the_version_of_node_is_read(version: str, major: int, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(node.stat().st_mode | stat.S_IXUSR)
    assert bootstrap._node_major(str(node)) == major


def test_the_browser_that_is_named_is_taken_or_missed() -> None:
    run = python("print(bootstrap.browser())", HEMOLENS_CHROMIUM=sys.executable)
    assert run.stdout.strip() == sys.executable
    run = python("bootstrap.browser()", HEMOLENS_CHROMIUM="/no/such/browser")
    assert run.returncode == 1
    assert "/no/such/browser" in run.stderr
    assert run.stderr.count("\n") == 1
