"""Taking seats off sale and putting them back: Redis decides which, SQL keeps who and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import InvalidRequest, NotFound, Unavailable
from houseful.domain.seats import Changed, FailedSeat, Refused
from houseful.domain.wording import shown
from houseful.ledger import audit, events
from houseful.ledger.events import Block
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database, Session
from houseful.store.seats import SeatStore, distinct

AT_ONCE: Final = 1000
"""Seats of one script call: bounds how long Redis is busy."""

Move = Callable[[int, Sequence[int]], Awaitable[Changed | Refused]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The seats of an act: a list of them, or a whole section by its name."""

    seat_ids: Sequence[int] = ()
    section: str | None = None

    def of(self, house: EventSeats) -> list[int]:
        """The seats' ids. Raises InvalidRequest, NotFound for what the event does not have."""
        if self.section is None:
            unknown = [seat_id for seat_id in self.seat_ids if not house.holds(seat_id)]
            if unknown:
                raise NotFound(
                    f"event {house.event.id} has no seat {unknown[0]}",
                    code="unknown_seat",
                    details={"seatIds": unknown},
                )
            return distinct(self.seat_ids)
        for section in house.sections:
            if section.name == self.section:
                first = house.first_seat_id + section.first
                return list(range(first, first + section.count))
        raise NotFound(f"the plan has no section {shown(self.section)}", code="unknown_section")


class Blocking:
    """Blocks and unblocks. A seat that somebody holds, pays for or has bought stays theirs."""

    def __init__(self, database: Database, seats: SeatStore, catalog: Catalog) -> None:
        self._database = database
        self._seats = seats
        self._catalog = catalog

    async def block(
        self, event_id: int, choice: Choice, *, who: str, reason: str
    ) -> tuple[list[int], list[FailedSeat]]:
        """(seats that are newly off sale, seats that could not be). Raises NotFound."""
        return await self._turn(event_id, choice, who, reason, blocked=True)

    async def unblock(
        self, event_id: int, choice: Choice, *, who: str, reason: str
    ) -> tuple[list[int], list[FailedSeat]]:
        """(seats that are on sale again, seats that could not be). Raises NotFound."""
        return await self._turn(event_id, choice, who, reason, blocked=False)

    async def listed(self, event_id: int) -> tuple[EventSeats, list[Block]]:
        """The seats off sale, with their house for their names."""
        house = await self._catalog.house(event_id)
        return house, await self._database.query(lambda session: events.blocks(session, event_id))

    async def _turn(
        self, event_id: int, choice: Choice, who: str, reason: str, *, blocked: bool
    ) -> tuple[list[int], list[FailedSeat]]:
        if not reason.strip():
            raise InvalidRequest("reason: expected to hear why, got nothing")
        wanted = choice.of(await self._catalog.house(event_id))
        known = set(await self._database.query(lambda s: events.blocked_seats(s, event_id)))
        move, back = self._seats.block, self._seats.unblock
        if not blocked:
            move, back = back, move
        done, failed = await self._move(event_id, wanted, move)
        changed = [seat_id for seat_id in done if (seat_id in known) != blocked]
        if changed:
            try:
                await self._write(event_id, changed, who, reason, blocked=blocked)
            except Unavailable:
                with suppress(Unavailable):
                    await self._move(event_id, changed, back)
                raise
        return changed, failed

    async def _move(
        self, event_id: int, seat_ids: Sequence[int], move: Move
    ) -> tuple[list[int], list[FailedSeat]]:
        done: list[int] = []
        failed: list[FailedSeat] = []
        for part in parts(seat_ids):
            answer = await self._catalog.opened(event_id, lambda part=part: move(event_id, part))  # type: ignore[misc]
            failed += answer.failed
            if isinstance(answer, Changed):
                done += answer.seat_ids
        return done, failed

    async def _write(
        self, event_id: int, seat_ids: Sequence[int], who: str, reason: str, *, blocked: bool
    ) -> None:
        now = clock_ms()

        async def work(session: Session) -> None:
            await events.set_blocked(session, event_id, seat_ids, blocked, reason, who, now)
            await audit.write(
                session,
                who=who,
                act="block" if blocked else "unblock",
                at_ms=now,
                event_id=event_id,
                reason=reason,
                details={"seatIds": seat_ids},
            )

        await self._database.transact(work)


def parts(seat_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(seat_ids), AT_ONCE):
        yield seat_ids[start : start + AT_ONCE]
