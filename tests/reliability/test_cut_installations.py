"""Installations, each cut somewhere: nothing half is ever let in, and the next attempt goes on."""

from pathlib import Path

from tests.reliability.cut_installations import cut_installations

# Ten of each way to cut; `python3 -m tests.reliability` makes two hundred.
COUNT = 30


def test_thirty_cut_installations(chromium: str, tmp_path: Path) -> None:
    tally = cut_installations(chromium, tmp_path, COUNT)
    assert tally.wrong == []
    assert tally.tried == COUNT
