"""Goes on with checkouts that nobody works on: their process died, or the gateway made them wait.

Any number may run in any number of processes; a lease keeps them off each other's bookings.
"""

from __future__ import annotations

import asyncio

from server.domain.errors import Unavailable
from server.ledger import bookings, events, keys, workers
from server.ledger.bookings import Booking
from server.ledger.database import Session
from server.services.claiming import Claiming
from server.services.parts import Parts, log
from server.services.saga import Saga

BATCH = 20
"""Bookings worked on at once: bounds what a recovery asks of the gateway."""

EVENTS_TTL_MS = 5_000


class Completer:
    """Finds what is left lying and takes it to its end."""

    def __init__(self, parts: Parts, saga: Saga, claiming: Claiming) -> None:
        self._parts = parts
        self._saga = saga
        self._claiming = claiming
        self._events: tuple[int, list[int]] = (-EVENTS_TTL_MS, [])

    async def run_once(self) -> int:
        """One look; how many bookings were worked on. Raises Unavailable for SQL."""
        parts, now = self._parts, self._parts.now_ms()

        async def look(session: Session) -> tuple[list[tuple[int, int]], list[int]]:
            await workers.beat(session, parts.worker_id, now)
            orphans = await keys.take_orphans(
                session, lease=lease, now_ms=now, lease_ms=parts.terms.lease_ms, limit=BATCH
            )
            return orphans, await bookings.due(session, now, BATCH)

        lease = parts.new_lease()
        orphans, due = await parts.database.transact(look)
        for booking_id, event_id in orphans:
            await self._claiming.give_up(event_id, booking_id, lease)
        await asyncio.gather(*(self._complete(booking_id) for booking_id in due))
        return len(due) + len(orphans)

    async def _complete(self, booking_id: int) -> None:
        try:
            booking = await self.take(booking_id)
            if booking is not None:
                await self.let_go(await self._saga.run(booking))
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - one broken booking must not hold up the others
            log.exception("checkout cannot go on", booking_id=booking_id)

    async def take(self, booking_id: int) -> Booking | None:
        """The booking under a lease of ours, or None while somebody works on it."""
        parts = self._parts
        return await parts.database.transact(
            lambda session: bookings.take(
                session,
                booking_id,
                lease=parts.new_lease(),
                now_ms=parts.now_ms(),
                lease_ms=parts.terms.lease_ms,
            )
        )

    async def let_go(self, booking: Booking) -> None:
        """End our lease, unless the last step already did."""
        if booking.lease_until_ms > 0:
            await self._parts.database.transact(lambda s: bookings.let_go(s, booking))

    async def sweep(self) -> int:
        """Free seats that are PAYING past their deadline for a booking that claims none in SQL."""
        freed = 0
        for event_id in await self._event_ids():
            try:
                lapsed = await self._parts.seats.lapsed_checkouts(event_id)
                freed += await self._free(event_id, lapsed) if lapsed else 0
            except Unavailable as error:
                if error.code != "unopened":
                    raise
        return freed

    async def _free(self, event_id: int, lapsed: list[int]) -> int:
        dead = await self._parts.database.query(
            lambda session: bookings.without_live_claim(session, lapsed)
        )
        for booking_id in dead:
            await self._parts.seats.abandon_checkout(event_id, booking_id, keep=False)
        return len(dead)

    async def _event_ids(self) -> list[int]:
        read_at, known = self._events
        if self._parts.now_ms() - read_at > EVENTS_TTL_MS:
            found = await self._parts.database.query(events.list_all)
            known = [event.id for event in found]
            self._events = (self._parts.now_ms(), known)
        return known
