"""Other people's hands: the table is read strictly, and repeatability is that of an analysis of variance."""

from __future__ import annotations

import numpy as np
import pytest

from app.library import open_instrument
from tests.drawn_hand import drawn_photo
from trainer.data.dataset import HANDS_VARIABLE, DataError
from trainer.data.hands import HandPhoto, bare_hands, find_hands, painted_hands, palms
from trainer.evaluate.hands import read_behind_nails, repeatability
from trainer.tools.progress import Progress

TABLE = """photo,person,age,gender,skin_color,nail_polish,aspect,accessories,irregularities
a.jpg,1,30,male,fair,0,dorsal right,0,0
b.jpg,1,30,male,fair,0,palmar right,0,0
c.jpg,2,31,female,dark,1,dorsal left,0,0
d.jpg,2,31,female,dark,0,dorsal left,0,0
"""


def test_only_bare_nails_that_face_the_camera_are_measured(tmp_path):
    (tmp_path / "index.csv").write_text(TABLE)
    hands = bare_hands(tmp_path)
    assert [(hand.path.name, hand.person, hand.male) for hand in hands] == [("a.jpg", "1", True), ("d.jpg", "2", False)]
    assert [hand.path.name for hand in painted_hands(tmp_path)] == ["c.jpg"]
    assert [hand.path.name for hand in palms(tmp_path)] == ["b.jpg"]


def test_a_table_without_a_column_and_a_folder_that_is_not_there_are_named(tmp_path, monkeypatch):
    (tmp_path / "index.csv").write_text(TABLE.replace("nail_polish", "polish"))
    with pytest.raises(DataError, match="nail_polish"):
        bare_hands(tmp_path)
    with pytest.raises(DataError, match="--hands"):
        find_hands(tmp_path / "nowhere")
    monkeypatch.setenv(HANDS_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=HANDS_VARIABLE):
        find_hands()


def test_repeatability_is_that_of_the_spread_that_was_put_in():
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(400), 4)
    values = rng.normal(13, 1.5, 400)[people] + rng.normal(0, 0.5, len(people))
    icc, within_sd = repeatability(values, people)
    assert within_sd == pytest.approx(0.5, rel=0.05)
    assert icc == pytest.approx(1.5**2 / (1.5**2 + 0.5**2), abs=0.02)
    # Somebody with one reading says nothing of how well it repeats.
    assert repeatability(np.append(values, 99.0), np.append(people, 999)) == (icc, within_sd)


def test_readings_that_never_change_repeat_fully():
    assert repeatability(np.array([10.0, 10.0, 12.0, 12.0]), np.array(["a", "a", "b", "b"])) == (1.0, 0.0)


def test_what_is_counted_behind_nails_are_boxes_on_the_finger_and_on_none_of_its_nails(tmp_path, monkeypatch):
    photo = tmp_path / "hand.jpg"
    photo.write_bytes(drawn_photo()["buffer"])
    people = [HandPhoto(photo, "1", True)]
    counted = read_behind_nails(open_instrument(), people, Progress())
    assert counted["boxes"] >= 5 and counted["read"] == 0
    # On the nail itself is no test, and far behind it the picture has ended.
    monkeypatch.setattr("trainer.evaluate.hands.BEHIND_IN_NAILS", (0.0, 0.5, 100.0))
    assert read_behind_nails(open_instrument(), people, Progress()) == {"boxes": 0, "read": 0}
