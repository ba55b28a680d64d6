"""How many seats stand in which state, by section and category: kept by one step per change.

Beside the states it keeps what staff ask of seats: the holds with their deadlines, which seats'
tickets were used, and what each seat brought in. Owns: the sums. Never: I/O.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from houseful.sales.seating import EventSeats
from houseful.wire.staff import CountsBody

AVAILABLE, RESERVED, PAYING, BOOKED, BLOCKED = range(5)
"""Indexes into `STATUS_LETTERS` of the replica."""


@dataclass(slots=True)
class CountedSeats:
    """The sums of a section, of a category, or of the whole house. `states` is by status code."""

    name: str
    total: int = 0
    states: list[int] = field(default_factory=lambda: [0] * 5)
    checked_in: int = 0
    revenue_minor: int = 0

    def counts(self) -> CountsBody:
        """As they stand on the wire."""
        states = self.states
        return {
            "total": self.total,
            "available": states[AVAILABLE],
            "reserved": states[RESERVED],
            "paying": states[PAYING],
            "booked": states[BOOKED],
            "blocked": states[BLOCKED],
            "checkedIn": self.checked_in,
        }


@dataclass(slots=True)
class HeldSeats:
    """A hold that is not being paid for: how many seats, until when."""

    seats: int
    deadline_ms: int


class SeatCounts:
    """The sums over one event's seats, every seat AVAILABLE at first."""

    def __init__(self, house: EventSeats) -> None:
        count = house.seat_count
        names = [category.name for category in house.stored.plan.categories]
        place = {name: number for number, name in enumerate(names)}
        self.house = CountedSeats("")
        self.sections = [CountedSeats(section.name) for section in house.sections]
        self.categories = [CountedSeats(name) for name in names]
        self.holds: dict[int, HeldSeats] = {}
        self._section_of = array("i", bytes(4 * count))
        self._category_of = array("i", bytes(4 * count))
        self._used = bytearray(count)
        self._brought = array("q", bytes(8 * count))
        for number, section in enumerate(house.sections):
            for index in range(section.first, section.first + section.count):
                self._section_of[index] = number
        for index, seat in enumerate(house.seats):
            self._category_of[index] = place[seat.category]
            for group in self._groups(index):
                group.total += 1
                group.states[AVAILABLE] += 1

    def section_of(self, index: int) -> str:
        return self.sections[self._section_of[index]].name

    def move(
        self, index: int, before: int, old_ref: int, after: int, ref: int, deadline_ms: int
    ) -> None:
        """A seat goes from one state to another; `ref` is its reservation while it is held."""
        if before == RESERVED:
            hold = self.holds.get(old_ref)
            if hold is not None:
                hold.seats -= 1
                if hold.seats <= 0:
                    del self.holds[old_ref]
        if after == RESERVED:
            hold = self.holds.get(ref)
            if hold is None:
                hold = self.holds[ref] = HeldSeats(0, deadline_ms)
            hold.seats += 1
            hold.deadline_ms = deadline_ms
        if before != after:
            for group in self._groups(index):
                group.states[before] -= 1
                group.states[after] += 1

    def expiring(self, until_ms: int) -> tuple[int, int]:
        """(holds, seats) whose deadline comes until then."""
        soon = [hold.seats for hold in self.holds.values() if hold.deadline_ms <= until_ms]
        return len(soon), sum(soon)

    def set_used(self, indexes: Iterable[int], used: Iterable[int]) -> None:
        """Of the seats `indexes`, those of `used` are the ones whose ticket was used."""
        wanted = set(used)
        for index in indexes:
            turn = (index in wanted) - self._used[index]
            if turn:
                self._used[index] = index in wanted
                for group in self._groups(index):
                    group.checked_in += turn

    def set_brought(self, amounts: Mapping[int, int]) -> None:
        """What seats brought in, by index, in minor units."""
        for index, amount in amounts.items():
            more = amount - self._brought[index]
            if more:
                self._brought[index] = amount
                for group in self._groups(index):
                    group.revenue_minor += more

    @property
    def checked_in(self) -> int:
        return self.house.checked_in

    def _groups(self, index: int) -> tuple[CountedSeats, CountedSeats, CountedSeats]:
        return (
            self.house,
            self.sections[self._section_of[index]],
            self.categories[self._category_of[index]],
        )
