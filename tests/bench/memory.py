"""What the page's own process holds, from the system's books; 0 where it keeps none of this kind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What marks the processes that run a page.
RENDERER, WEB_PROCESS_OF_WEBKIT = b"--type=renderer", b"WebKitWebProcess"
# Reading the books holds a process up for some milliseconds.
LOOK_EVERY_S = 0.05


def shared_out_bytes() -> int:
    """Of all renderers together, pages that several use being shared out among these."""
    return sum(_held_bytes(("Pss:",)))


def private_bytes(mark: bytes = RENDERER) -> int:
    """Of the process so marked that holds most, which is the page's: what nobody else uses."""
    return max(_held_bytes(("Private_Clean:", "Private_Dirty:"), mark), default=0)


class Most:
    """The most that the page's process held at once."""

    bytes = 0


@contextmanager
def watched(mark: bytes = RENDERER) -> Iterator[Most]:
    """Watches `private_bytes` meanwhile."""
    most, ended = Most(), threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY_S):
            most.bytes = max(most.bytes, private_bytes(mark))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield most
    finally:
        ended.set()
        watching.join()


def renderers(mark: bytes = RENDERER) -> Iterator[Path]:
    """The books of each process that runs a page."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "cmdline").read_bytes():
                yield process
        except OSError:
            # Gone in the meantime, or somebody else's.
            continue


def _held_bytes(kinds: tuple[str, ...], mark: bytes = RENDERER) -> Iterator[int]:
    """Of each process so marked."""
    for process in renderers(mark):
        try:
            lines = (process / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        yield sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kinds))
