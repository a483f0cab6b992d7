"""What both Pythons of the page must know means the same in each."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCRIPT = HERE / "both.py"


def printed(*command):
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_the_small_modules_say_the_same_under_both(built_dist, node_and_npm):
    command = [node_and_npm[0], str(HERE / "run_in_micropython.mjs"), str(built_dist), str(ROOT / "app"), str(SCRIPT)]
    in_cpython = printed(sys.executable, "-c", f"import runpy; runpy.run_path({str(SCRIPT)!r})")
    assert printed(*command) == in_cpython
    assert len(in_cpython["labels"]) == 143


def test_a_script_that_fails_there_fails_here(built_dist, node_and_npm, tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import dataclasses\n")
    command = [node_and_npm[0], str(HERE / "run_in_micropython.mjs"), str(built_dist), str(ROOT / "app"), str(wrong)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 1
    assert "dataclasses" in finished.stderr
