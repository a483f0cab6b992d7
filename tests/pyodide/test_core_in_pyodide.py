"""The core's unit tests once more, inside the Pyodide, numpy and Pillow that ship."""

import json
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from building.parts import wheels
from building.python import libraries

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = Path(__file__).with_name("run_core_tests.mjs")
CORE_TESTS = ("tests/unit/core", "tests/unit/shared")

# Pure Python, so what is installed here runs there.
PARTS = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "hypothesis", "sortedcontainers")


def pack(archive: Path, dist: Path) -> None:
    """The installed test libraries as one archive, with what tests want of numpy and Pillow and no page does."""
    described = json.loads((dist / libraries.DESCRIPTION).read_text("utf-8"))
    shipped = {library["path"] for library in described["libraries"]}
    for file in described["wheels"]:
        shipped |= set(zipfile.ZipFile(dist / "vendor" / "wheels" / file).namelist())
    with zipfile.ZipFile(archive, "w") as packed:
        for official in wheels.ensure_wheels(wheels.wanted_wheels(), offline=True, say=print):
            with zipfile.ZipFile(official) as wheel:
                for name in wheel.namelist():
                    if not {name, f"{name}c"} & shipped:
                        packed.writestr(name, wheel.read(name))
        for name in PARTS:
            for file in metadata.files(name) or []:
                source = Path(str(file.locate()))
                wanted = file.suffix == ".py" or ".dist-info" in str(file)
                if wanted and ".." not in file.parts and source.is_file():
                    packed.write(source, file.as_posix())


def collected(*arguments: str) -> int:
    """How many core tests CPython finds."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments]
    said = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = re.search(r"^(\d+) tests? collected", said, re.MULTILINE)
    assert found, said
    return int(found.group(1))


def test_core_passes_in_the_shipped_pyodide(
    built_dist: Path, node_and_npm: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack(tmp_path / "parts.zip", built_dist)
    command = [node_and_npm[0], str(SCRIPT), str(built_dist), str(ROOT), str(tmp_path / "parts.zip")]
    run = subprocess.run([*command, "-q", *CORE_TESTS], check=False, capture_output=True, encoding="utf-8")
    lines = run.stdout.strip().splitlines()
    # Node prints the whole of Pyodide's script before its reason.
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    result = json.loads(lines[-1])
    with capsys.disabled():
        print(f"\nin Pyodide (Python {result['python'].split()[0]}): {lines[-2]}")
    assert result["status"] == 0, run.stdout
    assert result["app"] == "/repo/app/core"
    assert result["passed"] == collected(*CORE_TESTS)
