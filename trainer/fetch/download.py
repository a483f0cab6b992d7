"""One file over HTTP that goes on where it stopped, and questions that are answered in JSON.

What a server does wrong is either `_AgainError`, and asked for again after a while, or a `MirrorError`, which ends it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from app.files import sha256_of, write_whole
from trainer.tools.progress import Progress

CONNECT_S = 10.0
LONGEST_PAUSE_S = 60.0
# What is less than that is lost when a connection breaks off.
CHUNK_BYTES = 4 * 1024
# The answers that another time may be another one.
PASSING = (408, 425, 429, 500, 502, 503, 504)
# Bytes are counted as they travel: an answer packed once more could not be gone on with.
HEADERS = {"User-Agent": "HemoLens-trainer", "Accept-Encoding": "identity"}

Answer = TypeVar("Answer")
# arrived(bytes): so many more are there; fewer than none where a server begins again.
Arrived = Callable[[int], None]


class MirrorError(Exception):
    """A mirror does not give what it should; says why."""


class _AgainError(Exception):
    """What may be over by itself, after so many seconds where the server says it."""

    def __init__(self, reason: str, pause_s: float | None = None) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent, how often in a row it may fail, and the pause after the first failure."""

    silence_s: float
    tries: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a server; size in bytes and MD5 where the server says them. `name` is shown, and no place."""

    name: str
    address: str
    size: int | None = None
    md5: str | None = None


class Line:
    """The connection to servers."""

    def __init__(self, patience: Patience, progress: Progress) -> None:
        self._patience = patience
        self._progress = progress
        self._session = requests.Session()
        self._session.headers.update(HEADERS)

    def json(self, address: str) -> Any:
        """What the server says.

        Raises:
            MirrorError: it does not, or in no JSON.
        """

        def ask() -> Any:
            with self._asked(address) as answer:
                try:
                    return answer.json()
                except requests.JSONDecodeError:
                    raise MirrorError(f"{address} answers something that is no JSON") from None

        return self._patiently(ask)

    def size(self, address: str) -> int | None:
        """How many bytes a file has; None where the server does not say.

        Raises:
            MirrorError: there is no such file, or no such server.
        """

        def ask() -> int | None:
            with self._asked(address) as answer:
                return _length(answer)

        return self._patiently(ask)

    def download(self, remote: Remote, folder: Path, arrived: Arrived) -> Path:
        """The whole file in `folder`, as a name of ours; what is there of it already is not fetched again.

        Raises:
            MirrorError: it cannot be had. What arrived stays.
            OSError: it cannot be written.
        """
        part = part_of(remote, folder)

        def go_on() -> None:
            pieces = self._fetch_rest(remote, part, arrived)
            wrong = _unlike(remote, part)
            if wrong:
                arrived(-_size(part))
                part.unlink()
                # Pieces of two files make neither.
                raise (_AgainError if pieces > 1 else MirrorError)(f"{remote.address} sends {wrong}")

        self._patiently(go_on, lambda: _size(part))
        return part

    def _fetch_rest(self, remote: Remote, part: Path, arrived: Arrived) -> int:
        """Add to `part` what it lacks; returns of how many pieces it is now."""
        have = _size(part)
        if remote.size is not None and have >= remote.size:
            return 2
        mark = part.with_suffix(".mark")
        headers = {"Range": f"bytes={have}-"} if have else {}
        if have and mark.exists():
            # Another file by now is sent whole.
            headers["If-Range"] = mark.read_text("utf-8")
        with self._asked(remote.address, headers) as answer:
            if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                arrived(-have)
                part.unlink()
                raise _AgainError(f"{_host(remote.address)} has another file by now")
            begins_at = have if answer.headers.get("Content-Range", "").startswith(f"bytes {have}-") else 0
            if not begins_at:
                arrived(-have)
                write_whole(mark, _mark(answer)) if _mark(answer) else mark.unlink(missing_ok=True)
            with part.open("ab" if begins_at else "wb") as file:
                for chunk in answer.iter_content(CHUNK_BYTES):
                    file.write(chunk)
                    arrived(len(chunk))
        if remote.size is not None and _size(part) < remote.size:
            raise _AgainError(f"{_host(remote.address)} ended too early")
        return 2 if begins_at else 1

    def _patiently(self, ask: Callable[[], Answer], there: Callable[[], int] = lambda: 0) -> Answer:
        """Ask until it is answered; `there` counts the bytes so far, and while they grow nothing has failed."""
        failures, most = 0, there()
        while True:
            try:
                return ask()
            except _AgainError as error:
                failures = 1 if there() > most else failures + 1
                most = max(most, there())
                if failures >= self._patience.tries:
                    raise MirrorError(str(error)) from None
                pause_s = error.pause_s or self._patience.pause_s * 2 ** (failures - 1)
                pause_s = min(pause_s, LONGEST_PAUSE_S)
                self._progress.say(f"{error}; asking again in {pause_s:.0f} s")
                time.sleep(pause_s)

    @contextmanager
    def _asked(self, address: str, headers: dict[str, str] | None = None) -> Iterator[requests.Response]:
        """An answer that holds the file."""
        host, timeout_s = _host(address), (CONNECT_S, self._patience.silence_s)
        try:
            with self._session.get(address, headers=headers, stream=True, timeout=timeout_s) as answer:
                _look_at_status(address, answer)
                yield answer
        except requests.exceptions.SSLError as error:
            raise MirrorError(f"{host} cannot prove who it is ({error})") from None
        except requests.exceptions.ConnectTimeout:
            raise _AgainError(f"{host} cannot be reached") from None
        except requests.Timeout:
            raise _AgainError(f"{host} says nothing for {self._patience.silence_s:.0f} s") from None
        except requests.ConnectionError as error:
            silent = "timed out" in str(error)
            reached = "Max retries" not in str(error)
            said = f"says nothing for {self._patience.silence_s:.0f} s" if silent else "broke off"
            raise _AgainError(f"{host} {said if reached else 'cannot be reached'}") from None
        except requests.exceptions.ChunkedEncodingError:
            raise _AgainError(f"{host} broke off") from None
        except requests.RequestException as error:
            raise MirrorError(f"{address}: {error}") from None


def part_of(remote: Remote, folder: Path) -> Path:
    """Where a file arrives: the same place for the same file from any mirror that says its MD5."""
    return folder / f"{sha256_of((remote.md5 or remote.address).encode())[:16]}.part"


def _look_at_status(address: str, answer: requests.Response) -> None:
    status = answer.status_code
    if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        return
    said = f"{_host(address)} answers {status} ({answer.reason or 'no reason'})"
    if status in PASSING:
        wait = answer.headers.get("Retry-After", "")
        raise _AgainError(said, float(wait) if wait.isdecimal() else None)
    hint = ": it wants a browser" if status in (HTTPStatus.ACCEPTED, HTTPStatus.FORBIDDEN) else ""
    raise MirrorError(f"{said} for {urlsplit(address).path}{hint}")


def _unlike(remote: Remote, part: Path) -> str:
    """What is wrong with a file that has arrived, in words; nothing where it is as the server said."""
    if remote.size is not None and _size(part) != remote.size:
        return f"{_size(part)} bytes in place of {remote.size}"
    if remote.md5:
        with part.open("rb") as file:
            if hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() != remote.md5:
                return "other bytes than it announces (their MD5 differs)"
    return ""


def _mark(answer: requests.Response) -> str:
    """What tells this file from a later one at the same address."""
    tag = answer.headers.get("ETag", "")
    return answer.headers.get("Last-Modified", "") if tag.startswith("W/") else tag


def _length(answer: requests.Response) -> int | None:
    said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _host(address: str) -> str:
    return urlsplit(address).netloc or address
