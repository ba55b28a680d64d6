"""Plans and events as staff put them on: imported, priced, given a sale window, changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from houseful.ledger import cancellations
from houseful.ledger.cancellations import Progress
from houseful.ledger.catalog import plans
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.catalog.plans import PlanSummary
from houseful.plans import reader
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database
from houseful.staff.demo_removal import DemoRemoval
from houseful.staff.event_acts import add_event, add_plan, cancel_event, change_event, remove_event
from houseful.staff.event_stream import EVENT_CHANGED, StaffEventStream
from houseful.staff.price_acts import withdraw_prices
from houseful.staff.table_sales import TableSales
from houseful.store.seats import SeatStore
from houseful.wire.staff import EventChangeRequest, NewEventRequest, ReasonRequest


class EventAdmin:
    """Adds plans and events and changes events."""

    def __init__(
        self, database: Database, catalog: Catalog, staff_events: StaffEventStream, seats: SeatStore
    ) -> None:
        self._tables = TableSales(seats, catalog)
        self._database = database
        self._catalog = catalog
        self._staff_events = staff_events

    async def add_plan(self, who: str, document: bytes) -> PlanSummary:
        """Import a plan. Raises PlanRefused naming the place."""
        plan = await asyncio.to_thread(reader.read, document)
        plan_id = await self._database.transact(lambda session: add_plan(session, who, plan))
        return PlanSummary(
            plan_id, plan.name, plan.seat_count, tuple(plan.seats_by_category), plan.left_out
        )

    async def plans(self) -> list[PlanSummary]:
        """Every plan, newest first."""
        return await self._database.query(plans.list_all)

    async def plan_of(self, event_id: int) -> PlanSummary:
        """The plan that an event stands on. Raises NotFound."""
        plan_id = (await self._catalog.event(event_id)).plan_id
        (plan,) = await self._database.query(lambda session: plans.list_all(session, plan_id))
        return plan

    async def add_event(self, who: str, request: NewEventRequest) -> EventRecord:
        """Put an event on an imported plan on sale; see `add_event`."""
        plan = (await self._catalog.plan(request.planId)).plan
        zone = self._catalog.timezone
        event_id = await self._database.transact(
            lambda session: add_event(session, who, request, plan, zone)
        )
        return await self._catalog.event(event_id)

    async def change_event(
        self, who: str, event_id: int, request: EventChangeRequest
    ) -> EventRecord:
        """Change name, times, prices or rules; every worker hears of it. See `change_event`; raises also
        Conflict `table_in_use`."""
        async with self._tables.changed(event_id, request.tableBooking):
            await self._database.transact(
                lambda session: change_event(session, who, event_id, request)
            )
        await self._tell_changed([event_id])
        return await self._catalog.event(event_id)

    async def withdraw_prices(
        self, who: str, event_id: int, number: int, request: ReasonRequest
    ) -> None:
        """Take back a price list that was to begin; see `withdraw_prices`."""
        await self._database.transact(
            lambda session: withdraw_prices(session, who, event_id, number, request)
        )
        await self._tell_changed([event_id])

    async def remove_event(self, who: str, event_id: int, request: ReasonRequest) -> None:
        """Take an event that sold nothing out of every list; see `remove_event`."""
        await self._database.transact(lambda session: remove_event(session, who, event_id, request))
        await self._tell_changed([event_id])

    async def cancel_event(self, who: str, event_id: int, request: ReasonRequest) -> Progress:
        """Call an event off; see `cancel_event`. Its bookings are ended by the checkout's own work."""
        await self._database.transact(lambda session: cancel_event(session, who, event_id, request))
        await self._tell_changed([event_id])
        found = await self.cancellation(event_id)
        assert found is not None  # noqa: S101 - it was called off just now
        return found

    async def cancellation(self, event_id: int) -> Progress | None:
        """How far the refunds of an event are; None where it was not called off. Raises NotFound."""
        await self._catalog.event(event_id)
        return await self._database.query(lambda s: cancellations.progress(s, event_id))

    async def remove_demo(self, who: str, reason: str) -> tuple[list[int], list[int]]:
        """(the demo's events that are removed now, those that sold something and stay)."""
        removed, kept = await DemoRemoval(self._database).run(who, reason)
        await self._tell_changed(removed)
        return removed, kept

    async def _tell_changed(self, event_ids: Sequence[int]) -> None:
        for event_id in event_ids:
            self._catalog.forget(event_id)
            await self._staff_events.tell(event_id, EVENT_CHANGED)
