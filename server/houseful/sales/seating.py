"""An event as the seller sees it: its plan, its prices, and which seat id is which seat.

Built once per event and never changed; what does change (who holds what) is the replica's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from houseful.domain.errors import Conflict
from houseful.domain.plan import Row, RowKind, Seat, Section
from houseful.domain.prices.money import to_wire
from houseful.domain.seat_names import place, row_place, seat_number
from houseful.domain.seats import UnitSeats
from houseful.domain.units import TableBooking, Unit, units
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.catalog.plans import StoredPlan
from houseful.wire.buyer import NamedSeatBody, UnitBody


@dataclass(frozen=True, slots=True)
class SectionRange:
    """A section's seats are the indexes `first … first + count - 1`; prices in minor units."""

    name: str
    first: int
    count: int
    min_price_minor: int
    max_price_minor: int


@dataclass(frozen=True, slots=True)
class StandingArea:
    """An area's places are the indexes `first … first + count - 1`; its id is that of its first place."""

    id: int
    name: str
    first: int
    count: int
    price_minor: int
    entrance: str


@dataclass(frozen=True, slots=True)
class NamedSeat:
    """A seat with the words a person needs to find it."""

    seat_id: int
    section: str
    row: str
    label: str
    number: str
    category: str
    price_minor: int
    flags: int
    kind: RowKind = "row"
    entrance: str = ""

    @property
    def place(self) -> str:
        """`Block B, row 3, seat 5`."""
        return place(self.section, self.row, self.label, self.kind)

    @property
    def view(self) -> NamedSeatBody:
        """The seat's names as every body carries them."""
        return seat_view(self.seat_id, self.section, self.row, self.label, self.kind)


@dataclass(frozen=True)
class EventSeats:
    """One event's seats with names and prices. Seat index = seat id − `first_seat_id`; the places of
    standing areas are the last ones, from `drawn_count` on.
    """

    event: EventRecord
    stored: StoredPlan

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The tables and boxes that are sold whole at this event, in plan order."""
        return tuple(units(self.stored.plan, TableBooking(self.event.table_booking)))

    @cached_property
    def unit_seats(self) -> tuple[UnitSeats, ...]:
        """The units as the seat store knows them."""
        first = self.first_seat_id
        return tuple(
            UnitSeats(first + unit.first, unit.size, unit.least, unit.most) for unit in self.units
        )

    @cached_property
    def has_tables(self) -> bool:
        """Whether anything here may be sold whole."""
        rows = (row for section in self.stored.plan.seated for row in section.rows)
        return any(row.most or row.kind == "table" for row in rows)

    def unit_of(self, seat_id: int) -> UnitSeats | None:
        """The unit that a seat belongs to."""
        at = bisect_right(self.unit_seats, seat_id, key=lambda unit: unit.unit_id) - 1
        unit = self.unit_seats[at] if at >= 0 else None
        return unit if unit and seat_id < unit.unit_id + unit.size else None

    def units_among(self, seat_ids: Iterable[int]) -> dict[UnitSeats, list[int]]:
        """Unit → those of these seats that belong to it."""
        found: dict[UnitSeats, list[int]] = {}
        for seat_id in seat_ids if self.unit_seats else ():
            if unit := self.unit_of(seat_id):
                found.setdefault(unit, []).append(seat_id)
        return found

    def unit_ids(self, seat_ids: Iterable[int]) -> dict[int, int]:
        """Seat → the unit it belongs to, of those that belong to one."""
        among = self.units_among(seat_ids)
        return {seat_id: unit.unit_id for unit, some in among.items() for seat_id in some}

    def require_whole(self, seat_ids: Iterable[int]) -> None:
        """Raises Conflict `whole_unit_only` naming the units that only some of these seats are of."""
        parts = [unit for unit, some in self.units_among(seat_ids).items() if len(some) < unit.size]
        if parts:
            named = [self.seat(unit.unit_id) for unit in parts]
            names = " and ".join(row_place(one.section, one.row, one.kind) for one in named)
            raise Conflict(
                f"{names} can only be had whole",
                code="whole_unit_only",
                details={"units": [self.unit_view(unit) for unit in parts]},
            )

    def unit_view(self, unit: UnitSeats) -> UnitBody:
        """A unit as the wire has it."""
        first = self.seat(unit.unit_id)
        return {
            "id": unit.unit_id,
            "section": first.section,
            "row": first.row,
            "rowKind": first.kind,
            "seats": unit.size,
            "least": unit.least,
            "most": unit.most,
        }

    @property
    def first_seat_id(self) -> int:
        return self.stored.first_seat_id

    @cached_property
    def seat_count(self) -> int:
        return self.stored.plan.seat_count

    @cached_property
    def drawn_count(self) -> int:
        """Seats with a face."""
        return sum(section.seat_count for section in self.stored.plan.seated)

    @cached_property
    def areas(self) -> list[StandingArea]:
        """The standing areas, in plan order."""
        found, first = [], self.drawn_count
        for area in self.stored.plan.standing:
            place = self.seats[first]
            area_id, price = self.first_seat_id + first, place.price_minor
            found.append(
                StandingArea(area_id, area.name, first, area.seat_count, price, area.entrance)
            )
            first += area.seat_count
        return found

    def area_of(self, seat_id: int) -> StandingArea | None:
        """The standing area that a seat is a place of."""
        index = seat_id - self.first_seat_id
        return next((one for one in self.areas if one.first <= index < one.first + one.count), None)

    def places(self, seat_ids: Iterable[int]) -> dict[int, list[int]]:
        """Area id → the places among these seats."""
        found: dict[int, list[int]] = {}
        for seat_id in seat_ids:
            if seat_id - self.first_seat_id >= self.drawn_count and (area := self.area_of(seat_id)):
                found.setdefault(area.id, []).append(seat_id)
        return found

    def holds(self, seat_id: int) -> bool:
        return 0 <= seat_id - self.first_seat_id < self.seat_count

    @cached_property
    def seats(self) -> list[NamedSeat]:
        """All seats, by index."""
        categories = [category.name for category in self.stored.plan.categories]
        prices = self.event.prices.by_category
        return [
            NamedSeat(
                seat_id=self.first_seat_id + index,
                section=section.name,
                row=row.label,
                label=seat.label,
                number=seat_number(row.label, seat.label, row.kind),
                category=categories[seat.category],
                price_minor=prices[categories[seat.category]],
                flags=seat.flags,
                kind=row.kind,
                entrance=row.entrance or section.entrance,
            )
            for index, (section, row, seat) in enumerate(self._walk())
        ]

    def seat(self, seat_id: int) -> NamedSeat:
        """Raises IndexError for a seat of another event."""
        if not self.holds(seat_id):
            raise IndexError(seat_id)
        return self.seats[seat_id - self.first_seat_id]

    @cached_property
    def sections(self) -> list[SectionRange]:
        """All sections, standing areas too."""
        ranges: list[SectionRange] = []
        first = 0
        for section in self.stored.plan.sections:
            count = section.seat_count
            prices = [seat.price_minor for seat in self.seats[first : first + count]]
            low, high = (min(prices), max(prices)) if prices else (0, 0)
            ranges.append(SectionRange(section.name, first, count, low, high))
            first += count
        return ranges

    @cached_property
    def seated(self) -> list[SectionRange]:
        """The sections whose seats have a face."""
        return self.sections[: len(self.stored.plan.sections) - len(self.stored.plan.standing)]

    def renamed(self, event: EventRecord) -> EventSeats:
        """The same seats at the same prices under a changed event; naming them is not repeated."""
        house = EventSeats(event, self.stored)
        made = ["seats", "sections", "seated", "seat_count", "drawn_count", "areas", "has_tables"]
        if event.table_booking == self.event.table_booking:
            made += ["units", "unit_seats"]
        house.__dict__.update({name: self.__dict__[name] for name in made if name in self.__dict__})
        return house

    def price(self, amount_minor: int) -> str:
        return to_wire(amount_minor, self.event.currency)

    def _walk(self) -> Iterator[tuple[Section, Row, Seat]]:
        for section in self.stored.plan.sections:
            for row in section.rows:
                for seat in row.seats:
                    yield section, row, seat


def seat_view(seat_id: int, section: str, row: str, label: str, kind: RowKind) -> NamedSeatBody:
    """A seat as every body names it."""
    return {
        "seatId": seat_id,
        "seatNumber": seat_number(row, label, kind),
        "section": section,
        "row": row,
        "rowKind": kind,
        "label": label,
        "place": place(section, row, label, kind),
    }
