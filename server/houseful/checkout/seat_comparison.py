"""Compares an event's seats in Redis with SQL, and has Redis follow; SQL wins.

What is written to SQL reaches Redis by faster ways (the request itself, the outbox). This one finds
what they missed: writes that a Redis lost as it was restarted or replaced, a worker that died in
between. Seats are compared a range at a time, so that a sold-out stadium blocks nobody, and events
in which nothing moved on either side since are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from houseful.checkout.checkout_context import log
from houseful.domain.seats import Claim, Granted, SeatRecord, Standing
from houseful.ledger import bookings, events
from houseful.sql.database import Database, Session
from houseful.store.seats import CLAIM_GRACE_MS, SeatStore

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
            repairs += await self._follow_sales(event_id, records, claims)
            blocked -= {claim.seat_id for claim in claims}
            repairs += await self._follow_blocks(event_id, records, blocked, odd_before)
            unpaid += [claim for claim in claims if claim.paying]
            paying |= {seat for seat, record in records.items() if record.status == "P"}
        return repairs + await self._follow_payments(event_id, unpaid, paying)

    async def _follow_sales(
        self, event_id: int, records: Mapping[int, SeatRecord], claims: list[Claim]
    ) -> int:
        """Seats that SQL has sold are BOOKED, and no others."""
        booked = {seat: record.ref for seat, record in records.items() if record.status == "B"}
        missing: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for claim in claims:
            if not claim.paying and booked.get(claim.seat_id) != claim.booking_id:
                missing[claim.booking_id, claim.user].append(claim.seat_id)
        for (booking_id, user), seat_ids in missing.items():
            await self._seats.book_seats(event_id, booking_id, user, seat_ids)
        sold = {claim.seat_id for claim in claims}
        extra: defaultdict[int, list[int]] = defaultdict(list)
        for seat_id, booking_id in booked.items():
            if seat_id not in sold:
                extra[booking_id].append(seat_id)
        for booking_id, seat_ids in extra.items():
            await self._seats.unbook_seats(event_id, booking_id, "", seat_ids)
        return len(missing) + len(extra)

    async def _follow_blocks(
        self,
        event_id: int,
        records: Mapping[int, SeatRecord],
        blocked: set[int],
        odd_before: set[int],
    ) -> int:
        """Seats that SQL has off sale are BLOCKED, and no others. Staff write SQL first, and one who
        lifts a block may be at it just now: what SQL lacks is lifted when it is found a second time."""
        is_blocked = {seat for seat, record in records.items() if record.status == "X"}
        missing, odd = blocked - is_blocked, is_blocked - blocked
        if missing:
            await self._seats.block(event_id, sorted(missing))
        if odd & odd_before:
            await self._seats.unblock(event_id, sorted(odd & odd_before))
        self._odd_blocks[event_id] |= odd - odd_before
        return bool(missing) + bool(odd & odd_before)

    async def _follow_payments(
        self, event_id: int, unpaid: Sequence[Claim], paying: AbstractSet[int]
    ) -> int:
        """Seats that SQL has under payment are PAYING, where their buyer holds them still; where not,
        SQL's claim refuses others all the same."""
        wanted: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for claim in unpaid:
            wanted[claim.booking_id, claim.user].append(claim.seat_id)
        missing = {owner: seats for owner, seats in wanted.items() if not paying >= set(seats)}
        begun = [
            await self._seats.begin_checkout(
                event_id, user, booking_id, seat_ids, pay_ms=CLAIM_GRACE_MS
            )
            for (booking_id, user), seat_ids in missing.items()
        ]
        return sum(isinstance(answer, Granted) for answer in begun)


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
