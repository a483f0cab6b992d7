"""`python3 -m tests`: its layers, what goes on to pytest, and that `unit` needs neither build nor browser."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import LAYERS, for_pytest, layers_of

ROOT = Path(__file__).resolve().parents[2]
# Fixtures of tests/conftest.py that come from Node, from a build or from a browser.
OF_THE_PAGE = {"browser", "built_dist", "chromium", "node_and_npm"}


def test_every_test_belongs_to_one_layer() -> None:
    folders = [folder for layer in LAYERS.values() for folder in layer.folders]
    assert len(folders) == len(set(folders))
    assert {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")} == set(folders)


@pytest.mark.parametrize("layer", [name for name, layer in LAYERS.items() if not layer.page])
def test_a_layer_without_the_page_asks_for_nothing_of_it(layer: str) -> None:
    files = [path for folder in LAYERS[layer].folders for path in (ROOT / "tests" / folder).rglob("*.py")]
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                asked = {argument.arg for argument in node.args.args} & OF_THE_PAGE
                assert not asked, f"{path.relative_to(ROOT)}: {node.name} wants {asked}"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], []),
        (["-k", "letterbox"], ["-k", "letterbox"]),
        (["tests/unit/test_app.py", "-x"], ["tests/unit/test_app.py", "-x"]),
        (["unit"], ["tests/unit"]),
        (["unit", "-k", "letterbox"], ["tests/unit", "-k", "letterbox"]),
        (
            ["unit", "tests/unit/test_app.py::test_words_for_a_person"],
            ["tests/unit/test_app.py::test_words_for_a_person"],
        ),
        (["unit", "trainer", "-q"], ["tests/unit", "tests/trainer", "-q"]),
        (["--pytest-help"], ["--help"]),
    ],
)
def test_what_follows_the_layers_goes_to_pytest(arguments: list[str], told: list[str]) -> None:
    assert [Path(word).as_posix() for word in for_pytest(*layers_of(arguments))] == told


def test_help_teaches_and_sets_nothing_up(tmp_path: Path) -> None:
    # -S: an environment in which nothing is installed.
    command = [sys.executable, "-S", "-m", "tests", "--help"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert all(f"\n  {name} " in finished.stdout for name in LAYERS)
    assert "examples:" in finished.stdout and "exit status:" in finished.stdout
