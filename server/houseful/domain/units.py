"""Units: tables and boxes that are only sold whole, by the plan or as an event sells its tables.

A unit's seats go together or not at all. Where fewer people sit than it has seats, the other seats close
with it. In Redis `lua/lib/units.lua` holds to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from houseful.domain.plan import Plan, Row, RowKind


class TableBooking(StrEnum):
    """How an event sells the tables of its plan; boxes are always sold as the plan says."""

    INHERIT = "inherit"
    BY_TABLE = "by_table"
    BY_SEAT = "by_seat"


class TablePrices(StrEnum):
    """What a price means at a table or box that is sold whole: each person's, or the price of all of it
    (its first seat's category, its default ticket type)."""

    PER_HEAD = "per_head"
    PER_TABLE = "per_table"


@dataclass(frozen=True, slots=True)
class Unit:
    """The seats `first … first + size - 1`, by index in the plan, for `least` to `most` people."""

    first: int
    size: int
    least: int
    most: int
    section: str
    label: str
    kind: RowKind


def units(plan: Plan, booking: TableBooking) -> Iterator[Unit]:
    """The units of a plan at an event, in plan order."""
    first = 0
    for section in plan.sections:
        for row in section.rows:
            least, most = heads(row, booking)
            size = len(row.seats)
            if most:
                yield Unit(first, size, least, most, section.name, row.label, row.kind)
            first += size


def heads(row: Row, booking: TableBooking) -> tuple[int, int]:
    """The least and the greatest number of people in a row that is sold whole; (0, 0): by seat."""
    if row.kind == "table" and booking is TableBooking.BY_SEAT:
        return 0, 0
    if row.kind == "table" and booking is TableBooking.BY_TABLE and not row.most:
        return len(row.seats), len(row.seats)
    return row.least, row.most


def priced_seats(people: Iterable[int], units: Mapping[int, int]) -> dict[int, list[int]]:
    """Seat that a price of the list is paid for → the seats of the people it is for.

    `units`: seat → the first seat of its table or box, of those that have one price for all.
    """
    found: dict[int, list[int]] = {}
    for seat_id in people:
        found.setdefault(units.get(seat_id, seat_id), []).append(seat_id)
    return found
