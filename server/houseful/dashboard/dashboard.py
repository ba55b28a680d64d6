"""One event as staff watch it on this worker: the replica's sums with what SQL and the staff stream add.

A change of a seat shows at once, from the replica. Money and used tickets follow from SQL: the feed
and the notes only say which bookings and seats to read again. Ten seconds later at most, sums that
do not add up have everything read anew.

Owns: what was read of SQL, and when to read it again. Never: a figure that only this worker knows.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, cast

import structlog

from houseful.dashboard.activity_rates import WINDOW_MS, ActivityRates
from houseful.dashboard.alerts import Alerts
from houseful.dashboard.occupancy_hub import INTERVAL_S, OccupancyHub
from houseful.dashboard.sold_types import SoldTypes
from houseful.domain.errors import HousefulError
from houseful.domain.prices.money import to_wire
from houseful.domain.seats import Change
from houseful.ledger.revenue import Revenue, Sums
from houseful.realtime.live_event import LiveEvent
from houseful.realtime.seat_counts import CountedSeats
from houseful.realtime.viewer_batch import Viewer
from houseful.sales.seat_choice import SeatChoice
from houseful.staff.event_stream import CHECK_IN_UNDONE, CHECKED_IN, MONEY
from houseful.staff.reporting import Fresh, Reporting
from houseful.store.seats import SeatStore
from houseful.store.staff_events import StaffEvent, StaffEventStore
from houseful.wire.codec import iso
from houseful.wire.staff import OccupancyBody, OccupancyFacts, SectionCountsBody

log = structlog.get_logger(__name__)

TICK_S: Final = 1.0
"""Rates and holds' ends move with time alone."""

CHECK_S: Final = 10.0
QUIET_S: Final = 2.0
"""Sums of SQL and of the seats are compared only when nothing is on its way between them."""

SOON_MS: Final = 60_000
BOOKED_KINDS: Final = ("booked", "unbooked")


class Dashboard:
    """Follows one live event. `run` keeps it fresh while anybody watches."""

    def __init__(
        self,
        live: LiveEvent,
        figures: Reporting,
        staff_events: StaffEventStore,
        seats: SeatStore,
        choice: SeatChoice,
    ) -> None:
        self.live = live
        self.hub = OccupancyHub(cast(Any, self._state), lambda number: self._pulse.items(number))
        self.last_used = asyncio.get_running_loop().time()
        self._figures = figures
        self._staff_events = staff_events
        self._seats = seats
        self._choice = choice
        self._pulse = ActivityRates(self._section_of)
        self._alerts = Alerts()
        self._takings: dict[int, Revenue] = {}
        self._types = SoldTypes()
        self._refunded = 0
        self._sums = Sums(0, 0, 0, 0, 0, 0, 0)
        self._dirty_bookings: set[int] = set()
        self._dirty_seats: set[int] = set()
        self._is_whole = False
        self._checked_at = self._moved_at = self._desk_at = 0.0
        self._epoch = live.replica.epoch
        self._viewers = 0
        self._risen: Counter[str] = Counter()
        self._risen_before: tuple[Counter[str], int] = (Counter(), 0)
        self._lone = 0
        self._lone_at = 0.0
        self._stale = asyncio.Event()
        self._reading = asyncio.Lock()
        live.listeners.append(self)

    def stop(self) -> None:
        self.live.listeners.remove(self)

    def took(self, changes: Sequence[Change]) -> None:
        """The feed moved; the replica shows it already."""
        self._moved_at = asyncio.get_running_loop().time()
        self._pulse.take(changes)
        for change in changes:
            if change.kind in BOOKED_KINDS:
                self._dirty_bookings.add(change.ref)
                self._dirty_seats.update(seat_id for seat_id, _ in change.seats)
        self._stale.set()
        self.hub.touch()

    def noted(self, notes: Sequence[StaffEvent]) -> None:
        """A staff note came, or the sale opened or closed."""
        self._pulse.note(notes)
        for note in notes:
            if note.kind in (CHECKED_IN, CHECK_IN_UNDONE):
                self._dirty_seats.update(note.seat_ids)
            elif note.kind == MONEY:
                self._dirty_bookings.update(
                    one.booking_id for one in self._takings.values() if one.owes
                )
                self._checked_at = 0.0  # the sums have changed, whichever booking it was
        self._stale.set()
        self.hub.touch()

    def loaded(self) -> None:
        """The replica was read whole: perhaps a new epoch, perhaps after a gap."""
        if self.live.replica.epoch != self._epoch:
            self._epoch = self.live.replica.epoch
            self._pulse.restart()
        self._is_whole = False
        self._stale.set()

    async def run(self) -> None:
        """Refresh while somebody watches, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(TICK_S if len(self.hub) else None):
                    await self._stale.wait()
            except TimeoutError:
                pass
            self._stale.clear()
            if len(self.hub):
                self.last_used = asyncio.get_running_loop().time()
                await self.refresh()
                self.hub.touch()
            await asyncio.sleep(INTERVAL_S)

    async def refresh(self) -> None:
        """Read again what is not known any more. What does not answer leaves the old figures."""
        async with self._reading:
            await self._try(self._read())
            await self._try(self._read_staff_events())
            await self._try(self._count_lone_seats())

    async def _try(self, reading: Awaitable[None]) -> None:
        try:
            await reading
        except HousefulError as error:
            log.warning("figures_wait", event_id=self.live.event_id, error=error.told)

    async def current(self) -> OccupancyBody:
        """The whole state, after all that was done before this call."""
        self.last_used = asyncio.get_running_loop().time()
        self._desk_at = 0.0
        await asyncio.gather(
            self.live.caught_up(staff_note=True), self._try(self._read_staff_events())
        )
        await self.refresh()
        state = self.hub.flush()
        return cast(OccupancyBody, {**state, "epoch": self.hub.epoch, "seq": self.hub.seq})

    def join(self, viewer: Viewer, hello: Callable[[bool], bytes], epoch: str, since: int) -> None:
        """See `OccupancyHub.join`; from now on the figures are kept fresh."""
        self.hub.join(viewer, hello, epoch, since)
        self._stale.set()

    @property
    def viewers(self) -> int:
        """Buyers' sockets over all workers."""
        return self._viewers

    async def _read(self) -> None:
        now = asyncio.get_running_loop().time()
        bookings, self._dirty_bookings = self._dirty_bookings, set()
        seats, self._dirty_seats = self._dirty_seats, set()
        due = now - self._checked_at > CHECK_S
        try:
            if not self._is_whole:
                await self._read_everything()
            elif bookings or seats or due:
                event_id = self.live.event_id
                fresh = await self._figures.some(event_id, list(bookings), list(seats))
                self._take(fresh, seats)
                if due and now - self._moved_at > QUIET_S and not self._adds_up():
                    log.info("figures_read_anew", event_id=event_id)
                    await self._read_everything()
        except BaseException:
            self._dirty_bookings |= bookings
            self._dirty_seats |= seats
            raise
        if due:
            self._checked_at = now

    async def _read_everything(self) -> None:
        event_id = self.live.event_id
        self._is_whole = True  # set first: what comes while we read makes it partial work again
        try:
            fresh = await self._figures.everything(event_id)
            recent = await self._seats.recent(event_id)
            since = self.live.now_ms() - WINDOW_MS
            notes = await self._staff_events.notes(event_id, f"{since}-0")
        except BaseException:
            self._is_whole = False
            raise
        known = {one.booking_id for one in fresh.takings}
        gone = [one for one in self._takings if one not in known]
        for booking_id in gone:
            self._set_taking(Revenue(booking_id, 0, 0, False, ()))
        house = self.live.replica.house
        self._take(fresh, range(house.first_seat_id, house.first_seat_id + house.seat_count))
        self._pulse.begin(recent, notes)

    def _take(self, fresh: Fresh, seat_ids: Sequence[int] | set[int]) -> None:
        first = self.live.replica.house.first_seat_id
        for taking in fresh.takings:
            self._set_taking(taking)
        self.live.replica.census.set_used(
            [seat_id - first for seat_id in seat_ids],
            [seat_id - first for seat_id in fresh.used_seats],
        )
        self._sums = fresh.sums

    def _set_taking(self, taking: Revenue) -> None:
        first = self.live.replica.house.first_seat_id
        before = self._takings.get(taking.booking_id)
        self._types.replace(before.types if before else (), taking.types)
        amounts: dict[int, int] = {}
        if before is not None:
            self._refunded -= before.refunded_minor
            amounts = {seat_id - first: 0 for seat_id, _ in before.seats}
        amounts |= {seat_id - first: share for seat_id, share in taking.seats}
        self._takings[taking.booking_id] = taking
        self._refunded += taking.refunded_minor
        self.live.replica.census.set_brought(amounts)

    def _adds_up(self) -> bool:
        house, sums = self.live.replica.census.house, self._sums
        have = (house.revenue_minor, self._refunded, house.checked_in)
        return have == (sums.revenue_minor, sums.refunded_minor, sums.used)

    async def _read_staff_events(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._desk_at < INTERVAL_S:
            return
        event_id, self._desk_at = self.live.event_id, now
        before, since_ms = self._risen_before
        (viewers,), (over, recent, edge) = await asyncio.gather(
            self._staff_events.viewers([event_id]),
            self._figures.risen(event_id, since_ms, self.live.now_ms()),
        )
        self._viewers = viewers
        self._risen_before = (before + over, edge)
        self._risen = before + over + recent

    async def _count_lone_seats(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._lone_at >= TICK_S:
            self._lone_at = now
            self._lone = await self._choice.count_lone(self.live.event_id)

    def _section_of(self, seat_id: int) -> str:
        replica = self.live.replica
        return replica.census.section_of(seat_id - replica.house.first_seat_id)

    def _price(self, amount_minor: int) -> str:
        return to_wire(amount_minor, self.live.replica.house.event.currency)

    def _state(self) -> tuple[OccupancyFacts, int]:
        replica, now = self.live.replica, self.live.now_ms()
        event, census = replica.house.event, replica.census
        prices = event.prices.by_category
        rates = self._pulse.rates(now)
        holds, seats = census.expiring(now + SOON_MS)
        state: OccupancyFacts = {
            "eventId": event.id,
            "hidden": event.is_hidden,
            "name": event.name,
            "serverTime": iso(now),
            "saleState": self.live.sale.state,
            "onSaleAt": None if event.on_sale_at_ms is None else iso(event.on_sale_at_ms),
            "offSaleAt": None if event.off_sale_at_ms is None else iso(event.off_sale_at_ms),
            "startsAt": iso(event.starts_at_ms),
            "timeZone": event.timezone,
            "currency": event.currency,
            "totals": census.house.counts(),
            "revenue": self._price(census.house.revenue_minor),
            "refunded": self._price(self._refunded),
            "sections": [self._row(group) for group in census.sections],
            "categories": [
                {**self._row(group), "price": self._price(prices[group.name])}
                for group in census.categories
                if group.name in prices
            ],
            "ticketTypes": self._types.view(event.prices.types, self._price),
            "expiringSoon": {"holds": holds, "seats": seats},
            "rates": rates,
            "funnel": {
                "viewers": self._viewers,
                "reserved": self._risen["granted"],
                "checkout": self._sums.begun,
                "booked": self._sums.booked,
            },
            "loneSeats": {
                "rule": event.lone_seat_rule.mode.value,
                "seats": self._lone,
                "refused": self._risen["leftAlone"],
            },
            "viewers": self._viewers,
            "alerts": self._alerts.view(
                rates,
                stuck=self._sums.stuck,
                refunds_failed=self._sums.refunds_failed,
                disputed=self._sums.disputed,
                shop_faults=self._sums.shop_faults,
                problems=self._sums.problems,
                foreign=self._sums.foreign,
                behind_s=asyncio.get_running_loop().time() - self.live.read_at,
                now_ms=now,
            ),
            "activity": self._pulse.items(),
        }
        return state, self._pulse.number

    def _row(self, group: CountedSeats) -> SectionCountsBody:
        return {
            "name": group.name,
            **group.counts(),
            "revenue": self._price(group.revenue_minor),
        }
