"""The lone seat rule and the best seats, on this worker's copy of an event's seats.

Owns: a chooser per copy. Never: who won a seat; what it answers is a proposal, and its refusals are a
courtesy.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from houseful.domain.errors import Conflict
from houseful.domain.plan import ACCESSIBLE, COMPANION
from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.lone_seats import LoneSeats, count_lone, stranded
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from houseful.sales.seating import EventSeats, NamedSeat
from houseful.sales.single_flight import SingleFlight

PLANS: Final = 64
"""Plans whose blocks are kept; a 50,000-seat one takes about 3 MB."""

HELD: Final = (1, 2)
"""States of a copy's seats that may come back by themselves: held, being paid for."""


class SeatCopy(Protocol):
    """What a worker knows of an event's seats, by index; status 0 is available."""

    house: EventSeats
    status: bytearray
    version: array[int]
    available: int


class SeatChoice:
    """Judges choices and finds better ones. `copy_of` gives an event's seats as they are now."""

    def __init__(
        self, copy_of: Callable[[int], Awaitable[SeatCopy]], clock: Callable[[], int]
    ) -> None:
        """`clock`: ms UTC. `copy_of` raises NotFound, Unavailable."""
        self._copy_of = copy_of
        self._clock = clock
        self._blocks: OrderedDict[int, SeatBlocks] = OrderedDict()
        self._flights: SingleFlight[int, SeatBlocks] = SingleFlight()
        self._choosers: WeakKeyDictionary[SeatCopy, BestSeats] = WeakKeyDictionary()

    async def chooser(self, event_id: int) -> tuple[SeatCopy, BestSeats]:
        """The event's seats, and what chooses among them."""
        copy = await self._copy_of(event_id)
        best = self._choosers.get(copy)
        if best is None or best.units != copy.house.units:
            seats = await self._blocks_of(copy.house)
            best = self._choosers[copy] = BestSeats(seats, copy.status, copy.house.units)
        return copy, best

    async def count_lone(self, event_id: int) -> int:
        """Free seats that have nobody free beside them."""
        copy, best = await self.chooser(event_id)
        return count_lone(best.seats, copy.status)

    def mode(self, copy: SeatCopy, *, is_staff: bool) -> LoneSeats:
        """The rule that binds this buyer now."""
        event = copy.house.event
        rule = event.lone_seat_rule
        if is_staff or not rule.holds(
            copy.available, event.seat_count, self._clock(), event.starts_at_ms
        ):
            return LoneSeats.OFF
        return rule.mode

    async def lone_refusal(
        self, event_id: int, seat_ids: Sequence[int], *, is_staff: bool
    ) -> Conflict | None:
        """What the rule has against taking these seats together, with the nearest choice that it has
        nothing against; None: nothing. Seats with wheelchair or companion places are exempt, and so is
        a choice that nothing of its size avoids."""
        copy, best = await self.chooser(event_id)
        mode = self.mode(copy, is_staff=is_staff)
        first = copy.house.first_seat_id
        chosen = [seat_id - first for seat_id in seat_ids if not copy.status[seat_id - first]]
        if mode == LoneSeats.OFF or not chosen or self._is_exempt(copy.house, seat_ids):
            return None
        lone = stranded(best.seats, copy.status, chosen, mode)
        instead = best.nearest_legal(chosen, mode) if lone else None
        return _refusal(copy, best, lone, instead) if instead else None

    @staticmethod
    def _is_exempt(house: EventSeats, seat_ids: Iterable[int]) -> bool:
        return any(house.seat(seat_id).flags & (ACCESSIBLE | COMPANION) for seat_id in seat_ids)

    async def _blocks_of(self, house: EventSeats) -> SeatBlocks:
        plan_id = house.stored.plan_id
        known = self._blocks.get(plan_id)
        return known or await self._flights.run(plan_id, lambda: self._make(house))

    async def _make(self, house: EventSeats) -> SeatBlocks:
        made = await asyncio.to_thread(SeatBlocks, house.stored.plan)
        self._blocks[house.stored.plan_id] = made
        while len(self._blocks) > PLANS:
            self._blocks.popitem(last=False)
        return made


def _refusal(
    copy: SeatCopy, best: BestSeats, lone: Sequence[int], instead: Sequence[int]
) -> Conflict:
    may_return = False
    for index in lone:
        block = best.seats.block(index)
        beside = [i for i in (index - 1, index + 1) if block.first <= i < block.stop]
        may_return = may_return or any(copy.status[i] in HELD for i in beside)
    left, offered = named(copy, lone), named(copy, instead)
    return Conflict(
        f"this leaves {_and(left)} alone; take {_and(offered)} instead",
        code="leaves_single_seat",
        details={
            "lone": [seat.view for seat in left],
            "instead": [seat.view for seat in offered],
            "mayReturn": may_return,
        },
    )


def named(copy: SeatCopy, indexes: Iterable[int]) -> list[NamedSeat]:
    """Seats with their names."""
    return [copy.house.seats[index] for index in indexes]


def _and(seats: Sequence[NamedSeat]) -> str:
    return " and ".join(seat.place for seat in seats)
