"""One event kept live on this worker: replica, feed, deadlines, viewers.

A keyspace notification or a slow clock says when to look; the feed says what happened. A position lost
(another epoch, a gap, Redis back in time) is answered with a whole snapshot. Deadlines are not kept
here but by `sales.deadlines`; what it frees comes back by the feed.

Owns: the reading task. Never: an answer to one buyer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import HousefulError
from houseful.domain.seats import Change, Snapshot
from houseful.realtime.holder_notifier import HolderNotifier
from houseful.realtime.hub import Hub
from houseful.realtime.replica import Replica
from houseful.realtime.sale_clock import SaleClock
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats
from houseful.staff.event_stream import EVENT_CHANGED
from houseful.store.seats import FEED_LIMIT, Answered, FeedLost, SeatStore, Unopened
from houseful.store.staff_events import StaffEvent, StaffEventStore
from houseful.telemetry.metrics import (
    EXPIRY_LAG_SECONDS,
    FEED_ENTRIES,
    PUSH_LAG_SECONDS,
)
from houseful.wire import frames
from houseful.wire.staff import SaleState

log = structlog.get_logger(__name__)

LOOKS_APART_S = 0.005
"""Rings that come within this time of a look are answered by one look more: at a thousand moves a
second each would cost Redis and us a call of its own, for frames that leave every 25 ms."""

CATCH_UP_S = 1.0
"""How long a reader waits for the newest state before it gets the newest known here."""

READ_CLOCK_S = 20.0
"""How long Redis's clock is reckoned from ours: two clocks drift apart by less than a millisecond."""

RETRY_S = 0.2
DIFFERENCE_LIMIT = 2_000
"""More changed seats than this are cheaper fetched as one compact body than pushed."""

NOTES_BEFORE_MS = 5_000
"""Notes this much older than the first snapshot are read too: one may have come while it was made."""


class Listener(Protocol):
    """A listener beside the viewers of an event: a dashboard."""

    def took(self, changes: Sequence[Change]) -> None: ...
    def noted(self, notes: Sequence[StaffEvent]) -> None: ...
    def loaded(self) -> None: ...


class LiveEvent:
    """An event that somebody watches or reads on this worker."""

    def __init__(
        self,
        house: EventSeats,
        seats: SeatStore,
        catalog: Catalog,
        staff_events: StaffEventStore,
        *,
        frame_interval_s: float,
        clock: Callable[[], int] = clock_ms,
    ) -> None:
        self.event_id = house.event.id
        self.replica = Replica(house)
        self.hub = Hub(self.replica, frame_interval_s)
        self.ready = asyncio.Event()
        self.last_used = 0.0
        self._seen = 0
        """The number of the last answer that was given before the last look began."""
        self.is_rung: Callable[[], bool] = bool
        """Whether changes are heard of at once; `bool()` is False."""
        self.read_at = 0.0
        self.listeners: list[Listener] = []
        self.sale = SaleClock(house.event, clock, self._tell_sale, self._reprice)
        self._seats = seats
        self._catalog = catalog
        self._staff_events = staff_events
        self._notes_since = ""
        self._notes_due = False
        self._prices_due = False
        self._rung = asyncio.Event()
        self._looked_at = 0.0
        self._look_timer: asyncio.TimerHandle | None = None
        self._awaited: list[asyncio.Future[None]] = []
        """Done by the next look that succeeds; readers that come in one turn share one."""
        self._clock_offset_ms = 0.0
        self._clock_read_at = 0.0
        self._owners = HolderNotifier(self.hub, self.replica, self.now_ms)

    def ring(self, *, staff_note: bool = False) -> None:
        """Something may have happened: look soon. Rings while looking become one more look."""
        self._notes_due = self._notes_due or staff_note
        if self._look_timer is None and not self._rung.is_set():
            loop = asyncio.get_running_loop()
            apart = self._looked_at + LOOKS_APART_S - loop.time()
            if apart > 0:
                self._look_timer = loop.call_later(apart, self._rung.set)
            else:
                self._rung.set()

    async def caught_up(self, *, staff_note: bool = False) -> None:
        """Return when the replica has all that anybody was told of by this worker.

        What other workers did is rung for: it is here within milliseconds of their answer, and
        within `live_events.LOOK_S` if the notification is lost. Without notifications, and with `staff_note`
        (also what was noted), everything done before this call is waited for. Readers that come
        while one look is under way share the next. Redis not answering, the replica stays as it is.
        """
        known = self._knows(self._seats.answered.get(self.event_id))
        if known and self.is_rung() and not staff_note:
            return
        self._notes_due = self._notes_due or staff_note
        if not self._awaited:
            self._awaited.append(asyncio.get_running_loop().create_future())
        self._rung.set()
        await asyncio.wait({self._awaited[-1]}, timeout=CATCH_UP_S)

    def compare(self, position: tuple[str, str], last_note: str) -> None:
        """Ring, if Redis is at another position of the feed or has a newer note, or its clock was
        not read for long."""
        now = asyncio.get_running_loop().time()
        is_behind = position != (self.replica.epoch, str(self.replica.seq))
        has_note = order_of(last_note) > order_of(self._notes_since)
        if is_behind or has_note or now > self._clock_read_at + READ_CLOCK_S:
            self.ring(staff_note=has_note)
        else:
            self.read_at = now

    def _knows(self, answered: Answered | None) -> bool:
        if answered is None or answered.number <= self._seen:
            return True
        return answered.seq is not None and answered.seq <= self.replica.seq

    def now_ms(self) -> int:
        """Redis's clock, as far as known here."""
        return round(asyncio.get_running_loop().time() * 1000 + self._clock_offset_ms)

    async def run(self) -> None:
        """Keep the replica true until cancelled."""
        await self._load_until_done()
        try:
            self.sale.aim(self.replica.house.event)
            while True:
                await self._rung.wait()
                self._begin_look()
                answered = self._seats.answered.get(self.event_id)
                awaited, self._awaited = self._awaited, []
                if await self._look():
                    self._seen = answered.number if answered else 0
                    for look in awaited:
                        look.set_result(None)
                else:
                    self._awaited = awaited + self._awaited
                    self._rung.set()
        finally:
            self._stop_timers()

    def _begin_look(self) -> None:
        self._rung.clear()
        self._looked_at = asyncio.get_running_loop().time()
        if self._look_timer is not None:
            self._look_timer.cancel()
            self._look_timer = None

    async def _look(self) -> bool:
        """Read what is new; False when that failed and must be tried again."""
        has_note, self._notes_due = self._notes_due, False
        try:
            await self._read()
            if has_note:
                await self._read_notes()
            if self._prices_due:
                self.learn(await self._catalog.house(self.event_id))
                self._prices_due = False
            self.read_at = asyncio.get_running_loop().time()
            return True
        except Unopened:
            is_done = await self._reopen("")
        except FeedLost as lost:
            is_done = await self._reopen(self.replica.epoch if lost.rewound else None)
        except HousefulError as error:
            log.warning("feed_unreadable", event_id=self.event_id, error=error.told)
            await asyncio.sleep(RETRY_S)
            is_done = False
        self._notes_due = self._notes_due or has_note
        return is_done

    async def _reopen(self, expected_epoch: str | None) -> bool:
        """Build the event from SQL unless its present state is good, then read all of it; whether
        that succeeded."""
        if self.replica.epoch:
            log.warning("position_lost", event_id=self.event_id, seq=self.replica.seq)
        try:
            if expected_epoch is not None:
                await self._catalog.open_event(self.event_id, expected_epoch)
            await self._load()
        except HousefulError as error:
            log.warning("snapshot_failed", event_id=self.event_id, error=error.told)
            await asyncio.sleep(RETRY_S)
            return False
        return True

    def _is_good(self, snapshot: Snapshot) -> bool:
        """Whether Redis speaks of this event's seats, and not of an older database's event or of a
        time before it was last built: there versions would fall, and what was sold be free."""
        house = self.replica.house
        theirs = (snapshot.first_seat_id, snapshot.seat_count)
        is_ours = theirs == (house.first_seat_id, house.seat_count)
        return is_ours and snapshot.version_base >= self.replica.version_base

    async def _load_until_done(self) -> None:
        while not self.ready.is_set():
            try:
                await self._load()
            except Unopened:
                await self._reopen("")
            except HousefulError as error:
                log.warning("snapshot_failed", event_id=self.event_id, error=error.told)
                await asyncio.sleep(RETRY_S)

    async def _load(self) -> None:
        snapshot = await self._seats.snapshot(self.event_id)
        if not self._is_good(snapshot):
            log.warning("seats_of_another_time_or_house", event_id=self.event_id)
            await self._catalog.open_event(self.event_id, snapshot.epoch)
            snapshot = await self._seats.snapshot(self.event_id)
        before = self.replica.epoch
        changed = self.replica.load(snapshot)
        self._set_clock(snapshot.now_ms)
        if before == snapshot.epoch and 0 < len(changed) <= DIFFERENCE_LIMIT:
            self.hub.publish(changed)
        else:
            self.hub.restart()
            if before and (before != snapshot.epoch or changed):
                self.hub.tell_all(frames.resync(snapshot.epoch, snapshot.seq, "rebuilt"))
        self.hub.publish_areas()
        self._owners.restart()
        self._notes_since = self._notes_since or f"{snapshot.now_ms - NOTES_BEFORE_MS}-0"
        self.read_at = asyncio.get_running_loop().time()
        for listener in self.listeners:
            listener.loaded()
        self.ready.set()

    async def _read(self) -> None:
        while True:
            changes, now_ms = await self._seats.read_feed(
                self.event_id, self.replica.epoch, self.replica.seq, self.replica.at_ms
            )
            self._set_clock(now_ms)
            if changes:
                FEED_ENTRIES.observe(len(changes))
                self._take(changes, now_ms)
            if len(changes) < FEED_LIMIT:
                return

    async def _read_notes(self) -> None:
        """New notes of the staff stream; an event that was changed is read again."""
        notes = await self._staff_events.notes(self.event_id, f"({self._notes_since}")
        if not notes:
            return
        self._notes_since = notes[-1].position
        for listener in self.listeners:
            listener.noted(notes)
        if any(note.kind == EVENT_CHANGED for note in notes):
            self._catalog.forget(self.event_id)
            self.learn(await self._catalog.house(self.event_id))

    def learn(self, house: EventSeats) -> None:
        """The event as SQL has it now; a changed sale window is told to everybody at once."""
        if house is not self.replica.house:
            self.replica.rehouse(house)
            self.sale.aim(house.event)

    def _reprice(self) -> None:
        """The next price list holds from now on."""
        self._prices_due = True
        self._rung.set()

    def _tell_sale(self, state: SaleState, on_sale_at_ms: int | None) -> None:
        self.hub.tell_all(frames.sale(state, on_sale_at_ms))
        for listener in self.listeners:
            listener.noted(())

    def _take(self, changes: Sequence[Change], now_ms: int) -> None:
        indexes: dict[int, None] = {}
        for change in changes:
            if change.kind == "expired" and change.seats:
                self._measure_expiry(change)
            indexes.update(dict.fromkeys(self.replica.apply(change)))
            if change.user:
                self._owners.tell(change, now_ms)
        for listener in self.listeners:
            listener.took(changes)
        if indexes:
            self.hub.publish(indexes)
            PUSH_LAG_SECONDS.observe(max(0, now_ms - changes[0].at_ms) / 1000)

    def _measure_expiry(self, change: Change) -> None:
        """Before the change is applied: its seats' deadline is still known."""
        index = change.seats[0][0] - self.replica.house.first_seat_id
        deadline_ms = self.replica.deadline[index]
        if deadline_ms:
            EXPIRY_LAG_SECONDS.observe(max(0, change.at_ms - deadline_ms) / 1000)

    def held_by(self, user: str) -> dict[int, tuple[int, list[int]]]:
        """The user's reservations now: id → (deadline_ms, seat ids), from the replica."""
        mine = [ref for ref, (owner, _) in self.replica.owners.items() if owner == user]
        return {ref: hold for ref in mine if (hold := self.replica.hold(ref)) is not None}

    def _set_clock(self, redis_now_ms: int) -> None:
        self._clock_read_at = asyncio.get_running_loop().time()
        self._clock_offset_ms = redis_now_ms - self._clock_read_at * 1000

    def _stop_timers(self) -> None:
        self.sale.stop()
        self._owners.stop()
        if self._look_timer is not None:
            self._look_timer.cancel()


def order_of(position: str) -> tuple[int, int]:
    """A stream's position `ms-n` as something to compare; empty text is before all."""
    ms, _, number = position.partition("-")
    return int(ms or 0), int(number or 0)
