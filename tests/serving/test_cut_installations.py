"""Two hundred installations, each cut somewhere: nothing half is ever let in, and the next attempt goes on."""

from pathlib import Path

from tests.reliability.cut_installations import cut_installations

COUNT = 200


def test_two_hundred_cut_installations(chromium: str, tmp_path: Path) -> None:
    tally = cut_installations(chromium, tmp_path, COUNT)
    assert tally.wrong == []
    assert tally.tried == COUNT
