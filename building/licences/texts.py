"""The texts of licences that packages leave out (licence-texts/), and what an entry of the page of licences holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from building.places import BuildError

FOLDER = Path(__file__).with_name("licence-texts")

# Licences whose text is here, by their SPDX id.
SPDX = ("AGPL-3.0", "Apache-2.0", "ISC", "MIT", "MPL-2.0")


@dataclass(frozen=True)
class Text:
    title: str
    body: str


@dataclass(frozen=True)
class Part:
    """Something that ships.

    `licence` is the SPDX id where the part names one, `texts` are the whole words, `inside` is what it carries, and
    `covers` are the paths of dist/ that belong to it: a file, or a folder with `/` at its end.
    """

    name: str
    licence: str
    texts: tuple[Text, ...]
    version: str = ""
    note: str = ""
    inside: tuple[Part, ...] = ()
    covers: tuple[str, ...] = ()


def text(file_name: str, title: str = "Licence") -> Text:
    """A text of licence-texts/."""
    return Text(title, (FOLDER / file_name).read_text("utf-8"))


def spdx_ids(words: str) -> list[str]:
    """Every licence that `words` name and whose text is here, by its SPDX id."""
    return [name for name in SPDX if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", words, re.IGNORECASE)]


def spdx_id(licence: str) -> str:
    """One licence as SPDX writes it: packages write its id in any case."""
    return next((name for name in SPDX if name.casefold() == licence.casefold()), licence)


def general_text(licence: str, author: str, what: str) -> Text:
    """The text for a package that names a licence and carries no file of it."""
    name = spdx_id(licence)
    if name not in SPDX:
        raise BuildError(
            f"{what} carries no licence file, and the text of {name or 'its licence'} is not in "
            f"building/licences/licence-texts/: put it there and name it in SPDX of building/licences/texts.py"
        )
    body = text(f"{name}.txt").body
    # These two begin with the line that says whose the work is.
    return Text("Licence", f"Copyright (c) {author}\n\n{body}" if author and name in ("ISC", "MIT") else body)
