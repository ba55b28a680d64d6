"""Compares an event's seats in Redis with SQL, and has Redis follow; SQL wins.

What is written to SQL reaches Redis by faster ways (the request itself, the outbox). This one finds
what they missed: writes that a Redis lost as it was restarted or replaced, a worker that died in
between. Seats are compared a range at a time, so that a sold-out stadium blocks nobody, and events
in which nothing moved on either side since are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from houseful.checkout.checkout_context import log
from houseful.checkout.following import follow_blocks, follow_payments, follow_sales
from houseful.domain.seats import Claim, Standing
from houseful.ledger import bookings
from houseful.ledger.catalog import events
from houseful.sql.database import Database, Session
from houseful.store.seats import SeatStore

SEATS_AT_ONCE: Final = 1_000
"""Seats read from both and compared in one turn of the loop: about 2 ms of it."""

EVENTS_AT_ONCE: Final = 200


class SeatComparison:
    """Any number of workers may compare at once: every repair changes nothing when repeated."""

    def __init__(self, database: Database, seats: SeatStore) -> None:
        self._database = database
        self._seats = seats
        self._compared: dict[int, tuple[object, ...]] = {}
        self._odd_blocks: dict[int, set[int]] = {}
        self.doubted: set[int] = set()
        """Events to be compared out of turn."""

    async def doubted_events(self) -> None:
        """Compare the events that somebody doubts. Raises Unavailable; the rest stay doubted."""
        for event_id in list(self.doubted):
            await self.event(event_id)
            if not self._odd_blocks[event_id]:
                self.doubted.discard(event_id)

    async def every_event(self) -> int:
        """Compare all events in which something moved; repairs made. Raises Unavailable."""
        repairs = 0
        event_ids, changes = await self._database.query(read_changes)
        for first in range(0, len(event_ids), EVENTS_AT_ONCE):
            part = event_ids[first : first + EVENTS_AT_ONCE]
            for event_id, position in zip(part, await self._seats.positions(part), strict=True):
                mark = (position, changes.get(event_id))
                if self._compared.get(event_id) != mark or self._odd_blocks.get(event_id):
                    found = await self.event(event_id)
                    repairs += found
                    if not found:
                        self._compared[event_id] = mark
        if repairs:
            log.warning("seats_repaired", repairs=repairs)
        return repairs

    async def event(self, event_id: int) -> int:
        """Compare one event; repairs made. One that Redis does not have is opened when needed."""
        standing = await self._seats.standing(event_id)
        repairs = 0
        unpaid: list[Claim] = []
        paying: set[int] = set()
        odd_before, self._odd_blocks[event_id] = self._odd_blocks.get(event_id, set()), set()
        for seats in ranges_of(standing):
            # Redis first: a sale that commits in between shows as a seat to book, which is harmless.
            records = await self._seats.records(event_id, seats)

            async def read(session: Session, seats: range = seats) -> tuple[list[Claim], set[int]]:
                claims = await bookings.live_claims(session, event_id, seats)
                return claims, set(await events.blocked_seats(session, event_id, seats))

            claims, blocked = await self._database.query(read)
            repairs += await follow_sales(self._seats, event_id, records, claims)
            blocked -= {claim.seat_id for claim in claims}
            found, odd = await follow_blocks(self._seats, event_id, records, blocked, odd_before)
            repairs += found
            self._odd_blocks[event_id] |= odd
            unpaid += [claim for claim in claims if claim.paying]
            paying |= {seat for seat, record in records.items() if record.status == "P"}
        return repairs + await follow_payments(self._seats, event_id, unpaid, paying)


async def read_changes(session: Session) -> tuple[list[int], dict[int, tuple[object, ...]]]:
    """(all events, event → something that is another whenever its bookings or blocks are)."""
    changes: defaultdict[int, tuple[object, ...]] = defaultdict(tuple)
    for row in await bookings.changes(session) + await events.block_changes(session):
        changes[row[0]] += tuple(row[1:])
    return await events.ids(session), dict(changes)


def ranges_of(standing: Standing | None) -> Iterator[range]:
    if standing is not None:
        end = standing.first_seat_id + standing.seat_count
        for first in range(standing.first_seat_id, end, SEATS_AT_ONCE):
            yield range(first, min(first + SEATS_AT_ONCE, end))
