"""The table of docs/reliability.md: rows tried anew replace their own, and leave the others alone."""

from tests.reliability import Tally
from tests.reliability.__main__ import rows_of, table, with_rows


def test_rows_tried_anew_take_the_place_of_their_own(tmp_path):
    whole = table([Tally("photos", 900, [], "a"), Tally("phones", 200, ["one"], "b")])
    document = tmp_path / "reliability.md"
    document.write_text("before\n<!-- table:reliability -->\n" + "\n".join(whole) + "\n<!-- /table -->\nafter\n")
    assert rows_of(document) == whole
    anew = table([Tally("phones", 7, [], "c"), Tally("starts", 3, [], "d")])
    assert with_rows(whole, anew) == [*whole[:3], "| phones | 7 | 0 | c |", "| starts | 3 | 0 | d |"]


def test_all_of_it_is_a_table_of_its_own():
    whole = table([Tally("photos", 1, [], "")])
    assert with_rows([], whole) == whole
