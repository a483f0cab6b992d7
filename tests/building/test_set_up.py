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


def test_a_python_that_is_newer_than_the_locks_goes_on_with_another_or_stops(tmp_path: Path) -> None:
    new = f"bootstrap.VENV = bootstrap.Path({str(tmp_path)!r}); bootstrap._missing = lambda e: ['x']"
    new += "; bootstrap.PYTHON_LOCKED = (3, 10); bootstrap.PYTHON_NEEDED = (3, 10)"
    run = python(f"{new}; bootstrap.enter()", PATH=str(tmp_path))
    assert run.returncode == 1
    assert "newer than the packages of locks/" in run.stderr and bootstrap.PYTHONS in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a shell script")
def test_a_stand_in_for_a_python_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    stand_in = tmp_path / "python3.99"
    stand_in.write_text("#!/bin/sh\nexit 127\n")
    stand_in.chmod(0o755)
    run = python("bootstrap.PYTHON_NEEDED = (3, 99); bootstrap.require_python()", PATH=str(tmp_path))
    assert run.returncode == 1
    assert "install a newer one" in run.stderr


@pytest.fixture
def pip_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An environment of ours in which pip is written down and not run."""
    calls: list[list[str]] = []
    locks = tmp_path / "locks"
    locks.mkdir()
    for name in ("base", "train", "test", "cpu", "cuda"):
        (locks / f"{name}.txt").write_text(name)
    monkeypatch.setattr(bootstrap, "LOCKS", locks)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "hemolens.json")
    monkeypatch.setattr(bootstrap, "_inside", lambda venv: True)
    monkeypatch.setattr(bootstrap, "_missing", lambda extras: [])
    monkeypatch.setattr(bootstrap, "_torch_needs_cuda", lambda: False)
    monkeypatch.setattr(bootstrap, "run", lambda command, *more, **options: not calls.append(command))
    return calls


def sets_of(command: list[str]) -> list[str]:
    return [Path(word).stem for word in command if word.endswith(".txt")]


def test_only_the_sets_that_are_asked_for_are_installed_and_all_by_hash(pip_calls: list[list[str]]) -> None:
    bootstrap.enter()
    locked, project = pip_calls
    assert sets_of(locked) == ["base"]
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= {*locked}
    assert {"--no-deps", "--no-build-isolation", "--editable"} <= {*project}
    bootstrap.enter("test")
    assert sets_of(pip_calls[2]) == ["base", "test"]
    # Once asked for, a set stays up to date.
    (bootstrap.LOCKS / "test.txt").write_text("newer")
    bootstrap.enter()
    assert sets_of(pip_calls[4]) == ["base", "test"]


def test_nothing_is_installed_again_until_a_lock_changes(pip_calls: list[list[str]]) -> None:
    bootstrap.enter("train")
    bootstrap.enter("train")
    bootstrap.enter()
    assert len(pip_calls) == 2
    (bootstrap.LOCKS / "test.txt").write_text("newer, and of a set that nobody asked for")
    bootstrap.enter("train")
    assert len(pip_calls) == 2
    (bootstrap.LOCKS / "base.txt").write_text("newer")
    bootstrap.enter()
    assert len(pip_calls) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux there is a choice")
def test_torch_without_cuda_is_tried_first(pip_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = iter([["torch==2"], [], []])
    monkeypatch.setattr(bootstrap, "_missing", lambda extras: next(lacks))
    bootstrap.enter("train")
    assert [sets_of(call) for call in pip_calls] == [["cpu"], ["base", "train"], []]


def test_torch_with_cuda_gets_its_libraries(pip_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_torch_needs_cuda", lambda: True)
    bootstrap.enter("train")
    assert [sets_of(call) for call in pip_calls] == [["base", "train"], ["cuda"], []]


def test_a_missing_lock_is_named_with_the_way_out(pip_calls: list[list[str]], capsys: pytest.CaptureFixture) -> None:
    (bootstrap.LOCKS / "base.txt").unlink()
    with pytest.raises(SystemExit):
        bootstrap.enter()
    assert "base.txt is missing: take it from the repository again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "try another network"),
        (
            "WARNING: Retrying after connection broken\nERROR: No matching distribution found for x",
            "connect to a network",
        ),
        ("ERROR: No matching distribution found for x==1", "CPython 3.11 to 3.14"),
        ("ERROR: something else", "repair that"),
    ],
)
def test_what_pip_says_is_explained(
    said: str, way_out: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(bootstrap, "_pip_command", lambda *words: [sys.executable, "-c", f"raise SystemExit({said!r})"])
    with pytest.raises(SystemExit):
        bootstrap._pip("x")
    shown = capfd.readouterr().err
    assert said.splitlines()[-1] in shown
    assert way_out in shown.splitlines()[-1]


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
    find = "from tests.find_browser import find_browser as find; print(find())"
    run = python(find, HEMOLENS_CHROMIUM=sys.executable)
    assert run.stdout.strip() == sys.executable
    run = python(find, HEMOLENS_CHROMIUM="/no/such/browser")
    assert run.returncode == 1
    assert "/no/such/browser" in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("find", "variable"), [("find_firefox", "HEMOLENS_FIREFOX"), ("find_webkit", "HEMOLENS_WEBKIT")]
)
def test_another_browser_that_is_named_is_taken_or_missed_and_an_empty_name_is_none(find: str, variable: str) -> None:
    find = f"from tests.find_browser import {find} as find; print(find())"
    for named, found in ((sys.executable, sys.executable), ("", "None")):
        assert python(find, **{variable: named}).stdout.strip() == found
    run = python(find, **{variable: "/no/such/browser"})
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1 and variable in run.stderr


@pytest.mark.parametrize("find", ["find_firefox", "find_webkit"])
def test_a_browser_that_cannot_be_had_is_none_without_an_error(find: str, tmp_path: Path) -> None:
    nothing = "bootstrap.run = lambda *words, **more: False; bootstrap.apt_install = lambda *words, why: False"
    look = f"from tests import find_browser; find_browser.FIREFOX_PLACES = (); print(find_browser.{find}())"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEMOLENS_")}
    command = [sys.executable, "-c", f"import bootstrap; {nothing}; {look}"]
    run = subprocess.run(
        command,
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=bootstrap.ROOT,
        env={**environment, "PATH": str(tmp_path)},
    )
    assert (run.stdout.strip(), run.returncode) == ("None", 0), run.stderr


@pytest.mark.skipif(not bootstrap.may_apt_install(), reason="only where system packages may be installed")
def test_where_system_packages_may_be_installed_no_browser_is_left_out() -> None:
    from tests.browser_kinds import NAMES, Kind, find_kind

    assert [find_kind(name) for name in NAMES if not isinstance(find_kind(name), Kind)] == []
