"""What both Pythons of the page must know means the same in each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.shared import words

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCRIPT = HERE / "both.py"
TYPED = HERE / "typed.py"


def printed(*command):
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def by_cpython(script):
    return printed(sys.executable, "-c", f"import runpy; runpy.run_path({str(script)!r})")


def by_micropython(script, built_dist, node):
    return printed(node, str(HERE / "run_in_micropython.mjs"), str(built_dist), str(script))


def test_the_small_modules_say_the_same_under_both(built_dist, node_and_npm):
    in_cpython = by_cpython(SCRIPT)
    assert by_micropython(SCRIPT, built_dist, node_and_npm[0]) == in_cpython
    assert len(in_cpython["labels"]) == 143
    assert {"app.shared.aim", "app.shared.codes", "app.shared.words", "app.shared.words.hi"} < set(
        in_cpython["modules"]
    )


@pytest.mark.parametrize("python", ["CPython", "MicroPython"])
def test_an_elevation_is_understood_as_people_of_each_language_type_it(python, built_dist, node_and_npm):
    rows = by_cpython(TYPED) if python == "CPython" else by_micropython(TYPED, built_dist, node_and_npm[0])
    assert {language for language, _, _, _ in rows} == {code for code, _, _ in words.LANGUAGES}
    assert len(rows) > 600
    assert [row for row in rows if row[2] != row[3]] == []


def test_a_script_that_fails_there_fails_here(built_dist, node_and_npm, tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import dataclasses\n")
    command = [node_and_npm[0], str(HERE / "run_in_micropython.mjs"), str(built_dist), str(wrong)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 1
    assert "dataclasses" in finished.stderr
