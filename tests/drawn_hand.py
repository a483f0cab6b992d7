"""A hand drawn by code: fingers with nails from the right on a pale board, for tests that need no real photo.

It is drawn well enough for the shipped detector to find its nails, and for the estimator to take them for bare ones;
nothing is learnt from it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypedDict

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Drawn at three times the size and scaled down, so that edges are soft.
OVERSIZE = 3
SKIN = (205, 152, 122)
NAIL = (203, 145, 144)
LUNULA, FREE_EDGE, GLEAM = (208, 197, 202), (185, 217, 214), (255, 250, 248)
BOARD = (212, 224, 228)
# Other grounds: white paper in daylight, the same blown out, yellow paper, a dark table.
PAPER, BLOWN, YELLOW, TABLE = (236, 238, 236), (255, 255, 255), (225, 235, 150), (70, 90, 120)


# How much lighter and darker skin and nails are from spot to spot, and how large a spot is, of the picture's width.
TEXTURE, SPOT_SHARE = 0.03, 1 / 130
# What differs so much from the board is hand.
HAND_LEVELS = 25
# Nail polish.
RED = (150, 20, 40)

# (x1, y1, x2, y2) in pixels.
Box = tuple[float, float, float, float]


class UploadedFile(TypedDict):
    """A file as Playwright uploads it."""

    name: str
    mimeType: str
    buffer: bytes


@dataclass(frozen=True)
class DrawnHand:
    """The picture and where its nails are, (x1, y1, x2, y2) in pixels."""

    picture: Image.Image
    nail_boxes: tuple[Box, ...]

    def encoded(self, kind: str = "JPEG", **options: Any) -> bytes:
        """The picture as a file's bytes."""
        buffer = io.BytesIO()
        self.picture.save(buffer, kind, **({"quality": 92} if kind == "JPEG" else {}), **options)
        return buffer.getvalue()


def drawn_photo(size: tuple[int, int] | None = None) -> UploadedFile:
    """The drawn hand as a photo to upload, in Playwright's form; made of `size`, (width, height) in pixels."""
    hand = draw_hand()
    if size is not None:
        hand = replace(hand, picture=hand.picture.resize(size))
    return {"name": "hand.jpg", "mimeType": "image/jpeg", "buffer": hand.encoded()}


def draw_hand(
    fingers: int = 3,
    width: int = 800,
    height: int = 600,
    skin: tuple[int, int, int] = SKIN,
    seed: int = 0,
    board: tuple[int, int, int] = BOARD,
    polish: tuple[int, int, int] | None = None,
) -> DrawnHand:
    """A hand with up to four fingers, pointing left, on a board of this colour; its nails are bare, or painted."""
    drawn = _drawn(fingers, width, height, skin, seed, board, polish)
    # Its own, which the caller may paint on.
    return replace(drawn, picture=drawn.picture.copy())


@cache
def _drawn(
    fingers: int,
    width: int,
    height: int,
    skin: tuple[int, int, int],
    seed: int,
    board: tuple[int, int, int],
    polish: tuple[int, int, int] | None,
) -> DrawnHand:
    noise = np.random.default_rng(seed)
    big = Image.new("RGB", (width * OVERSIZE, height * OVERSIZE), board)
    paint = ImageDraw.Draw(big)
    scale = OVERSIZE * width / 800
    thickness = 76 * scale
    boxes: list[Box] = []
    tips = [(500, 90), (455, 190), (470, 292), (530, 392)][:fingers]
    # The back of the hand, then each finger over it.
    top, bottom = tips[0][1] - 40, tips[-1][1] + 45
    paint.rounded_rectangle((690 * scale, top * scale, 900 * scale, bottom * scale), 40 * scale, fill=shade(skin, 0.97))
    for tip_x, centre_y in tips:
        x, y = tip_x * scale, centre_y * scale
        _draw_finger(paint, x, y, thickness, big.width, skin)
        # A nail takes two thirds of the finger's width and sits just behind its tip.
        nail_width, nail_height = 62 * scale, 52 * scale
        left = x + 9 * scale
        box = (left, y - nail_height / 2, left + nail_width, y + nail_height / 2)
        _draw_nail(paint, box, skin)
        if polish is not None:
            _draw_polish(paint, box, polish)
        x1, y1, x2, y2 = (round(side / OVERSIZE, 1) for side in box)
        boxes.append((x1, y1, x2, y2))
    picture = big.resize((width, height), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.8))
    grain = noise.normal(0, 2.5, (height, width, 1)) + noise.normal(0, 1.5, (height, width, 3))
    hand = np.abs(np.asarray(picture).astype(int) - board).max(axis=2, keepdims=True) > HAND_LEVELS
    seen = np.asarray(picture) * (1 + TEXTURE * hand * _texture(width, height, noise)) + grain
    pixels = np.clip(seen, 0, 255).astype(np.uint8)
    return DrawnHand(Image.fromarray(pixels), tuple(boxes))


def _texture(width: int, height: int, noise: np.random.Generator) -> np.ndarray:
    """(height, width, 1) lighter and darker spots as skin and nails have them: what has none looks out of focus."""
    spot_px = SPOT_SHARE * width
    coarse = noise.normal(size=(round(height / spot_px), round(width / spot_px))).astype(np.float32)
    fine = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    return np.asarray(fine / fine.std())[..., None]


def shade(colour: tuple[int, int, int], factor: float) -> tuple[int, int, int]:
    """A colour made lighter or darker."""
    red, green, blue = (min(255, round(channel * factor)) for channel in colour)
    return red, green, blue


def _draw_finger(
    paint: ImageDraw.ImageDraw, x: float, y: float, thickness: float, right: float, skin: tuple[int, int, int]
) -> None:
    # From the shaded rim to the lit ridge.
    steps = 16
    for step in range(steps):
        inset = thickness * 0.5 * step / steps
        colour = shade(skin, 0.68 + 0.4 * (step / steps) ** 0.6)
        half = thickness / 2 - inset
        paint.rounded_rectangle((x + inset * 0.7, y - half, right + half, y + half), half, fill=colour)
    # Creases over the last joint.
    for offset in (1.55, 1.65, 1.78):
        crease_x = x + thickness * offset
        box = (crease_x, y - thickness * 0.33, crease_x + thickness * 0.1, y + thickness * 0.33)
        paint.arc(box, 90, 270, fill=shade(skin, 0.8), width=max(1, int(thickness / 40)))


def _draw_nail(paint: ImageDraw.ImageDraw, box: Box, skin: tuple[int, int, int]) -> None:
    """The fold around the nail, the nail, its free edge, lunula and a gleam, one softly over the other: what has sharp
    edges and one colour looks like polish, also to the estimator."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    radius = height * 0.42
    left, top = x1 - width / 2, y1 - height / 2

    def lay(
        kind: str, part: tuple[float, ...], colour: tuple[int, int, int], soft: float, share: float, *how: float
    ) -> None:
        """`part` from the nail's top left corner, in pixels; `soft` in heights of the nail."""
        cover = Image.new("L", (round(2 * width), round(2 * height)), 0)
        moved = [side + half for side, half in zip(part, (width / 2, height / 2) * 2, strict=True)]
        getattr(ImageDraw.Draw(cover), kind)(moved, *how, fill=round(255 * share))
        cover = cover.filter(ImageFilter.GaussianBlur(soft * height))
        paint._image.paste(Image.new("RGB", cover.size, colour), (round(left), round(top)), cover)

    rim, inset = 0.07 * height, 0.12 * height
    whole, inner = (0, 0, width, height), (inset, inset, width - inset, height - inset)
    lay("rounded_rectangle", (-rim / 3, -rim, width + 1.4 * rim, height + rim), shade(skin, 0.5), 0.16, 1, radius)
    lay("rounded_rectangle", whole, shade(NAIL, 1.24), 0.26, 1, radius)
    lay("rounded_rectangle", inner, NAIL, 0.14, 1, radius * 0.9)
    lay("chord", (0, height * 0.06, width * 0.34, height * 0.94), FREE_EDGE, 0.26, 0.6, 115, 245)
    lay("ellipse", (width * 0.7, height * 0.22, width * 0.98, height * 0.78), LUNULA, 0.14, 0.85)
    lay("ellipse", (width * 0.3, height * 0.18, width * 0.7, height * 0.3), GLEAM, 0.11, 0.6)


def _draw_polish(paint: ImageDraw.ImageDraw, box: Box, colour: tuple[int, int, int]) -> None:
    """One coat over the whole nail, with a gleam."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    paint.rounded_rectangle(box, height * 0.42, fill=colour)
    gleam = (x1 + width * 0.3, y1 + height * 0.2, x1 + width * 0.7, y1 + height * 0.3)
    paint.ellipse(gleam, fill=shade(colour, 1.4))
