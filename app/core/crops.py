"""Cut nails out of the original picture as the estimator wants them: every finger turned alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.manifest import EstimatorSpec, View

# Whether a view is shown mirrored: as the model was trained, or one of the two ways alone.
STRAIGHT, MIRRORED = (False,), (True,)
BOTH_WAYS = (False, True)


def nail_crops(
    picture: Image.Image,
    boxes: FloatArray,
    directions: FloatArray,
    spec: EstimatorSpec,
    ways: tuple[bool, ...] | None = None,
) -> FloatArray:
    """Everything the estimator is shown of each nail.

    Args:
        picture: RGB.
        boxes: (N, 4) xyxy nail boxes in pixels of the picture.
        directions: (N, 2) unit vectors from each nail towards the hand, see `app.core.fingers`.
        ways: STRAIGHT, MIRRORED or BOTH_WAYS; None: as the model wants it.

    Returns:
        (N, pictures, 3, side_px, side_px) float32, normalised with the model's mean and std. The hand lies to the
        right. Pictures are the views in their order, each as often as there are ways; mirrored is across the finger.
    """
    ways = ways or (BOTH_WAYS if spec.mirror else STRAIGHT)
    mean = np.array(spec.mean, dtype=np.float32)[:, None, None]
    std = np.array(spec.std, dtype=np.float32)[:, None, None]
    straight = (nail_views(picture, boxes, directions, spec.views, spec.side_px) - mean) / std
    pictures = len(spec.views) * len(ways)
    crops = np.empty((len(boxes), pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    for place, mirrored in enumerate(ways):
        crops[:, place :: len(ways)] = straight[..., ::-1, :] if mirrored else straight
    return crops


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
    turned = np.empty((len(boxes), len(views), 3, turned_px, turned_px), dtype=np.float32)
    for nail, (box, direction) in enumerate(zip(boxes, directions, strict=True)):
        _turn(picture, box, direction, views, turned[nail])
    shown = _halved(_halved(turned).swapaxes(-1, -2)).swapaxes(-1, -2)
    in_disc = [number for number, view in enumerate(views) if view.round]
    if in_disc:
        inside = _disc(side_px)
        mean = (shown[:, in_disc] * inside).sum(axis=(-2, -1), keepdims=True) / inside.sum()
        shown[:, in_disc] = shown[:, in_disc] * inside + mean * (1 - inside)
    return shown / np.float32(255.0)


def view_square(box: FloatArray, direction: FloatArray, view: View) -> tuple[FloatArray, float]:
    """Centre (2,) and side, in pixels of the picture, of the turned square that a view looks at."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    along_x, along_y = abs(float(direction[0])), abs(float(direction[1]))
    length = along_x * width + along_y * height
    across = along_y * width + along_x * height
    centre = (box[:2] + box[2:]) / 2 + direction * view.along * length
    return centre, max(view.size * min(length, across), 1.0)


def _turn(
    picture: Image.Image, box: FloatArray, direction: FloatArray, views: Sequence[View], turned: FloatArray
) -> None:
    """Fill `turned` (views, 3, turned_px, turned_px) with the views of one nail, grey levels 0..255."""
    turned_px = turned.shape[-1]
    squares = [view_square(box, direction, view) for view in views]
    centres, sides = np.array([centre for centre, _ in squares]), np.array([side for _, side in squares])
    # Half of what a turned square takes up along the picture's axes, and some pixels for the filters. The views lie
    # one behind the other, so one piece of the picture holds them all.
    reach = (sides / 2 * np.abs(direction).sum() + 2)[:, None]
    low = np.floor((centres - reach).min(axis=0)).astype(int)
    extent = np.ceil((centres + reach).max(axis=0)).astype(int) - low
    # A large nail is averaged down first, since turning looks at single pixels only.
    size = np.maximum(np.round(extent / max(1.0, sides.min() / turned_px)), 1).astype(int)
    to_around = size / extent
    turns = [_turn_to(centre - low, direction * side / turned_px, to_around, turned_px) for centre, side in squares]
    for number, channel in enumerate(_cut_out(picture, *low.tolist(), *extent.tolist()).split()):
        around = channel.convert("F")
        if around.size != tuple(size):
            around = around.resize(tuple(size.tolist()), Image.Resampling.BILINEAR)
        for place, turn in enumerate(turns):
            turned[place, number] = np.asarray(
                around.transform(
                    (turned_px, turned_px), Image.Transform.AFFINE, turn, resample=Image.Resampling.BILINEAR
                )
            )


def _turn_to(centre: FloatArray, step: FloatArray, scale: FloatArray, turned_px: int) -> tuple[float, ...]:
    """Pillow's six numbers of the square around `centre`: columns run along the finger by `step`, rows across it;
    both are in pixels that `scale` (2,) turns into those looked at."""
    (x, y), (scale_x, scale_y) = step.tolist(), scale.tolist()
    corner_x, corner_y = (centre - np.array([x - y, y + x]) * turned_px / 2).tolist()
    return x * scale_x, -y * scale_x, corner_x * scale_x, y * scale_y, x * scale_y, corner_y * scale_y


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
