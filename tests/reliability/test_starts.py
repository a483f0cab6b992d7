"""The page started again and again from what is saved, the server gone; in full: python3 -m tests.reliability."""

from pathlib import Path

import pytest

from tests.browser_kinds import find_kind
from tests.reliability.cold_starts import cold_starts
from tests.reliability.saved_starts import saved_starts

COLD_STARTS = SAVED_STARTS = 3


def test_cold_starts_with_the_server_gone_read_the_same(chromium: str, built_dist: Path) -> None:
    tally = cold_starts(chromium, built_dist, COLD_STARTS)
    assert tally.wrong == []
    assert tally.tried == COLD_STARTS


@pytest.mark.parametrize("name", ["firefox", "webkit"])
def test_the_saved_copy_starts_each_time_also_with_all_cores_busy(name: str, built_dist: Path) -> None:
    kind = find_kind(name)
    if isinstance(kind, str):
        pytest.skip(kind)
    tally = saved_starts(kind, built_dist, SAVED_STARTS)
    assert tally.wrong == []
    assert tally.tried == SAVED_STARTS
