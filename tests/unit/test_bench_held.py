"""The bench's slow device: a process held to a part of the processors, and the budgets of what is measured there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench import budgets, held

BUSY_S = 2.0
# Starts a child that is busy, and prints what the two of them have used in so long.
BUSY = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
input()
begun = os.times()
end = time.monotonic() + {BUSY_S}
while time.monotonic() < end:
    pass
child.kill()
child.wait()
used = os.times()
print(used.user + used.system - begun.user - begun.system)
"""


@contextmanager
def busy() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        for pid in held.tree(process.pid):
            subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
        process.wait()


def test_a_process_and_its_children_are_held_together_and_let_go():
    with busy() as process:
        end = time.monotonic() + 60
        while len(held.tree(process.pid)) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert len(held.tree(process.pid)) == 2
        try:
            holding = held.held(process.pid, 0.25)
            holding.__enter__()
        except held.CannotHoldError as error:
            pytest.skip(str(error))
        try:
            groups = {held._group_of(pid, held.way() == held.OLD) for pid in held.tree(process.pid)}
            used_s = float(process.communicate("\n", timeout=60)[0])
        finally:
            holding.__exit__(None, None, None)
        assert len(groups) == 1 and "hemolens-bench" in groups.pop()
        # Two processes that have a core each would have used all of the time.
        assert used_s < 0.6 * BUSY_S


def test_in_the_second_version_the_quota_and_its_period_are_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(held, "V1", tmp_path / "none")
    monkeypatch.setattr(held, "V2", tmp_path)
    monkeypatch.setattr(held, "EMPTIES_S", 0.0)
    with pytest.raises(held.CannotHoldError, match="no control groups"):
        held.way()
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu memory")
    (tmp_path / "cgroup.subtree_control").write_text("")
    assert held.way() == "cgroup v2, cpu.max"
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu"
    with busy() as process, held.held(process.pid, 0.5):
        (group,) = (path for path in tmp_path.iterdir() if path.is_dir())
        assert (group / "cpu.max").read_text() == "50000 100000"
        assert int((group / "cgroup.procs").read_text()) in held.tree(process.pid)


GOOD = {
    "engine_cold_s": 5.0,
    "scan_s": 3.5,
    "frames": 30,
    "tap_ms": 40.0,
    "looks_a_second": 7.0,
    "different_g_dl": 0.02,
}


@pytest.mark.parametrize(
    "beyond, said",
    [
        ({}, None),
        ({"engine_cold_s": 7.0}, "the engine of a first visit takes 7.0 s, not 6"),
        ({"scan_s": 4.2}, "a scan lasts 4.20 s, not 4"),
        ({"frames": 14}, "14 frames are measured, not 15"),
        ({"tap_ms": 130.0}, "a tap is answered in 130 ms, not 100"),
        ({"looks_a_second": 3.0}, "3.0 looks a second, not 4"),
        ({"different_g_dl": 0.2}, "the reading is 0.20 g/dL from that of all cores, not 0.1"),
    ],
)
def test_each_figure_has_its_budget(beyond, said):
    found = {"way": held.OLD, "films": ["the drawn hand"], "cores": {"1": {**GOOD, **beyond}, "0.5": GOOD}}
    assert budgets.too_slow(found) == ([] if said is None else [f"one core: {said}"])
    lines = budgets.table_lines(found)
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
    assert held.OLD in lines[-1]
