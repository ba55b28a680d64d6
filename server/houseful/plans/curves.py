"""The lines seats stand on: straight and circular fronts, and rows at a distance behind them.

Plain school geometry: a straight front moves along its normal, a circular one grows its radius.
y grows downwards, so angles in degrees run clockwise as seen: 0 right, 90 down, 180 left, 270 up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil, cos, dist, radians, sin
from typing import Protocol

from houseful.domain.plan import Area, Category, Plan, Section

Point = tuple[float, float]

ARC_STEP_DEGREES = 5.0
"""Chord of an outline's arc: at this step it leaves the circle by 0.1 % of the radius."""


class Front(Protocol):
    """Where the first row stands. Depth is the distance behind it, in plan units."""

    def length(self, depth: float) -> float: ...

    def at(self, depth: float, along: float) -> Point:
        """The point `along` units from the start of the row at this depth."""

    def outline(self, near: float, far: float) -> tuple[Point, ...]:
        """The polygon between two depths."""


@dataclass(frozen=True, slots=True)
class Straight:
    """From `start` to `end`; deeper rows lie to the left of that way, as seen."""

    start: Point
    end: Point

    def length(self, depth: float) -> float:
        return dist(self.start, self.end)

    def at(self, depth: float, along: float) -> Point:
        (x0, y0), (x1, y1) = self.start, self.end
        length = dist(self.start, self.end)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        return x0 + ux * along + uy * depth, y0 + uy * along - ux * depth

    def outline(self, near: float, far: float) -> tuple[Point, ...]:
        length = self.length(0)
        return self.at(near, 0), self.at(near, length), self.at(far, length), self.at(far, 0)


@dataclass(frozen=True, slots=True)
class Arc:
    """Around `center` from angle `start` to `end`, either way round; deeper is further out."""

    center: Point
    radius: float
    start: float
    end: float

    def length(self, depth: float) -> float:
        return (self.radius + depth) * radians(abs(self.end - self.start))

    def at(self, depth: float, along: float) -> Point:
        return self._polar(depth, self.start + (self.end - self.start) * along / self.length(depth))

    def outline(self, near: float, far: float) -> tuple[Point, ...]:
        steps = max(1, ceil(abs(self.end - self.start) / ARC_STEP_DEGREES))
        angles = [self.start + (self.end - self.start) * step / steps for step in range(steps + 1)]
        inner = (self._polar(near, angle) for angle in angles)
        outer = (self._polar(far, angle) for angle in reversed(angles))
        return (*inner, *outer)

    def _polar(self, depth: float, degrees: float) -> Point:
        radius, angle = self.radius + depth, radians(degrees)
        return self.center[0] + radius * cos(angle), self.center[1] + radius * sin(angle)


def seat_points(front: Front, depth: float, pitch: float, margin: float) -> list[Point]:
    """As many seats `pitch` apart as fit between two margins, centred in the row."""
    length = front.length(depth)
    count = int((length - 2 * margin) / pitch)
    first = (length - (count - 1) * pitch) / 2
    return [front.at(depth, first + index * pitch) for index in range(count)]


def row_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, 27 → AB."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def framed(
    name: str,
    categories: Iterable[Category],
    sections: Iterable[Section],
    areas: Iterable[Area],
    *,
    focal_point: Point,
    margin: float,
) -> Plan:
    """A checked plan whose drawing starts `margin` from the upper left corner."""
    sections, areas = tuple(sections), tuple(areas)
    corners = [point for section in sections for point in section.outline]
    corners += [point for area in areas for point in _reach(area)]
    left, top = min(x for x, _ in corners) - margin, min(y for _, y in corners) - margin
    right, bottom = max(x for x, _ in corners) + margin, max(y for _, y in corners) + margin

    def moved(point: Point) -> Point:
        return round(point[0] - left, 2), round(point[1] - top, 2)

    return Plan(
        name=name,
        width=round(right - left, 2),
        height=round(bottom - top, 2),
        categories=tuple(categories),
        sections=tuple(_moved_section(section, moved) for section in sections),
        areas=tuple(_moved_area(area, moved) for area in areas),
        focal_point=moved(focal_point),
        source="generator",
    ).check()


def _reach(area: Area) -> Iterator[Point]:
    if area.shape == "polygon":
        yield from area.points
    elif area.shape == "rectangle":
        yield area.x, area.y
        yield area.x + area.width, area.y + area.height


def _moved_section(section: Section, moved: Callable[[Point], Point]) -> Section:
    rows = []
    for row in section.rows:
        seats = []
        for seat in row.seats:
            x, y = moved((seat.x, seat.y))
            seats.append(replace(seat, x=x, y=y))
        rows.append(replace(row, seats=tuple(seats)))
    return replace(section, rows=tuple(rows), outline=tuple(moved(p) for p in section.outline))


def _moved_area(area: Area, moved: Callable[[Point], Point]) -> Area:
    x, y = moved((area.x, area.y))
    return replace(area, x=x, y=y, points=tuple(moved(point) for point in area.points))
