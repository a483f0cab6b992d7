"""A classroom fetches the page in the same minute."""

from pathlib import Path

import pytest

from tests.reliability.phones_at_once import phones_at_once


def test_two_hundred_phones_at_once(built_dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path))
    tally = phones_at_once(built_dist, 200)
    assert tally.wrong == []
