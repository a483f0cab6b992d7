"""Cut nails out of the original picture as the estimator wants them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.manifest import EstimatorSpec


def view_box(box: FloatArray, margins: tuple[float, float, float, float], width: int, height: int) -> FloatArray:
    """Widen a box by fractions of its own size (left, top, right, bottom) and clip it to the picture.

    Args:
        box: (4,) xyxy in pixels of a `width` x `height` picture.

    Returns:
        (4,) xyxy, at least one pixel wide and high where the box touches the picture at all.
    """
    x1, y1, x2, y2 = (float(value) for value in box)
    box_width, box_height = x2 - x1, y2 - y1
    left, top, right, bottom = margins
    x1 = min(max(x1 - left * box_width, 0.0), width - 1.0)
    y1 = min(max(y1 - top * box_height, 0.0), height - 1.0)
    x2 = min(max(x2 + right * box_width, x1 + 1.0), float(width))
    y2 = min(max(y2 + bottom * box_height, y1 + 1.0), float(height))
    return np.array([x1, y1, x2, y2])


def crop_view(picture: Image.Image, box: FloatArray, spec: EstimatorSpec) -> FloatArray:
    """Resize the box's shorter side to `resize_px` and cut the centre `side_px` square, its detail limited.

    The square is first averaged down to `detail_px`. A phone's nail has many more pixels than those that the
    estimator learned from, and noise, sharpening and JPEG blocks with them; what is left after the averaging is
    alike from one camera, and from one JPEG decoder, to the next. Nothing is rounded to whole grey levels on the
    way: to the estimator the steps would look like texture.

    Args:
        box: (4,) xyxy in pixels of the RGB picture.

    Returns:
        (side_px, side_px, 3) float32 RGB in 0..1.
    """
    x1, y1, x2, y2 = (float(value) for value in box)
    half = min(x2 - x1, y2 - y1) * spec.side_px / spec.resize_px / 2
    centre_x, centre_y = (x1 + x2) / 2, (y1 + y2) / 2
    square = (
        max(centre_x - half, 0.0),
        max(centre_y - half, 0.0),
        min(centre_x + half, float(picture.width)),
        min(centre_y + half, float(picture.height)),
    )
    # Enough of the picture for the filter's support on either side of the square.
    margin = 2 * half / spec.detail_px + 2
    left, top = max(int(square[0] - margin), 0), max(int(square[1] - margin), 0)
    right = min(int(square[2] + margin) + 1, picture.width)
    bottom = min(int(square[3] + margin) + 1, picture.height)
    inside = (square[0] - left, square[1] - top, square[2] - left, square[3] - top)
    channels = []
    for channel in picture.crop((left, top, right, bottom)).split():
        detail = channel.convert("F").resize((spec.detail_px, spec.detail_px), Image.Resampling.BILINEAR, box=inside)
        channels.append(np.asarray(detail.resize((spec.side_px, spec.side_px), Image.Resampling.BILINEAR)))
    return np.stack(channels, axis=2) / np.float32(255.0)


def nail_crops(picture: Image.Image, boxes: FloatArray, spec: EstimatorSpec) -> FloatArray:
    """Everything the estimator is shown of each nail.

    Args:
        picture: RGB.
        boxes: (N, 4) xyxy nail boxes in pixels of the picture.

    Returns:
        (N, pictures, 3, side_px, side_px) float32, normalised with the model's mean and std; pictures are the
        views in their order, each followed by its mirror image where the model wants one.
    """
    mean = np.array(spec.mean, dtype=np.float32)
    std = np.array(spec.std, dtype=np.float32)
    crops = np.empty((len(boxes), spec.pictures, 3, spec.side_px, spec.side_px), dtype=np.float32)
    for nail, box in enumerate(boxes):
        place = 0
        for view in spec.views:
            wide = view_box(box, view.margins, picture.width, picture.height)
            crop = (crop_view(picture, wide, spec) - mean) / std
            crops[nail, place] = crop.transpose(2, 0, 1)
            place += 1
            if spec.mirror:
                crops[nail, place] = crops[nail, place - 1, :, :, ::-1]
                place += 1
    return crops
