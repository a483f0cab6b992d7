"""A word on the screen changes when several looks in a row say so, and never from one look to the next."""

from app.shared.settled import LOOKS, MOST_WITHOUT, Settled


def held(words, settled=None):
    settled = settled or Settled()
    return [settled.seen(word) for word in words]


def test_nothing_holds_before_looks_agree():
    assert held(["ok"] * LOOKS) == [None] * (LOOKS - 1) + ["ok"]
    assert held(["ok", "small"] * 10) == [None] * 20


def test_a_look_or_two_change_nothing():
    settled = Settled()
    held(["ok"] * LOOKS, settled)
    assert set(held((["missing"] * (LOOKS - 1) + ["ok"]) * 10, settled)) == {"ok"}


def test_enough_looks_in_a_row_change_it():
    settled = Settled()
    held(["ok"] * 50, settled)
    assert held(["clipped"] * LOOKS, settled) == ["ok"] * (LOOKS - 1) + ["clipped"]
    assert held(["ok"] * LOOKS, settled)[-1] == "ok"


def test_what_no_look_says_any_more_does_not_hold_for_ever():
    settled = Settled()
    held(["ok"] * LOOKS, settled)
    seen = held(["small", "missing"] * MOST_WITHOUT, settled)
    assert seen[: MOST_WITHOUT - 1] == ["ok"] * (MOST_WITHOUT - 1)
    assert "ok" not in seen[MOST_WITHOUT - 1 :]
    # And the next one holds as long.
    assert seen[MOST_WITHOUT - 1 : -1] == [seen[MOST_WITHOUT - 1]] * MOST_WITHOUT


def test_reset_begins_anew():
    settled = Settled()
    held(["ok"] * LOOKS, settled)
    settled.reset()
    assert held(["ok"] * LOOKS, settled) == [None] * (LOOKS - 1) + ["ok"]
