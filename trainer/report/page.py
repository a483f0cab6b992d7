"""A page of tables and plots in one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape

from trainer.report.tables import FigureTable

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem; color: #1b1f24; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-top: 1px solid #d5d9df; padding-top: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #e3e6ea; vertical-align: top; }
th:first-child, td:first-child { text-align: left; } .wide { overflow-x: auto; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; max-width: 100%; } img { max-width: 100%; }
figcaption, .note { font-size: .85rem; color: #4a525c; max-width: 60rem; }
nav a { margin-right: 1rem; }
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the sentence below it, which also stands in for it."""

    png: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands under it: sentences, tables and pictures in their order."""

    name: str
    title: str
    parts: tuple[str | FigureTable | Picture, ...]


def page_html(title: str, introduction: str, sections: list[Section]) -> str:
    """The whole page."""
    links = "".join(f'<a href="#{escape(section.name)}">{escape(section.title)}</a>' for section in sections)
    body = "\n".join(_section(section) for section in sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1><p>{escape(introduction)}</p><nav>{links}</nav>\n{body}\n</body></html>\n"
    )


def table_html(table: FigureTable) -> str:
    """A table with its title and notes."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    return (
        f'<h3>{escape(table.title)}</h3><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{rows}\n</tbody></table></div>{notes}"
    )


def _section(section: Section) -> str:
    return (
        f'<section id="{escape(section.name)}"><h2>{escape(section.title)}</h2>\n'
        + "\n".join(_part(part) for part in section.parts)
        + "</section>"
    )


def _part(part: str | FigureTable | Picture) -> str:
    if isinstance(part, FigureTable):
        return table_html(part)
    if isinstance(part, Picture):
        data = base64.b64encode(part.png).decode()
        caption = escape(part.caption)
        image = f'<img src="data:image/png;base64,{data}" alt="{caption}">'
        return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
    return f"<p>{escape(part)}</p>"
