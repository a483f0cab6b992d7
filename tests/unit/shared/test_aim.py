"""A scan begins by itself when a nail is held still for a second, and never otherwise."""

import pytest

from app.shared.aim import HOLD_MS, LEAST_CONFIDENCE, LONGEST_GAP_MS, Aim
from app.shared.codes import NAIL_TOO_DARK

STEP_MS = 125


def nail(x=100.0, confidence=0.9, reason=None):
    return {"box": [x, 100.0, x + 40.0, 130.0], "confidence": confidence, "reason": reason}


def shares(looks, step_ms=STEP_MS):
    aim = Aim()
    return [aim.seen(nails, 5000 + number * step_ms) for number, nails in enumerate(looks)]


def test_a_nail_held_still_fills_the_bar_within_a_second():
    seen = shares([[nail(100 + number % 2)] for number in range(10)])
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen.index(1.0) == HOLD_MS // STEP_MS


@pytest.mark.parametrize(
    "looks",
    [
        [[]] * 20,
        [[nail(reason=NAIL_TOO_DARK)]] * 20,
        [[nail(confidence=LEAST_CONFIDENCE - 0.01)]] * 20,
        [[nail(100 + 60 * number)] for number in range(20)],
        [[nail()] if number % 4 else [] for number in range(20)],
    ],
)
def test_what_is_not_a_steady_nail_starts_nothing(looks):
    assert max(shares(looks)) < 1.0


def test_the_best_nail_may_change_while_the_hand_stays():
    looks = [[nail(100), nail(300)] if number % 2 else [nail(300), nail(100)] for number in range(10)]
    assert shares(looks)[-1] == 1.0


def test_a_long_gap_begins_anew():
    assert max(shares([[nail()]] * 5, LONGEST_GAP_MS + 1)) == 0.0


def test_reset_begins_anew():
    aim = Aim()
    aim.seen([nail()], 0)
    assert aim.seen([nail()], 500) == 0.5
    aim.reset()
    assert aim.seen([nail()], 800) == 0.0
