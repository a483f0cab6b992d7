"""Tables in the documents: a command writes each between two markers, and nobody writes one by hand."""

from __future__ import annotations

from pathlib import Path

from app.files import write_whole

CLOSING = "<!-- /table -->"


class MarkerError(Exception):
    """A table has no place in a document; the message names the file."""


def opening(name: str) -> str:
    """The marker before the table of this name."""
    return f"<!-- table:{name} -->"


def table_in(text: str, name: str) -> str:
    """What stands between the markers of this name; "" where they are missing."""
    return text.partition(opening(name))[2].partition(CLOSING)[0].strip()


def write_tables(document: Path, tables: dict[str, str]) -> None:
    """Replace what stands between the markers of each name; all else stays as it is.

    Raises:
        MarkerError: there is no such file, or a table's markers are not in it. Nothing was written then.
    """
    try:
        text = document.read_text(encoding="utf-8")
    except OSError as error:
        raise MarkerError(f"{document}: cannot be read ({error.strerror}) (--write)") from None
    for name, body in tables.items():
        before, found, rest = text.partition(opening(name))
        _, found_end, after = rest.partition(CLOSING)
        if not found or not found_end:
            raise MarkerError(
                f"{document}: lacks the markers {opening(name)} ... {CLOSING} that say where the table goes"
            )
        text = f"{before}{opening(name)}\n{body}\n{CLOSING}{after}"
    write_whole(document, text)
