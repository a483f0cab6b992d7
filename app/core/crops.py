"""Cut nails out of the original picture as the estimator wants them: every finger turned alike."""

from __future__ import annotations

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
    pictures = len(spec.views) * len(ways)
    crops = np.empty((len(boxes), pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    for nail, (box, direction) in enumerate(zip(boxes, directions, strict=True)):
        for number, view in enumerate(spec.views):
            shown = (crop_view(picture, box, direction, view, spec.side_px) - mean) / std
            for place, mirrored in enumerate(ways):
                crops[nail, number * len(ways) + place] = shown[:, ::-1] if mirrored else shown
    return crops


def view_square(box: FloatArray, direction: FloatArray, view: View) -> tuple[FloatArray, float]:
    """Centre (2,) and side, in pixels of the picture, of the turned square that a view looks at."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    along_x, along_y = abs(float(direction[0])), abs(float(direction[1]))
    length = along_x * width + along_y * height
    across = along_y * width + along_x * height
    centre = (box[:2] + box[2:]) / 2 + direction * view.along * length
    return centre, max(view.size * min(length, across), 1.0)


def crop_view(picture: Image.Image, box: FloatArray, direction: FloatArray, view: View, side_px: int) -> FloatArray:
    """One view of one nail, its detail limited.

    The square is averaged down to `side_px`. A phone's nail has many more pixels than those that the estimator
    learned from, and noise, sharpening and JPEG blocks with them; what is left after the averaging is alike from
    one camera, and from one JPEG decoder, to the next. Nothing is rounded to whole grey levels on the way: to the
    estimator the steps would look like texture.

    Returns:
        (3, side_px, side_px) float32 RGB in 0..1; beyond the picture's border its outermost pixels go on. Around a
        round view lies the mean colour of what is in it.
    """
    centre, side = view_square(box, direction, view)
    turned_px = 2 * side_px
    # Half the diagonal of the square, and a pixel for the filter.
    reach = int(np.ceil(side * 0.75)) + 2
    left, top = int(centre[0]) - reach, int(centre[1]) - reach
    channels = _cut_out(picture, left, top, 2 * reach)
    # A large nail is averaged down first, since turning looks at single pixels only.
    shrink = max(1.0, side / turned_px)
    around_px = max(1, round(2 * reach / shrink))
    to_around = around_px / (2 * reach)
    step = side / turned_px * to_around
    cos, sin = float(direction[0]) * step, float(direction[1]) * step
    start_x = (float(centre[0]) - left) * to_around - (cos - sin) * turned_px / 2
    start_y = (float(centre[1]) - top) * to_around - (sin + cos) * turned_px / 2
    # Columns run along the finger, rows across it.
    turn = (cos, -sin, start_x, sin, cos, start_y)

    shown = np.empty((3, side_px, side_px), dtype=np.float32)
    for number, channel in enumerate(channels):
        size = (around_px, around_px)
        around = channel if channel.size == size else channel.resize(size, Image.Resampling.BILINEAR)
        turned = around.transform(
            (turned_px, turned_px), Image.Transform.AFFINE, turn, resample=Image.Resampling.BILINEAR
        )
        shown[number] = np.asarray(turned.resize((side_px, side_px), Image.Resampling.BILINEAR))
    if view.round:
        inside = _disc(side_px)
        mean = (shown * inside).sum(axis=(1, 2), keepdims=True) / inside.sum()
        shown = shown * inside + mean * (1 - inside)
    return shown / np.float32(255.0)


@cache
def _disc(side_px: int) -> FloatArray:
    """(side_px, side_px) float32: 1 inside the disc that touches the four sides, 0 outside, its edge a pixel soft."""
    off = np.arange(side_px, dtype=np.float32) - np.float32((side_px - 1) / 2)
    inside: FloatArray = np.clip(side_px / 2 - np.hypot(off[:, None], off[None, :]) + 0.5, 0.0, 1.0)
    return inside


def _cut_out(picture: Image.Image, left: int, top: int, side: int) -> list[Image.Image]:
    """Red, green and blue of a square from anywhere, as Pillow's float pictures of 0..255; outside the picture the
    nearest pixels are repeated."""
    right, bottom = left + side, top + side
    if left >= 0 and top >= 0 and right <= picture.width and bottom <= picture.height:
        return [channel.convert("F") for channel in picture.crop((left, top, right, bottom)).split()]
    x1, y1 = min(max(left, 0), picture.width - 1), min(max(top, 0), picture.height - 1)
    x2, y2 = max(min(right, picture.width), x1 + 1), max(min(bottom, picture.height), y1 + 1)
    pixels = np.asarray(picture.crop((x1, y1, x2, y2)), dtype=np.float32)
    columns = np.clip(np.arange(left, right) - x1, 0, x2 - x1 - 1)
    rows = np.clip(np.arange(top, bottom) - y1, 0, y2 - y1 - 1)
    square = pixels[rows[:, None], columns[None, :]]
    return [Image.fromarray(np.ascontiguousarray(square[..., number])) for number in range(3)]
