"""A plan as browsers get it: small, and flat enough to go straight into typed arrays.

All lengths (coordinates, width, height, text sizes) are whole numbers, the plan's units times
`SCALE`; the drawing fills 0…width by 0…height. Coordinates are rounded before the differences
along a row are taken, so that adding them up again gathers no error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from math import ceil, floor, hypot

from houseful.domain.numbers import whole
from houseful.domain.plan import Area, Plan, Row, Seat, Section
from houseful.plans.silhouette import section_outline

FORMAT = 1
SCALE = 10

Point = tuple[float, float]


def encode(plan: Plan, first_seat_id: int) -> dict[str, object]:
    """The geometry document of a checked plan whose seats are numbered from `first_seat_id`."""
    sections = plan.seated
    outlines = [section.outline or section_outline(section) for section in sections]
    seats = plan.drawn_seats
    frame = _Frame(plan, outlines, seats)
    rows = [row for section in sections for row in section.rows]
    standing = list(_standing(plan.standing, first_seat_id + len(seats), frame))
    return {
        "format": FORMAT,
        "name": plan.name,
        "width": frame.width,
        "height": frame.height,
        "scale": SCALE,
        "firstSeatId": first_seat_id,
        "count": len(seats),
        "floors": list(plan.floors),
        "focalPoint": frame.flat([plan.focal_point]) if plan.focal_point else None,
        "categories": [
            {"name": category.name, "color": category.color, "accessible": category.accessible}
            for category in plan.categories
        ],
        "sections": list(_sections(sections, outlines, frame)),
        "rows": list(_rows(sections)),
        "x": _steps((frame.x(seat.x) for seat in row.seats) for row in rows),
        "y": _steps((frame.y(seat.y) for seat in row.seats) for row in rows),
        "category": _runs(seat.category for seat in seats),
        "flags": _runs(seat.flags for seat in seats),
        "gaps": [index for index, seat in enumerate(seats) if seat.gap_after],
        "labels": [_labels(row) for row in rows],
        "areas": [_area(area, frame) for area in plan.areas],
        **({"standing": standing} if standing else {}),
    }


class _Frame:
    """Where the drawing lies in the plan. Owns: the way from plan units to whole numbers."""

    def __init__(
        self, plan: Plan, outlines: Sequence[Sequence[Point]], seats: Sequence[Seat]
    ) -> None:
        points = [point for outline in outlines for point in outline]
        points += [(seat.x, seat.y) for seat in seats]
        points += [point for area in plan.areas for point in _reach(area)]
        points += [point for area in plan.standing for point in area.outline]
        if plan.focal_point:
            points.append(plan.focal_point)
        self._left = floor(min(x for x, _ in points) * SCALE)
        self._top = floor(min(y for _, y in points) * SCALE)
        self.width = ceil(max(x for x, _ in points) * SCALE) - self._left
        self.height = ceil(max(y for _, y in points) * SCALE) - self._top

    def x(self, x: float) -> int:
        return round(x * SCALE) - self._left

    def y(self, y: float) -> int:
        return round(y * SCALE) - self._top

    def flat(self, points: Iterable[Point]) -> list[int]:
        return [value for x, y in points for value in (self.x(x), self.y(y))]


def _reach(area: Area) -> Iterator[Point]:
    """Points that enclose a drawing however it is turned around its position."""
    if area.shape == "polygon":
        yield from area.points
        return
    radius_x, radius_y = area.width, area.height
    if area.shape == "rectangle" and not area.rotation:
        yield area.x, area.y
        yield area.x + area.width, area.y + area.height
        return
    if area.rotation:
        radius_x = radius_y = hypot(area.width, area.height)
    yield area.x - radius_x, area.y - radius_y
    yield area.x + radius_x, area.y + radius_y


def _sections(
    sections: Sequence[Section], outlines: Sequence[Sequence[Point]], frame: _Frame
) -> Iterator[dict[str, object]]:
    first = 0
    for section, outline in zip(sections, outlines, strict=True):
        count = section.seat_count
        yield {
            "name": section.name,
            "zone": section.zone,
            "entrance": section.entrance,
            "floor": section.floor,
            "first": first,
            "count": count,
            "outline": frame.flat(outline),
        }
        first += count


def _rows(sections: Sequence[Section]) -> Iterator[dict[str, object]]:
    first = 0
    for index, section in enumerate(sections):
        for row in section.rows:
            count = len(row.seats)
            yield {
                "label": row.label,
                "kind": row.kind,
                "section": index,
                "first": first,
                "count": count,
            }
            first += count


def _standing(
    areas: Sequence[Section], first_id: int, frame: _Frame
) -> Iterator[dict[str, object]]:
    """The standing areas; an area is known by the id of its first place."""
    for area in areas:
        yield {
            "id": first_id,
            "name": area.name,
            "zone": area.zone,
            "entrance": area.entrance,
            "floor": area.floor,
            "capacity": area.seat_count,
            "category": area.rows[0].seats[0].category,
            "outline": frame.flat(area.outline),
        }
        first_id += area.seat_count


def _steps(rows: Iterable[Iterable[int]]) -> list[int]:
    """Per row the first value as it is, then each one's difference to the one before."""
    steps: list[int] = []
    for row in rows:
        values = list(row)
        steps += values[:1]
        steps += (after - before for before, after in pairwise(values))
    return steps


def _runs(values: Iterable[int]) -> list[int]:
    """Run-length encoding: value, how often, value, how often, …"""
    runs: list[int] = []
    for value, run in groupby(values):
        runs += (value, sum(1 for _ in run))
    return runs


def _labels(row: Row) -> list[str] | list[str | int]:
    """`[first, step, count]` where labels count up or down by one, otherwise all of them."""
    labels = [seat.label for seat in row.seats]
    first = labels[0]
    start = whole(first)
    if start is not None:
        for step in (1, -1):
            if labels == [str(start + step * index) for index in range(len(labels))]:
                return [first, step, len(labels)]
    return labels


def _area(area: Area, frame: _Frame) -> dict[str, object]:
    return {
        "shape": area.shape,
        "x": frame.x(area.x),
        "y": frame.y(area.y),
        "width": round(area.width * SCALE),
        "height": round(area.height * SCALE),
        "rotation": area.rotation,
        "points": frame.flat(area.points),
        "text": area.text,
        "size": round(area.size * SCALE),
        "color": area.color,
        "borderColor": area.border_color,
        "floor": area.floor,
        "kind": area.kind,
        "capacity": area.capacity,
    }
