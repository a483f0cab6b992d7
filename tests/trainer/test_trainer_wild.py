"""Ordinary photographs: the reader's faults, groups on one side, and how finds are counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from app.core.find.detection import Detections
from app.core.find.ways import ALL_WAYS, UPRIGHT, Way
from trainer.data.dataset import WILD_VARIABLE, DataError
from trainer.data.wild import WildPhoto, find_wild, read_wild, wild_fingerprint, wild_folds
from trainer.detector import steps as wild_steps
from trainer.detector.measure import Counts, best_confidence, count_nails
from trainer.detector.steps import CONFIDENCES, WildTraining, measure_folds
from trainer.tools.progress import Progress

BOX = [10, 20, 40, 60]


def write_wild(folder: Path, names: list[str], **changes: object) -> Path:
    """Grey photographs of 120x90 pixels with one nail each; `changes` go into the first one's entry."""
    (folder / "images").mkdir(parents=True)
    entries = {}
    for name in names:
        Image.new("RGB", (120, 90), (90, 90, 90)).save(folder / "images" / name)
        entries[name] = {"width": 120, "height": 90, "boxes": [BOX], "difficult": [], "ignore": [], "group": ""}
    entries[names[0]].update(changes)
    (folder / "boxes.json").write_text(json.dumps(entries))
    return folder


def read(folder: Path) -> tuple[list[WildPhoto], list[str]]:
    said: list[str] = []
    return read_wild(folder, said.append), said


def test_reads_boxes_and_sizes(tmp_path: Path) -> None:
    photos, said = read(write_wild(tmp_path / "wild", ["a.png", "b.png"], difficult=[0]))
    assert [photo.name for photo in photos] == ["a.png", "b.png"] and not said
    assert photos[0].nail_boxes.tolist() == [BOX] and photos[0].difficult.tolist() == [True]
    assert photos[0].pixels().shape == (90, 120, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"boxes": []}, "boxes is empty"),
        ({"boxes": [[0, 0, 500, 20]]}, "outside the 120x90 image"),
        ({"boxes": [[30, 10, 20, 40]]}, "empty or outside"),
        ({"boxes": "none"}, "not a list"),
        ({"boxes": [[float("nan"), 0, 20, 20]]}, "empty or outside"),
        ({"width": 121}, "boxes.json says 121x90"),
        ({"difficult": [3]}, "difficult names box 3"),
        ({"group": 7}, "not a name"),
        ({"painted": "red"}, "neither true nor false"),
    ],
)
def test_a_faulty_entry_is_left_out_in_one_line(tmp_path: Path, changes: dict, words: str) -> None:
    photos, said = read(write_wild(tmp_path / "wild", ["a.png", "b.png"], **changes))
    assert [photo.name for photo in photos] == ["b.png"]
    assert len(said) == 1 and words in said[0] and "a.png" in said[0] and said[0].endswith("left out")


def test_missing_and_broken_photographs_are_left_out(tmp_path: Path) -> None:
    folder = write_wild(tmp_path / "wild", ["a.png", "b.png", "c.png"])
    (folder / "images" / "a.png").unlink()
    (folder / "images" / "b.png").write_bytes(b"no photograph")
    photos, said = read(folder)
    assert [photo.name for photo in photos] == ["c.png"] and len(said) == 2


@pytest.mark.parametrize(("text", "words"), [(None, "not found"), ("{", "cannot be read"), ("[]", "one object")])
def test_a_table_that_spoils_everything(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "boxes.json").write_text(text)
    with pytest.raises(DataError, match=words):
        read(tmp_path)


def test_not_one_usable_photograph(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not one usable"):
        read(write_wild(tmp_path / "wild", ["a.png"], boxes=[]))


def test_the_folder_is_looked_for_where_it_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WILD_VARIABLE, str(tmp_path))
    assert find_wild(None) == tmp_path
    with pytest.raises(DataError, match="--wild"):
        find_wild(tmp_path / "nowhere")
    monkeypatch.setenv(WILD_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(DataError, match=WILD_VARIABLE):
        find_wild(None)


def test_a_mask_gives_the_outline(tmp_path: Path) -> None:
    folder = write_wild(tmp_path / "wild", ["a.png"])
    mask = np.zeros((90, 120), dtype=np.uint8)
    mask[20:60, 10:40] = 255
    (folder / "masks").mkdir()
    Image.fromarray(mask).save(folder / "masks" / "a.png")
    outline = read(folder)[0][0].outlines[0]
    assert outline.min(axis=0).tolist() == [10.5, 20.5] and outline.max(axis=0).tolist() == [39.5, 59.5]


def test_a_mask_of_something_else_is_not_used(tmp_path: Path) -> None:
    folder = write_wild(tmp_path / "wild", ["a.png"])
    mask = np.zeros((90, 120), dtype=np.uint8)
    mask[20:25, 10:15] = 255
    (folder / "masks").mkdir()
    Image.fromarray(mask).save(folder / "masks" / "a.png")
    outline = read(folder)[0][0].outlines[0]
    assert np.allclose([outline.min(axis=0), outline.max(axis=0)], [[10, 20], [40, 60]])


def test_a_group_stays_on_one_side(tmp_path: Path) -> None:
    folder = write_wild(tmp_path / "wild", [f"{index}.png" for index in range(8)])
    entries = json.loads((folder / "boxes.json").read_text())
    for name in ("1.png", "4.png", "6.png"):
        entries[name]["group"] = "one room"
    (folder / "boxes.json").write_text(json.dumps(entries))
    photos, _ = read(folder)
    tested: list[int] = []
    for train, test in wild_folds(photos):
        assert not {photos[each].group for each in train} & {photos[each].group for each in test} - {""}
        tested += test.tolist()
    assert sorted(tested) == list(range(8))
    with pytest.raises(DataError, match="at least 3"):
        wild_folds(photos[:2])


def test_the_fingerprint_knows_a_moved_box(tmp_path: Path) -> None:
    first, _ = read(write_wild(tmp_path / "one", ["a.png"]))
    second, _ = read(write_wild(tmp_path / "two", ["a.png"], boxes=[[10, 20, 41, 60]]))
    assert wild_fingerprint(first) != wild_fingerprint(second)


def found(*boxes: list[float]) -> Detections:
    count = len(boxes)
    return Detections(np.array(boxes, dtype=float).reshape(-1, 4), np.linspace(0.9, 0.5, count), np.zeros(count, int))


def test_difficult_nails_and_ignored_regions_count_neither_way(tmp_path: Path) -> None:
    boxes = [BOX, [60, 20, 90, 60], [0, 70, 20, 90]]
    folder = write_wild(tmp_path / "wild", ["a.png"], boxes=boxes, difficult=[2], ignore=[[95, 0, 120, 40]])
    photo = read(folder)[0][0]
    counts = count_nails(found(BOX, BOX, boxes[2], [100, 5, 115, 30], [40, 65, 60, 85]), photo)
    # The second find of one nail and the box around nothing are false alarms.
    assert (counts.hits, counts.misses, counts.false_alarms) == (1, 1, 2)
    assert counts.figures()["recall"] == 0.5 and counts.figures()["precision"] == pytest.approx(1 / 3)
    nothing = count_nails(found(), photo)
    assert (nothing.hits, nothing.misses, nothing.false_alarms) == (0, 2, 0)
    assert nothing.figures()["precision"] == 0.0


def test_the_best_confidence_is_the_lowest_that_is_right_often_enough() -> None:
    assert best_confidence({0.2: Counts(9, 1, 6), 0.3: Counts(9, 1, 1), 0.4: Counts(5, 5, 0)}) == 0.3
    assert best_confidence({0.2: Counts(9, 1, 1), 0.3: Counts(9, 1, 1)}) == 0.2


def test_where_none_is_right_often_enough_the_best_f1_counts_and_of_equals_what_leaves_out_the_most() -> None:
    assert best_confidence({0.2: Counts(8, 2, 6), 0.3: Counts(8, 2, 4), 0.4: Counts(3, 7, 1)}) == 0.3
    assert best_confidence({0.2: Counts(8, 2, 4), 0.3: Counts(8, 2, 4)}) == 0.3
    assert Counts(3, 1, 1).f1() == pytest.approx(0.75) and Counts().f1() == 0.0


def test_a_fold_is_read_at_the_confidence_that_is_best_on_the_others(tmp_path: Path, monkeypatch) -> None:
    folder = write_wild(tmp_path / "wild", ["a.png", "b.png", "c.png"])
    training = WildTraining([], read(folder)[0], tmp_path, Progress())
    # Alone each fold would be read at another confidence: it is best where its own photograph is.
    at = {photo.name: confidence for photo, confidence in zip(training.wild, CONFIDENCES, strict=False)}
    seen: list[str] = []
    monkeypatch.setattr(WildTraining, "fold", lambda _self, index, _train: tmp_path / str(index))
    monkeypatch.setattr(wild_steps, "export_detector", lambda _checkpoint: onnx.ModelProto())

    def measured(_model: bytes, photos: list[WildPhoto], confidence: float, ways: Sequence[Way] = UPRIGHT) -> Counts:
        seen.extend(photo.name for photo in photos)
        (photo,) = photos
        if ways == ALL_WAYS:
            return Counts(6, 4, 0)
        return Counts(9, 1, 0) if confidence == at[photo.name] else Counts(5, 5, 5 if confidence < 0.4 else 4)

    monkeypatch.setattr(wild_steps, "measure_photos", measured)
    figures = measure_folds(training)
    for fold, (_, test) in zip(figures["folds"], training.folds(), strict=True):
        (own,) = (at[training.wild[index].name] for index in test)
        assert fold["confidence"] != own and fold["hits"] == 5
    assert set(seen) == {"a.png", "b.png", "c.png"} and figures["nails"] == 30
    assert figures["confidence"] in at.values()
    assert figures["in_photos"]["hits"] == 18
