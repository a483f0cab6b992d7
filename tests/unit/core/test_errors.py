"""What is said where nails were found and none of them counts."""

import pytest

from app.core.errors import none_counts_error
from app.shared import codes

# Only a scan says that a nail was seen too seldom.
OF_A_PHOTO = [reason for reason in codes.NAIL_REASONS if reason != codes.NAIL_SELDOM]


@pytest.mark.parametrize("reason", OF_A_PHOTO)
def test_every_reason_has_its_way_out(reason):
    error = none_counts_error([reason, reason])
    assert error.code == (codes.STRANGE_NAILS if reason in codes.STRANGE_REASONS else codes.UNUSABLE_NAILS)
    problem, way_out = error.message.split("; ", 1)
    assert problem.endswith(f"({reason})")
    assert way_out and way_out != none_counts_error(["unheard of"]).message.split("; ", 1)[1]


def test_several_reasons_say_each_way_out_once():
    error = none_counts_error([codes.NAIL_TOO_DARK, codes.NAIL_CUT_OFF, codes.NAIL_CUT_OFF])
    assert error.message == (
        "nails were found, but none can be measured (cut_off, too_dark); show whole nails; find more light"
    )


def test_nails_that_only_the_network_refuses_are_told_by_what_it_says():
    error = none_counts_error([codes.NAIL_GLARE, codes.NAIL_POLISH])
    assert error.code == codes.STRANGE_NAILS
    assert "(glare, polish)" in error.message
