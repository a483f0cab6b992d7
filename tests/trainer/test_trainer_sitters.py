"""Whose nails teach what a bare nail looks like, and what of their photographs is no nail."""

from __future__ import annotations

import numpy as np
import pytest

from app.library import NoReadingError, measure, open_instrument
from tests.trainer.test_trainer_wild import BOX, read, write_wild
from trainer.data.sitters import sitters_of
from trainer.data.wild import PAINTED, find_wild, read_wild
from trainer.pictures.no_nail import boxes_beside, clear_of

TINY, OTHER = [60, 10, 70, 20], [60, 30, 100, 70]


def test_an_ordinary_photograph_teaches_by_the_nails_that_show_enough(tmp_path):
    folder = write_wild(
        tmp_path / "wild", ["a.png", "b.png"], boxes=[BOX, TINY, OTHER], difficult=[2], ignore=[[0, 80, 20, 90]]
    )
    first, second = sitters_of([], read(folder)[0])
    assert first.nail_boxes.tolist() == [BOX] and len(first.outlines) == 1
    # The others may be nails all the same.
    assert first.taken.tolist() == [BOX, TINY, OTHER, [0, 80, 20, 90]]
    assert first.ordinary and not first.painted
    # Each shows a scene of its own where no group is named.
    assert first.session != second.session
    assert first.picture().size == (120, 90)


def test_a_photograph_of_tiny_nails_alone_teaches_nothing(tmp_path):
    photos, _ = read(write_wild(tmp_path / "wild", ["a.png", "b.png"], boxes=[TINY]))
    assert [sitter.photo.name for sitter in sitters_of([], photos)] == ["b.png"]


def test_the_table_says_which_nails_are_painted(tmp_path):
    photos, _ = read(write_wild(tmp_path / "wild", ["a.png", "b.png"], painted=True))
    assert [sitter.painted for sitter in sitters_of([], photos)] == [True, False]


def test_what_is_drawn_beside_nails_touches_none_of_them():
    nails, taken = np.array([[40.0, 40, 80, 90]]), np.array([[40.0, 40, 80, 90], [150, 20, 190, 60]])
    rng = np.random.default_rng(0)
    beside = np.concatenate([boxes_beside(nails, taken, (300, 200), rng) for _ in range(50)])
    assert len(beside) > 50 and len(clear_of(beside, taken)) == len(beside)
    sides = np.sqrt((beside[:, 2:] - beside[:, :2]).prod(axis=1))
    assert 30 < np.median(sides) < 70
    apart = [[81.0, 40, 90, 50], [80, 40, 90, 50]]
    assert clear_of(np.array([*apart, [79.0, 40, 90, 50], [160, 30, 170, 40]]), taken).tolist() == apart


def test_no_painted_nails_of_the_ordinary_photographs_get_a_number():
    folder = find_wild(None)
    if folder is None:
        pytest.skip("needs the ordinary photographs")
    instrument = open_instrument()
    painted = [photo for photo in read_wild(folder, print) if photo.painted]
    assert {photo.name for photo in painted} == PAINTED
    for photo in painted:
        with pytest.raises(NoReadingError) as refused:
            measure(instrument, photo.picture)
        assert refused.value.code == "strange_nails", photo.name
