"""Forgets what nobody needs any more, in SQL and in Redis: once an hour, one of all workers.

Bookings, payments and tickets are kept for good. What is said to be kept for `retention_days` is
removed after that; the seats of a past event leave Redis and are built again from SQL if anybody asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from houseful.domain.errors import HousefulError
from houseful.ledger import answered, counters, idempotency, outbox
from houseful.ledger.catalog import events
from houseful.ledger.upkeep import retention, workers
from houseful.sql.database import Database, Session
from houseful.store.seats import SeatStore

log = structlog.get_logger(__name__)

DAY_MS: Final = 24 * 3_600_000
EVERY_MS: Final = 3_600_000
LOOK_S: Final = 300.0
AT_ONCE: Final = 1000
"""Rows of one transaction: bounds how long buyers wait for it."""

KEEP_DONE_MS: Final = 7 * DAY_MS
"""Kept promises: long enough to find out what was mailed."""

CLOSE_AFTER_MS: Final = 7 * DAY_MS
"""After an event began its seats leave Redis, if nothing moved for a day."""

IDLE_MS: Final = DAY_MS


class Retention:
    """`clock` gives ms; `keep_ms` is how long the log, charts and webhooks are kept."""

    def __init__(
        self, database: Database, seats: SeatStore, clock: Callable[[], int], keep_ms: int
    ) -> None:
        self._database = database
        self._seats = seats
        self._clock = clock
        self._keep_ms = keep_ms

    async def run(self) -> None:
        """Tidy when it is this worker's turn, until cancelled."""
        while True:
            try:
                turn = counters.turn(self._database, "turn tidy", self._clock(), EVERY_MS)
                if await turn is not None:
                    await self.tidy()
            except HousefulError as error:
                log.warning("tidying_waits", error=error.told)
            await asyncio.sleep(LOOK_S)

    async def tidy(self) -> None:
        """Forget all that is due. Raises Unavailable; the rest is left for the next time."""
        now = self._clock()
        await self._repeat(lambda session: idempotency.purge(session, now, AT_ONCE))
        await self._repeat(lambda session: outbox.purge(session, now - KEEP_DONE_MS, AT_ONCE))
        await self._repeat(lambda session: retention.purge(session, now - self._keep_ms, AT_ONCE))
        await self._database.transact(lambda session: answered.purge(session, now))
        await self._database.transact(lambda session: workers.forget_old(session, now))
        await self._close_past_events(now - CLOSE_AFTER_MS)

    async def _repeat(self, purge: Callable[[Session], Awaitable[int]]) -> None:
        while await self._database.transact(purge):
            pass

    async def _close_past_events(self, before_ms: int) -> None:
        past = await self._database.query(lambda session: events.past_ids(session, before_ms))
        for event_id in past:
            await self._seats.close(event_id, IDLE_MS)
