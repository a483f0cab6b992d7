"""The step before all others: the data set on this machine, whole, from a mirror or from what somebody downloaded."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.terminal import shown
from trainer.config import DataConfig, Mirror, read_data_config
from trainer.data import published
from trainer.data.dataset import DataError, dataset_place
from trainer.fetch.archives import ArchiveError, files_in
from trainer.fetch.download import Line, MirrorError, Patience, Remote, part_of
from trainer.fetch.folder import MEGABYTE, DataFolder
from trainer.fetch.mirrors import offer_of
from trainer.tools.progress import Advance, Progress

# In the data set's folder, until all of it is there.
ARRIVING = ".arriving"
# So many files are named where some are missing; the others are counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class DataSettings:
    """What the command line says."""

    data: Path | None
    config: Path
    sources: tuple[Path, ...] = ()


def fetch_data(settings: DataSettings, progress: Progress) -> None:
    """Say what the data set is, get what is missing of it, check every file.

    Raises:
        DataError: files are still missing, or cannot be written; what arrived stays.
    """
    config = read_data_config(settings.config)
    place, source = dataset_place(settings.data)
    folder = DataFolder(place, published.read_listing(config.hashes, config.rows), config.total_bytes, progress)
    _introduce(folder, source, progress)
    folder.check()
    if folder.missing:
        progress.say(f"{len(folder.missing)} of {len(folder.listing.files)} files are not there yet")
        closed: list[str] = []
        if settings.sources:
            for given in settings.sources:
                _take_given(given, folder, progress)
        else:
            closed = _ask_mirrors(config, folder, progress)
        if folder.missing:
            folder.keep_other_table()
            raise DataError(_still_missing(folder, closed))
        say = "complete"
    else:
        say = "already complete"
    shutil.rmtree(place / ARRIVING, ignore_errors=True)
    progress.say(f"{say}: all {len(folder.listing.files)} files are there and fit the list; {place}")


def _introduce(folder: DataFolder, source: str, progress: Progress) -> None:
    listing = folder.listing
    progress.say(f"{published.TITLE}: {published.AUTHORS}, {published.JOURNAL}, doi {published.DOI}")
    progress.say(
        f"{len(listing.rows)} patients, {listing.photographs} photographs, {folder.total_bytes / MEGABYTE:.0f} MB, "
        f"published at {published.PAGE}"
    )
    progress.say(f"licence: {published.LICENCE}. Cite the authors wherever a model trained on it is shown")
    progress.say(f"folder: {folder.folder} ({source})")


def _take_given(given: Path, folder: DataFolder, progress: Progress) -> None:
    """Everything that fits from a file or folder that somebody has."""
    if not given.exists():
        raise DataError(f"{given}: there is no such file or folder (--from)")
    folder.need_room(0)
    had = len(folder.missing)
    total = len(folder.listing.files)
    with progress.task(f"taking files from {shown(given)}", total, total - had) as advance:
        try:
            _take_all(given, str(given), folder, advance)
        except ArchiveError as error:
            raise DataError(
                f"{given}: {error}; {had - len(folder.missing)} files of it were kept: download it again, or unpack "
                "it and give its folder to --from"
            ) from None
    if len(folder.missing) == had:
        progress.warn(
            f"{shown(given)}: holds no file of the data set, or it is no zip, no tar and no folder of them; "
            "of another kind of archive unpack it and give its folder to --from"
        )


def _ask_mirrors(config: DataConfig, folder: DataFolder, progress: Progress) -> list[str]:
    """What is missing, from one mirror after the other; returns names of archives that nobody here can open."""
    line = Line(Patience(config.silence_s, config.tries, config.pause_s), progress)
    closed: list[str] = []
    for mirror in config.mirrors:
        if not folder.missing:
            break
        progress.say(f"asking {mirror}")
        try:
            closed += _fetch_from(mirror, line, folder, config, progress)
        except MirrorError as error:
            progress.warn(shown(error))
    return closed


def _fetch_from(
    mirror: Mirror, line: Line, folder: DataFolder, config: DataConfig, progress: Progress
) -> tuple[str, ...]:
    offer = offer_of(mirror, line)
    if offer.licences:
        progress.say(f"licence, as stated there: {', '.join(offer.licences)}")
    wanted = [remote for remote in offer.remotes if folder.lacks(remote.name) is not False]
    if not wanted:
        progress.warn(f"{mirror} has nothing of what is missing")
        return offer.closed
    arriving = folder.folder / ARRIVING
    sizes = [remote.size or config.total_bytes for remote in wanted]
    there = [_bytes_of(part_of(remote, arriving)) for remote in wanted]
    # Each file is removed before the next one comes.
    folder.need_room(max((size - have for size, have in zip(sizes, there, strict=True)), default=0))
    with folder.writing():
        arriving.mkdir(parents=True, exist_ok=True)
    title = f"fetching {len(wanted)} file{'s' * (len(wanted) != 1)}, MB"
    with progress.task(title, _megabytes(sum(sizes)), _megabytes(sum(there))) as advance:
        meter = _Meter(advance, sum(there))
        for remote in wanted:
            if folder.missing and folder.lacks(remote.name) is not False:
                _fetch_one(remote, line, folder, arriving, meter, progress)
    return offer.closed


def _fetch_one(
    remote: Remote, line: Line, folder: DataFolder, arriving: Path, meter: _Meter, progress: Progress
) -> None:
    """One file of a mirror, and what fits of it; a broken one is not kept."""
    with folder.writing((remote.size or folder.total_bytes) - _bytes_of(part_of(remote, arriving))):
        part = line.download(remote, arriving, meter.arrived)
    try:
        _take_all(part, remote.address, folder, name=remote.name)
    except ArchiveError as error:
        progress.warn(f"{remote.name} of {shown(remote.address)} {error}")
    part.unlink()


def _take_all(
    path: Path, source: str, folder: DataFolder, advance: Advance | None = None, name: str | None = None
) -> None:
    for found, data in files_in(path):
        taken = folder.take(name if name and found == path.name else found, data, source)
        if taken and advance:
            advance()
        if not folder.missing:
            return


def _still_missing(folder: DataFolder, closed: list[str]) -> str:
    missing = [path for path in folder.listing.files if path in folder.missing]
    named = [f"{path} ({folder.unlike[path]})" if path in folder.unlike else path for path in missing[:NAMED]]
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    opened = f" {', '.join(closed)} must be unpacked by hand." if closed else ""
    return (
        f"{folder.folder}: {len(missing)} of {len(folder.listing.files)} files are still missing: "
        f"{', '.join(named)}{more}. What arrived stays: run the command again, or download the data set from "
        f"{published.PAGE} in a browser and give it the file or folder: python -m trainer data --from FILE.{opened}"
    )


class _Meter:
    """Whole megabytes for a progress that counts steps."""

    def __init__(self, advance: Advance, there_bytes: int) -> None:
        self._advance = advance
        self._bytes = there_bytes

    def arrived(self, count: int) -> None:
        """So many bytes more, or fewer."""
        steps = _megabytes(self._bytes + count) - _megabytes(self._bytes)
        self._bytes += count
        if steps:
            self._advance(steps)


def _megabytes(count: int) -> int:
    """Begun ones count, so that the last byte is the last step."""
    return -(-count // MEGABYTE)


def _bytes_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
