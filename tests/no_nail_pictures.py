"""Pictures without a fingernail, drawn by code: faces, toes, coins, text, fabric, food and what else is round and pink.

Nothing is learned from them. Each kind is drawn anew for each seed: other colours, sizes, places and light.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 800, 600
SEEDS = range(15)
# Drawn at twice the size and scaled down, so that edges are soft.
OVERSIZE = 2
Colour = tuple[int, int, int]
SKINS: tuple[Colour, ...] = ((236, 190, 165), (205, 152, 122), (160, 110, 80), (100, 66, 48))
FOODS: tuple[Colour, ...] = ((190, 40, 35), (235, 150, 130), (220, 170, 110), (240, 200, 60), (120, 160, 60))
METALS: tuple[Colour, ...] = ((190, 120, 80), (200, 170, 90), (185, 185, 190))
WORDS = ["haemoglobin", "iron", "light", "paper", "nail", "finger", "phone", "hand", "red", "white", "blood", "measure"]


class Sheet:
    """A picture in the making; places and sizes in pixels of what comes out."""

    def __init__(self, rng: np.random.Generator, ground: Colour | None = None) -> None:
        self.rng = rng
        colour = ground or _colour(rng, 40, 240)
        self.picture = Image.new("RGB", (SIZE[0] * OVERSIZE, SIZE[1] * OVERSIZE), colour)
        self._pen = ImageDraw.Draw(self.picture)

    def blob(
        self, x: float, y: float, width: float, height: float, colour: Colour, outline: Colour | None = None
    ) -> None:
        """An ellipse around (x, y)."""
        box = [OVERSIZE * each for each in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)]
        self._pen.ellipse(box, fill=colour, outline=outline, width=3 * OVERSIZE)

    def slab(self, x: float, y: float, width: float, height: float, radius: float, colour: Colour) -> None:
        """A rounded rectangle around (x, y)."""
        box = [OVERSIZE * each for each in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)]
        self._pen.rounded_rectangle(box, radius * OVERSIZE, fill=colour)

    def line(self, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
        """A line through these points."""
        self._pen.line(
            [(x * OVERSIZE, y * OVERSIZE) for x, y in points], fill=colour, width=max(int(width * OVERSIZE), 1)
        )

    def text(self, x: float, y: float, text: str, size_px: float, colour: Colour) -> None:
        """A line of text from (x, y) on."""
        self._pen.text((x * OVERSIZE, y * OVERSIZE), text, fill=colour, font_size=size_px * OVERSIZE)

    def finished(self) -> Image.Image:
        """Scaled down, a little soft, in light that falls off to one side, with noise."""
        rng = self.rng
        small = self.picture.resize(SIZE, Image.Resampling.LANCZOS).filter(
            ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2))
        )
        across = np.linspace(1, rng.uniform(0.7, 1.1), SIZE[0])[None, :, None]
        levels = np.asarray(small) * across * rng.uniform(0.8, 1.05) + rng.normal(0, 2.5, (SIZE[1], SIZE[0], 3))
        return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def _colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    red, green, blue = (int(each) for each in rng.integers(low, high, 3))
    return red, green, blue


def _near(colour: Colour, by: float) -> Colour:
    """The same, lighter or darker."""
    red, green, blue = (int(min(max(each * by, 0), 255)) for each in colour)
    return red, green, blue


def _one_of(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return _near(colours[rng.integers(len(colours))], float(rng.uniform(0.9, 1.1)))


def face(rng: np.random.Generator) -> Image.Image:
    """A head with hair, eyes, nose, mouth and ears."""
    sheet, skin = Sheet(rng), _one_of(rng, SKINS)
    x, y, wide = rng.uniform(280, 520), rng.uniform(260, 340), rng.uniform(180, 300)
    tall = wide * rng.uniform(1.2, 1.45)
    sheet.blob(x, y - 0.12 * tall, 1.15 * wide, 1.1 * tall, _colour(rng, 10, 120))
    for side in (-1, 1):
        sheet.blob(x + side * 0.5 * wide, y, 0.14 * wide, 0.24 * tall, _near(skin, 0.92))
    sheet.blob(x, y, wide, tall, skin)
    for side in (-1, 1):
        at = x + side * 0.2 * wide
        sheet.blob(at, y - 0.1 * tall, 0.17 * wide, 0.07 * tall, (245, 240, 238))
        sheet.blob(at, y - 0.1 * tall, 0.07 * wide, 0.06 * tall, _colour(rng, 20, 110))
        sheet.line([(at - 0.1 * wide, y - 0.19 * tall), (at + 0.1 * wide, y - 0.2 * tall)], 5, (60, 40, 30))
        sheet.blob(x + side * 0.27 * wide, y + 0.1 * tall, 0.18 * wide, 0.1 * tall, _near(skin, 1.04))
    sheet.line([(x, y - 0.05 * tall), (x + 0.05 * wide, y + 0.1 * tall), (x, y + 0.12 * tall)], 4, _near(skin, 0.8))
    sheet.blob(x, y + 0.25 * tall, 0.36 * wide, 0.08 * tall, (190, 90, 95))
    return sheet.finished()


def toes(rng: np.random.Generator) -> Image.Image:
    """A foot's toes seen from below: round tips without nails."""
    sheet, skin = Sheet(rng), _one_of(rng, SKINS)
    size, x = rng.uniform(60, 95), rng.uniform(90, 160)
    sheet.slab(400, 600, 620, 420, 160, skin)
    for toe in range(5):
        wide = size * (1.5 if toe == 0 else 1 - 0.07 * toe)
        sheet.slab(x + wide / 2, 330 + 14 * toe, wide, 1.7 * wide, 0.48 * wide, _near(skin, 0.97))
        sheet.blob(x + wide / 2, 315 + 14 * toe - 0.3 * wide, 0.75 * wide, 0.8 * wide, _near(skin, 1.05))
        x += wide + rng.uniform(2, 10)
    return sheet.finished()


def coins(rng: np.random.Generator) -> Image.Image:
    """Coins on a table."""
    sheet = Sheet(rng)
    for _ in range(rng.integers(3, 12)):
        metal, size = _one_of(rng, METALS), rng.uniform(50, 130)
        x, y = rng.uniform(60, 740), rng.uniform(60, 540)
        sheet.blob(x, y, size, size, metal, outline=_near(metal, 0.7))
        sheet.blob(x, y, 0.75 * size, 0.75 * size, _near(metal, 1.08), outline=_near(metal, 0.85))
        sheet.text(
            x - 0.2 * size, y - 0.28 * size, str(rng.choice([1, 2, 5, 10, 20, 50])), 0.45 * size, _near(metal, 0.6)
        )
    return sheet.finished()


def text(rng: np.random.Generator) -> Image.Image:
    """A printed page."""
    sheet = Sheet(rng, (238, 236, 230))
    size = rng.uniform(14, 46)
    for line in range(int(560 / (1.4 * size))):
        words = " ".join(rng.choice(WORDS) for _ in range(12))
        sheet.text(30, 20 + line * 1.4 * size, words, size, _colour(rng, 0, 70))
    return sheet.finished()


def fabric(rng: np.random.Generator) -> Image.Image:
    """Stripes, checks or dots."""
    sheet = Sheet(rng)
    step, first, second = rng.uniform(14, 60), _colour(rng, 20, 240), _colour(rng, 20, 240)
    for at in np.arange(0, 1000, step):
        sheet.line([(at, 0), (at, 600)], 0.45 * step, first)
        if rng.random() < 0.9:
            sheet.line([(0, at), (800, at)], 0.3 * step, second)
    if rng.random() < 0.5:
        for x in np.arange(step, 800, 2 * step):
            for y in np.arange(step, 600, 2 * step):
                sheet.blob(x, y, 0.9 * step, 0.9 * step, second)
    return sheet.finished()


def food(rng: np.random.Generator) -> Image.Image:
    """Tomatoes, slices of sausage, almonds, on a plate."""
    sheet = Sheet(rng)
    sheet.blob(400, 300, 620, 520, (240, 240, 238), outline=(210, 210, 210))
    for _ in range(rng.integers(5, 14)):
        colour, size = _one_of(rng, FOODS), rng.uniform(40, 120)
        x, y, flat = rng.uniform(190, 610), rng.uniform(140, 460), rng.uniform(0.55, 1.0)
        sheet.blob(x, y, size, size * flat, colour, outline=_near(colour, 0.8))
        sheet.blob(x - 0.15 * size, y - 0.2 * size * flat, 0.2 * size, 0.12 * size, _near(colour, 1.5))
    return sheet.finished()


def pebbles(rng: np.random.Generator) -> Image.Image:
    """Round things of the colour of skin, with a paler oval in each: sweets, buttons, pebbles."""
    sheet = Sheet(rng)
    for _ in range(rng.integers(4, 12)):
        colour, size = _one_of(rng, SKINS), rng.uniform(40, 110)
        x, y, flat = rng.uniform(60, 740), rng.uniform(60, 540), rng.uniform(0.6, 1.0)
        sheet.slab(x, y, size, size * flat, rng.uniform(0.2, 0.5) * size * flat, colour)
        sheet.blob(x, y, 0.6 * size, 0.55 * size * flat, _near(colour, 1.12))
    return sheet.finished()


KINDS: tuple[Callable[[np.random.Generator], Image.Image], ...] = (face, toes, coins, text, fabric, food, pebbles)
