"""The data set as its authors published it: what it is, where, under which licence, and every file by its hash."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from app.files import sha256_of
from trainer.data.dataset import COLUMNS, DataError

TITLE = "Dataset of human skin and fingernails images for non-invasive haemoglobin level assessment"
AUTHORS = (
    "Yakimov B., Buiankin K., Denisenko G., Bardadin I., Pavlov O., Shitova Yu., Yuriev A., Pankratieva L., "
    "Pukhov A., Shkoda A., Shirshin E."
)
JOURNAL = "Scientific Data 11:1070 (2024)"
DOI = "10.1038/s41597-024-03895-9"
LICENCE = "not seen in writing; the repository it is published in uses CC BY 4.0 as a rule"
# The collection for a browser.
PAGE = "https://doi.org/10.6084/m9.figshare.c.6760179"

TABLE = "metadata.csv"
# So many patients are named where a table differs; the others are counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """What the data set consists of.

    Attributes:
        files: path in its folder, as "photo/1.jpg" -> SHA-256 in hexadecimal. The table is one of them.
        rows: PATIENT_ID -> SHA-256 of what the table's row says, in the table's order.
    """

    files: dict[str, str]
    rows: dict[str, str]

    @property
    def photographs(self) -> int:
        """How many of the files are photographs."""
        return sum(path != TABLE for path in self.files)


def read_listing(files: Path, rows: Path) -> Listing:
    """Read both lists, each as `sha256sum` writes it.

    Raises:
        DataError: a list cannot be read, or a line of it is none.
    """
    return Listing(_read_list(files), _read_list(rows))


def row_hashes(table: bytes) -> dict[str, str]:
    """PATIENT_ID -> hash of what its row says, whatever the ends of lines and the order of columns.

    Raises:
        ValueError: it is no such table; says why.
    """
    reader = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"it has no column {', '.join(missing)}")
        hashes: dict[str, str] = {}
        for row in reader:
            patient_id = (row["PATIENT_ID"] or "").strip()
            if patient_id in hashes:
                raise ValueError(f"patient {patient_id} stands there twice")
            hashes[patient_id] = sha256_of(json.dumps([_said(row[name] or "") for name in COLUMNS]).encode())
    except csv.Error as error:
        raise ValueError(f"it cannot be read as CSV ({error})") from None
    return hashes


def table_differences(table: bytes, rows: dict[str, str]) -> list[str]:
    """What a table says otherwise than the list, in words; empty where it says the same of every patient."""
    try:
        found = row_hashes(table)
    except ValueError as error:
        return ["it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)]
    kinds = {
        "without a row": [patient for patient in rows if patient not in found],
        "with another row": [patient for patient in rows if patient in found and found[patient] != rows[patient]],
        "with a row too many": [patient for patient in found if patient not in rows],
    }
    return [f"{_counted(patients)} {kind}" for kind, patients in kinds.items() if patients]


def _said(cell: str) -> object:
    """A number or a list of boxes as such, so that 134 is 134.0; anything else as text."""
    try:
        value = json.loads(cell)
        return [[float(number) for number in box] for box in value] if isinstance(value, list) else float(value)
    except (TypeError, ValueError):
        return cell.strip()


def _counted(patients: list[str]) -> str:
    more = f" and {len(patients) - NAMED} more" if len(patients) > NAMED else ""
    return f"{len(patients)} patient{'s' * (len(patients) > 1)} ({', '.join(patients[:NAMED])}{more})"


def _read_list(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the list of hashes cannot be read ({error})") from None
    listed = {}
    for number, line in enumerate(lines, start=1):
        digest, gap, name = line.partition("  ")
        unfit = Path(name).is_absolute() or ".." in Path(name).parts
        if len(digest) != 64 or set(digest) - set("0123456789abcdef") or not gap or not name or unfit:
            raise DataError(f"{path}, line {number}: expected a SHA-256, two spaces and a name below the folder")
        listed[name] = digest
    if not listed:
        raise DataError(f"{path}: lists nothing")
    return listed
