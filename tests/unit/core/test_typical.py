"""One value for several nails: between a mean and a median, and the better of both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.typical import typical_of_nails

nails = st.lists(st.floats(4, 20), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "values, typical",
    [([11.5], 11.5), ([10, 13], 11.5), ([10, 11, 12], 11), ([10, 11, 14], 11.5), ([10, 10.5, 11, 20], 10.875)],
)
def test_by_hand(values, typical):
    assert typical_of_nails(values) == pytest.approx(typical)


@given(nails, st.floats(-3, 3), st.randoms())
def test_it_lies_among_the_nails_moves_with_them_and_knows_no_order(values, shift, shuffler):
    typical = typical_of_nails(values)
    assert min(values) - 1e-9 <= typical <= max(values) + 1e-9
    shuffled = list(values)
    shuffler.shuffle(shuffled)
    assert typical_of_nails(np.array(shuffled) + shift) == pytest.approx(typical + shift)


@given(st.lists(st.floats(11, 12), min_size=4, max_size=12), st.floats(4, 20))
def test_one_wrong_nail_of_five_cannot_drag_it_away(values, wrong):
    assert 11 - 1e-9 <= typical_of_nails([*values, wrong]) <= 12 + 1e-9


def test_no_nail_is_no_value():
    with pytest.raises(ValueError, match="no nail"):
        typical_of_nails([])
