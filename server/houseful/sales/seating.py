"""An event as the seller sees it: its plan, its prices, and which seat id is which seat.

Built once per event and never changed; what does change (who holds what) is the replica's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from houseful.domain.money import to_wire
from houseful.domain.plan import Row, RowKind, Seat, Section
from houseful.domain.seat_names import place, seat_number
from houseful.ledger.events import EventRecord
from houseful.ledger.plans import StoredPlan
from houseful.wire.buyer import NamedSeatBody


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
        made = ("seats", "sections", "seated", "seat_count", "drawn_count", "areas")
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
