"""A film for the browser's fake camera, made of pictures: what a phone's camera would see."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tests.drawn_hand import draw_hand

SIZE = (1280, 960)
FRAMES_PER_SECOND = 20
# What no real camera is without, in grey levels: no two of its frames are the same.
NOISE = 1


def write_film(path: Path, pictures: Sequence[Image.Image], size: tuple[int, int] = SIZE, noise: int = NOISE) -> Path:
    """Write the pictures, one a frame, as YUV4MPEG2 (4:2:0, BT.601), which the fake camera plays over and over.

    Pictures are fitted into `size` (width, height); what they leave free is the colour of their corner. A few pictures
    are repeated for a second, each time with other `noise`; without noise the camera is one that stands still.
    """
    rng = np.random.default_rng(0)
    shown = [planes(fitted(picture, size)) for picture in pictures]
    times = -(-FRAMES_PER_SECOND // len(shown)) if noise else 1
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{size[0]} H{size[1]} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420\n".encode())
        for luma, *chroma in shown * times:
            film.write(b"FRAME\n")
            off = rng.integers(-noise, noise, luma.shape, dtype=np.int8, endpoint=True)
            film.write(np.clip(luma + off.astype(np.int16), 0, 255).astype(np.uint8).tobytes())
            for plane in chroma:
                film.write(plane.tobytes())
    return path


def film_of_the_drawn_hand(folder: Path) -> Path:
    """The drawn hand, held still."""
    return write_film(folder / "hand.y4m", [fitted(draw_hand().picture, SIZE)])


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The whole picture on a canvas of `size`."""
    if picture.size == size:
        return picture
    scale = min(size[0] / picture.width, size[1] / picture.height)
    small = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", size, picture.getpixel((0, 0)))
    canvas.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
    return canvas


def planes(picture: Image.Image) -> list[np.ndarray]:
    """Y, U and V of an RGB picture: ITU-R BT.601, 16 to 235, colour halved along both axes."""
    red, green, blue = (np.asarray(picture, dtype=np.float64)[..., channel] for channel in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    found = [16 + luma * 219 / 255]
    for chroma in ((blue - luma) / 1.772, (red - luma) / 1.402):
        halved = (chroma[::2, ::2] + chroma[1::2, ::2] + chroma[::2, 1::2] + chroma[1::2, 1::2]) / 4
        found.append(128 + halved * 224 / 255)
    return [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in found]
