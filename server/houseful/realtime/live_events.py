"""All events that are live on this worker: made on first use, let go when nobody needs them.

Owns: one task per live event, and the keyspace listener. Never: deadlines; those are `sales.deadlines`'.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator

import structlog

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import HousefulError, NotFound, Unavailable
from houseful.realtime.live_event import LiveEvent
from houseful.redis.command_router import Client
from houseful.redis.keyspace_listener import KeyspaceListener
from houseful.sales.catalog import Catalog
from houseful.store.seats import SeatStore
from houseful.store.staff_events import StaffEventStore
from houseful.tasks import end
from houseful.wire.close_codes import NO_EVENT

log = structlog.get_logger(__name__)

READY_WITHIN_S = 5.0
IDLE_S = 300.0
"""A replica nobody used for so long is dropped; making it again costs one snapshot."""

LOOK_S = 0.5
"""How often positions are compared without being rung for: bounds what a lost ring costs."""

COMPARE_WITHIN_S = 2.0
"""A node that does not answer keeps the events of others from being compared for so long."""

UPKEEP_S = 1.0
SAY_VIEWERS_S = 3.0
"""How often a number that did not change is said again: half its TTL."""


class LiveEvents:
    """The live events of one worker."""

    def __init__(
        self,
        client: Client,
        seats: SeatStore,
        catalog: Catalog,
        *,
        frame_interval_ms: int,
        clock: Callable[[], int] = clock_ms,
        other_server: Callable[[], None] = lambda: None,
        lease_expired: Callable[[], None] = lambda: None,
    ) -> None:
        """`other_server`: Redis is another process; `lease_expired`: some hold's time is over."""
        self._seats = seats
        self._staff_events = StaffEventStore(client)
        self.clock = clock
        self._worker = secrets.token_hex(6)
        self._said: dict[int, int] = {}
        self._said_at = 0.0
        self._lease_expired = lease_expired
        self._catalog = catalog
        self._interval_s = frame_interval_ms / 1000
        self._events: dict[int, LiveEvent] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.listener = KeyspaceListener(client, self._ring, other_server)

    def __iter__(self) -> Iterator[LiveEvent]:
        return iter(list(self._events.values()))

    def has(self, live: LiveEvent) -> bool:
        """Whether it is followed still."""
        return self._events.get(live.event_id) is live

    async def event(self, event_id: int) -> LiveEvent:
        """The event, live and ready. Raises NotFound, or Unavailable when it takes too long."""
        live = self._events.get(event_id)
        if live is None:
            house = await self._catalog.house(event_id)
            live = self._events.get(event_id)
        if live is None:
            live = LiveEvent(
                house,
                self._seats,
                self._catalog,
                self._staff_events,
                frame_interval_s=self._interval_s,
                clock=self.clock,
            )
            live.is_rung = self.listener.is_heard
            self._events[event_id] = live
            self._tasks[event_id] = asyncio.create_task(
                self._supervise(live), name=f"live-event-{event_id}"
            )
            self.listener.watch(event_id)
        live.last_used = asyncio.get_running_loop().time()
        if not live.ready.is_set():
            try:
                async with asyncio.timeout(READY_WITHIN_S):
                    await live.ready.wait()
            except TimeoutError:
                raise Unavailable("the seat store does not answer", retry_after_s=1) from None
        return live

    async def run(self) -> None:
        """Follow what was not rung for, and drop idle events, until cancelled."""
        loop, kept_up_at = asyncio.get_running_loop(), 0.0
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._compare_all()
                if loop.time() > kept_up_at + UPKEEP_S - LOOK_S / 2:
                    kept_up_at = loop.time()
                    await self._drop_idle()
                    await self._say_viewers()
                    await self._learn()
            except (HousefulError, TimeoutError) as error:
                log.warning("upkeep_failed", error=str(error))

    async def close(self, code: int, reason: str) -> None:
        for live in self._events.values():
            live.hub.close(code, reason)
        await end(self._tasks.values())

    def _ring(self, event_id: int, lease_expired: bool, staff_note: bool) -> None:
        if lease_expired:
            self._lease_expired()
        elif (live := self._events.get(event_id)) is not None:
            live.ring(staff_note=staff_note)

    async def _supervise(self, live: LiveEvent) -> None:
        while True:
            try:
                await live.run()
            except Exception:
                log.exception("live_event_failed", event_id=live.event_id)
                await asyncio.sleep(UPKEEP_S)

    async def _compare_all(self) -> None:
        async with asyncio.timeout(COMPARE_WITHIN_S):
            await asyncio.gather(*(self._compare(live) for live in self if live.ready.is_set()))

    async def _compare(self, live: LiveEvent) -> None:
        position = await self._seats.position(live.event_id)
        live.compare(position, await self._staff_events.last_note(live.event_id))

    async def _say_viewers(self) -> None:
        """Tell all workers how many sockets this one has; an event that lost its last, once more."""
        now = asyncio.get_running_loop().time()
        viewers = {live.event_id: len(live.hub) for live in self if len(live.hub)}
        if viewers == self._said and now < self._said_at + SAY_VIEWERS_S:
            return
        gone = dict.fromkeys(self._said.keys() - viewers.keys(), 0)
        if viewers or gone:
            await self._staff_events.say_viewers(self._worker, viewers | gone)
        self._said, self._said_at = viewers, now

    async def _learn(self) -> None:
        """Follow changes of events whose note was lost."""
        if self._events:
            await self._catalog.refresh(list(self._events))
            for live in self:
                try:
                    live.learn(await self._catalog.house(live.event_id))
                except NotFound:
                    live.hub.close(NO_EVENT, "the event was removed")
                    await self._drop(live)

    async def _drop_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for live in self:
            if len(live.hub) or live.listeners or now - live.last_used < IDLE_S:
                continue
            await self._drop(live)

    async def _drop(self, live: LiveEvent) -> None:
        del self._events[live.event_id]
        await end([self._tasks.pop(live.event_id)])
        self.listener.unwatch(live.event_id)
