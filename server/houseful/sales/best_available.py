"""The best seats for a party, held: chosen here, won in Redis, chosen again where others were faster."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from houseful.domain.errors import Conflict
from houseful.domain.seat_choice.best_seats import BestSeats, Proposal
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seat_choice.seat_windows import Wish
from houseful.domain.seat_choice.split_seats import split
from houseful.domain.seats import Granted, Refused, ReservationStatus, UnitWanted
from houseful.sales.party_wish import PartyWish, wish_in
from houseful.sales.reservations import HeldPrices, Reservations
from houseful.sales.seat_choice import SeatChoice, SeatCopy, named
from houseful.sales.seating import EventSeats
from houseful.store.limiter import Allowance
from houseful.wire.buyer import BestGrantedBody, HeldUnitBody
from houseful.wire.frames import best_data

ASIDE_MS: Final = 300
"""A worker does not propose again what it just proposed: the first to be told of it is taking it."""

WIDENING: Final = (1, 4, 8, 16)
"""How many of the best a choice is drawn from, at the first try and after each lost race."""

TRIES: Final = 40
"""Races lost by one request before it is told that there is nothing; each costs one call of Redis."""

RACES: Final = frozenset(
    {"reserved", "booked", "blocked", "stale_version", "paying", "whole_unit_only"}
)
"""Refusals of a seat that somebody faster is the reason of."""


@dataclass(frozen=True, slots=True)
class BestHeld:
    """Seats held: whether in several places, and whether they leave a seat alone."""

    granted: Granted
    is_split: bool
    leaves_single: bool


def best_view(
    held: BestHeld,
    prices: HeldPrices,
    places: Mapping[int, int],
    units: Sequence[HeldUnitBody] = (),
) -> BestGrantedBody:
    """The answer, over HTTP and sockets alike."""
    return best_data(
        held.granted,
        prices.price_list,
        prices.total,
        places,
        units,
        is_split=held.is_split,
        leaves_single=held.leaves_single,
    )


class BestAvailable:
    """Finds and holds seats for a party."""

    def __init__(self, reservations: Reservations, choice: SeatChoice) -> None:
        self._reservations = reservations
        self._choice = choice
        self.random = random.Random()

    async def reserve(
        self,
        event_id: int,
        user: str,
        session: str,
        party: PartyWish,
        address: str = "",
        *,
        is_staff: bool = False,
    ) -> tuple[BestHeld | Refused, Allowance]:
        """Hold the best seats; a `Refused` names a limit. Raises as `Reservations.reserve`, and Conflict
        `best_available_not_found`, whose `apart` has the best seats in several places where only those
        side by side would do.
        """
        event = await self._reservations.on_sale(event_id, is_staff=is_staff)
        self._reservations.check_number(party.quantity)
        copy, best = await self._choice.chooser(event_id)
        wish = wish_in(copy.house.stored.plan, party)
        allowance = await self._reservations.allow(user)
        attempt = _Attempt(copy, best, wish, party, self._mode(copy, party, is_staff=is_staff))
        for number in range(TRIES):
            proposal = attempt.next(WIDENING[min(number, len(WIDENING) - 1)], self.random.choice)
            if proposal is None:
                break
            first = copy.house.first_seat_id
            unit = copy.house.unit_of(first + proposal.seats[0])
            answer = await self._reservations.hold(
                event,
                user,
                session,
                [] if unit else [(first + i, copy.version[i]) for i in proposal.seats],
                address,
                units=[UnitWanted(unit.unit_id, party.quantity)] if unit else (),
                request=party.request_id,
                whole=True,
                replaces=party.replaces,
            )
            if isinstance(answer, Granted):
                return self._held(copy, best, answer), allowance
            if not all(seat.reason in RACES for seat in answer.failed):
                return answer, await self._reservations.lost(event_id, user, allowance, answer)
            attempt.lose(seat.seat_id for seat in answer.failed)
        if before := await self._asked_before(event_id, user, party.request_id):
            return self._held(copy, best, before), allowance
        await self._reservations.lost(event_id, user, allowance, Refused(outrun=True))
        raise attempt.nothing()

    async def proposed(self, event_id: int, party: PartyWish) -> list[int]:
        """The seats of the best choice, that nobody holds for it; the lone seat rule does not bind staff.
        Raises NotFound, InvalidRequest, Conflict `best_available_not_found`."""
        copy, best = await self._choice.chooser(event_id)
        wish = wish_in(copy.house.stored.plan, party)
        attempt = _Attempt(copy, best, wish, party, LoneSeats.OFF)
        found = attempt.next(1, self.random.choice)
        if found is None:
            raise Conflict("no such seats are left", code="best_available_not_found")
        return [copy.house.first_seat_id + index for index in found.seats]

    def _held(self, copy: SeatCopy, best: BestSeats, granted: Granted) -> BestHeld:
        first = copy.house.first_seat_id
        held = best.described(seat_id - first for seat_id in granted.seat_ids)
        return BestHeld(granted, held.is_split, bool(held.lone))

    async def _asked_before(self, event_id: int, user: str, request_id: str) -> Granted | None:
        """What this request was given, though nothing is left now."""
        for held in await self._reservations.list(event_id, user) if request_id else ():
            is_live = held.status in (ReservationStatus.ACTIVE, ReservationStatus.PAYING)
            if held.request == request_id and is_live:
                return Granted(
                    held.reservation_id,
                    held.seat_ids,
                    held.deadline_ms,
                    held.now_ms,
                    seq=0,
                    repeated=True,
                    price_list=held.price_list,
                    closed=held.closed,
                )
        return None

    def _mode(self, copy: SeatCopy, party: PartyWish, *, is_staff: bool) -> LoneSeats:
        return self._choice.mode(copy, is_staff=is_staff or party.accessible > 0)


class _Attempt:
    """One request's tries. Owns: which seats it must not ask for again."""

    def __init__(
        self,
        copy: SeatCopy,
        best: BestSeats,
        wish: Wish,
        party: PartyWish,
        mode: LoneSeats,
    ) -> None:
        self._copy = copy
        self._best = best
        self._mode = mode
        self._must_be_together = party.must_be_together
        bound = mode != LoneSeats.OFF
        self._wish = (
            wish
            if wish.prevents_lone_seats or not bound
            else Wish(wish.quantity, wish.categories, wish.sections, wish.accessible)
        )
        self._without = _indexes(copy.house, party.other_than)

    def next(self, most: int, draw: Callable[[Sequence[Proposal]], Proposal]) -> Proposal | None:
        """One of the best `most`, set aside for a while; None: there is nothing."""
        now_ms = round(asyncio.get_running_loop().time() * 1000)
        self._best.put_back(now_ms)
        found = self._find(most)
        if not found and self._best.has_aside:
            self._best.put_back(inf)
            found = self._find(most)
        if not found:
            return None
        chosen = draw(found) if most > 1 else found[0]
        self._best.set_aside(chosen.seats, now_ms + ASIDE_MS)
        return chosen

    def lose(self, seat_ids: Iterable[int]) -> None:
        """Others have these seats, though the copy may not show it yet."""
        self._without |= _indexes(self._copy.house, seat_ids)

    def nothing(self) -> Conflict:
        apart = self._split(1) if self._must_be_together else []
        parts = [[seat.view for seat in named(self._copy, part)] for part in _parts(apart)]
        if parts:
            message = f"no {self._wish.quantity} seats side by side are left that were asked for"
        else:
            message = "no such seats are left"
        return Conflict(message, code="best_available_not_found", details={"apart": parts})

    def _find(self, most: int) -> list[Proposal]:
        """A whole table or box where no row has seats side by side, before a split."""
        found = self._best.together(self._wish, self._mode, most, self._without)
        if not found and (unit := self._best.whole_unit(self._wish, self._without)):
            found = [unit]
        return found or ([] if self._must_be_together else self._split(most))

    def _split(self, most: int) -> list[Proposal]:
        return split(self._best, self._wish, self._mode, most, self._without)


def _parts(found: Sequence[Proposal]) -> Iterable[tuple[int, ...]]:
    return found[0].parts if found else ()


def _indexes(house: EventSeats, seat_ids: Iterable[int]) -> set[int]:
    return {seat_id - house.first_seat_id for seat_id in seat_ids if house.holds(seat_id)}
