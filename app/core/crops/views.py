"""Cut nails out of the original picture as the estimator wants them: every finger turned alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.light.reference import NO_REFERENCE, Reference, under_white_light
from app.core.manifest import EstimatorSpec, View

# Whether a view is shown mirrored: as the model was trained, or one of the two ways alone.
STRAIGHT, MIRRORED = (False,), (True,)
BOTH_WAYS = (False, True)

Point = tuple[float, float]
# As the picture lies.
UPRIGHT: FloatArray = np.array((1.0, 0.0))
# Around what is looked at, so that no filter meets the edge of the piece that was cut out.
FILTER_PX = 2


def nail_crops(
    picture: Image.Image,
    boxes: FloatArray,
    directions: FloatArray,
    spec: EstimatorSpec,
    ways: tuple[bool, ...] | None = None,
    reference: Reference = NO_REFERENCE,
) -> FloatArray:
    """Everything the estimator is shown of each nail.

    Args:
        picture: RGB.
        boxes: (N, 4) xyxy nail boxes in pixels of the picture.
        directions: (N, 2) unit vectors from each nail towards the hand, see `app.core.find.fingers`.
        ways: STRAIGHT, MIRRORED or BOTH_WAYS; None: as the model wants it.
        reference: the paper beside these nails, whose colour is divided out where there is one.

    Returns:
        (N, pictures, 3, side_px, side_px) float32, normalised with the model's mean and std. The hand lies to the
        right, except in a view that does not turn. Pictures are the views in their order, each as often as there are
        ways; see `mirror_images`.
    """
    ways = ways or (BOTH_WAYS if spec.mirror else STRAIGHT)
    mean = np.array(spec.mean, dtype=np.float32)[:, None, None]
    std = np.array(spec.std, dtype=np.float32)[:, None, None]
    views = under_white_light(nail_views(picture, boxes, directions, spec.views, spec.side_px), reference)
    straight = (views - mean) / std
    pictures = len(spec.views) * len(ways)
    crops = np.empty((len(boxes), pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    for place, mirrored in enumerate(ways):
        crops[:, place :: len(ways)] = mirror_images(straight, spec.views) if mirrored else straight
    return crops


def mirror_images(straight: FloatArray, views: Sequence[View]) -> FloatArray:
    """(N, views, 3, side, side) -> the same mirrored: across the finger; left to right in a view that does not turn."""
    mirrored = straight[..., ::-1, :]
    for number in [number for number, view in enumerate(views) if not view.turned]:
        mirrored = mirrored.copy()
        mirrored[:, number] = straight[:, number, ..., ::-1]
    return mirrored


def nail_views(
    picture: Image.Image, boxes: FloatArray, directions: FloatArray, views: Sequence[View], side_px: int
) -> FloatArray:
    """Every view of every nail, its detail limited; boxes and directions as `nail_crops` has them.

    The square is averaged down to `side_px`. A phone's nail has many more pixels than those that the estimator
    learned from, and noise, sharpening and JPEG blocks with them; what is left after the averaging is alike from
    one camera, and from one JPEG decoder, to the next. Nothing is rounded to whole grey levels on the way: to the
    estimator the steps would look like texture.

    Returns:
        (N, views, 3, side_px, side_px) float32 RGB in 0..1; beyond the picture's border its outermost pixels go on.
        Around a round view lies the mean colour of what is in it.
    """
    turned_px = 2 * side_px
    turned = np.empty((len(boxes), 3, len(views), turned_px, turned_px), dtype=np.float32)
    for nail, (box, direction) in enumerate(zip(boxes, directions, strict=True)):
        _turn(picture, box, direction, views, turned[nail])
    shown = _halved(_halved(turned.swapaxes(1, 2)).swapaxes(-1, -2)).swapaxes(-1, -2)
    in_disc = [number for number, view in enumerate(views) if view.round]
    if in_disc:
        inside = _disc(side_px)
        mean = (shown[:, in_disc] * inside).sum(axis=(-2, -1), keepdims=True) / inside.sum()
        shown[:, in_disc] = shown[:, in_disc] * inside + mean * (1 - inside)
    return shown / np.float32(255.0)


def view_square(box: FloatArray, direction: FloatArray, view: View) -> tuple[Point, float]:
    """Centre (x, y) and side, in pixels of the picture, of the turned square that a view looks at."""
    # So few numbers take numpy several times as long as Python's own floats.
    x1, y1, x2, y2 = (float(edge) for edge in box)
    along_x, along_y = (float(part) for part in direction)
    width, height = x2 - x1, y2 - y1
    length = abs(along_x) * width + abs(along_y) * height
    across = abs(along_y) * width + abs(along_x) * height
    away = view.along * length
    centre = (x1 + x2) / 2 + along_x * away, (y1 + y2) / 2 + along_y * away
    return centre, max(view.size * min(length, across), 1.0)


def _turn(
    picture: Image.Image, box: FloatArray, direction: FloatArray, views: Sequence[View], turned: FloatArray
) -> None:
    """Fill `turned` (3, views, turned_px, turned_px) with the views of one nail, grey levels 0..255."""
    turned_px = turned.shape[-1]
    ways = [direction if view.turned else UPRIGHT for view in views]
    squares = [_corners(*view_square(box, way, view), way) for view, way in zip(views, ways, strict=True)]
    # The views lie one behind the other, so one piece of the picture holds them all, and some pixels for the filters.
    x, y = ([corner[axis] for corners in squares for corner in corners] for axis in (0, 1))
    left, top = math.floor(min(x) - FILTER_PX), math.floor(min(y) - FILTER_PX)
    width, height = math.ceil(max(x) + FILTER_PX) - left, math.ceil(max(y) + FILTER_PX) - top
    # A large nail is averaged down first, since turning looks at single pixels only.
    side = min(math.dist(corners[0], corners[1]) for corners in squares)
    reduced = max(1.0, side / turned_px)
    size = max(round(width / reduced), 1), max(round(height / reduced), 1)
    # All views of a channel are turned in one call, each below the one before.
    mesh = [
        (
            (0, number * turned_px, turned_px, (number + 1) * turned_px),
            tuple(part for x, y in corners for part in ((x - left) * size[0] / width, (y - top) * size[1] / height)),
        )
        for number, corners in enumerate(squares)
    ]
    for number, channel in enumerate(_cut_out(picture, left, top, width, height).split()):
        around = channel.convert("F")
        if around.size != size:
            around = around.resize(size, Image.Resampling.BILINEAR)
        seen = around.transform(
            (turned_px, len(views) * turned_px), Image.Transform.MESH, mesh, resample=Image.Resampling.BILINEAR
        )
        turned[number] = np.asarray(seen).reshape(turned.shape[1:])


def _corners(centre: Point, side: float, direction: FloatArray) -> tuple[Point, ...]:
    """Of a square whose columns run along the finger and whose rows run across it: upper and lower left, lower and
    upper right, which is the order of Pillow's meshes."""
    (x, y), (half_x, half_y) = centre, (float(part) * side / 2 for part in direction)
    return (
        (x - half_x + half_y, y - half_y - half_x),
        (x - half_x - half_y, y - half_y + half_x),
        (x + half_x - half_y, y + half_y + half_x),
        (x + half_x + half_y, y + half_y - half_x),
    )


def _halved(levels: FloatArray) -> FloatArray:
    """(..., 2 n) -> (..., n): each the mean of the two it covers and, a third as heavy, of their neighbours."""
    halved: FloatArray = 3 * (levels[..., ::2] + levels[..., 1::2])
    halved[..., 1:] += levels[..., 1:-2:2]
    halved[..., :-1] += levels[..., 2::2]
    weights = np.full(halved.shape[-1], 8, dtype=np.float32)
    # The outermost have a neighbour on one side only.
    weights[0] -= 1
    weights[-1] -= 1
    halved /= weights
    return halved


@cache
def _disc(side_px: int) -> FloatArray:
    """(side_px, side_px) float32: 1 inside the disc that touches the four sides, 0 outside, its edge a pixel soft."""
    off = np.arange(side_px, dtype=np.float32) - np.float32((side_px - 1) / 2)
    inside: FloatArray = np.clip(side_px / 2 - np.hypot(off[:, None], off[None, :]) + 0.5, 0.0, 1.0)
    return inside


def _cut_out(picture: Image.Image, left: int, top: int, width: int, height: int) -> Image.Image:
    """A part from anywhere; outside the picture the nearest pixels are repeated."""
    right, bottom = left + width, top + height
    if left >= 0 and top >= 0 and right <= picture.width and bottom <= picture.height:
        return picture.crop((left, top, right, bottom))
    x1, y1 = min(max(left, 0), picture.width - 1), min(max(top, 0), picture.height - 1)
    x2, y2 = max(min(right, picture.width), x1 + 1), max(min(bottom, picture.height), y1 + 1)
    pixels = np.asarray(picture.crop((x1, y1, x2, y2)))
    columns = np.clip(np.arange(left, right) - x1, 0, x2 - x1 - 1)
    rows = np.clip(np.arange(top, bottom) - y1, 0, y2 - y1 - 1)
    return Image.fromarray(np.ascontiguousarray(pixels[rows[:, None], columns[None, :]]))
