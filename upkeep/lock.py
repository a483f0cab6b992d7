"""Writes locks/: the Python packages of pyproject.toml, each at one version, with the hashes of its files.

One file a set: `base.txt` is what everybody installs, `train.txt` and the others what that extra adds to it. Two belong
to `train` on Linux: `cuda.txt` has NVIDIA's libraries, which torch as it is in the index does not start without, and
`cpu.txt` the torch that needs none of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building.places import ROOT, BuildError, write_whole

LOCKS = ROOT / "locks"
PROJECT = ROOT / "pyproject.toml"
BASE = "base"
CUDA = "cuda"
CPU = "cpu"
HEADER = "# Written by `python3 upkeep.py lock` from pyproject.toml, never by hand.\n"

# Where every package of every set must have a wheel. onnxruntime's for macOS ask for 14.
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
MACOS = "14.0"

Python = tuple[int, int]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Entry:
    """One package of a lock."""

    requirement: str
    wanted_by: tuple[str, ...]
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.requirement.partition("==")[0]

    @property
    def pin(self) -> str:
        return self.requirement.partition(" ")[0]

    def lines(self) -> str:
        hashes = " \\\n".join(f"    --hash={one}" for one in self.hashes)
        return f"{self.requirement} \\\n{hashes}\n    # via {', '.join(self.wanted_by)}\n"


def renew(upgrade: bool, oldest: Python, newest: Python, say: Say) -> None:
    """Writes every file of locks/; versions that still fit stay, unless `upgrade` asks for the newest."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    extras = sorted(project["project"]["optional-dependencies"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The base install builds this project itself, so what builds it is locked, too.
        builder = folder / "builder.in"
        builder.write_text("\n".join(project["build-system"]["requires"]), "utf-8")
        say("asking the index for versions that fit all sets")
        every = folder / "every.txt"
        if not upgrade and LOCKS.is_dir():
            pins = {entry.requirement for file in LOCKS.glob("*.txt") for entry in read(file)}
            every.write_text("\n".join(sorted(pins)), "utf-8")
        _compile(every, oldest, str(builder), "--all-extras")
        constraints = ("--constraints", str(every))
        base = _compile(folder / "base.txt", oldest, str(builder), "--generate-hashes", *constraints)
        files = {BASE: base}
        for extra in extras:
            found = _compile(folder / f"{extra}.txt", oldest, "--extra", extra, "--generate-hashes", *constraints)
            known = {entry.requirement for entry in base}
            files[extra] = [entry for entry in found if entry.requirement not in known]
        files["train"], files[CUDA] = split_cuda(files["train"])
        files[CPU] = cpu_builds(files["train"], project)
        for extra, entries in files.items():
            (folder / f"{extra}.txt").write_text(text_of(entries), "utf-8")
        for python in (oldest, newest):
            for platform in PLATFORMS:
                say(f"looking for wheels: Python {_dotted(python)}, {platform}")
                _require_wheels([folder / f"{extra}.txt" for extra in files if extra != CPU], python, platform)
    for extra, entries in files.items():
        write_whole(LOCKS / f"{extra}.txt", text_of(entries).encode())
    say(f"wrote {', '.join(f'{extra}.txt ({len(entries)})' for extra, entries in files.items())} into {LOCKS.name}/")


def read(file: Path) -> list[Entry]:
    """The entries of a lock, or of what uv writes."""
    entries = []
    for block in re.findall(r"^[a-z0-9].*\n(?:[ ].*\n)*", file.read_text("utf-8"), re.MULTILINE):
        via = re.search(r"# via (.*)", block)
        parents = via.group(1).split(", ") if via else []
        # What names a file is a list of ours: pyproject.toml, or one of the temporary ones above.
        ours = [parent for parent in parents if re.match(r"hemolens\b|-r ", parent)]
        others = [parent for parent in parents if not re.match(r"hemolens\b|-[cr] ", parent)]
        entries.append(
            Entry(
                block.partition("\n")[0].removesuffix("\\").strip(),
                tuple(others + ["hemolens"] * bool(ours)),
                tuple(re.findall(r"--hash=(\S+)", block)),
            )
        )
    return entries


def text_of(entries: list[Entry]) -> str:
    return HEADER + "".join(entry.lines() for entry in entries)


def cpu_builds(train: list[Entry], project: dict[str, Any]) -> list[Entry]:
    """What pyproject.toml knows of builds that are in no index; their versions must be those of the index."""
    known: dict[str, list[str]] = project["tool"]["hemolens"]["cpu"]
    pins = {entry.pin for entry in train}
    for pin in known:
        if pin.removesuffix("+cpu") not in pins:
            raise BuildError(f"pyproject.toml has the hashes of {pin}, which is not what is locked: renew them there")
    return [Entry(pin, ("hemolens",), tuple(hashes)) for pin, hashes in known.items()]


def split_cuda(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Parts the libraries that only torch asks for, and only on Linux, from the others."""
    cuda: set[str] = set()
    grown = True
    while grown:
        more = {
            entry.name
            for entry in entries
            if "linux" in entry.requirement and set(entry.wanted_by) <= {"torch", *cuda} and entry.name not in cuda
        }
        cuda |= more
        grown = bool(more)
    return [entry for entry in entries if entry.name not in cuda], [entry for entry in entries if entry.name in cuda]


def _compile(output: Path, oldest: Python, *arguments: str) -> list[Entry]:
    # For all machines at once, one version for all Pythons where there is one, and nothing that pip had to build.
    command = ["pip", "compile", PROJECT.name, "--universal", "--fork-strategy", "fewest", "--only-binary", ":all:"]
    options = ["--python-version", _dotted(oldest), "--no-header", "--annotation-style", "line", "--quiet"]
    _uv(*command, *options, "--output-file", str(output), *arguments)
    return read(output)


def _require_wheels(files: list[Path], python: Python, platform: str) -> None:
    command = ["pip", "install", "--dry-run", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    options = ["--python-version", _dotted(python), "--python-platform", platform, "--target", "nowhere"]
    sets = [word for file in files for word in ("--requirements", str(file))]
    try:
        # Away from pyproject.toml, whose constraints uv would read and refuse here: they have no hashes.
        _uv(*command, *options, *sets, folder=files[0].parent)
    except BuildError as error:
        raise BuildError(
            f"Python {_dotted(python)} on {platform} cannot have all of this: {error}; "
            "nothing was written: bound that package in pyproject.toml, or give up that Python in bootstrap.py"
        ) from None


def _uv(*arguments: str, folder: Path = ROOT) -> None:
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": MACOS}
    command = [sys.executable, "-m", "uv", *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    if result.returncode:
        raise BuildError(f"uv: {' '.join(result.stderr.split())}")


def _dotted(python: Python) -> str:
    return ".".join(map(str, python))
