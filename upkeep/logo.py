"""The mark of HemoLens, described once: a fingertip with its nail, seen through a lens.

Shapes lie on a grid of 64 units a side, the origin at the top left, and are painted in the order in which they
stand. icons.py paints them into PNG files; here the same shapes are written as SVG.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

GRID = 64
CENTRE = (32.0, 32.0)
# A platform may cut a maskable icon to any form that keeps this circle, given as a share of the side.
SAFE_RADIUS_SHARE = 0.4

GROUND = "#b3304a"
LENS = "#8e2239"
SKIN = "#f3cbb9"
NAIL = "#fff4ee"

Point = tuple[float, float]
# One point: a straight line to it. Three: a cubic curve with two control points and its end.
Step = tuple[Point] | tuple[Point, Point, Point]

# At 512 pixels a piece of a curve cut into so many is shorter than two pixels.
PIECES_A_CURVE = 64
PIECES_A_CIRCLE = 720


@dataclass(frozen=True)
class Outline:
    """A closed form of lines and cubic curves."""

    colour: str
    start: Point
    steps: tuple[Step, ...]

    def polygons(self) -> list[list[Point]]:
        points = [self.start]
        for step in self.steps:
            points += step if len(step) == 1 else _curve(points[-1], *step)
        return [points]

    def svg(self) -> str:
        words = [f"M{_pair(self.start)}"]
        for step in self.steps:
            words.append(("L" if len(step) == 1 else "C") + " ".join(map(_pair, step)))
        return f'<path d="{"".join(words)}z" fill="{self.colour}"/>'


@dataclass(frozen=True)
class Disc:
    colour: str
    centre: Point
    radius: float

    def polygons(self) -> list[list[Point]]:
        return [_arc(self.centre, self.radius, 0, 360)]

    def svg(self) -> str:
        x, y = map(_number, self.centre)
        return f'<circle cx="{x}" cy="{y}" r="{_number(self.radius)}" fill="{self.colour}"/>'


@dataclass(frozen=True)
class Ring:
    """A circle drawn with a stroke of `width`, half of it on either side of `radius`."""

    colour: str
    centre: Point
    radius: float
    width: float

    def polygons(self) -> list[list[Point]]:
        """The outer edge, then the hole."""
        return [_arc(self.centre, self.radius + half, 0, 360) for half in (self.width / 2, -self.width / 2)]

    def svg(self) -> str:
        x, y = map(_number, self.centre)
        stroke = f'fill="none" stroke="{self.colour}" stroke-width="{_number(self.width)}"'
        return f'<circle cx="{x}" cy="{y}" r="{_number(self.radius)}" {stroke}/>'


@dataclass(frozen=True)
class Box:
    """A rectangle with round corners, by its top left corner and its size."""

    colour: str
    corner: Point
    size: Point
    radius: float

    def polygons(self) -> list[list[Point]]:
        (left, top), (width, height), radius = self.corner, self.size, self.radius
        points: list[Point] = []
        right, bottom = width - radius, height - radius
        for quarter, (x, y) in enumerate(((right, bottom), (radius, bottom), (radius, radius), (right, radius))):
            points += _arc((left + x, top + y), radius, 90 * quarter, 90)
        return [points]

    def svg(self) -> str:
        place = f'x="{_number(self.corner[0])}" y="{_number(self.corner[1])}" ' if any(self.corner) else ""
        size = f'width="{_number(self.size[0])}" height="{_number(self.size[1])}"'
        return f'<rect {place}{size} rx="{_number(self.radius)}" fill="{self.colour}"/>'


Shape = Outline | Disc | Ring | Box

TILE = Box(GROUND, (0, 0), (GRID, GRID), 15)
GLASS = Disc(LENS, CENTRE, 23.25)
# Its foot follows the middle of the rim, which is painted over it.
FINGER = Outline(
    SKIN,
    (20.5, 52.2),
    (
        ((20.5, 29.5),),
        ((20.5, 20.5), (25, 15), (32, 15)),
        ((39, 15), (43.5, 20.5), (43.5, 29.5)),
        ((43.5, 52.2),),
        ((36.37, 56.26), (27.63, 56.26), (20.5, 52.2)),
    ),
)
PLATE = Outline(
    NAIL,
    (25, 33.5),
    (
        ((25, 27),),
        ((25, 21.5), (27.7, 18.5), (32, 18.5)),
        ((36.3, 18.5), (39, 21.5), (39, 27)),
        ((39, 33.5),),
        ((39, 37.2), (36.2, 39.5), (32, 39.5)),
        ((27.8, 39.5), (25, 37.2), (25, 33.5)),
    ),
)
RIM = Ring(NAIL, CENTRE, 23.25, 3.5)

MARK: tuple[Shape, ...] = (GLASS, FINGER, PLATE, RIM)
# In one colour: what is painted, and what is left open in what was painted before.
SILHOUETTE: tuple[tuple[Shape, bool], ...] = ((FINGER, True), (PLATE, False), (RIM, True))

CAMERA: tuple[Shape, ...] = (
    Box(NAIL, (24, 15), (16, 12), 4),
    Box(NAIL, (13, 20), (38, 28), 6),
    Ring(GROUND, (32, 34), 8, 3.5),
)
PHOTO: tuple[Shape, ...] = (
    Box(NAIL, (14, 16), (36, 32), 6),
    Box(LENS, (17.5, 19.5), (29, 25), 3),
    Disc(SKIN, (25, 27), 3),
    Outline(SKIN, (20.5, 41.5), (((28, 33.5),), ((32, 37.5),), ((37.5, 30),), ((44, 41.5),))),
)


def svg() -> str:
    """static/icon.svg: the mark on its tile."""
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">']
    lines += [f"  {shape.svg()}" for shape in (TILE, *MARK)]
    return "\n".join([*lines, "</svg>", ""])


def _curve(begin: Point, first: Point, second: Point, end: Point) -> list[Point]:
    """Points along a cubic curve, without its begin."""
    points = []
    for piece in range(1, PIECES_A_CURVE + 1):
        t = piece / PIECES_A_CURVE
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        x, y = (sum(w * p[axis] for w, p in zip(weights, (begin, first, second, end), strict=True)) for axis in (0, 1))
        points.append((x, y))
    return points


def _arc(centre: Point, radius: float, from_degrees: float, by_degrees: float) -> list[Point]:
    """Points along a part of a circle, clockwise from the right as one sees it."""
    pieces = max(1, round(PIECES_A_CIRCLE * by_degrees / 360))
    angles = [math.radians(from_degrees + by_degrees * piece / pieces) for piece in range(pieces + 1)]
    return [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:g}"
