"""An elevation as it is typed: the digits of every script, and no text that does more than be refused."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.shared import groups
from app.shared.elevation import REASONS, ElevationError, understood_m


def test_the_digits_of_every_script_that_this_python_knows_are_read():
    digits = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]
    assert len(digits) >= 650
    wrong = [digit for digit in digits if understood_m("1" + digit * 3) != int("1" + digit * 3)]
    assert wrong == []


@given(st.text() | st.text("0123456789.,' -mftk٢४٬٫\u00a0\u202f", max_size=12))
def test_any_text_is_an_elevation_of_the_table_or_refused_with_a_reason(text):
    try:
        elevation_m = understood_m(text)
    except ElevationError as error:
        assert error.reason in REASONS
        assert (error.elevation_m is None) == (error.reason != "range")
    else:
        assert type(elevation_m) is int
        assert groups.LOWEST_M <= elevation_m <= groups.HIGHEST_M


@pytest.mark.parametrize("separator", [".", ",", " ", "\u2009", "\u202f", "'", "’", "٬", "٫", "،", "，", "．"])
@pytest.mark.parametrize("elevation_m", [1000, 2400, 4999])
def test_a_thousand_is_one_behind_any_separator(separator, elevation_m):
    assert understood_m(f"{elevation_m // 1000}{separator}{elevation_m % 1000:03d}") == elevation_m


def test_a_number_on_its_way_to_another_is_only_what_it_says():
    on_the_way = {}
    for end in range(1, 6):
        try:
            on_the_way["5.100"[:end]] = understood_m("5.100"[:end])
        except ElevationError as error:
            on_the_way["5.100"[:end]] = error.reason
    assert on_the_way == {"5": 5, "5.": 5, "5.1": 5, "5.10": 5, "5.100": "range"}
