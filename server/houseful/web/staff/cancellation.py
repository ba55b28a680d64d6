"""Calling an event off, and how far its refunds are, over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.errors import NotFound
from houseful.ledger.cancellations import Progress
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.codec import iso
from houseful.wire.staff import CancellationBody, ReasonRequest


async def cancel_event(call: Call) -> Response:
    """The sale is closed at once; bookings end one by one, each refunded whole and told by e-mail."""
    body = await call.body(ReasonRequest)
    event_id = call.id("event_id")
    found = await call.context.staff.programme.cancel_event(call.user.id, event_id, body)
    for live in call.context.live:
        if live.event_id == event_id:
            await live.caught_up(staff_note=True)
    return ok(view_of(found), "Event called off", 202)


async def get_cancellation(call: Call) -> Response:
    event_id = call.id("event_id")
    found = await call.context.staff.programme.cancellation(event_id)
    if found is None:
        raise NotFound(f"event {event_id} was not called off", code="not_called_off")
    headers = {"Cache-Control": "no-store"}
    return ok(view_of(found), "Cancellation retrieved successfully", headers=headers)


def view_of(found: Progress) -> CancellationBody:
    return {
        "cancelledAt": iso(found.cancelled_at_ms),
        "who": found.who,
        "reason": found.reason,
        "bookings": found.live + found.on_the_way + found.refunded + found.failed + found.disputed,
        "live": found.live,
        "onTheWay": found.on_the_way,
        "refunded": found.refunded,
        "failed": found.failed,
        "disputed": found.disputed,
    }


OPERATIONS = (
    Operation(
        "POST",
        "/events/{event_id:int}/cancel",
        cancel_event,
        "Call an event off and refund everybody",
        role="venue",
        request=ReasonRequest,
        answers={202: CancellationBody},
    ),
    Operation(
        "GET",
        "/events/{event_id:int}/cancellation",
        get_cancellation,
        "How far the refunds of an event that was called off are",
        role="venue",
        answers={200: CancellationBody},
    ),
)
