"""What a terminal is told and can show: names of files with any sign in them, in any encoding."""

from __future__ import annotations

import glob
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app.core.errors import MeasureError
from app.shared.codes import UNREADABLE_IMAGE

# What a folder is looked through for. A photo of another kind that is named gets words of its own.
PHOTO_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif")
)
# Joiners are part of how Hindi and emoji are written, though they are not seen.
INVISIBLE_BUT_WRITTEN = "\u200c\u200d"


def show_any_sign() -> None:
    """Make what is printed from now on appear in every encoding: a sign that it lacks is written as its number."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def shown(text: object) -> str:
    """A name on one line: what moves the cursor, ends the line or is no character at all is written as its number."""
    return "".join(
        sign if sign.isprintable() or sign in INVISIBLE_BUT_WRITTEN else sign.encode("unicode_escape").decode()
        for sign in str(text)
    )


def fitting(names: Iterable[str]) -> Iterator[str]:
    """The names, and in the place of a wildcard what fits it, sorted; a wildcard that nothing fits stays.

    Windows leaves wildcards to the program, and a shell does where they are quoted.
    """
    for name in names:
        if glob.has_magic(name) and not _asked(Path(name).exists):
            # From any folder, which Path.glob does not take.
            yield from sorted(glob.glob(name)) or [name]  # noqa: PTH207
        else:
            yield name


def photos_named(name: str) -> list[Path]:
    """The photos that a name stands for: the file, or every photo in the folder, sorted.

    Raises:
        MeasureError: `unreadable_image`, when there are none.
    """
    if not name:
        raise MeasureError(UNREADABLE_IMAGE, "the name is empty")
    path = Path(name)
    if _asked(path.is_dir):
        return _photos_in(path)
    if glob.has_magic(name) and not _asked(path.exists):
        raise MeasureError(UNREADABLE_IMAGE, "no file fits this; name a photo, or the folder it lies in")
    return [path]


def _photos_in(folder: Path) -> list[Path]:
    try:
        files = [each for each in folder.iterdir() if each.suffix.lower() in PHOTO_SUFFIXES and each.is_file()]
    except OSError as error:
        raise MeasureError(UNREADABLE_IMAGE, f"the folder cannot be read: {error.strerror}") from None
    photos = sorted(each for each in files if not each.name.startswith("."))
    if not photos:
        raise MeasureError(UNREADABLE_IMAGE, "there is no photo in this folder; JPEG, PNG and WebP are read")
    return photos


def _asked(question: Callable[[], bool]) -> bool:
    """What the file system says; what it cannot say is no."""
    try:
        return question()
    except (OSError, ValueError):
        return False
