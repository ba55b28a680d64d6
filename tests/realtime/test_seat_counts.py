"""The census equals a count of the seats after any moves."""

from __future__ import annotations

import random

from houseful.realtime.seat_counts import BOOKED, RESERVED, SeatCounts
from tests.support.houses import house


def test_after_random_moves_the_sums_are_what_counting_gives() -> None:
    hall, luck = house(), random.Random(7)
    census = SeatCounts(hall)
    seats = [(0, 0)] * hall.seat_count
    for _ in range(3000):
        index = luck.randrange(hall.seat_count)
        after, ref = luck.randrange(5), luck.randrange(1, 9)
        census.move(index, *seats[index], after, ref, 1000 * ref)
        seats[index] = (after, ref)
    for group, section in zip(census.sections, hall.sections, strict=True):
        mine = seats[section.first : section.first + section.count]
        assert group.states == [sum(code == state for code, _ in mine) for state in range(5)]
        assert group.total == section.count
    assert census.house.states == [
        sum(group.states[state] for group in census.categories) for state in range(5)
    ]
    held = {ref for code, ref in seats if code == RESERVED}
    assert {ref: hold.seats for ref, hold in census.holds.items()} == {
        ref: seats.count((RESERVED, ref)) for ref in held
    }


def test_holds_are_expiring_by_their_deadline() -> None:
    census = SeatCounts(house())
    for index, ref in ((0, 1), (1, 1), (2, 2)):
        census.move(index, 0, 0, RESERVED, ref, 1000 * ref)
    assert census.expiring(999) == (0, 0)
    assert census.expiring(1000) == (1, 2)
    assert census.expiring(2000) == (2, 3)
    census.move(0, RESERVED, 1, RESERVED, 1, 5000)
    assert census.expiring(2000) == (1, 1)


def test_money_and_used_tickets_are_set_and_not_added_twice() -> None:
    census = SeatCounts(house())
    for _ in range(2):
        census.set_brought({0: 700, 1: 300})
        census.set_used([0, 1], [1])
    assert (census.house.revenue_minor, census.house.checked_in) == (1000, 1)
    census.set_brought({0: 0})
    census.set_used([0, 1], [])
    assert (census.house.revenue_minor, census.house.checked_in) == (300, 0)
    assert census.sections[0].states[BOOKED] == 0
