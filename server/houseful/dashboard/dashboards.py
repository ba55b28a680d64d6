"""The dashboards of one worker, the list of all events, and the minutes that are kept for charts.

Owns: one task per dashboard, the overview's poll, the writing of minutes (one worker at a time does
it). Never: a request's answer.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

import structlog

from houseful.dashboard.dashboard import Dashboard
from houseful.dashboard.overview import OverviewHub
from houseful.domain.errors import HousefulError
from houseful.domain.prices.money import to_wire
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.revenue import SeatTotals
from houseful.realtime.live_events import LiveEvents
from houseful.realtime.seat_counts import AVAILABLE, BOOKED, PAYING, RESERVED
from houseful.sales.catalog import Catalog
from houseful.sales.reservations import sale_state
from houseful.sales.seat_choice import SeatChoice
from houseful.staff.reporting import Reporting
from houseful.store.seats import SeatStore
from houseful.store.staff_events import StaffEventStore
from houseful.tasks import end
from houseful.telemetry.rows import readable
from houseful.wire.close_codes import NO_EVENT
from houseful.wire.codec import iso
from houseful.wire.staff import MinuteBody, OverviewRowBody, RatesBody

log = structlog.get_logger(__name__)

IDLE_S: Final = 60.0
"""A dashboard nobody looked at for so long is let go; an event's replica stays longer."""

EVERY_S: Final = 1.0
MINUTES_EVERY_S: Final = 2.5
ACTIVE_MS: Final = 180_000
"""How long after something was counted the minutes of an event are still written."""
HOUSES_S: Final = 15.0
"""How long a sum of the overview is believed while nothing says that it changed."""


class Dashboards:
    """What staff watch on this worker."""

    def __init__(
        self,
        live: LiveEvents,
        catalog: Catalog,
        seats: SeatStore,
        staff_events: StaffEventStore,
        figures: Reporting,
        choice: SeatChoice,
    ) -> None:
        self.figures = figures
        self.overview = OverviewHub()
        self._live = live
        self._catalog = catalog
        self._seats = seats
        self._choice = choice
        self._staff_events = staff_events
        self._houses: dict[int, tuple[tuple[str, str, str, int], SeatTotals]] = {}
        self._dashboards: dict[int, Dashboard] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def dashboard(self, event_id: int) -> Dashboard:
        """The event's, made on first use. Raises NotFound, Unavailable."""
        live = await self._live.event(event_id)
        found = self._dashboards.get(event_id)
        if found is None:
            found = Dashboard(live, self.figures, self._staff_events, self._seats, self._choice)
            self._dashboards[event_id] = found
            self._tasks[event_id] = asyncio.create_task(
                self._supervise(found), name=f"dashboard-{event_id}"
            )
        return found

    async def run(self) -> None:
        """Push the overview and drop idle dashboards, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                if len(self.overview):
                    self.overview.publish(await self.rows())
                await self._drop_idle()
            except HousefulError as error:
                log.warning("overview_waits", error=error.told)

    async def run_minutes(self) -> None:
        """Write the minutes when it is this worker's turn, until cancelled."""
        while True:
            await asyncio.sleep(MINUTES_EVERY_S)
            try:
                now = self._live.clock()
                await self._say_active(now)
                if await self.figures.is_my_turn(now):
                    await self.write_minutes(await self._staff_events.active(now - ACTIVE_MS))
            except HousefulError as error:
                log.warning("minutes_wait", error=error.told)

    async def _say_active(self, now_ms: int) -> None:
        counted = self._seats.moved | self._staff_events.counted
        await self._staff_events.say_active(counted, now_ms)
        self._seats.moved -= counted
        self._staff_events.counted -= counted

    async def write_minutes(self, event_ids: list[int]) -> None:
        """Write the last minutes of these events in which anything happened."""
        counted = await self.figures.counted(event_ids, self._live.clock())
        viewers = await self._staff_events.viewers(list(counted))
        for (event_id, minutes), watching in zip(counted.items(), viewers, strict=True):
            live = await self._live.event(event_id)
            await live.caught_up()
            states = live.replica.census.house.states
            gauges = {
                "available": states[AVAILABLE],
                "held": states[RESERVED] + states[PAYING],
                "booked": states[BOOKED],
                "viewers": watching,
            }
            await self.figures.write(event_id, minutes, gauges)

    async def history(self, event_id: int, minutes: int) -> list[MinuteBody]:
        """The last minutes in which anything happened, oldest first. Raises NotFound."""
        record = await self._catalog.event(event_id)
        await self.write_minutes([event_id])
        since = self._live.clock() - minutes * 60_000
        return [
            {
                "at": iso(one.minute_ms),
                **cast(RatesBody, one.counts),
                "revenue": to_wire(one.revenue_minor, record.currency),
                "available": one.record.get("available", 0),
                "held": one.record.get("held", 0),
                "bookedTotal": one.record.get("booked", 0),
                "viewers": one.record.get("viewers", 0),
            }
            for one in await self.figures.history(event_id, since)
        ]

    async def rows(self) -> list[OverviewRowBody]:
        """Every event with how full it is, soonest first."""
        records = await self._catalog.refresh()
        ids = [record.id for record in records]
        await self._refresh_houses(ids)
        available = await self._catalog.available(records)
        viewers = await self._staff_events.viewers(ids)
        return readable(
            "event",
            zip(records, available, viewers, strict=True),
            lambda one: self._row(one[0], one[1], self._houses[one[0].id][1], one[2]),
        )

    async def _refresh_houses(self, event_ids: list[int]) -> None:
        """Read those events' sums again whose seats or notes moved on; all of them now and then."""
        seats = await self._seats.positions(event_ids)
        notes = await self._staff_events.last_notes(event_ids)
        age = int(asyncio.get_running_loop().time() / HOUSES_S)
        marks = {
            event_id: (*position, note, age)
            for event_id, position, note in zip(event_ids, seats, notes, strict=True)
        }
        moved = [
            event_id
            for event_id, mark in marks.items()
            if event_id not in self._houses or self._houses[event_id][0] != mark
        ]
        if moved:
            read = await self.figures.houses(moved)
            self._houses.update((event_id, (marks[event_id], read[event_id])) for event_id in moved)

    def _row(
        self,
        record: EventRecord,
        available: int,
        house: SeatTotals,
        viewers: int,
    ) -> OverviewRowBody:
        taken = record.seat_count - available
        return {
            "eventId": record.id,
            "hidden": record.is_hidden,
            "demo": record.is_demo,
            "name": record.name,
            "venue": record.venue,
            "startsAt": iso(record.starts_at_ms),
            "timeZone": record.timezone,
            "saleState": sale_state(record, self._live.clock()),
            "currency": record.currency,
            "totals": {
                "total": record.seat_count,
                "available": available,
                "reserved": max(0, taken - house.booked - house.paying - house.blocked),
                "paying": house.paying,
                "booked": house.booked,
                "blocked": house.blocked,
                "checkedIn": house.used,
            },
            "revenue": to_wire(house.revenue_minor, record.currency),
            "viewers": viewers,
        }

    async def close(self, code: int, reason: str) -> None:
        self.overview.close(code, reason)
        for dashboard in self._dashboards.values():
            dashboard.hub.close(code, reason)
        await end(self._tasks.values())

    async def _drop_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for event_id, dashboard in list(self._dashboards.items()):
            if not self._live.has(dashboard.live):
                dashboard.hub.close(NO_EVENT, "the event was removed")
            elif len(dashboard.hub) or now - dashboard.last_used < IDLE_S:
                continue
            del self._dashboards[event_id]
            dashboard.stop()
            await end([self._tasks.pop(event_id)])

    async def _supervise(self, dashboard: Dashboard) -> None:
        while True:
            try:
                await dashboard.run()
            except Exception:
                log.exception("dashboard_failed", event_id=dashboard.live.event_id)
                await asyncio.sleep(EVERY_S)
