"""Plans and events as staff put them on: imported, priced, given a sale window, changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from houseful.checkout.booking_transitions import NOTICE
from houseful.checkout.checkout_context import clock_ms
from houseful.domain import money
from houseful.domain.booking import State
from houseful.domain.errors import Conflict, InvalidRequest
from houseful.domain.moments import check_sale
from houseful.domain.wording import shown
from houseful.domain.zones import checked_zone
from houseful.ledger import audit, events, outbox, plans, removal
from houseful.ledger.events import EventRecord
from houseful.ledger.plans import PlanSummary
from houseful.plans import reader
from houseful.sales.catalog import Catalog, NewEvent
from houseful.sql.database import Database, Session
from houseful.staff.demo_removal import DemoRemoval
from houseful.staff.event_stream import EVENT_CHANGED, StaffEventStream

KNOWN_EVERYWHERE_MS: Final = 2_000
"""A worker remembers an event for less; no mail of a move tells the old time."""


@dataclass(frozen=True, slots=True)
class EventChange:
    """What becomes different: columns by name, prices as amounts by category, the venue's zone.

    Prices become the event's next price list; the zone is that of all events at its venue.
    """

    values: Mapping[str, Any]
    prices: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None


class EventAdmin:
    """Adds plans and events and changes events."""

    def __init__(
        self, database: Database, catalog: Catalog, staff_events: StaffEventStream
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._staff_events = staff_events

    async def add_plan(self, who: str, document: bytes) -> PlanSummary:
        """Import a plan. Raises PlanRefused naming the place."""
        plan = await asyncio.to_thread(reader.read, document)

        async def work(session: Session) -> int:
            plan_id = await plans.add(session, plan)
            details = {"planId": plan_id, "name": plan.name, "seatCount": plan.seat_count}
            await audit.write(session, who=who, act="add_plan", at_ms=clock_ms(), details=details)
            return plan_id

        plan_id = await self._database.transact(work)
        return PlanSummary(
            plan_id, plan.name, plan.seat_count, tuple(plan.seats_by_category), plan.left_out
        )

    async def plans(self) -> list[PlanSummary]:
        """Every plan, newest first."""
        return await self._database.query(plans.list_all)

    async def add_event(
        self, who: str, plan_id: int, event: NewEvent, prices: Mapping[str, str]
    ) -> EventRecord:
        """Put an event on an imported plan on sale. Raises NotFound, PlanRefused for prices."""
        stored = await self._catalog.plan(plan_id)
        reader.require_prices(stored.plan, prices)
        minor = {name: money.from_wire(text, event.currency) for name, text in prices.items()}
        event = replace(event, prices=minor)
        check_sale(event.starts_at_ms, event.on_sale_at_ms, event.off_sale_at_ms)

        async def work(session: Session) -> int:
            event_id = await self._catalog.write_event(session, plan_id, event)
            await audit.write(
                session,
                who=who,
                act="add_event",
                at_ms=clock_ms(),
                event_id=event_id,
                details={"name": event.name, "planId": plan_id, "prices": dict(prices)},
            )
            return event_id

        return await self._catalog.event(await self._database.transact(work))

    async def change_event(
        self, who: str, event_id: int, change: EventChange, reason: str
    ) -> EventRecord:
        """Change name, times or prices; every worker hears of it. Raises NotFound, InvalidRequest."""
        before = await self._catalog.event(event_id)
        minor = {
            name: money.from_wire(text, before.currency) for name, text in change.prices.items()
        }
        unknown = sorted(set(minor) - set(before.prices))
        if unknown:
            message = f"prices: expected {shown(sorted(before.prices), 200)}, got {shown(unknown)}"
            raise InvalidRequest(message, field="prices")
        if not change.values and not minor and change.timezone is None:
            raise InvalidRequest("expected something to change, got nothing")
        after = replace(
            before,
            **change.values,
            prices={**before.prices, **minor},
            timezone=checked_zone(change.timezone or before.timezone),
        )
        check_sale(after.starts_at_ms, after.on_sale_at_ms, after.off_sale_at_ms)

        async def work(session: Session) -> None:
            await events.change(
                session,
                event_id,
                values=change.values,
                prices=minor if after.prices != before.prices else {},
                timezone=change.timezone,
            )
            await tell_calendars(session, before, after)
            await audit.write(
                session,
                who=who,
                act="change_event",
                at_ms=clock_ms(),
                event_id=event_id,
                reason=reason,
                details=differences(before, after),
            )

        await self._database.transact(work)
        self._catalog.forget(event_id)
        await self._staff_events.tell(event_id, EVENT_CHANGED)
        return await self._catalog.event(event_id)

    async def remove_event(self, who: str, event_id: int, reason: str) -> None:
        """Take an event that sold nothing out of every list. Raises NotFound, Conflict."""
        event = await self._catalog.event(event_id)
        now = clock_ms()

        async def work(session: Session) -> bool:
            is_gone = await removal.remove(session, event_id, now)
            if is_gone:
                details = {"name": event.name}
                await audit.write(
                    session,
                    who=who,
                    act="remove_event",
                    at_ms=now,
                    event_id=event_id,
                    reason=reason,
                    details=details,
                )
            return is_gone

        if not await self._database.transact(work):
            raise Conflict(
                "expected an event that sold nothing; hide this one instead", code="event_sold"
            )
        await self._tell_gone([event_id])

    async def remove_demo(self, who: str, reason: str) -> tuple[list[int], list[int]]:
        """(the demo's events that are removed now, those that sold something and stay)."""
        removed, kept = await DemoRemoval(self._database).run(who, reason)
        await self._tell_gone(removed)
        return removed, kept

    async def _tell_gone(self, event_ids: Sequence[int]) -> None:
        for event_id in event_ids:
            self._catalog.forget(event_id)
            await self._staff_events.tell(event_id, EVENT_CHANGED)


async def tell_calendars(session: Session, before: EventRecord, after: EventRecord) -> None:
    """A new name or time is a new calendar entry; a new time is also a mail to every buyer."""
    is_moved = before.starts_at_ms != after.starts_at_ms
    if not is_moved and before.name == after.name:
        return
    now = clock_ms()
    await events.revise(session, before.id, now)
    if is_moved:
        notice = {"about": "moved", "before": before.starts_at_ms}
        job = (NOTICE, notice, now + KNOWN_EVERYWHERE_MS)
        await outbox.promise_to_all(session, before.id, State.CONFIRMED, job, now_ms=now)


def differences(before: EventRecord, after: EventRecord) -> dict[str, Any]:
    """What the audit log says of a change: field → [before, after]."""
    names = (
        "name",
        "starts_at_ms",
        "on_sale_at_ms",
        "off_sale_at_ms",
        "prices",
        "timezone",
        "is_hidden",
        "lone_seats",
        "lone_seats_off_below_percent",
        "lone_seats_off_hours_before",
    )
    return {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
