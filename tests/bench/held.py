"""A browser held to a part of the processors, as if the phone were slow: a quota of the kernel's on all its processes.

A control group of Linux does it, of version 1 (`cpu.cfs_quota_us`) or 2 (`cpu.max`), which root may make.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

V1, V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
OLD, NEW = "cgroup v1, cpu.cfs_quota_us", "cgroup v2, cpu.max"
PERIOD_US = 100_000
# Processes that end leave their group a moment later.
EMPTIES_S = 5.0


class CannotHoldError(Exception):
    """Nothing can be held to a part of the processors here."""


def way() -> str:
    """How it is done here, for the one who reads the figures.

    Raises:
        CannotHoldError: it cannot be done, and why.
    """
    if (V1 / "cgroup.procs").is_file():
        root, said = V1, OLD
    elif "cpu" in _read(V2 / "cgroup.controllers").split():
        root, said = V2, NEW
    else:
        raise CannotHoldError("this system has no control groups for processors")
    if not os.access(root, os.W_OK):
        raise CannotHoldError(f"{root} cannot be written: it takes root, and a system that lets it")
    handed_down = root / "cgroup.subtree_control"
    if said == NEW and "cpu" not in _read(handed_down).split():
        try:
            handed_down.write_text("+cpu")
        except OSError as error:
            raise CannotHoldError(f"{handed_down} does not take cpu: {error.strerror}") from None
    return said


@contextmanager
def held(pid: int, cores: float) -> Iterator[None]:
    """The process and all that come from it have so many processors together, until this ends.

    Raises:
        CannotHoldError: see `way`.
    """
    old = way() == OLD
    root = V1 if old else V2
    group = root / f"hemolens-bench-{os.getpid()}-{pid}"
    try:
        group.mkdir()
        quota_us = round(cores * PERIOD_US)
        if old:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
    except OSError as error:
        raise CannotHoldError(f"{group}: {error.strerror}") from None
    before = {each: _group_of(each, old) for each in tree(pid)}
    try:
        _move(before, group)
        # One may have come while the others were moved.
        _move([each for each in tree(pid) if each not in before], group)
        yield
    finally:
        home = root / before.get(pid, "").lstrip("/")
        _move([int(line) for line in _read(group / "cgroup.procs").split()], home)
        end = time.monotonic() + EMPTIES_S
        while group.is_dir() and time.monotonic() < end:
            with suppress(OSError):
                group.rmdir()
            time.sleep(0.05)


def tree(pid: int) -> list[int]:
    """A process and all that come from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # The name, in parentheses, may hold anything.
        fields = _read(stat).rpartition(")")[2].split()
        if fields:
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def _move(pids: Iterable[int], group: Path) -> None:
    for pid in pids:
        # It may have ended.
        with suppress(OSError):
            (group / "cgroup.procs").write_text(str(pid))


def _group_of(pid: int, old: bool) -> str:
    for line in _read(Path(f"/proc/{pid}/cgroup")).splitlines():
        number, controllers, path = line.split(":", 2)
        if ("cpu" in controllers.split(",")) if old else number == "0":
            return path
    return "/"


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
