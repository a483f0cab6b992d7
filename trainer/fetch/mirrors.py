"""Where the data set can be had: collections of figshare, through its programming interface, and plain archives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from app.terminal import shown
from trainer.config import Mirror
from trainer.fetch.download import Line, MirrorError, Remote

# So many entries an answer; more come page by page.
PAGE_ENTRIES = 100
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
# What files of the data set can be, besides archives.
SINGLE = (".jpg", ".jpeg", ".csv")
# Archives that Python does not open.
CLOSED = (".rar", ".7z")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a mirror has.

    Attributes:
        remotes: what can be fetched; single files first, then the archives by their size.
        closed: names of archives that cannot be opened here.
        licences: as the mirror states them.
    """

    remotes: tuple[Remote, ...]
    closed: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


def offer_of(mirror: Mirror, line: Line) -> Offer:
    """Ask a mirror what it has.

    Raises:
        MirrorError: it cannot be asked, or says something else than it should.
    """
    if mirror.archive is not None:
        name = PurePosixPath(mirror.archive.partition("?")[0]).name
        return Offer((Remote(shown(name), mirror.archive, line.size(mirror.archive)),))
    assert mirror.collection is not None
    try:
        return _collection(mirror, mirror.collection, line)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MirrorError(f"{mirror.collection} answers something else than a collection ({error!r})") from None


def _collection(mirror: Mirror, address: str, line: Line) -> Offer:
    # The articles lie beside the collections: https://api.figshare.com/v2/collections/6760179.
    root = address.rpartition("/collections/")[0]
    remotes, closed, licences = [], [], []
    for article in _pages(f"{address}/articles", line):
        about = line.json(f"{root}/articles/{int(article['id'])}")
        licences.append(shown(about.get("license", {}).get("name", "")))
        for file in _pages(f"{root}/articles/{int(article['id'])}/files", line):
            remote = _remote(file)
            if mirror.files is not None:
                remote = replace(remote, address=mirror.files.replace("{id}", str(int(file["id"]))))
            name = remote.name.lower()
            if name.endswith(SINGLE + ARCHIVES):
                remotes.append(remote)
            elif name.endswith(CLOSED):
                closed.append(remote.name)
    remotes.sort(key=lambda remote: (remote.name.lower().endswith(ARCHIVES), remote.size or 0))
    return Offer(tuple(remotes), tuple(closed), tuple(sorted(set(filter(None, licences)))))


def _remote(file: dict[str, Any]) -> Remote:
    size = int(file["size"]) or None
    return Remote(shown(file["name"]), str(file["download_url"]), size, file.get("computed_md5") or None)


def _pages(address: str, line: Line) -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    page = 1
    while True:
        entries = line.json(f"{address}?page={page}&page_size={PAGE_ENTRIES}")
        new = [entry for entry in entries if entry["id"] not in seen]
        yield from new
        seen.update(entry["id"] for entry in new)
        # A server that knows no pages would send the first one for ever.
        if len(entries) < PAGE_ENTRIES or not new:
            return
        page += 1
