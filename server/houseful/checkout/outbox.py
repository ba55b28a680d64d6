"""Keeps what was promised: seats that follow a sale, e-mails, payments that must never charge.

At least once, in order of need, with a growing pause after each failure. Every receiver is
idempotent. Any number of relays may run: a relay that takes a job leases it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from houseful.checkout.booking_transitions import (
    CANCEL_PAYMENT,
    EMAIL,
    FOLLOW,
    NOTICE,
    RECEIPT,
)
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.checkout.correspondence.printer import WAITING_PER_PERSON
from houseful.checkout.following import follow
from houseful.domain.errors import HousefulError, Unavailable, told_of
from houseful.ledger import bookings, outbox
from houseful.ledger.bookings import Booking
from houseful.ledger.outbox import Job
from houseful.sql.database import Session
from houseful.sql.session import Work
from houseful.store.seats import Unopened

Handler = Callable[[Job, Booking], Awaitable[None]]

FORMER = ("book_seats", "unbook_seats", "keep_seats", "free_seats")
"""What releases up to 0.1 call the promise that seats follow."""

OTHERS = (FOLLOW, *FORMER, CANCEL_PAYMENT, RECEIPT)
MAILS = (EMAIL, NOTICE)
"""Kinds in order of need: seats, money and papers, then mails that somebody waits for, then notices."""

MAILS_AT_ONCE = WAITING_PER_PERSON
BATCH = {OTHERS: 50, MAILS: MAILS_AT_ONCE}
AT_ONCE = {OTHERS: 4, MAILS: MAILS_AT_ONCE}
"""Jobs taken, and worked on, at once: what the printer lets wait, and fewer than there are connections
to the database, because requests need some too."""

LEASE_MS = 3_000
SLOW_MS = {EMAIL: 120_000, NOTICE: 120_000, CANCEL_PAYMENT: 30_000}
"""How long a relay has a job before others think it lost: long enough for the foreign server's time-outs,
so that no mail goes out twice because one worker is slow."""

FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 60_000
LONGEST_MAIL_PAUSE_MS = 15 * 60_000
"""RFC 5321 §4.5.4.1 asks for half an hour, of a server that everybody's mail goes to."""


class Relay:
    """Takes due jobs and gives each to the handler of its kind.

    `handlers` adds kinds, such as `email`; a handler raises to have its job repeated.
    """

    def __init__(self, parts: CheckoutContext, handlers: Mapping[str, Handler]) -> None:
        self._parts = parts
        self._handlers: dict[str, Handler] = {
            **dict.fromkeys((FOLLOW, *FORMER), self._follow),
            **handlers,
        }

    async def run_once(self, kinds: tuple[str, ...] = OTHERS) -> int:
        """Do what is due of `OTHERS` or of `MAILS`; how many jobs were taken. Raises Unavailable
        for SQL; what was kept by then is marked with the next turn."""
        parts, turns = self._parts, asyncio.Semaphore(AT_ONCE[kinds])
        jobs = await self._mark_kept(partial(self._take, kinds))
        if not jobs:
            return 0

        async def one(job: Job) -> None:
            async with turns:
                if await self._try(job):
                    parts.kept.add(job.id)

        await asyncio.gather(*(one(job) for job in jobs))
        parts.reached("after_outbox")
        await self._mark_kept()
        return len(jobs)

    async def _mark_kept(self, also: Work[list[Job]] | None = None) -> list[Job]:
        """Write down which promises were kept; the result of `also`, in the same transaction."""
        marked = tuple(self._parts.kept)
        if also is None and not marked:
            return []

        async def work(session: Session) -> list[Job]:
            if marked:
                await outbox.done(session, marked, self._parts.now_ms())
            return await also(session) if also is not None else []

        found = await self._parts.database.transact(work)
        self._parts.kept.difference_update(marked)
        return found

    async def _take(self, kinds: tuple[str, ...], session: Session) -> list[Job]:
        return await outbox.take_due(
            session,
            lease=self._parts.worker_id,
            now_ms=self._parts.now_ms(),
            lease_ms=LEASE_MS,
            slow=SLOW_MS,
            kinds=kinds,
            limit=BATCH[kinds],
        )

    async def _try(self, job: Job) -> bool:
        try:
            booking = await self._parts.database.query(lambda s: bookings.get(s, job.booking_id))
            if booking is not None:
                await self._fulfil(job, booking)
        except HousefulError as error:
            await self._again(job, error.told)
        except Exception as error:  # noqa: BLE001 - one broken job must not hold up the others
            log.exception("promise_failed", kind=job.kind, booking_id=job.booking_id)
            await self._again(job, told_of(error))
        else:
            return True
        return False

    async def _fulfil(self, job: Job, booking: Booking) -> None:
        handler, parts = self._handlers[job.kind], self._parts
        try:
            await handler(job, booking)
        except Unopened:
            if await parts.seats.standing(booking.event_id) is None:
                return  # Redis is rebuilt from SQL when somebody asks, and SQL knows already
            await parts.open_event(booking.event_id)  # another process of Redis wrote it
            await handler(job, booking)

    async def _again(self, job: Job, reason: str) -> None:
        longest = LONGEST_MAIL_PAUSE_MS if job.kind in MAILS else LONGEST_PAUSE_MS
        pause = min(longest, FIRST_PAUSE_MS << min(job.tries, 11))
        log.warning("promise_waits", kind=job.kind, booking_id=job.booking_id, error=reason)
        again = self._parts.now_ms() + pause
        try:
            await self._parts.database.transact(
                lambda session: outbox.failed(session, job.id, error=reason, again_at_ms=again)
            )
        except Unavailable as error:  # then it is due when its lease ends
            log.warning("promise_not_put_off", booking_id=job.booking_id, error=error.told)

    async def _follow(self, job: Job, booking: Booking) -> None:
        live, gone = await self._parts.database.query(lambda s: bookings.seats_of(s, booking.id))
        await follow(self._parts.seats, booking, live, gone)


def cancelling(parts: CheckoutContext, apply_payment: Callable[[str], Awaitable[None]]) -> Handler:
    """Handler for payments of dead attempts: they are cancelled at the gateway, so that nobody can
    complete them any more. One that was faster is applied."""

    async def handle(job: Job, booking: Booking) -> None:
        payment_id = str(job.payload["payment"])
        state = await parts.gateway.cancel(payment_id, idempotency_key=f"{payment_id}:cancel")
        if state.outcome == "succeeded":
            await apply_payment(payment_id)

    return handle


async def repeat(
    name: str, work: Callable[[], Awaitable[object]], every_s: float, wake: asyncio.Event
) -> None:
    """Run `work` for ever: at once when woken or when it found something, else each `every_s`.

    What stands below being unavailable is said once and waited out.
    """
    is_down = False
    while True:
        wake.clear()
        try:
            found = await work()
        except Unavailable as error:
            if not is_down:
                log.warning("background_work_waits", task=name, error=error.told)
            is_down, found = True, None
        except Exception:  # noqa: BLE001 - a supervisor: the loop must outlive any bug
            log.exception("background_work_failed", task=name)
            found = None
        else:
            is_down = False
        if found:
            continue
        try:
            async with asyncio.timeout(every_s):
                await wake.wait()
        except TimeoutError:
            pass


__all__ = ["CANCEL_PAYMENT", "Handler", "Relay", "cancelling", "repeat"]


async def together(*loops: Coroutine[Any, Any, None]) -> None:
    """Run endless loops side by side until cancelled.

    No TaskGroup: that cancels its tasks once, and a library that is giving a connection back can
    swallow one cancellation. Here each further cancellation reaches all of them.
    """
    await asyncio.gather(*loops)
