"""Which nails count, by what the estimator says of them beside the Hb."""

import numpy as np
import pytest

from app.core.crops.likeness import NOT_A_NAIL, POLISH, STRANGENESS, estimates_of, pooled
from app.core.manifest import LikenessSpec
from app.shared.codes import NAIL_NOT_A_NAIL, NAIL_POLISH, NAIL_STRANGE

# Of a hundred bare nails one lies as far off as 2, and none farther than 3.
SPEC = LikenessSpec(
    polish=0.5,
    not_a_nail=1.0,
    strangeness=(0.0, 1.0, 2.0, 3.0),
    share_beyond=(1.0, 0.5, 0.01, 0.0),
    least_p_value=0.005,
)


def judged(polish, not_a_nail, strangeness):
    signs = {POLISH: polish, NOT_A_NAIL: not_a_nail, STRANGENESS: strangeness}
    outputs = {name: np.array(values, dtype=np.float32) for name, values in signs.items()}
    return estimates_of(np.full(len(polish), 12.0), outputs, SPEC)


def test_each_sign_has_its_reason():
    found = judged(polish=[-9, -9, -9, -9], not_a_nail=[0, 2, 0, 0], strangeness=[0.5, 0.5, 2.9, 0.5])
    assert found.reasons == (None, NAIL_NOT_A_NAIL, NAIL_STRANGE, None)
    assert judged([9, 9], [0, 2], [0.5, 0.5]).reasons == (NAIL_POLISH, NAIL_NOT_A_NAIL)
    assert (found.hb_g_dl == 12.0).all()


def test_a_p_value_is_the_share_of_bare_nails_at_least_as_strange():
    found = judged([0] * 4, [0] * 4, [-1.0, 0.5, 2.5, 99.0])
    assert found.p_values == pytest.approx([1.0, 0.75, 0.005, 0.0])


def test_polish_counts_for_the_nails_beside_it_too():
    # Two painted nails, and one of which nobody could say so by itself; what is no nail has no say.
    assert judged([4.0, 4.0, 0.0], [0, 0, 0], [0.5] * 3).reasons == (NAIL_POLISH,) * 3
    assert judged([-4.0, -4.0, 2.0], [0, 0, 0], [0.5] * 3).reasons == (None,) * 3
    assert judged([-4.0, 60.0], [0, 2], [0.5] * 2).reasons == (None, NAIL_NOT_A_NAIL)
    assert pooled(np.zeros(0)).shape == (0,)


def test_models_that_say_nothing_of_likeness_refuse_no_nail():
    found = estimates_of(np.array([9.0, 12.0]), {}, None)
    assert found.reasons == (None, None) and np.isnan(found.p_values).all()


def test_some_of_the_nails_can_be_taken_in_another_order():
    found = judged([9, -9, -9], [2, 2, 0], [0.5, 1.0, 2.0]).of(np.array([2, 0]))
    assert found.reasons == (None, NAIL_NOT_A_NAIL)
    assert found.p_values == pytest.approx([0.01, 0.75])
