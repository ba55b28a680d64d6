"""What staff do to plans and events, each inside one transaction: behind HTTP and the command alike.

Owns: which plan, event or change is accepted, and what the audit log keeps of it.
Never: tells other workers; the callers do so once the transaction has ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from houseful.checkout.booking_transitions import NOTICE
from houseful.checkout.checkout_context import clock_ms
from houseful.domain.booking import State
from houseful.domain.errors import Conflict, InvalidRequest, NotFound
from houseful.domain.moments import check_sale
from houseful.domain.plan import Plan
from houseful.domain.prices import money
from houseful.domain.prices.price_drafts import NOTHING, PriceChange, applied
from houseful.domain.zones import checked_zone
from houseful.ledger import audit, cancellations, outbox, removal
from houseful.ledger.catalog import events, plans
from houseful.ledger.catalog.events import EventRecord
from houseful.plans import reader
from houseful.sales.catalog import write_event
from houseful.sql.database import Session
from houseful.staff.event_requests import changed_columns, new_event
from houseful.staff.price_acts import reprice, repricing, told
from houseful.staff.price_requests import price_change
from houseful.wire.staff import EventChangeRequest, NewEventRequest, ReasonRequest

KNOWN_EVERYWHERE_MS: Final = 2_000
"""A worker remembers an event for less; no mail of a move tells the old time."""


async def add_plan(session: Session, who: str, plan: Plan) -> int:
    """Store a plan that was read; returns its id."""
    plan_id = await plans.add(session, plan)
    details = {"planId": plan_id, "name": plan.name, "seatCount": plan.seat_count}
    await audit.write(session, who=who, act="add_plan", at_ms=clock_ms(), details=details)
    return plan_id


async def add_event(
    session: Session, who: str, request: NewEventRequest, plan: Plan, house_timezone: str
) -> int:
    """Put an event on a stored `plan` on sale; returns its id. A new venue that names no zone is in
    `house_timezone`. Raises NotFound, InvalidRequest, PlanRefused for prices."""
    change = price_change(request, request.currency) or PriceChange()
    prices = applied(NOTHING, change, request.currency)
    reader.require_prices(plan, prices.categories)
    event, now = new_event(request, prices), clock_ms()
    check_sale(event.starts_at_ms, event.on_sale_at_ms, event.off_sale_at_ms)
    event_id = await write_event(session, request.planId, event, house_timezone, who, now)
    amounts = {name: money.to_wire(minor, event.currency) for name, minor in told(prices).items()}
    details = {"name": event.name, "planId": request.planId, "prices": amounts}
    await audit.write(
        session, who=who, act="add_event", at_ms=now, event_id=event_id, details=details
    )
    return event_id


async def change_event(
    session: Session, who: str, event_id: int, request: EventChangeRequest
) -> None:
    """Change name, times, prices or rules. Raises NotFound, InvalidRequest."""
    before, now = await _event(session, event_id), clock_ms()
    values, prices = changed_columns(request), repricing(before, request, now)
    if not values and not prices and request.timeZone is None:
        raise InvalidRequest("expected something to change, got nothing")
    after = replace(
        before,
        **values,
        timezone=checked_zone(request.timeZone or before.timezone),
    )
    check_sale(after.starts_at_ms, after.on_sale_at_ms, after.off_sale_at_ms)
    await events.change(session, event_id, values=values, timezone=request.timeZone)
    if prices is not None:
        await reprice(session, who, event_id, prices, now)
    await tell_calendars(session, before, after)
    await audit.write(
        session,
        who=who,
        act="change_event",
        at_ms=now,
        event_id=event_id,
        reason=request.reason,
        details=differences(before, after) | (prices.details if prices else {}),
    )


async def remove_event(session: Session, who: str, event_id: int, request: ReasonRequest) -> None:
    """Take an event that sold nothing out of every list. Raises NotFound, Conflict."""
    event, now = await _event(session, event_id), clock_ms()
    if not await removal.remove(session, event_id, now):
        raise Conflict(
            "expected an event that sold nothing; hide this one instead", code="event_sold"
        )
    await _write_named(session, who, "remove_event", event, request.reason, now)


async def cancel_event(session: Session, who: str, event_id: int, request: ReasonRequest) -> None:
    """Call an event off: it sells nothing any more, and everybody gets their money back. Repeating it
    changes nothing. Raises NotFound."""
    event, now = await _event(session, event_id), clock_ms()
    if await cancellations.begin(session, event_id, who, request.reason, now):
        await _write_named(session, who, "cancel_event", event, request.reason, now)


async def _write_named(
    session: Session, who: str, act: str, event: EventRecord, reason: str, now_ms: int
) -> None:
    """The log names the event: it may stand in no list any more."""
    await audit.write(
        session,
        who=who,
        act=act,
        at_ms=now_ms,
        event_id=event.id,
        reason=reason,
        details={"name": event.name},
    )


async def _event(session: Session, event_id: int) -> EventRecord:
    found = await events.get(session, event_id)
    if found is None:
        raise NotFound(f"no event {event_id}", code="unknown_event")
    return found.at(clock_ms())


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
        "timezone",
        "is_hidden",
        "lone_seats",
        "lone_seats_off_below_percent",
        "lone_seats_off_hours_before",
        "table_booking",
    )
    return {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
