"""Draws static/icons/*.png from static/icon.svg and the drawings/ beside this file, in the Chromium of the tests.

The files are part of the repository, so no build does this: run `python3 upkeep.py icons` after a change of a drawing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from building.places import STATIC, write_whole

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DRAWINGS = Path(__file__).with_name("drawings")
ICON = STATIC / "icon.svg"


@dataclass(frozen=True)
class Icon:
    """A PNG: what it is drawn from, its side, and whether the ground fills the square."""

    drawing: Path
    side_px: int
    fills: bool = False


# By their name below static/. Platforms cut those that fill the square to a form of theirs; iOS paints what is
# transparent black.
ICONS = {
    "icons/any-192.png": Icon(ICON, 192),
    "icons/any-512.png": Icon(ICON, 512),
    "icons/maskable-192.png": Icon(ICON, 192, fills=True),
    "icons/maskable-512.png": Icon(ICON, 512, fills=True),
    # Platforms paint its opaque part in a colour of theirs.
    "icons/monochrome-512.png": Icon(DRAWINGS / "silhouette.svg", 512),
    "icons/apple-touch-180.png": Icon(ICON, 180, fills=True),
    "icons/shortcut-camera-96.png": Icon(DRAWINGS / "shortcut-camera.svg", 96),
    "icons/shortcut-photo-96.png": Icon(DRAWINGS / "shortcut-photo.svg", 96),
}
COLOURS = 128
SOLID = 255
# The first rectangle of a drawing is its ground.
PAGE = "<style>body {{ margin: 0 }} svg {{ display: block }} {style}</style>{drawing}"
FILLED = "svg > rect:first-child { rx: 0 }"


def drawn(browser: Browser) -> Iterator[tuple[str, Image.Image]]:
    """Every icon by its name, as this browser draws it now."""
    for name, icon in ICONS.items():
        page = browser.new_page(viewport={"width": icon.side_px, "height": icon.side_px})
        drawing = icon.drawing.read_text("utf-8")
        page.set_content(PAGE.format(style=FILLED if icon.fills else "", drawing=drawing))
        with Image.open(io.BytesIO(page.screenshot(omit_background=True))) as image:
            yield name, image.convert("RGB" if icon.fills else "RGBA")
        page.close()


def encoded(image: Image.Image) -> bytes:
    """As PNG with a palette of the commonest colours, which is a third of the bytes: of shades at edges some are left
    out, and every flat part keeps its colour."""
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4).astype(int)
    colours, index, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:COLOURS]]
    # What is not opaque comes first, so that few bytes say how transparent each colour is.
    palette = palette[np.argsort(palette[:, 3], kind="stable")].astype(np.uint8)
    nearest = np.abs(colours[:, None] - palette.astype(int)).sum(axis=2).argmin(axis=1)
    few = Image.fromarray(nearest[index].reshape(image.height, image.width).astype(np.uint8))
    few.putpalette(palette[:, :3].tobytes())
    alphas = palette[:, 3]
    extra = {} if image.mode == "RGB" else {"transparency": alphas[alphas < SOLID].tobytes()}
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True, **extra)
    return buffer.getvalue()


def write(browser: Browser, static: Path = STATIC) -> dict[str, int]:
    """Writes every icon below `static`; the bytes of each by its name."""
    files = {name: encoded(image) for name, image in drawn(browser)}
    for name, data in files.items():
        write_whole(static / name, data)
    return {name: len(data) for name, data in files.items()}
