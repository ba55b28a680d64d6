"""The outline of a section that brings none: along the ends of its rows, with room around them.

Halls are seldom convex: rows start and end where doors, pillars and balconies let them. Following the
row ends shows that shape; where rows do not lie one behind the other, the convex hull stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import dist, hypot

from houseful.domain.plan import Section
from houseful.plans.hull import ROOM, Point, section_hull, usual_step

MITRE_LIMIT = 2.0
"""A sharp corner moves out by at most this much of the room, so that no spike grows from it."""

SAME = 0.01
"""Points closer than this, in plan units, are one."""

STAIR_FROM = 1.5
"""Seats by which a row must be longer than the next for its end to show as a stair, not a slope."""


def section_outline(section: Section) -> tuple[Point, ...]:
    """A polygon around all seats of the section; never fewer than three corners."""
    rows = [[(seat.x, seat.y) for seat in row.seats] for row in section.rows if row.seats]
    if len(rows) < 2 or any(row.kind != "row" for row in section.rows):
        return section_hull(section)
    rows = _one_way(rows)
    step = usual_step(section)
    right = _along([row[-1] for row in rows], _direction(rows), step)
    left = _along([row[0] for row in rows], _direction(rows), step)
    edge = [*rows[0][:-1], *right, *reversed(rows[-1][:-1]), *reversed(left[1:-1])]
    outline = _corners(_widened(_corners(edge), ROOM * step))
    checked = (point for row in rows for point in (row[0], row[len(row) // 2], row[-1]))
    if len(outline) < 3 or not all(is_inside(outline, point) for point in checked):
        return section_hull(section)
    return tuple(outline)


def _direction(rows: Sequence[Sequence[Point]]) -> Point:
    """From the first to the last seat of the longest row, one unit long."""
    spans = [(row[-1][0] - row[0][0], row[-1][1] - row[0][1]) for row in rows]
    dx, dy = max(spans, key=lambda span: hypot(*span))
    length = hypot(dx, dy) or 1.0
    return (dx / length, dy / length)


def _along(ends: Sequence[Point], direction: Point, step: float) -> list[Point]:
    """The row ends in order; where one row is longer by more than a seat, with a stair to it."""
    dx, dy = direction
    path = [ends[0]]
    for (ax, ay), (bx, by) in pairwise(ends):
        forth = (bx - ax) * dx + (by - ay) * dy
        if abs(forth) > STAIR_FROM * step:
            back_x, back_y = (bx - ax - forth * dx) / 2, (by - ay - forth * dy) / 2
            path += [(ax + back_x, ay + back_y), (bx - back_x, by - back_y)]
        path.append((bx, by))
    return path


def _one_way(rows: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """All rows walked the way of the longest one: some plans number every other row backwards."""
    dx, dy = _direction(rows)
    return [
        list(reversed(row))
        if (row[-1][0] - row[0][0]) * dx + (row[-1][1] - row[0][1]) * dy < 0
        else list(row)
        for row in rows
    ]


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points at which a polygon turns: without repeats and points on a straight side."""
    kept: list[Point] = []
    for point in points:
        if kept and dist(kept[-1], point) < SAME:
            continue
        kept.append(point)
        while len(kept) >= 3 and _is_straight(kept[-3], kept[-2], kept[-1]):
            del kept[-2]
    while len(kept) >= 3 and (
        dist(kept[-1], kept[0]) < SAME or _is_straight(kept[-2], kept[-1], kept[0])
    ):
        kept.pop()
    return kept


def _is_straight(a: Point, b: Point, c: Point) -> bool:
    cross = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    return abs(cross) < SAME * (dist(a, b) + dist(b, c))


def _widened(points: Sequence[Point], room: float) -> tuple[Point, ...]:
    """Every side of the polygon moved outwards by `room`."""
    count = len(points)
    if count < 3:
        return ()
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]]))
    out = -room if area > 0 else room
    widened = []
    for index, (x, y) in enumerate(points):
        ax, ay = _normal(points[index - 1], (x, y))
        bx, by = _normal((x, y), points[(index + 1) % count])
        mx, my = ax + bx, ay + by
        length = mx * mx + my * my
        reach = out * (min(MITRE_LIMIT, 2 / length) if length > 1e-9 else 0.0)
        widened.append((x + mx * reach, y + my * reach))
    return tuple(widened)


def _normal(a: Point, b: Point) -> Point:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = hypot(dx, dy)
    return (-dy / length, dx / length)


def is_inside(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a ray from the point crosses the polygon's edge an odd number of times."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in pairwise([*polygon, polygon[0]]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
