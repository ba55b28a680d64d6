"""A request for the best seats that others outrun again and again: how it goes on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from houseful.domain.errors import Conflict
from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from houseful.domain.seats import FailedSeat, Granted, Refused
from houseful.sales.best_available import ASIDE_MS, BestAvailable
from houseful.sales.party_wish import PartyWish
from houseful.sales.reservations import Reservations
from houseful.sales.seat_choice import SeatChoice
from houseful.store.limiter import Allowance
from tests.support.houses import house
from tests.support.seat_plans import drawn

PAIRS = 40
PLAN = drawn("\n".join(f"{row}: .." for row in range(PAIRS)), focal=(10.0, -10.0))


@dataclass(eq=False)
class Copy:
    """A worker's copy of the seats: all free, whatever the others took."""

    house: Any = field(default_factory=lambda: house(PLAN))
    status: bytearray = field(default_factory=lambda: bytearray(2 * PAIRS))
    version: list[int] = field(default_factory=lambda: [0] * (2 * PAIRS))
    available: int = 2 * PAIRS


class Outrun:
    """The store's side: somebody faster has every pair but those that are asked for after `races`."""

    def __init__(self, races: int) -> None:
        self.races = races
        self.asked: list[list[int]] = []

    async def on_sale(self, event_id: int, *, is_staff: bool) -> Any:
        return COPY.house.event

    def check_number(self, seats: int) -> None: ...

    async def allow(self, user: str) -> Allowance:
        return Allowance(allowed=True, limit=10, remaining=9, reset_ms=0)

    async def lost(self, event_id: int, user: str, allowance: Allowance, answer: Any) -> Allowance:
        return allowance

    async def list(self, event_id: int, user: str) -> list[Any]:
        return []

    async def hold(
        self,
        event: Any,
        user: str,
        session: str,
        wanted: Sequence[tuple[int, int]],
        *rest: Any,
        **more: Any,
    ) -> Granted | Refused:
        seats = [seat_id for seat_id, _ in wanted]
        self.asked.append(seats)
        if len(self.asked) <= self.races:
            return Refused(failed=tuple(FailedSeat(seat, "reserved") for seat in seats))
        return Granted(1, tuple(seats), 1000, 0, seq=1)


COPY = Copy()


class Widths(random.Random):
    """Remembers among how many it was to choose; takes the first."""

    def __init__(self) -> None:
        super().__init__(1)
        self.seen: list[int] = []

    def choice(self, seq: Any) -> Any:
        self.seen.append(len(seq))
        return seq[0]


def best_available(outrun: Outrun) -> BestAvailable:
    async def copy_of(event_id: int) -> Any:
        return COPY

    choice = SeatChoice(copy_of, clock=lambda: 0)
    made = BestAvailable(cast(Reservations, outrun), choice)
    made.random = Widths()
    return made


async def test_each_lost_race_draws_from_more_of_the_best_and_never_asks_for_the_lost_again() -> (
    None
):
    outrun = Outrun(races=5)
    best = best_available(outrun)

    held, _ = await best.reserve(7, "ann", "s", PartyWish(2))

    assert not isinstance(held, Refused)
    assert cast(Widths, best.random).seen == [4, 8, 16, 16, 16]
    asked = [tuple(seats) for seats in outrun.asked]
    assert len(asked) == len(set(asked)) == 6


async def test_two_who_ask_at_once_are_not_sent_after_the_same_seats() -> None:
    """The first has not been heard to hold them; for 300 ms they are not proposed to another."""
    outrun = Outrun(races=0)
    best = best_available(outrun)

    await best.reserve(7, "ann", "s", PartyWish(2))
    await best.reserve(7, "bob", "s", PartyWish(2))

    first, second = outrun.asked
    assert not set(first) & set(second)


async def test_who_loses_every_race_hears_that_there_is_nothing_and_has_asked_for_all() -> None:
    outrun = Outrun(races=10_000)
    best = best_available(outrun)

    with pytest.raises(Conflict) as refused:
        await best.reserve(7, "ann", "s", PartyWish(2, must_be_together=True))

    assert refused.value.code == "best_available_not_found"
    assert len(outrun.asked) == PAIRS


def test_what_was_set_aside_comes_back_when_its_time_is_over() -> None:
    seats = BestSeats(SeatBlocks(PLAN), bytearray(2 * PAIRS))
    seats.set_aside([0, 1], until_ms=ASIDE_MS)
    seats.put_back(ASIDE_MS - 1)
    assert seats.has_aside
    seats.put_back(ASIDE_MS)
    assert not seats.has_aside
