"""Read the Yakimov 2024 data set: one photograph, one haemoglobin value and a few boxes a patient.

Layout: `metadata.csv` and `photo/<PATIENT_ID>.jpg`. A fault that spoils one patient leaves that patient out
and says so in one line; a fault that spoils everything is a `DataError`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.errors import MeasureError
from app.core.pictures.photo import open_photo

DATA_VARIABLE = "HEMOLENS_DATA"
WILD_VARIABLE = "HEMOLENS_WILD"
HANDS_VARIABLE = "HEMOLENS_HANDS"
# Beside the repository, where the house keeps the data set that it never copies in.
DATA_BESIDE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "data" / "yakimov2024"
# Where `python -m trainer data` puts it when nobody says where; git ignores that folder.
DATA_IN_REPOSITORY = Path(__file__).resolve().parents[2] / "data" / "yakimov2024"

FETCH_IT = "`python -m trainer data` fetches the data set"
NAIL_COLUMN = "NAIL_BOUNDING_BOXES"
SKIN_COLUMN = "SKIN_BOUNDING_BOXES"
COLUMNS = ("PATIENT_ID", "MEASUREMENT_DATE", "HB_LEVEL_GperL", NAIL_COLUMN, SKIN_COLUMN)

Warn = Callable[[str], None]


class DataError(Exception):
    """The data set cannot be used; the message names the file and the way out."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One row of the table. Boxes are (N, 4) xyxy in pixels of the photograph."""

    patient_id: str
    session: str
    hb_g_dl: float
    photo: Path
    width: int
    height: int
    nail_boxes: FloatArray
    skin_boxes: FloatArray

    def picture(self) -> Image.Image:
        """The photograph, upright and in sRGB, as the app opens it.

        Raises:
            DataError: it cannot be read.
        """
        return read_photograph(self.photo)


def read_photograph(photo: Path) -> Image.Image:
    """A photograph's file, opened as the app opens it.

    Raises:
        DataError: it cannot be read.
        FileNotFoundError: there is none.
    """
    try:
        return open_photo(photo.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, MeasureError) as error:
        raise DataError(f"{photo}: cannot be read as a photograph ({error})") from None


def dataset_place(given: str | Path | None = None) -> tuple[Path, str]:
    """(folder, who says so) of the data set, whether it is there or not: as given, else from the environment, else
    beside the repository where that folder exists, else in the repository."""
    if given is not None:
        return Path(given), "--data"
    if os.environ.get(DATA_VARIABLE):
        return Path(os.environ[DATA_VARIABLE]), DATA_VARIABLE
    if DATA_BESIDE_REPOSITORY.is_dir():
        return DATA_BESIDE_REPOSITORY, "the folder beside the repository"
    return DATA_IN_REPOSITORY, "the folder in the repository"


def find_dataset(given: str | Path | None) -> Path:
    """The data set's folder.

    Raises:
        DataError: no such folder.
    """
    folder, source = dataset_place(given)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder ({source}); {FETCH_IT}, --data FOLDER says where it is")
    return folder


def read_dataset(folder: Path, warn: Warn) -> list[Patient]:
    """Every usable patient, in the table's order; `warn` gets one line for each thing left out.

    Raises:
        DataError: no table, a column missing, or not one usable patient.
    """
    table = folder / "metadata.csv"
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            if missing:
                raise DataError(f"{table}: column {', '.join(missing)} is missing; expected {', '.join(COLUMNS)}")
            rows = list(reader)
    except FileNotFoundError:
        raise DataError(
            f"{table}: not found; {FETCH_IT}, --data must name the folder that holds metadata.csv and photo/"
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot be read as a CSV table ({error})") from None

    patients: list[Patient] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        try:
            patient = _read_row(row, folder, f"{table}, line {line}", warn)
            if patient.patient_id in seen:
                raise DataError(f"{table}, line {line}: patient {patient.patient_id} stands there twice")
        except DataError as error:
            warn(f"{error}; left out")
            continue
        seen.add(patient.patient_id)
        patients.append(patient)

    listed = {(row["PATIENT_ID"] or "").strip() for row in rows}
    for photo in sorted((folder / "photo").glob("*.jpg")):
        if photo.stem not in listed:
            warn(f"{photo}: has no row in {table.name}; left out")
    if not patients:
        raise DataError(f"{table}: not one usable patient; the lines above say why")
    _check_unit(patients, table)
    return patients


def dataset_fingerprint(patients: list[Patient]) -> str:
    """One hash of the photographs' bytes, the values, the sessions and the boxes."""
    digest = hashlib.sha256()
    for patient in patients:
        digest.update(hashlib.sha256(patient.photo.read_bytes()).digest())
        boxes = (patient.nail_boxes.tolist(), patient.skin_boxes.tolist())
        digest.update(repr((patient.patient_id, patient.session, patient.hb_g_dl, boxes)).encode())
    return digest.hexdigest()


def _read_row(row: dict[str, str], folder: Path, where: str, warn: Warn) -> Patient:
    patient_id = (row["PATIENT_ID"] or "").strip()
    session = (row["MEASUREMENT_DATE"] or "").strip()
    if not patient_id or not session:
        raise DataError(f"{where}: PATIENT_ID or MEASUREMENT_DATE is empty")
    try:
        hb_g_dl = float(row["HB_LEVEL_GperL"]) / 10.0
    except (TypeError, ValueError):
        hb_g_dl = math.nan
    if not math.isfinite(hb_g_dl) or hb_g_dl <= 0.0:
        raise DataError(
            f"{where}: HB_LEVEL_GperL of patient {patient_id} is {row['HB_LEVEL_GperL']!r}, not a number above 0"
        )

    photo = folder / "photo" / f"{patient_id}.jpg"
    try:
        width, height = read_photograph(photo).size
    except FileNotFoundError:
        raise DataError(f"{photo}: not found, though {where} names it") from None
    return Patient(
        patient_id=patient_id,
        session=session,
        hb_g_dl=hb_g_dl,
        photo=photo,
        width=width,
        height=height,
        nail_boxes=_read_boxes(row[NAIL_COLUMN], width, height, f"{photo}: {NAIL_COLUMN}", warn),
        skin_boxes=_read_boxes(row[SKIN_COLUMN], width, height, f"{photo}: {SKIN_COLUMN}", warn),
    )


def _read_boxes(text: str, width: int, height: int, where: str, warn: Warn) -> FloatArray:
    """JSON [[ymin, xmin, ymax, xmax], ...] -> (N, 4) xyxy, each clipped to the photograph."""
    try:
        boxes_yxyx = np.asarray(json.loads(text), dtype=np.float64).reshape(-1, 4)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where} is not a JSON list of [ymin, xmin, ymax, xmax] ({error})") from None
    boxes = boxes_yxyx[:, [1, 0, 3, 2]]
    clipped = np.clip(boxes, 0, [width, height, width, height])
    kept = (clipped[:, 2] > clipped[:, 0]) & (clipped[:, 3] > clipped[:, 1]) & np.isfinite(boxes).all(axis=1)
    for box, cut, keep in zip(boxes, clipped, kept, strict=True):
        if not keep:
            warn(f"{where} {box.tolist()} lies outside the {width}x{height} image or is empty; that box left out")
        elif not np.array_equal(box, cut):
            warn(f"{where} {box.tolist()} reaches outside the {width}x{height} image; clipped to it")
    if not kept.any():
        raise DataError(f"{where} has no usable box")
    return clipped[kept]


def _check_unit(patients: list[Patient], table: Path) -> None:
    median_g_dl = float(np.median([patient.hb_g_dl for patient in patients]))
    if median_g_dl > 30.0:
        raise DataError(
            f"{table}: the median of HB_LEVEL_GperL is {median_g_dl * 10:.0f} g/L, which no group of people has; "
            "the column must be in g/L"
        )
    if median_g_dl < 3.0:
        raise DataError(
            f"{table}: the median of HB_LEVEL_GperL is {median_g_dl * 10:.1f} g/L, which no group of living people "
            "has; if the column is in g/dL, multiply it by 10"
        )
