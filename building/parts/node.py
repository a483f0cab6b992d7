"""Node, which runs for the build what only JavaScript can: Pyodide, and ONNX Runtime Web."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from building.places import BuildError


def run_script(npm: list[str] | None, script: Path, *arguments: Path) -> subprocess.CompletedProcess[str]:
    """A script of ours under Node, with what it said; it may have failed."""
    command = [find_node(npm), str(script), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", errors="replace")


def last_words(run: subprocess.CompletedProcess[str], most_characters: int) -> str:
    """The end of what a script said when it failed, which is the reason, in one line."""
    lines = run.stderr.strip().splitlines()
    return lines[-1][:most_characters] if lines else "it gave no reason"


def find_node(npm: list[str] | None) -> str:
    """The program beside npm, else the machine's, else the one that a Python package brought."""
    places = [str(Path(npm[0]).parent)] if npm else []
    for place in [*places, None, str(Path(sys.executable).parent)]:
        found = shutil.which("node", path=place)
        if found:
            return found
    raise BuildError("Node is missing, which compiles Python's library: install Node 20 or newer, then run again")
