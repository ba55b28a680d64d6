"""Which seats of a plan sit side by side, and how far each is from what people came to see.

Made once per plan. A block is a run of seats with no aisle in it; seats are known by their index in
plan order, so a block is a range of indexes. Distances are whole thousandths of a plan unit, so that
sums of them compare exactly.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import dist
from typing import Final

from houseful.domain.plan import ACCESSIBLE, COMPANION, Plan, RowKind, Seat, Section

Point = tuple[float, float]

EXACT: Final = 1000
"""Parts of a plan unit that distances are counted in."""

TIERS: Final[dict[RowKind, int]] = {"row": 0, "table": 1, "box": 1, "booth": 2}
"""Rows are offered before tables and boxes, those before booths."""


@dataclass(frozen=True, slots=True)
class Block:
    """Seats `first … stop - 1`, neighbours throughout. `row` counts the plan's rows; `nearest` is the
    distance of its nearest seat."""

    number: int
    first: int
    stop: int
    section: int
    row: int
    tier: int
    nearest: int

    @property
    def is_row(self) -> bool:
        """Whether a seat of it can be left alone: not at a table, nor in a box or booth."""
        return self.tier == 0


class SeatBlocks:
    """A plan's blocks. `reach[i]` is the sum of the distances of the seats before seat i."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        seats = [seat for section in plan.sections for row in section.rows for seat in row.seats]
        self.x = array("d", (seat.x for seat in seats))
        self.y = array("d", (seat.y for seat in seats))
        self.category = array("i", (seat.category for seat in seats))
        self.accessible = bytes(bool(seat.flags & ACCESSIBLE) for seat in seats)
        self.companion = bytes(bool(seat.flags & COMPANION) for seat in seats)
        self.distance = array("q", _distances(plan))
        self.reach = array("q", accumulate(self.distance, initial=0))
        self.blocks = list(self._cut(seats))
        self.block_of = array("i", (block.number for block in self.blocks for _ in _seats(block)))
        self.nearest_first = sorted(self.blocks, key=lambda block: (block.tier, block.nearest))

    @property
    def seat_count(self) -> int:
        return len(self.category)

    def block(self, index: int) -> Block:
        """The block that a seat stands in."""
        return self.blocks[self.block_of[index]]

    def middle(self, indexes: Iterable[int]) -> Point:
        """The centre of some seats, at least one."""
        chosen = list(indexes)
        count = len(chosen)
        return sum(self.x[i] for i in chosen) / count, sum(self.y[i] for i in chosen) / count

    def _cut(self, seats: list[Seat]) -> Iterator[Block]:
        first = number = row_number = 0
        for section_number, section in enumerate(self.plan.sections):
            for row in section.rows:
                if row.kind == "standing":
                    continue  # its places come last in the plan, and nobody sits side by side there
                end = first + len(row.seats)
                while first < end:
                    stop = first + 1
                    while stop < end and not seats[stop - 1].gap_after:
                        stop += 1
                    yield Block(
                        number,
                        first,
                        stop,
                        section_number,
                        row_number,
                        TIERS[row.kind],
                        min(self.distance[first:stop]),
                    )
                    first, number = stop, number + 1
                row_number += 1


def _seats(block: Block) -> range:
    return range(block.first, block.stop)


def _distances(plan: Plan) -> Iterator[int]:
    """Each seat's distance to its zone's focal point, or else to the plan's."""
    own = {name: (x, y) for name, x, y in plan.zone_focal_points}
    zones = {section.zone for section in plan.sections}
    focal = {zone: own.get(zone) or plan.focal_point or _front(plan, zone) for zone in zones}
    for section in plan.sections:
        point = focal[section.zone]
        for row in section.rows:
            for seat in row.seats:
                yield round(dist(point, (seat.x, seat.y)) * EXACT)


def _front(plan: Plan, zone: str) -> Point:
    """Where nobody says what people look at: the stage, else the front-centre of the zone; plans are
    drawn with the stage on top."""
    for area in plan.areas:
        if area.kind == "stage":
            return _centre(area.points) if area.points else (area.x, area.y)
    seats = [seat for section in plan.sections if section.zone == zone for seat in _of(section)]
    x = [seat.x for seat in seats]
    return ((min(x) + max(x)) / 2, min(seat.y for seat in seats)) if seats else (0.0, 0.0)


def _of(section: Section) -> Iterator[Seat]:
    return (seat for row in section.rows for seat in row.seats)


def _centre(points: tuple[Point, ...]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
