"""A slow line between the page and its server, and what was sent over it when.

The page's own server keeps to the line's bits a second, all connections together, and lets each answer wait for the
line's latency. That a line loses something, and that a connection starts slowly, is not in it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from building import manifest
from serving import server

# Slow 4G, as browsers' tools for developers have it.
BITS_A_SECOND = 1.6e6
LATENCY_S = 0.15
PIECE = 4096


class Line:
    """So many bits a second for all that is sent, and what was sent when."""

    def __init__(self, bits_a_second: float = BITS_A_SECOND, latency_s: float = LATENCY_S) -> None:
        self.latency_s = latency_s
        self._bytes_a_second = bits_a_second / 8
        self._lock = threading.Lock()
        self._free_at_s = time.monotonic()
        self._ended = threading.Event()
        # Of bodies: (seconds since 1970, path, bytes), and how often each was begun.
        self.sent: list[tuple[float, str, int]] = []
        self.begun: Counter[str] = Counter()

    def pass_on(self, write: Callable[[bytes], Any], content: bytes, path: str | None) -> None:
        """Piece after piece, in turns with all others; `path`: whose body it is, None: nobody's."""
        for begin in range(0, len(content), PIECE):
            piece = content[begin : begin + PIECE]
            with self._lock:
                self._free_at_s = max(self._free_at_s, time.monotonic()) + len(piece) / self._bytes_a_second
                wait_s = self._free_at_s - time.monotonic()
            if self._ended.wait(max(wait_s, 0)):
                raise ConnectionAbortedError
            write(piece)
            if path is not None:
                self.sent.append((time.time(), path, len(piece)))

    def bytes_until(self, seconds: float = float("inf")) -> int:
        """What had been sent of bodies by then, in seconds since 1970."""
        return sum(size for when_s, _, size in self.sent if when_s <= seconds)

    def end(self) -> None:
        """Who still waits for it is let go."""
        self._ended.set()


class _LineFile:
    """What a handler writes to."""

    closed = False

    def __init__(self, line: Line, file: Any) -> None:
        self._line, self._file = line, file
        self.body_of: str | None = None
        self._begun = False

    def begin_body(self, path: str | None) -> None:
        self.body_of, self._begun = path, False

    def write(self, content: Any) -> int:
        if self.body_of is not None and not self._begun:
            self._begun = True
            self._line.begun[self.body_of] += 1
        self._line.pass_on(self._file.write, bytes(content), self.body_of)
        return len(content)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class LineHandler(server.Handler):
    """Answers over the server's line."""

    server: LineServer
    wfile: Any

    def setup(self) -> None:
        super().setup()
        self.wfile = _LineFile(self.server.line, self.wfile)

    def do_GET(self) -> None:  # noqa: N802
        time.sleep(self.server.line.latency_s)
        super().do_GET()
        self.wfile.begin_body(None)

    def end_headers(self) -> None:
        super().end_headers()
        self.wfile.begin_body(self.path.partition("?")[0].removeprefix("/") or "index.html")


class LineServer(server.PageServer):
    """A page's server behind a line."""

    handler = LineHandler
    bits_a_second = BITS_A_SECOND

    def __init__(self, *arguments: Any) -> None:
        self.line = Line(self.bits_a_second)
        super().__init__(*arguments)


def lengths(dist: Path) -> dict[str, tuple[int, int]]:
    """(bytes on the line, bytes on the device) of each part that the page counts."""
    built = manifest.read(dist)
    assert built is not None
    packed = {path: dist / f"{path}.br" for path in built.first_visit}
    return {
        path: (file.stat().st_size if file.is_file() else built.files[path].bytes, built.files[path].bytes)
        for path, file in packed.items()
    }


def progress_off(
    shown: Sequence[Sequence[float]],
    sent: Sequence[tuple[float, str, int]],
    parts: dict[str, tuple[int, int]],
) -> float:
    """The greatest difference between the share that was shown and the share that had been sent by then.

    Args:
        shown: (seconds since 1970, share).
        sent: (seconds since 1970, path, bytes on the line), in the order of time.
        parts: (bytes on the line, bytes on the device) by path; shares are of bytes on the device.
    """
    whole = sum(length for _, length in parts.values())
    came, worst, left = 0.0, 0.0, list(sent)
    for when_s, share in shown:
        while left and left[0][0] <= when_s:
            _, path, size = left.pop(0)
            travelling, length = parts.get(path, (1, 0))
            came += size * length / travelling
        worst = max(worst, abs(share - came / whole))
    return worst
