"""python -m upkeep.icons: paints static/icon.svg and static/icons/*.png from the shapes in logo.py.

The files are part of the repository, so no build runs this: run it after a change of logo.py.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw

from building.places import STATIC, write_whole
from upkeep import logo

# Shapes are painted so many times as large, and reduced: that is what makes their edges smooth.
OVERSAMPLING = 16
# Shades an edge may have. More are not seen, and these leave every icon with few enough colours for a palette.
EDGE_SHADES = 16
PALETTE_COLOURS = 256
SOLID = 255
WHITE = "#ffffff"


def tile(side_px: int, shapes: Iterable[logo.Shape] = logo.MARK) -> Image.Image:
    """Shapes on the tile with round corners; outside of it nothing."""
    image = full_bleed(side_px, shapes).convert("RGBA")
    image.putalpha(coverage(logo.TILE, side_px))
    return image


def full_bleed(side_px: int, shapes: Iterable[logo.Shape] = logo.MARK) -> Image.Image:
    """Shapes on a ground that fills the square, for platforms that cut the form themselves."""
    image = Image.new("RGB", (side_px, side_px), logo.GROUND)
    for shape in shapes:
        image.paste(ImageColor.getrgb(shape.colour), mask=coverage(shape, side_px))
    return image


def silhouette(side_px: int) -> Image.Image:
    """The mark in white alone: platforms paint its opaque part in a colour of theirs."""
    opaque = Image.new("L", (side_px, side_px))
    for shape, is_painted in logo.SILHOUETTE:
        here = coverage(shape, side_px)
        opaque = ImageChops.lighter(opaque, here) if is_painted else ImageChops.subtract(opaque, here)
    image = Image.new("RGBA", opaque.size, WHITE)
    image.putalpha(opaque)
    return image


def coverage(shape: logo.Shape, side_px: int) -> Image.Image:
    """How much of each pixel a shape covers, 0 to 255."""
    large_px = side_px * OVERSAMPLING
    large = Image.new("L", (large_px, large_px))
    pen = ImageDraw.Draw(large)
    for number, polygon in enumerate(shape.polygons()):
        points = [(x * large_px / logo.GRID, y * large_px / logo.GRID) for x, y in polygon]
        pen.polygon(points, fill=0 if number else SOLID)
    steps = EDGE_SHADES - 1
    return large.reduce(OVERSAMPLING).point([round(round(v * steps / SOLID) * SOLID / steps) for v in range(256)])


def encoded(image: Image.Image) -> bytes:
    """As PNG with a palette of exactly the colours that are in the image: no colour is changed."""
    has_alpha = "A" in image.getbands()
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    colours, index = np.unique(pixels, axis=0, return_inverse=True)
    if len(colours) > PALETTE_COLOURS:
        raise ValueError(f"{len(colours)} colours do not fit a palette: give edges fewer shades")
    # What is not opaque comes first in the palette, so that few bytes say how transparent each colour is.
    order = np.argsort(colours[:, 3], kind="stable")
    colours, place = colours[order], np.argsort(order)
    small = Image.fromarray(place[index.reshape(image.height, image.width)].astype(np.uint8))
    small.putpalette(colours[:, :3].tobytes())
    alphas = colours[:, 3]
    extra = {"transparency": alphas[alphas < SOLID].tobytes()} if has_alpha else {}
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True, **extra)
    return buffer.getvalue()


# Every PNG by its name below static/, with its side and how it is painted.
PNGS: dict[str, tuple[int, Callable[[int], Image.Image]]] = {
    "icons/any-192.png": (192, tile),
    "icons/any-512.png": (512, tile),
    "icons/maskable-192.png": (192, full_bleed),
    "icons/maskable-512.png": (512, full_bleed),
    "icons/monochrome-512.png": (512, silhouette),
    # iOS cuts the corners itself and paints what is transparent black.
    "icons/apple-touch-180.png": (180, full_bleed),
    "icons/shortcut-camera-96.png": (96, lambda side_px: tile(side_px, logo.CAMERA)),
    "icons/shortcut-photo-96.png": (96, lambda side_px: tile(side_px, logo.PHOTO)),
}
SVG = "icon.svg"


def painted(name: str) -> Image.Image:
    """One of PNGS as it is painted now."""
    side_px, paint = PNGS[name]
    return paint(side_px)


def write(static: Path = STATIC) -> dict[str, int]:
    """Writes every icon below `static`; the bytes of each by its name."""
    files = {SVG: logo.svg().encode()} | {name: encoded(painted(name)) for name in PNGS}
    for name, data in files.items():
        write_whole(static / name, data)
    return {name: len(data) for name, data in files.items()}


def main() -> int:
    for name, size_bytes in write().items():
        print(f"static/{name}: {size_bytes} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
