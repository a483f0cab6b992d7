"""Reading the data set: every fault has one line that names the thing, and what can go on goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.real_photos import DATASET, needs_real_photos
from trainer.data.dataset import DATA_VARIABLE, DataError, dataset_fingerprint, find_dataset, read_dataset


def read(folder: Path):
    """(patients, warnings); every warning is one line."""
    warnings: list[str] = []
    patients = read_dataset(folder, warnings.append)
    assert all("\n" not in line for line in warnings)
    return patients, warnings


def error_of(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def ids(patients) -> list[str]:
    return [patient.patient_id for patient in patients]


def test_a_sound_data_set_is_read_whole(dataset):
    patients, warnings = read(dataset.write())
    assert warnings == []
    assert ids(patients) == ["1", "2", "3", "4", "5"]
    assert patients[0].hb_g_dl == pytest.approx(float(dataset.rows[0]["HB_LEVEL_GperL"]) / 10)
    assert (patients[0].width, patients[0].height) == (400, 300)


def test_boxes_become_xyxy(dataset):
    dataset.set_nails(0, [[20, 100, 50, 160]])
    patients, _ = read(dataset.write())
    assert patients[0].nail_boxes.tolist() == [[100, 20, 160, 50]]


def test_no_table(tmp_path):
    assert "metadata.csv: not found" in error_of(tmp_path)


def test_no_folder(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="--data"):
        find_dataset(tmp_path / "nowhere")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "elsewhere"))
    with pytest.raises(DataError, match=DATA_VARIABLE):
        find_dataset(None)


def test_where_it_lies_when_nobody_says(tmp_path, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    beside, inside = tmp_path / "shared", tmp_path / "data"
    monkeypatch.setattr("trainer.data.dataset.DATA_BESIDE_REPOSITORY", beside)
    monkeypatch.setattr("trainer.data.dataset.DATA_IN_REPOSITORY", inside)
    with pytest.raises(DataError, match="python -m trainer data"):
        find_dataset(None)
    inside.mkdir()
    assert find_dataset(None) == inside
    beside.mkdir()
    assert find_dataset(None) == beside


def test_missing_column(dataset):
    dataset.columns.remove("HB_LEVEL_GperL")
    message = error_of(dataset.write())
    assert "metadata.csv" in message and "HB_LEVEL_GperL" in message


def test_a_table_that_is_not_text(dataset):
    (dataset.write() / "metadata.csv").write_bytes(b"\xff\xfe\x00PNG" * 50)
    assert "metadata.csv" in error_of(dataset.folder)


@pytest.mark.parametrize("damage", ["noise", "truncated", "empty"])
def test_unreadable_photo_leaves_that_patient_out(dataset, damage):
    photo = dataset.photo("2")
    whole = photo.read_bytes()
    photo.write_bytes({"noise": b"no picture" * 99, "truncated": whole[: len(whole) // 2], "empty": b""}[damage])
    patients, warnings = read(dataset.write())
    assert ids(patients) == ["1", "3", "4", "5"]
    assert len(warnings) == 1 and "2.jpg" in warnings[0]


def test_row_without_photo(dataset):
    dataset.photo("3").unlink()
    patients, warnings = read(dataset.write())
    assert ids(patients) == ["1", "2", "4", "5"]
    assert len(warnings) == 1 and "3.jpg" in warnings[0] and "line 4" in warnings[0]


def test_photo_without_row(dataset):
    removed = dataset.rows.pop(1)["PATIENT_ID"]
    patients, warnings = read(dataset.write())
    assert removed not in ids(patients) and len(patients) == 4
    assert len(warnings) == 1 and f"{removed}.jpg" in warnings[0]


def test_box_outside_the_photo_is_left_out_and_one_across_the_border_is_clipped(dataset):
    dataset.set_nails(0, [[20, 100, 50, 160], [500, 500, 550, 560], [280, 380, 320, 420]])
    patients, warnings = read(dataset.write())
    assert patients[0].nail_boxes.tolist() == [[100, 20, 160, 50], [380, 280, 400, 300]]
    assert len(warnings) == 2 and all("1.jpg" in line for line in warnings)


def test_patient_without_a_usable_box_is_left_out(dataset):
    dataset.set_nails(0, [[500, 500, 550, 560]])
    dataset.set_skin(1, "not a list")
    patients, warnings = read(dataset.write())
    assert ids(patients) == ["3", "4", "5"]
    assert any("1.jpg" in line and "no usable box" in line for line in warnings)
    assert any("2.jpg" in line and "SKIN_BOUNDING_BOXES" in line for line in warnings)


@pytest.mark.parametrize("value", ["nan", "", "inf", "-120", "high"])
def test_hb_that_is_no_number_leaves_that_patient_out(dataset, value):
    dataset.rows[3]["HB_LEVEL_GperL"] = value
    patients, warnings = read(dataset.write())
    assert ids(patients) == ["1", "2", "3", "5"]
    assert len(warnings) == 1 and "patient 4" in warnings[0]


def test_duplicated_patient_counts_once(dataset):
    dataset.rows.append(dict(dataset.rows[0], HB_LEVEL_GperL="99"))
    patients, warnings = read(dataset.write())
    assert len(patients) == 5
    assert patients[0].hb_g_dl != pytest.approx(9.9)
    assert len(warnings) == 1 and "twice" in warnings[0]


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_hb_in_another_unit_is_an_error(dataset, factor):
    for row in dataset.rows:
        row["HB_LEVEL_GperL"] = str(float(row["HB_LEVEL_GperL"]) * factor)
    assert "g/L" in error_of(dataset.write())


def test_nobody_usable_is_an_error(dataset):
    for row in dataset.rows:
        row["HB_LEVEL_GperL"] = ""
    assert "not one usable patient" in error_of(dataset.write())


def test_fingerprint_follows_values_boxes_and_pixels(dataset):
    def fingerprint() -> str:
        return dataset_fingerprint(read(dataset.write())[0])

    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    dataset.rows[0]["HB_LEVEL_GperL"] = "101"
    seen.append(fingerprint())
    dataset.set_nails(0, [[20, 100, 50, 160]])
    seen.append(fingerprint())
    dataset.photo("1").write_bytes(dataset.photo("2").read_bytes())
    seen.append(fingerprint())
    assert len(set(seen)) == 4


@needs_real_photos
def test_the_real_data_set():
    patients, warnings = read(DATASET)
    assert len(patients) == 250
    assert len(warnings) == 1 and "185.jpg" in warnings[0]
    hb_g_dl = np.array([patient.hb_g_dl for patient in patients])
    assert (hb_g_dl.min(), hb_g_dl.max()) == (pytest.approx(4.4), pytest.approx(16.9))
    assert {len(patient.nail_boxes) for patient in patients} == {3}
