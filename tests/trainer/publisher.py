"""A publisher of these tests' own: figshare's programming interface and plain files, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.failing_server import FailingServer, SilentHandler, serving

COLLECTION = 6760179
CHUNK_BYTES = 8 * 1024
# What figshare gives where nobody asks for more.
PAGE_ENTRIES = 10


@dataclass
class Faults:
    """What goes wrong.

    Attributes:
        cut_after: bytes of a body after which the connection breaks off, for one answer each, the next first.
        always_cut_after: the same for every answer.
        pause_s: between two chunks of a body.
        silent: nothing of a body comes.
        ranges: whether it sends the rest of a file where that is asked for.
        tells_length: whether it says how long a file is.
        status: path -> statuses with which it is answered, the next first; the last one for ever.
        retry_after: what it says with these.
        spoiled: names of files of which a byte is another than was announced.
        licence: what the articles state.
    """

    cut_after: list[int] = field(default_factory=list)
    always_cut_after: int | None = None
    pause_s: float = 0.0
    silent: bool = False
    ranges: bool = True
    tells_length: bool = True
    status: dict[str, list[int]] = field(default_factory=dict)
    retry_after: str | None = None
    spoiled: set[str] = field(default_factory=set)
    licence: str = "CC BY 4.0"


class Publisher(FailingServer):
    """Serves files by name, in one or several articles of a collection.

    Attributes:
        files: (article's number, name) -> bytes; a file's number is its place here, from 1 on.
        asked: (path, Range or nothing) of every request for a file.
        sent: bytes of bodies of files, all together.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.files: dict[tuple[int, str], bytes] = {}
        self.faults = Faults()
        self.asked: list[tuple[str, str]] = []
        self.sent = 0

    @property
    def collection(self) -> str:
        """As a mirror of the configuration: the files where figshare's interface has them."""
        at = f"{self.origin}/v2"
        return f'{{ collection = "{at}/collections/{COLLECTION}", files = "{at}/file/download/{{id}}" }}'

    @property
    def listed(self) -> str:
        """As a mirror of the configuration: the files where the collection says."""
        return f'{{ collection = "{self.origin}/v2/collections/{COLLECTION}" }}'

    def begins(self) -> list[int]:
        """From which byte on files were asked for, request by request."""
        return [int(begin.removeprefix("bytes=").removesuffix("-") or 0) for _, begin in self.asked]

    def archive(self, name: str) -> str:
        """A mirror of the configuration that is one file."""
        return f'{{ archive = "{self.origin}/plain/{name}" }}'

    def entry(self, number: int) -> dict[str, Any]:
        """A file as figshare describes it."""
        (_, name), data = list(self.files.items())[number - 1]
        return {
            "id": number,
            "name": name,
            "size": len(data),
            "is_link_only": False,
            "download_url": f"{self.origin}/files/{number}",
            "computed_md5": hashlib.md5(data).hexdigest(),
        }


class _Handler(SilentHandler):
    server: Publisher
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802
        address = urlsplit(self.path)
        statuses = self.server.faults.status.get(address.path)
        if statuses:
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            if status != 200:
                self._answer(status, b"")
                return
        query = {name: int(values[0]) for name, values in parse_qs(address.query).items()}
        articles = sorted({article for article, _name in self.server.files})
        numbered = enumerate(self.server.files, start=1)
        if address.path == f"/v2/collections/{COLLECTION}/articles":
            self._answer_page([{"id": article} for article in articles], query)
        elif found := re.fullmatch(r"/v2/articles/(\d+)", address.path):
            about = {"id": int(found[1]), "license": {"value": 1, "name": self.server.faults.licence}}
            self._answer(200, json.dumps(about).encode())
        elif found := re.fullmatch(r"/v2/articles/(\d+)/files", address.path):
            entries = [self.server.entry(number) for number, (article, _) in numbered if article == int(found[1])]
            self._answer_page(entries, query)
        elif found := re.fullmatch(r"/v2/file/download/(\d+)", address.path):
            # figshare sends on to where it stores.
            self._answer(302, b"", {"Location": f"/stored/{found[1]}"})
        elif found := re.fullmatch(r"/(?:stored|files)/(\d+)", address.path):
            (_, name), data = list(self.server.files.items())[int(found[1]) - 1]
            self._answer_file(name, data)
        elif found := re.fullmatch(r"/plain/(.+)", address.path):
            by_name = {name: data for (_, name), data in self.server.files.items()}
            if found[1] in by_name:
                self._answer_file(found[1], by_name[found[1]])
            else:
                self._answer(404, b"")
        else:
            self._answer(404, b"")

    def _answer_page(self, entries: list[Any], query: dict[str, int]) -> None:
        size = query.get("page_size", PAGE_ENTRIES)
        begin = (query.get("page", 1) - 1) * size
        self._answer(200, json.dumps(entries[begin : begin + size]).encode())

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.server.faults.retry_after is not None and status != 200:
            self.send_header("Retry-After", self.server.faults.retry_after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer_file(self, name: str, data: bytes) -> None:
        faults = self.server.faults
        tag = f'"{hashlib.md5(data).hexdigest()}"'
        asked = self.headers.get("Range", "")
        if name in faults.spoiled:
            data = data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]
        with self.server.lock:
            self.server.asked.append((self.path, asked))
            cut = faults.cut_after.pop(0) if faults.cut_after else faults.always_cut_after
        begin = 0
        if asked and faults.ranges and self.headers.get("If-Range", tag) == tag:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(data):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("ETag", tag)
        if faults.tells_length:
            self.send_header("Content-Length", str(len(data) - begin))
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if faults.silent:
            self.server.ended.wait()
            return
        body = data[begin:]
        for start in range(0, len(body), CHUNK_BYTES):
            chunk = body[start : start + CHUNK_BYTES]
            if cut is not None and start + len(chunk) > cut:
                self.wfile.write(body[start:cut])
                self.connection.close()
                return
            self.wfile.write(chunk)
            with self.server.lock:
                self.server.sent += len(chunk)
            if faults.pause_s:
                time.sleep(faults.pause_s)


@contextmanager
def publisher() -> Iterator[Publisher]:
    """A publisher without files; it is gone afterwards."""
    with serving(Publisher()) as server:
        yield server
