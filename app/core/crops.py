"""Cut nails out of the original picture as the estimator wants them: every finger turned alike."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.manifest import EstimatorSpec, View


def nail_crops(picture: Image.Image, boxes: FloatArray, directions: FloatArray, spec: EstimatorSpec) -> FloatArray:
    """Everything the estimator is shown of each nail.

    Args:
        picture: RGB.
        boxes: (N, 4) xyxy nail boxes in pixels of the picture.
        directions: (N, 2) unit vectors from each nail towards the hand, see `app.core.fingers`.

    Returns:
        (N, pictures, 3, side_px, side_px) float32, normalised with the model's mean and std. The hand lies to the
        right. Pictures are the views in their order, each followed by its mirror image across the finger where
        the model wants one.
    """
    mean = np.array(spec.mean, dtype=np.float32)[:, None, None]
    std = np.array(spec.std, dtype=np.float32)[:, None, None]
    crops = np.empty((len(boxes), spec.pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    for nail, (box, direction) in enumerate(zip(boxes, directions, strict=True)):
        place = 0
        for view in spec.views:
            crops[nail, place] = (crop_view(picture, box, direction, view, spec) - mean) / std
            place += 1
            if spec.mirror:
                crops[nail, place] = crops[nail, place - 1, :, ::-1]
                place += 1
    return crops


def view_square(box: FloatArray, direction: FloatArray, view: View) -> tuple[FloatArray, float]:
    """Centre (2,) and side, in pixels of the picture, of the turned square that a view looks at."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    along_x, along_y = abs(float(direction[0])), abs(float(direction[1]))
    length = along_x * width + along_y * height
    across = along_y * width + along_x * height
    centre = (box[:2] + box[2:]) / 2 + direction * view.along * length
    return centre, max(view.size * min(length, across), 1.0)


def crop_view(
    picture: Image.Image, box: FloatArray, direction: FloatArray, view: View, spec: EstimatorSpec
) -> FloatArray:
    """One view of one nail, its detail limited.

    The square is averaged down to `detail_px`. A phone's nail has many more pixels than those that the estimator
    learned from, and noise, sharpening and JPEG blocks with them; what is left after the averaging is alike from
    one camera, and from one JPEG decoder, to the next. Nothing is rounded to whole grey levels on the way: to the
    estimator the steps would look like texture.

    Returns:
        (3, side_px, side_px) float32 RGB in 0..1; beyond the picture's border its outermost pixels go on. Around a
        round view lies the mean colour of what is in it.
    """
    centre, side = view_square(box, direction, view)
    turned_px = 2 * spec.detail_px
    # Half the diagonal of the square, and a pixel for the filter.
    reach = int(np.ceil(side * 0.75)) + 2
    left, top = int(centre[0]) - reach, int(centre[1]) - reach
    around = _cut_out(picture, left, top, 2 * reach)
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

    details = np.empty((3, spec.detail_px, spec.detail_px), dtype=np.float32)
    for number in range(3):
        channel = Image.fromarray(np.ascontiguousarray(around[..., number]))
        if around_px != channel.width:
            channel = channel.resize((around_px, around_px), Image.Resampling.BILINEAR)
        turned = channel.transform(
            (turned_px, turned_px), Image.Transform.AFFINE, turn, resample=Image.Resampling.BILINEAR
        )
        details[number] = np.asarray(turned.resize((spec.detail_px, spec.detail_px), Image.Resampling.BILINEAR))
    if view.round:
        inside = _disc(spec.detail_px)
        mean = (details * inside).sum(axis=(1, 2), keepdims=True) / inside.sum()
        details = details * inside + mean * (1 - inside)
    size = (spec.side_px, spec.side_px)
    shown = [np.asarray(Image.fromarray(detail).resize(size, Image.Resampling.BILINEAR)) for detail in details]
    return np.stack(shown) / np.float32(255.0)


@cache
def _disc(side_px: int) -> FloatArray:
    """(side_px, side_px) float32: 1 inside the disc that touches the four sides, 0 outside, its edge a pixel soft."""
    off = np.arange(side_px, dtype=np.float32) - np.float32((side_px - 1) / 2)
    inside: FloatArray = np.clip(side_px / 2 - np.hypot(off[:, None], off[None, :]) + 0.5, 0.0, 1.0)
    return inside


def _cut_out(picture: Image.Image, left: int, top: int, side: int) -> FloatArray:
    """(side, side, 3) float32 in 0..255 from anywhere; outside the picture the nearest pixels are repeated."""
    right, bottom = left + side, top + side
    x1, y1 = min(max(left, 0), picture.width - 1), min(max(top, 0), picture.height - 1)
    x2, y2 = max(min(right, picture.width), x1 + 1), max(min(bottom, picture.height), y1 + 1)
    pixels = np.asarray(picture.crop((x1, y1, x2, y2)), dtype=np.float32)
    columns = np.clip(np.arange(left, right) - x1, 0, x2 - x1 - 1)
    rows = np.clip(np.arange(top, bottom) - y1, 0, y2 - y1 - 1)
    return pixels[rows[:, None], columns[None, :]]
