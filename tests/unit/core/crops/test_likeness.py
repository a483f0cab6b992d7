"""Which nails count, by what the estimator says of them beside the Hb."""

import numpy as np
import pytest

from app.core.crops.likeness import STRANGENESS, estimates_of, pooled
from app.core.manifest import LikenessSpec
from app.shared.codes import (
    LIKENESS_SIGNS,
    NAIL_BLUR,
    NAIL_GLARE,
    NAIL_NOT_A_NAIL,
    NAIL_POLISH,
    NAIL_PRESSED,
    NAIL_STRANGE,
)

# Of a hundred bare nails one lies as far off as 2, and none farther than 3.
SPEC = LikenessSpec(
    limits={NAIL_POLISH: 0.5, NAIL_NOT_A_NAIL: 1.0, NAIL_GLARE: 2.0, NAIL_BLUR: 0.0, NAIL_PRESSED: 1.0},
    no_nails=0.5,
    strangeness=(0.0, 1.0, 2.0, 3.0),
    share_beyond=(1.0, 0.5, 0.01, 0.0),
    least_p_value=0.005,
)


def judged(strangeness, **signs):
    """Nails of one picture; a sign that is not given is far from its limit."""
    outputs = {sign: [-9.0] * len(strangeness) for sign in LIKENESS_SIGNS} | signs | {STRANGENESS: strangeness}
    arrays = {name: np.array(values, dtype=np.float32) for name, values in outputs.items()}
    return estimates_of(np.full(len(strangeness), 12.0), arrays, SPEC)


def test_each_sign_has_its_reason():
    assert judged([0.5, 0.5, 2.9], not_a_nail=[0, 2, 0]).reasons == (None, NAIL_NOT_A_NAIL, NAIL_STRANGE)
    for sign in LIKENESS_SIGNS:
        found = judged([0.5, 0.5], **{sign: [3.0, 3.0]})
        assert found.reasons == (sign, sign) and (found.hb_g_dl == 12.0).all()


def test_of_several_reasons_the_one_is_said_that_is_farthest_above_its_limit():
    # A reflection hides the nail as paint does.
    assert judged([0.5], polish=[4.0], glare=[6.0]).reasons == (NAIL_GLARE,)
    assert judged([0.5], polish=[4.0], glare=[5.0]).reasons == (NAIL_POLISH,)


def test_a_p_value_is_the_share_of_bare_nails_at_least_as_strange():
    assert judged([-1.0, 0.5, 2.5, 99.0]).p_values == pytest.approx([1.0, 0.75, 0.005, 0.0])


def test_polish_and_blur_count_for_the_nails_beside_them_too():
    # Two painted nails, and one of which nobody could say so by itself; what is no nail has no say.
    assert judged([0.5] * 3, polish=[4.0, 4.0, 0.0]).reasons == (NAIL_POLISH,) * 3
    assert judged([0.5] * 3, polish=[-4.0, -4.0, 2.0]).reasons == (None,) * 3
    assert judged([0.5] * 2, polish=[-4.0, 6.0], not_a_nail=[0, 20]).reasons == (None, NAIL_NOT_A_NAIL)
    assert judged([0.5] * 3, blur=[2.0, 2.0, -0.5]).reasons == (NAIL_BLUR,) * 3
    # A lamp shines in one nail and not in the next.
    assert judged([0.5] * 3, glare=[4.0, 4.0, 1.0]).reasons == (NAIL_GLARE, NAIL_GLARE, None)


def test_where_nothing_is_a_nail_nothing_is_pooled():
    values = np.array([1.0, 3.0])
    assert (pooled(NAIL_POLISH, values, np.array([False, False])) == values).all()
    assert judged([]).reasons == ()


def test_where_most_boxes_are_doubtful_nothing_is_a_nail():
    # A hand from its palm: three fingertips that pass by themselves, none of them with a good grace.
    assert judged([0.5] * 4, not_a_nail=[0.8, 0.7, 0.6, -2.0]).reasons == (NAIL_NOT_A_NAIL,) * 4
    # What is wrong with one of them besides is said all the same; paint beside no nail is none of its business.
    assert judged([0.5] * 3, not_a_nail=[0.8, 0.7, 0.6], polish=[6.0, -4.0, -4.0]).reasons == (
        NAIL_POLISH,
        NAIL_NOT_A_NAIL,
        NAIL_NOT_A_NAIL,
    )


def test_nails_are_safe_from_knuckles_beside_them_unless_these_are_more():
    assert judged([0.5] * 4, not_a_nail=[-5.0, -5.0, 9.0, 9.0]).reasons == (
        None,
        None,
        NAIL_NOT_A_NAIL,
        NAIL_NOT_A_NAIL,
    )
    assert judged([0.5] * 3, not_a_nail=[-5.0, 9.0, 9.0]).reasons == (NAIL_NOT_A_NAIL,) * 3


def test_models_that_say_nothing_of_likeness_refuse_no_nail():
    found = estimates_of(np.array([9.0, 12.0]), {}, None)
    assert found.reasons == (None, None) and np.isnan(found.p_values).all()


def test_some_of_the_nails_can_be_taken_in_another_order():
    found = judged([0.5, 1.0, 2.0], not_a_nail=[2, 0, 0]).of(np.array([2, 0]))
    assert found.reasons == (None, NAIL_NOT_A_NAIL)
    assert found.p_values == pytest.approx([0.01, 0.75])
