"""The convex hull of a section's seats, with room around them.

Monotone chain: A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions",
Information Processing Letters 9 (5), 1979: sort the points, then walk them once each way, dropping
every point that would make a turn to the wrong side. O(n log n).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, dist, pi, sin
from statistics import median_low

from houseful.domain.plan import Section

Point = tuple[float, float]

ROOM = 0.8
"""Room around the seats in steps between neighbours; blocks an aisle apart still keep apart."""

DEFAULT_STEP = 10.0
"""Where there is no second seat to measure a step by."""

CORNERS = 8
"""Points of the circle that stands for a seat with its room."""


def convex_hull(points: Iterable[Point]) -> tuple[Point, ...]:
    """The hull's corners in order; fewer than three where the points lie on one line."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return tuple(ordered)
    there, back = _chain(ordered), _chain(ordered[::-1])
    return (*there[:-1], *back[:-1])


def _chain(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the signed area of the triangle abc."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def section_hull(section: Section) -> tuple[Point, ...]:
    """A convex polygon around all seats of the section; never fewer than three corners."""
    seats = [(seat.x, seat.y) for row in section.rows for seat in row.seats]
    room = ROOM * usual_step(section)
    angles = [2 * pi * corner / CORNERS for corner in range(CORNERS)]
    circle = [(room * cos(angle), room * sin(angle)) for angle in angles]
    return convex_hull((x + dx, y + dy) for x, y in convex_hull(seats) for dx, dy in circle)


def usual_step(section: Section) -> float:
    """The usual distance from one seat to the next in its row."""
    steps = [
        step
        for row in section.rows
        for a, b in pairwise(row.seats)
        if (step := dist((a.x, a.y), (b.x, b.y))) > 0
    ]
    return median_low(steps) if steps else DEFAULT_STEP
