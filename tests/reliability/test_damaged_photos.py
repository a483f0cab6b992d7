"""Whatever is done to a photo's bytes, what comes out is a picture or one of the named errors: thousands of them."""

import hashlib

import pytest

from app.core.errors import MeasureError
from app.core.pipeline import Instrument
from app.models import load_instrument
from app.shared import codes
from tests.reliability import damaged_photos as tried
from tests.reliability.damaged_photos import DAMAGES_A_KIND, KINDS, damaged_photos


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    return load_instrument(threads=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_photo_is_read_or_refused_by_name(instrument: Instrument, kind: str) -> None:
    tally = damaged_photos(instrument, kind)
    assert tally.wrong == []
    assert tally.tried == DAMAGES_A_KIND


def test_more_than_five_thousand_different_files_meet_the_decoders(
    instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = set()

    def refuse(data: bytes) -> None:
        met.add(hashlib.sha256(data).digest())
        raise MeasureError(codes.UNREADABLE_IMAGE, "counted, not opened")

    monkeypatch.setattr(tried, "open_photo", refuse)
    for kind in KINDS:
        damaged_photos(instrument, kind)
    assert len(met) > 5000
