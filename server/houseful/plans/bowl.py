"""Tiers of seats around a rounded rectangle, as in arenas and stadiums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from houseful.domain.plan import Row, Seat, Section
from houseful.plans.curves import Arc, Front, Point, Straight, row_letters, seat_points
from houseful.plans.neighbours import arrange


@dataclass(frozen=True, slots=True)
class Block:
    """One section to be: where its first row stands, on which side, and how far from its middle.

    `off_centre` is 0 in the middle of a side and 1 at its ends; in corners it is 1.
    """

    front: Front
    side: str
    off_centre: float

    @property
    def is_corner(self) -> bool:
        return "-" in self.side


@dataclass(frozen=True, slots=True)
class Bowl:
    """A rounded rectangle around the origin; depth 0 is its edge. Lengths in plan units."""

    half_width: float
    half_height: float
    corner: float

    def blocks(self, *, wide: int, high: int, corner: int) -> Iterator[Block]:
        """Clockwise from the upper left: so many sections on each side and in each corner."""
        x, y = self.half_width - self.corner, self.half_height - self.corner
        w, h = self.half_width, self.half_height
        yield from _side("north", (-x, -h), (x, -h), wide)
        yield from self._corner("north-east", (x, -y), 270, corner)
        yield from _side("east", (w, -y), (w, y), high)
        yield from self._corner("south-east", (x, y), 0, corner)
        yield from _side("south", (x, h), (-x, h), wide)
        yield from self._corner("south-west", (-x, y), 90, corner)
        yield from _side("west", (-w, y), (-w, -y), high)
        yield from self._corner("north-west", (-x, -y), 180, corner)

    def _corner(self, name: str, center: Point, start: float, parts: int) -> Iterator[Block]:
        turn = 90 / parts
        for part in range(parts):
            first = start + part * turn
            yield Block(Arc(center, self.corner, first, first + turn), name, 1.0)


def _side(name: str, start: Point, end: Point, parts: int) -> Iterator[Block]:
    (x0, y0), (x1, y1) = start, end
    cuts = [
        (x0 + (x1 - x0) * part / parts, y0 + (y1 - y0) * part / parts) for part in range(parts + 1)
    ]
    for part in range(parts):
        off_centre = abs(2 * part + 1 - parts) / parts
        yield Block(Straight(cuts[part], cuts[part + 1]), name, off_centre)


@dataclass(frozen=True, slots=True)
class Tier:
    """Rows one behind another: from which depth, how many, and how far apart."""

    depth: float
    rows: int
    row_pitch: float
    seat_pitch: float
    aisle: float
    """Half the stairs between two sections."""
    opening_rows: int = 0
    opening_seats: int = 0
    """The mouth of a stairway in the middle of the first rows: so many seats are left out."""

    @property
    def outline_depths(self) -> tuple[float, float]:
        margin = self.row_pitch * 0.7
        return self.depth - margin, self.depth + (self.rows - 1) * self.row_pitch + margin


Choice = Callable[[int, int, int], tuple[int, int]]
"""(row, seat, seats in the row) → (category, flags)."""


def section(
    name: str, block: Block, tier: Tier, choose: Choice, *, zone: str = "", entrance: str = ""
) -> Section:
    """The rows of one block, labelled A1, A2, … clockwise."""
    rows = [
        _row(name, row_letters(index), _places(block, tier, index), index, choose)
        for index in range(tier.rows)
    ]
    outline = block.front.outline(*tier.outline_depths)
    return Section(name, arrange(rows), outline=outline, zone=zone, entrance=entrance)


def _places(block: Block, tier: Tier, row: int) -> list[Point]:
    depth = tier.depth + row * tier.row_pitch
    points = seat_points(block.front, depth, tier.seat_pitch, tier.aisle)
    if row >= tier.opening_rows or block.is_corner:
        return points
    first = (len(points) - tier.opening_seats) // 2
    return points[:first] + points[first + tier.opening_seats :]


def _row(section_name: str, label: str, points: list[Point], index: int, choose: Choice) -> Row:
    seats = []
    for place, (x, y) in enumerate(points):
        category, flags = choose(index, place, len(points))
        number = place + 1
        guid = f"{section_name}-{label}-{number}"
        seats.append(Seat(guid, f"{label}{number}", x, y, category, flags))
    return Row(label, tuple(seats))
