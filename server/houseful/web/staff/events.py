"""Plans and events as staff put them on, and the audit log, over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.errors import UnsupportedMediaType
from houseful.domain.wording import shown
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.catalog.plans import PlanSummary
from houseful.web.buyer.events import event_view
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import EventBody
from houseful.wire.staff import (
    EventChangeRequest,
    NewEventRequest,
    PlanDocument,
    PlanSummaryBody,
    ReasonRequest,
    RemovedEventsBody,
)

PLAN_LIMIT = 32 * 1024 * 1024


async def add_plan(call: Call) -> Response:
    """Import a seating plan; what cannot be sold from is refused whole, naming the place."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType(f"expected Content-Type application/json, got {shown(kind)}")
    document = await call.raw_body(PLAN_LIMIT)
    added = await call.context.staff.programme.add_plan(call.user.id, document)
    return ok(plan_view(added), "Plan imported", 201)


async def list_plans(call: Call) -> Response:
    found = await call.context.staff.programme.plans()
    return ok([plan_view(plan) for plan in found], "Plans retrieved successfully")


async def plan_of_event(call: Call) -> Response:
    """The plan that an event stands on, with what its file sells and we do not."""
    found = await call.context.staff.programme.plan_of(call.id("event_id"))
    return ok(plan_view(found), "Plan retrieved successfully")


async def add_event(call: Call) -> Response:
    body = await call.body(NewEventRequest)
    record = await call.context.staff.programme.add_event(call.user.id, body)
    return ok(event_view(record, record.seat_count), "Event created", 201)


async def change_event(call: Call) -> Response:
    """Change what is named. A new sale window is pushed to every page that shows the event."""
    body = await call.body(EventChangeRequest)
    event_id = call.id("event_id")
    record = await call.context.staff.programme.change_event(call.user.id, event_id, body)
    for live in call.context.live:
        if live.event_id == event_id:
            await live.caught_up(staff_note=True)  # its author reads the change from now on
    return ok(await one_event_view(call, record), "Event changed")


async def remove_event(call: Call) -> Response:
    """Only while nothing of it is sold; an event that sold something can be hidden."""
    body = await call.body(ReasonRequest)
    event_id = call.id("event_id")
    await call.context.staff.programme.remove_event(call.user.id, event_id, body)
    return ok({"eventIds": [event_id], "keptEventIds": []}, "Event removed")


async def remove_demo(call: Call) -> Response:
    """The demo's events that sold nothing; once all are gone, their discount code ends."""
    body = await call.body(ReasonRequest)
    removed, kept = await call.context.staff.programme.remove_demo(call.user.id, body.reason)
    return ok({"eventIds": removed, "keptEventIds": kept}, "Demo events removed")


async def one_event_view(call: Call, record: EventRecord) -> EventBody:
    (available,) = await call.context.catalog.available([record])
    return event_view(record, available)


def plan_view(plan: PlanSummary) -> PlanSummaryBody:
    return {
        "planId": plan.plan_id,
        "name": plan.name,
        "seatCount": plan.seat_count,
        "categories": [{"name": name, "seats": seats} for name, seats in plan.categories],
        "leftOut": [
            {"kind": one.kind, "name": one.name, "places": one.places, "section": one.section}
            for one in plan.left_out
        ],
    }


OPERATIONS = (
    Operation(
        "POST",
        "/plans",
        add_plan,
        "Import a seating plan",
        role="venue",
        request=PlanDocument,
        answers={201: PlanSummaryBody},
        parameters=("Request-Key",),
    ),
    Operation(
        "GET",
        "/plans",
        list_plans,
        "Plans an event can be put on",
        role="venue",
        answers={200: list[PlanSummaryBody]},
    ),
    Operation(
        "GET",
        "/events/{event_id:int}/plan",
        plan_of_event,
        "The plan an event stands on",
        role="venue",
        answers={200: PlanSummaryBody},
    ),
    Operation(
        "POST",
        "/events",
        add_event,
        "Put an event on sale",
        role="venue",
        request=NewEventRequest,
        answers={201: EventBody},
        errors=(404,),
        parameters=("Request-Key",),
    ),
    Operation(
        "PATCH",
        "/events/{event_id:int}",
        change_event,
        "Change an event's name, times, prices or rules",
        role="venue",
        request=EventChangeRequest,
        answers={200: EventBody},
        errors=(409,),
    ),
    Operation(
        "POST",
        "/events/{event_id:int}/remove",
        remove_event,
        "Remove an event that sold nothing",
        role="venue",
        request=ReasonRequest,
        answers={200: RemovedEventsBody},
        errors=(409,),
    ),
    Operation(
        "POST",
        "/demo-events/remove",
        remove_demo,
        "Remove the demo's events",
        role="venue",
        request=ReasonRequest,
        answers={200: RemovedEventsBody},
    ),
)
