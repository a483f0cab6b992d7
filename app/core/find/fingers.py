"""Which way a finger points: from the nail towards the hand, so that every nail is looked at alike.

The patch of skin that the detector finds on a finger lies behind its nail and gives the direction. A nail
without a patch takes the direction of the others; where these are of two hands, or there is no patch at all, colour
decides: what lies behind a nail is skin, what lies before it is table.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.find.detection import box_centres, nearest_pairs

# In the training photographs a patch lies 1.4 to 3.6 nail sizes from its nail.
MAX_DISTANCE_IN_NAILS = 4.5
MIN_DISTANCE_IN_NAILS = 0.7
# By how much the way from a nail to its patch may differ from that of another finger, of its length: some 40 degrees.
MOST_OFF = 0.7
# The ring around a nail in which colour is looked at, in nail sizes, and the directions told apart.
RING_IN_NAILS = (0.7, 1.6)
RING_DIRECTIONS = 24
THUMBNAIL_PX = 48
# Directions by colour of one hand add up to more than this share of their number.
LEAST_AGREED = 0.4


def finger_directions(picture: Image.Image, nails: FloatArray, skin: FloatArray) -> FloatArray:
    """Unit vectors (N, 2), x and y, from each nail towards the hand.

    Args:
        picture: RGB.
        nails: (N, 4) xyxy in pixels of the picture.
        skin: (M, 4) xyxy patches of skin; M may be 0.
    """
    directions: FloatArray = np.zeros((len(nails), 2))
    matched = np.zeros(len(nails), dtype=bool)
    nail_centres, skin_centres = box_centres(nails), box_centres(skin)
    for nail, patch in match_skin(nails, skin):
        directions[nail] = _unit(skin_centres[patch] - nail_centres[nail])
        matched[nail] = True
    known = directions[matched]
    if not matched.all() and len(known) and _agree(known):
        directions[~matched] = _unit(known.sum(axis=0))
    elif not matched.all():
        by_colour = np.array([direction_by_colour(picture, box) for box in nails[~matched]])
        directions[~matched] = _together(by_colour, known if len(known) else by_colour)
    return directions


def _agree(directions: FloatArray) -> bool:
    """Whether these (N, 2) are the fingers of one hand, which lie nearly alike; those of two hands that face each other
    add up to nothing."""
    return bool(np.hypot(*directions.sum(axis=0)) >= LEAST_AGREED * len(directions))


def _together(by_colour: FloatArray, known: FloatArray) -> FloatArray:
    """What nails say of themselves by colour (N, 2), by which each is drawn to its neighbours, made like what is known
    of some nails (M, 2): the same for all; of two hands that face each other, one of the two ways along their line."""
    if _agree(known):
        return np.tile(_unit(known.sum(axis=0)), (len(by_colour), 1))
    _, axes = np.linalg.eigh(known.T @ known)
    along = by_colour @ axes[:, -1]
    apart: FloatArray = np.where(along < 0, -1.0, 1.0)[:, None] * axes[:, -1]
    return apart


def match_skin(nails: FloatArray, skin: FloatArray) -> list[tuple[int, int]]:
    """Pairs (nail, patch of skin), each at most once.

    Fingers of one hand lie nearly alike, and so do their patches. Of the ways from nail to patch that single pairs
    suggest the one counts that fits most nails, and these best: a nail without a patch, at the edge of the hand, then
    takes none away from its neighbour. A thumb lies otherwise, and has what is left.
    """
    if not len(nails) or not len(skin):
        return []
    sizes = np.sqrt(np.maximum(nails[:, 2:] - nails[:, :2], 1.0).prod(axis=1))
    # (N, M, 2) in nails.
    ways = (box_centres(skin)[None, :] - box_centres(nails)[:, None]) / sizes[:, None, None]
    distances = np.hypot(ways[..., 0], ways[..., 1])
    possible = (distances >= MIN_DISTANCE_IN_NAILS) & (distances <= MAX_DISTANCE_IN_NAILS)
    best: tuple[int, float, float, list[tuple[int, int]]] = (0, 0.0, 0.0, [])
    for suggested in np.argwhere(possible):
        way = ways[tuple(suggested)]
        off = np.hypot(*(ways - way).transpose(2, 0, 1)) / np.hypot(*way)
        pairs = nearest_pairs(np.where(possible & (off < MOST_OFF), off, np.inf))
        misfit, length = (float(sum(values[pair] for pair in pairs)) for values in (off, distances))
        # A way that fits one pair alone fits it wholly: then the nearest pair counts.
        best = min(best, (-len(pairs), misfit, length, pairs), key=lambda each: each[:3])
    left = np.where(possible, distances, np.inf)
    *_, paired = best
    for nail, patch in paired:
        left[nail, :] = left[:, patch] = np.inf
    return paired + nearest_pairs(left)


def direction_by_colour(picture: Image.Image, nail: FloatArray) -> FloatArray:
    """The direction (2,) in which a ring around the nail is reddest: skin is redder than most tables."""
    x1, y1, x2, y2 = (float(side) for side in nail)
    size = max((x2 - x1) * (y2 - y1), 1.0) ** 0.5
    inner, outer = (size * radius for radius in RING_IN_NAILS)
    centre_x, centre_y = (x1 + x2) / 2, (y1 + y2) / 2
    left, top = max(centre_x - outer, 0.0), max(centre_y - outer, 0.0)
    right, bottom = min(centre_x + outer, picture.width), min(centre_y + outer, picture.height)
    side = THUMBNAIL_PX
    thumbnail = picture.resize((side, side), Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    logs = np.log(np.asarray(thumbnail, dtype=np.float64) + 8.0)
    redness = logs[..., 0] - (logs[..., 1] + logs[..., 2]) / 2
    x = left + (np.arange(side) + 0.5) * (right - left) / side - centre_x
    y = top + (np.arange(side) + 0.5) * (bottom - top) / side - centre_y
    radius = np.hypot(x[None, :], y[:, None])
    ring = (radius > inner) & (radius < outer)
    turn = 2 * np.pi / RING_DIRECTIONS
    sector = (np.arctan2(y[:, None], x[None, :]) // turn).astype(int) % RING_DIRECTIONS
    by_sector = np.full(RING_DIRECTIONS, -np.inf)
    for number in range(RING_DIRECTIONS):
        inside = ring & (sector == number)
        if inside.any():
            by_sector[number] = np.median(redness[inside])
    weights = np.clip(by_sector - np.quantile(by_sector[np.isfinite(by_sector)], 0.4), 0, None)
    middle = (np.arange(RING_DIRECTIONS) + 0.5) * turn
    return _unit(np.array([weights @ np.cos(middle), weights @ np.sin(middle)]))


def _unit(vector: FloatArray) -> FloatArray:
    length = math.hypot(*vector.tolist())
    return vector / length if length > 1e-9 else np.array([1.0, 0.0])
