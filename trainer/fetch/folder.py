"""The data set's folder: which files of the list are there, and how another one gets in."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from app.files import sha256_of, write_whole
from app.terminal import shown
from trainer.data.dataset import COLUMNS, DataError
from trainer.data.published import TABLE, Listing, row_hashes, table_differences
from trainer.tools.progress import Progress

# The disk or the share of it that this person has is full, or the file larger than allowed.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MEGABYTE = 10**6


class DataFolder:
    """What is there of the data set, and what it lacks.

    Attributes:
        missing: paths of the list that are not there, or not as the list says.
        unlike: path of the list -> in words what was met under its name instead.
    """

    def __init__(self, folder: Path, listing: Listing, total_bytes: int, progress: Progress) -> None:
        self.folder = folder
        self.listing = listing
        self.total_bytes = total_bytes
        self.progress = progress
        self.missing: set[str] = set(listing.files)
        self.unlike: dict[str, str] = {}
        self._other_table: bytes | None = None
        self._paths: dict[str, list[str]] = {}
        for path, digest in listing.files.items():
            self._paths.setdefault(digest, []).append(path)
        self._named = {PurePosixPath(path).name.lower(): path for path in listing.files}

    def check(self) -> None:
        """Read every file of the list and compare it.

        Raises:
            OSError: a file is there and cannot be read.
        """
        with self.progress.task("checking against the list", len(self.listing.files)) as advance:
            for path in self.listing.files:
                if (self.folder / path).is_file():
                    self._compare(path, (self.folder / path).read_bytes(), "the folder")
                advance()

    def take(self, name: str, data: bytes, source: str) -> bool:
        """Put a file where it belongs, if it is one that is missing; whether it was.

        Raises:
            DataError: it cannot be written.
        """
        for path in self._paths.get(sha256_of(data), ()):
            if path in self.missing:
                self._put(path, data)
                return True
        path = self._named.get(PurePosixPath(name).name.lower(), "")
        if not path and TABLE in self.missing and _is_such_a_table(name, data):
            path = TABLE
        if path in self.missing:
            if self._compare(path, data, source):
                self._put(path, data)
                return True
            if path == TABLE:
                self._other_table = data
        return False

    def keep_other_table(self) -> None:
        """Write down the table that said something else, where none fits: somebody must be able to look at it.

        Raises:
            DataError: it cannot be written.
        """
        table = self._other_table
        if TABLE not in self.missing or table is None:
            return
        if not any(other.read_bytes() == table for other in self.folder.glob(f"{TABLE}.other*")):
            with self.writing():
                aside = _free_name(self.folder / TABLE)
                write_whole(aside, table)
            self.unlike[TABLE] += f", now {aside.name}"

    def lacks(self, name: str) -> bool | None:
        """Whether the file of the list that is called so is missing; None where the list has no such name."""
        path = self._named.get(PurePosixPath(name).name.lower())
        return None if path is None else path in self.missing

    @property
    def missing_bytes(self) -> int:
        """About how many bytes are still to be written."""
        return self.total_bytes * len(self.missing) // len(self.listing.files)

    def need_room(self, more_bytes: int) -> None:
        """See that what is missing fits on the disk, and so many bytes besides.

        Raises:
            DataError: it does not.
        """
        there = next(place for place in (self.folder, *self.folder.absolute().parents) if place.exists())
        needed, free = self.missing_bytes + more_bytes, shutil.disk_usage(there).free
        if free < needed:
            raise DataError(_full(self.folder, f"needs {_megabytes(needed)}, and {_megabytes(free)} are free"))

    @contextmanager
    def writing(self, more_bytes: int = 0) -> Iterator[None]:
        """Says in words why something below the folder cannot be written.

        Raises:
            DataError: it cannot.
        """
        try:
            yield
        except OSError as error:
            if error.errno in FULL:
                needed = _megabytes(self.missing_bytes + more_bytes)
                raise DataError(_full(self.folder, f"the disk is full, and {needed} more are needed")) from None
            reason = error.strerror or str(error)
            raise DataError(
                f"{self.folder}: cannot be written to ({reason}); name another with --data FOLDER"
            ) from None

    def _compare(self, path: str, data: bytes, source: str) -> bool:
        """Whether these bytes are what the list calls so; notes what is wrong with them otherwise."""
        digest = sha256_of(data)
        fits = digest == self.listing.files[path]
        said = f"SHA-256 {digest[:12]}... in place of {self.listing.files[path][:12]}..."
        if not fits and path == TABLE:
            differences = table_differences(data, self.listing.rows)
            said = ", ".join(differences)
            if not differences:
                fits = True
                order = "" if list(row_hashes(data)) == list(self.listing.rows) else ", in another order of rows"
                line = f"{TABLE} of {shown(source)} has other bytes than the list's; it says the same of every patient"
                self.progress.warn(f"{line}{order}: taken")
        if fits:
            self.missing.discard(path)
            self.unlike.pop(path, None)
        else:
            self.unlike[path] = f"{said}, in {source}"
        return fits

    def _put(self, path: str, data: bytes) -> None:
        place = self.folder / path
        with self.writing():
            if place.exists():
                aside = _free_name(place)
                place.rename(aside)
                self.progress.warn(f"{shown(place)} was not as the list says; it is now {shown(aside.name)}")
            write_whole(place, data)
        self.missing.discard(path)
        self.unlike.pop(path, None)


def _is_such_a_table(name: str, data: bytes) -> bool:
    """Whether it is the table under another name, by its columns."""
    head = data.partition(b"\n")[0]
    return name.lower().endswith(".csv") and all(column.encode() in head for column in COLUMNS)


def _free_name(place: Path) -> Path:
    number, aside = 1, place.with_name(f"{place.name}.other")
    while aside.exists():
        number += 1
        aside = place.with_name(f"{place.name}.other{number}")
    return aside


def _full(folder: Path, what: str) -> str:
    return (
        f"{folder}: {what}; make room and run the command again, which goes on where it stopped, "
        "or name a folder on another disk with --data FOLDER"
    )


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB"
