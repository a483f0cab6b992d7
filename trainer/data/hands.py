"""Read hands11k: photographs of hands without a known haemoglobin, to measure with and never to learn from.

Layout: `index.csv` (photo, person, gender, nail_polish, aspect) and `photo/<NAME>`: 11k Hands (M. Afifi, 2019).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainer.data.dataset import DATA_BESIDE_REPOSITORY, HANDS_VARIABLE, DataError

HANDS_BESIDE_REPOSITORY = DATA_BESIDE_REPOSITORY.parent / "hands11k"
COLUMNS = ("photo", "person", "gender", "nail_polish", "aspect")


@dataclass(frozen=True, slots=True)
class HandPhoto:
    """One photograph of a hand."""

    path: Path
    person: str
    male: bool


def find_hands(given: str | Path | None = None) -> Path | None:
    """The folder as given, else from the environment, else beside the repository; None where there is none.

    Raises:
        DataError: a folder was named and is not there.
    """
    named = given or os.environ.get(HANDS_VARIABLE)
    folder = Path(named) if named else HANDS_BESIDE_REPOSITORY
    if folder.is_dir():
        return folder
    if named:
        raise DataError(f"{folder}: no such folder ({'--hands' if given else HANDS_VARIABLE})")
    return None


def bare_hands(folder: Path) -> list[HandPhoto]:
    """Every photograph that shows bare nails; raises as `_photos` does."""
    return _photos(folder, lambda row: row["aspect"].startswith("dorsal") and row["nail_polish"] == "0")


def painted_hands(folder: Path) -> list[HandPhoto]:
    """Every photograph that shows painted nails; raises as `_photos` does."""
    return _photos(folder, lambda row: row["aspect"].startswith("dorsal") and row["nail_polish"] == "1")


def palms(folder: Path) -> list[HandPhoto]:
    """Every photograph of a hand from below, which shows no nail; raises as `_photos` does."""
    return _photos(folder, lambda row: row["aspect"].startswith("palmar"))


def _photos(folder: Path, wanted: Callable[[dict[str, str]], bool]) -> list[HandPhoto]:
    """Photographs by their row in the table.

    Raises:
        DataError: no table, or a column is missing.
    """
    table = folder / "index.csv"
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot be read as a CSV table ({error})") from None
    if missing:
        raise DataError(f"{table}: column {', '.join(missing)} is missing; expected {', '.join(COLUMNS)}")
    return [
        HandPhoto(folder / "photo" / row["photo"], row["person"], row["gender"] == "male")
        for row in rows
        if wanted(row)
    ]
