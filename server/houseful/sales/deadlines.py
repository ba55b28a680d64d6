"""The one loop that ends holds and payments at their deadline: one per worker, over one index of all.

Level-triggered: an event stays in the index until it was swept, so a Redis that refuses writes, a
worker that stalls or dies, or a notification that is lost delays a sweep but drops none. The next
deadline is known here, so the sweep comes at that instant, whether or not Redis sends `expired`. An
event that holds nothing has no place in the index and costs nothing.

The index is noted after the hold was made, and in a cluster it lies on another node: so at every start,
when Redis is another process, and every few minutes one worker has every event looked at once
(`survey`), which puts each in its right place.

Owns: when each event is swept. Never: whether a payment may end; that is SQL's to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Final

import structlog

from houseful.domain.errors import HousefulError
from houseful.ledger import counters
from houseful.ledger.catalog import events
from houseful.sql.database import Database
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.seats import SeatStore, Unopened
from houseful.tasks import end
from houseful.telemetry.metrics import HAPPENINGS

log = structlog.get_logger(__name__)

LOOK_S: Final = 0.5
"""How often the index is read at least: bounds how late a deadline is that a dead worker knew of."""

LEASE_MS: Final = 500
"""How long an event is left to the worker that looks at it; then it is anybody's."""

RETRY_S: Final = 0.2
AT_ONCE: Final = 256
"""Events looked at at once: those that hang, on a node that is away, hold up nobody else's."""

ASK_AGAIN_MS: Final = 1000
"""After SQL said that a payment past its time is still under way."""

SURVEY_S: Final = 300.0
"""Half a hold as it is by default, so that what a worker that died had not noted is found in time."""

SURVEYED_TOGETHER: Final = 50
OVER_MS: Final = 24 * 3_600_000
"""Events that began longer ago are not surveyed: nobody buys them any more."""

Lapsed = Callable[[int, Sequence[int]], Awaitable[list[int]]]
"""Told (event, bookings PAYING past their deadline); frees those that SQL does not know as claimed
and returns the others."""


class Deadlines:
    """The deadlines of all events, as one worker keeps them."""

    def __init__(
        self,
        seats: SeatStore,
        index: DeadlineIndex,
        database: Database,
        clock: Callable[[], int],
        *,
        lapsed: Lapsed,
        renew: Callable[[int], Awaitable[bool]],
    ) -> None:
        """`renew`: makes an event good that another process of Redis wrote; whether there is one."""
        self._seats = seats
        self._index = index
        self._database = database
        self._clock = clock
        self._lapsed = lapsed
        self._renew = renew
        self._noted: dict[int, int] = {}
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._is_doubtful = asyncio.Event()
        self._is_doubtful.set()
        self._clock_offset_ms = 0.0
        seats.heard_deadline = self.note

    def note(self, event_id: int, deadline_ms: int) -> None:
        """A deadline was set that may be its event's earliest."""
        self._noted[event_id] = min(deadline_ms, self._noted.get(event_id, deadline_ms))
        self._woken.set()

    def ring(self) -> None:
        """Redis says that a hold's time is over: look now."""
        self._woken.set()

    def survey_soon(self) -> None:
        """Redis is another process, and may have lost what it had: look at every event."""
        self._is_doubtful.set()

    async def run(self) -> None:
        """Keep every deadline until cancelled."""
        try:
            while True:
                try:
                    wait_s = await self._turn()
                except HousefulError as error:
                    log.warning("deadlines_wait", error=error.told)
                    wait_s = RETRY_S
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await end(self._looking.values())

    async def _turn(self) -> float:
        """Note what is new, begin to look at what is due; seconds until the next turn."""
        noted, self._noted = self._noted, {}
        if noted:
            try:
                await self._index.note(noted)
            except HousefulError:
                for event_id, deadline_ms in noted.items():
                    self.note(event_id, deadline_ms)
                raise
        due = await self._index.claim_due(AT_ONCE - len(self._looking), LEASE_MS)
        self._clock_offset_ms = due.now_ms - monotonic() * 1000
        for event_id, claim in due.claims.items():
            if event_id not in self._looking:
                task = asyncio.create_task(self._look(event_id, claim), name="deadline")
                self._looking[event_id] = task
                task.add_done_callback(partial(self._done, event_id))
        if due.next_ms is None or len(self._looking) >= AT_ONCE:
            return LOOK_S
        # One millisecond later: Redis's clock has moved past the deadline then.
        return min(LOOK_S, max(0.0, (due.next_ms + 1 - self._now_ms()) / 1000))

    def _done(self, event_id: int, _: asyncio.Task[None]) -> None:
        del self._looking[event_id]
        if len(self._looking) == AT_ONCE - 1:
            self._woken.set()

    async def _look(self, event_id: int, claim: int) -> None:
        """What fails here is due again when the lease ends."""
        try:
            await self._index.settle(event_id, claim, await self.look(event_id))
        except HousefulError as error:
            log.warning("sweep_failed", event_id=event_id, error=error.told)
        except Exception:
            log.exception("sweep_crashed", event_id=event_id)

    async def look(self, event_id: int) -> int | None:
        """Sweep one event; its next deadline in ms. Raises Unavailable."""
        try:
            swept = await self._seats.sweep(event_id)
        except Unopened:
            if not await self._renew(event_id):
                return None
            swept = await self._seats.sweep(event_id)
        if swept.freed:
            HAPPENINGS.labels("reservation_expired").inc(swept.freed)
            log.info("reservation_expired", event_id=event_id, reservations=swept.freed)
        if not swept.lapsed:
            return swept.next_ms
        again_ms = swept.now_ms + ASK_AGAIN_MS
        under_way = await self._lapsed(event_id, swept.lapsed)
        if under_way:
            await self._seats.defer_checkouts(event_id, under_way, again_ms)
        return min(again_ms, swept.next_ms or again_ms)

    async def run_surveys(self) -> None:
        """Have every event looked at: at start, when Redis may have lost something, now and then."""
        while True:
            is_doubtful = self._is_doubtful.is_set()
            try:
                if is_doubtful:
                    self._is_doubtful.clear()
                    await self.survey(0.0)
                elif await self._is_my_turn():
                    await self.survey(SURVEY_S)
            except HousefulError as error:
                log.warning("survey_waits", error=error.told)
                if is_doubtful:
                    self._is_doubtful.set()
                await asyncio.sleep(RETRY_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(SURVEY_S / 4):
                    await self._is_doubtful.wait()

    async def _is_my_turn(self) -> bool:
        """One of all workers surveys."""
        now, every_ms = self._clock(), round(SURVEY_S * 1000)
        return await counters.turn(self._database, "turn survey", now, every_ms) is not None

    async def survey(self, over_s: float) -> None:
        """Make every event due within the next `over_s` seconds, a few at a time."""
        since = self._clock() - OVER_MS
        event_ids = await self._database.query(lambda session: events.ids(session, since))
        parts = range(0, len(event_ids), SURVEYED_TOGETHER)
        for number, first in enumerate(parts):
            at_ms = self._now_ms() + over_s * 1000 * number / len(parts) if over_s else 0
            together = event_ids[first : first + SURVEYED_TOGETHER]
            await self._index.note(dict.fromkeys(together, round(at_ms)))
        self._woken.set()

    def _now_ms(self) -> float:
        """Redis's clock, as far as known here."""
        return monotonic() * 1000 + self._clock_offset_ms
