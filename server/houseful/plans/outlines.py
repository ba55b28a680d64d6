"""The outline of a drawn shape as a polygon, in the coordinates of the plan, and seats spread within one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, dist, floor, pi, sin, sqrt

from houseful.domain.plan import Area
from houseful.plans.silhouette import is_inside
from houseful.plans.turning import turned

CORNERS = 32
"""Of the polygon that stands for an ellipse: its edge is off by half a percent of the radius."""

Point = tuple[float, float]


def outline(area: Area) -> tuple[Point, ...]:
    """The corners of a polygon, rectangle, ellipse or circle; see `Area` for what its fields mean."""
    if area.shape == "polygon":
        return area.points
    if area.shape == "rectangle":
        inner = [(0.0, 0.0), (area.width, 0.0), (area.width, area.height), (0.0, area.height)]
    else:
        angles = [2 * pi * corner / CORNERS for corner in range(CORNERS)]
        inner = [(area.width * cos(angle), area.height * sin(angle)) for angle in angles]
    moved = (turned(x, y, area.rotation) for x, y in inner)
    return tuple((area.x + x, area.y + y) for x, y in moved)


CLOSER = 0.95
"""By which seats move closer together until all of them fit in."""


def spread(corners: Sequence[Point], count: int) -> list[Point]:
    """So many places on a square grid within a polygon, row by row; those nearest to its middle where
    more fit in. All at its middle where it has no room."""
    middle = (sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners))
    step = sqrt(_size(corners) / count)
    while step > 1e-6:
        found = [point for point in _grid(corners, step) if is_inside(corners, point)]
        if len(found) >= count:
            nearest = sorted(found, key=lambda point: dist(point, middle))[:count]
            return sorted(nearest, key=lambda point: (point[1], point[0]))
        step *= CLOSER
    return [middle] * count


def _grid(corners: Sequence[Point], step: float) -> Iterator[Point]:
    """The middles of squares that lie evenly in the polygon's box."""
    lines = []
    for axis in (0, 1):
        least, most = (bound(corner[axis] for corner in corners) for bound in (min, max))
        fitting = max(1, floor((most - least) / step + 1e-9))
        first = (least + most - (fitting - 1) * step) / 2
        lines.append([first + place * step for place in range(fitting)])
    return ((x, y) for y in lines[1] for x in lines[0])


def _size(corners: Sequence[Point]) -> float:
    """The polygon's area, by the shoelace formula."""
    closed = (*corners, corners[0])
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))) / 2
