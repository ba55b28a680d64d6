"""Goes on with checkouts that nobody works on: their process died, or the gateway made them wait.

Any number may run in any number of processes; a lease keeps them off each other's bookings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.checkout.following import follow, give_back
from houseful.checkout.saga import Saga
from houseful.checkout.seat_claim import SeatClaims
from houseful.domain.booking import PAID
from houseful.domain.errors import InProgress, Unavailable
from houseful.ledger import bookings, idempotency, leases
from houseful.ledger.bookings import Booking
from houseful.ledger.upkeep import workers
from houseful.sql.database import Session

BATCH = 20
"""Bookings worked on at once: bounds what a recovery asks of the gateway."""

Sold = tuple[Booking, list[int], list[int]]
"""A sale, the seats that its claim is live on, and those that it had."""

TAKE_WITHIN_S = 2.0
"""How long the report of a payment waits for the worker that has its booking."""


def in_progress() -> InProgress:
    """409: the same key is being worked on right now."""
    return InProgress("the same request is being worked on", retry_after_s=1)


class Completer:
    """Finds what is left lying and takes it to its end."""

    def __init__(self, parts: CheckoutContext, saga: Saga, claiming: SeatClaims) -> None:
        self._parts = parts
        self._saga = saga
        self._claiming = claiming
        self._working: dict[int, asyncio.Task[None]] = {}

    async def beat(self) -> None:
        """Say that this process lives, and renew the leases that it works under."""
        parts = self._parts
        working = dict(parts.working)

        async def work(session: Session) -> None:
            await workers.beat(session, parts.worker_id, parts.now_ms())
            if working:
                await leases.renew(session, working, parts.terms.lease_ms)

        await parts.database.transact(work, is_repeatable=True)

    async def run_once(self) -> int:
        """One look, and the work it finds; how many bookings that were. Raises Unavailable."""
        await self.beat()
        found = await self.start_due()
        await self.drain()
        return found

    async def start_due(self) -> int:
        """One look; work on what it finds goes on by itself, so that one silent call to the gateway
        holds up nobody. How many bookings were begun. Raises Unavailable for SQL."""
        parts, now = self._parts, self._parts.now_ms()
        room = BATCH - len(self._working)
        if room <= 0:
            return 0
        lease = parts.new_lease()

        async def look(session: Session) -> tuple[list[tuple[int, int]], list[int]]:
            orphans = await idempotency.take_orphans(
                session, lease=lease, lease_ms=parts.terms.lease_ms, limit=room
            )
            return orphans, await bookings.due(session, now, room)

        orphans, due = await parts.database.transact(look)
        for booking_id, event_id in orphans:
            with parts.leasing(lease, booking_id):
                await self._claiming.give_up(event_id, booking_id, lease)
        fresh = [booking_id for booking_id in due if booking_id not in self._working]
        for booking_id in fresh:
            task = asyncio.create_task(self._complete(booking_id), name="completer")
            self._working[booking_id] = task
            task.add_done_callback(partial(self._done, booking_id))
        return len(fresh) + len(orphans)

    def _done(self, booking_id: int, _: asyncio.Task[None]) -> None:
        del self._working[booking_id]

    async def drain(self) -> None:
        """Wait for the bookings being worked on."""
        if self._working:
            await asyncio.wait(self._working.values())

    async def _complete(self, booking_id: int) -> None:
        try:
            booking = await self.take(booking_id)
            if booking is not None:
                await self.let_go(await self._saga.run(booking))
        except Unavailable as error:
            log.warning("checkout_waits", booking_id=booking_id, error=error.told)
        except Exception:  # noqa: BLE001 - one broken booking must not hold up the others
            log.exception("checkout_cannot_go_on", booking_id=booking_id)

    async def take(self, booking_id: int) -> Booking | None:
        """The booking under a lease of ours, or None while somebody works on it."""
        parts = self._parts
        return await parts.database.transact(
            lambda session: bookings.take(
                session,
                booking_id,
                lease=parts.new_lease(),
                lease_ms=parts.terms.lease_ms,
            )
        )

    @asynccontextmanager
    async def held(self, booking_id: int) -> AsyncIterator[Booking]:
        """The booking under a lease of ours, after waiting a little for another's; let go of it
        however the block ends. Raises InProgress, Unavailable."""
        parts, loop = self._parts, asyncio.get_running_loop()
        deadline = loop.time() + TAKE_WITHIN_S
        while (held := await self.take(booking_id)) is None:
            if loop.time() > deadline:
                raise in_progress()
            await asyncio.sleep(0.05)
        try:
            with parts.leasing(held.lease, booking_id):
                yield held
        finally:
            await parts.database.transact(lambda s: bookings.let_go(s, held))

    async def let_go(self, booking: Booking) -> None:
        """End our lease, unless the last step already did. Raises Unavailable."""
        if booking.lease_until_ms > 0:
            await self._parts.database.transact(lambda s: bookings.let_go(s, booking))

    async def lapsed(self, event_id: int, booking_ids: Sequence[int]) -> list[int]:
        """Free seats that are PAYING past their deadline and that SQL does not claim for the booking
        they are paid in: all of a purchase that came to nothing, and of a sale what was given back
        while Redis did not know of it. The bookings under way. Raises Unavailable."""
        seats = self._parts.seats

        async def read(session: Session) -> tuple[list[int], list[Sold]]:
            dead = await bookings.without_live_claim(session, booking_ids)
            claiming = [one for one in booking_ids if one not in dead]
            found = [await bookings.get(session, booking_id) for booking_id in claiming]
            sold = [booking for booking in found if booking and booking.state in PAID]
            return dead, [(one, *await bookings.seats_of(session, one.id)) for one in sold]

        dead, sold = await self._parts.database.query(read)
        for booking, live, gone in sold:
            await follow(seats, booking, live, gone)
        over = {*dead, *(booking.id for booking, _, _ in sold)}
        for booking_id in over:
            await give_back(seats, event_id, booking_id, keep=False)
        return [booking_id for booking_id in booking_ids if booking_id not in over]
