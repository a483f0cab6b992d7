"""Every package that is imported is one that pyproject.toml asks for, in the set that is installed for that part."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
SETS = {"base": PROJECT["project"]["dependencies"], "build": PROJECT["build-system"]["requires"], **EXTRAS}
TESTS = ("base", "test", "test-browser", "test-trainer", "train")
# Which sets are there when a part runs; the longest path that fits counts.
INSTALLED = {
    "app": ("base",),
    "trainer": ("base", "train", "cluster"),
    "building": ("base",),
    "building/wheel.py": ("build",),
    "serving": ("base",),
    "upkeep": ("base", "upkeep"),
    "upkeep/documents.py": ("docs",),
    "tests": TESTS,
    "tests/unit": ("base", "test"),
    "tests/building": ("base", "test", "test-browser", "docs"),
    "tests/e2e": ("base", "test", "test-browser"),
    "tests/micropython": ("base", "test", "test-browser"),
    "tests/pyodide": ("base", "test", "test-browser"),
    "tests/reliability": ("base", "test", "test-browser"),
    "tests/serving": ("base", "test", "test-browser"),
    "tests/trainer": ("base", "test", "test-trainer", "train"),
}
OURS = {"app", "trainer", "building", "serving", "upkeep", "tests", "bootstrap", "build", "serve"}
# The page brings these itself; gi is of the system's own Python, which shows WebKit's window.
NOT_FROM_AN_INDEX = {"js", "polyscript", "pyodide", "pyodide_js", "pyscript", "gi"}
# Of what may not be installed here, where the package is called otherwise.
PACKAGES = {
    "PIL": "pillow",
    "ai_edge_litert": "ai-edge-litert",
    "axe_playwright_python": "axe-playwright-python",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


@cache
def here() -> Mapping[str, list[str]]:
    """Of what is installed: the packages by the name that is imported."""
    return metadata.packages_distributions()


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All of a tree but what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The first name and the line of each import from elsewhere than Python and this repository."""
    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".importorskip", ".import_module")):
            names = [word.value for word in node.args[:1] if isinstance(word, ast.Constant)]
        for name in (name.split(".")[0] for name in names):
            if name not in sys.stdlib_module_names and name not in OURS | NOT_FROM_AN_INDEX:
                yield name, node.lineno


@cache
def declared(path: Path) -> set[str]:
    """The packages that are there when this file runs."""
    name = path.relative_to(ROOT).as_posix()
    part = max((part for part in INSTALLED if f"{name}/".startswith(f"{part}/")), key=len)
    return {canonicalize_name(Requirement(line).name) for chosen in INSTALLED[part] for line in SETS[chosen]}


@pytest.mark.parametrize("part", INSTALLED)
def test_what_is_imported_is_declared(part: str) -> None:
    files = [ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py"))
    assert files
    for path in files:
        for name, line in imported(path):
            packages = {canonicalize_name(each) for each in (PACKAGES.get(name, name), *here().get(name, ()))}
            place = f"{path.relative_to(ROOT)}:{line}"
            assert packages & declared(path), f"{place} imports {name}: name {packages} in pyproject.toml"


def test_the_names_of_packages_are_those_that_are_installed() -> None:
    for name, package in PACKAGES.items():
        if name in here():
            assert canonicalize_name(package) in map(canonicalize_name, here()[name])


def test_an_import_that_is_not_declared_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    later = "def later():\n    import requests.adapters\n    from yaml import load\n    import os, app.core\n"
    path.write_text(f"if TYPE_CHECKING:\n    import torch\n{later}")
    assert list(imported(path)) == [("requests", 4), ("yaml", 5)]


def test_the_unit_tests_pull_no_torch_and_no_browser() -> None:
    small = {re.split(r"[^\w-]", line)[0] for line in SETS["base"] + SETS["test"]}
    assert not small & {"torch", "ultralytics", "timm", "playwright", "selenium", "catboost"}
