"""Check-in over HTTP: what a door sends, and what it is told."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from houseful.staff.check_in import Admitted
from houseful.web.buyer.bookings import query_number
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.codec import iso
from houseful.wire.staff import CheckInBody, CheckInRequest, CheckInsBody, ReasonRequest

MOST_RECENT = 500


async def check_in(call: Call) -> Response:
    """Let a ticket in, once: of two doors that read it at the same moment one gets 409."""
    body = await call.body(CheckInRequest)
    admitted = await call.context.staff.doors.check_in(
        call.id("event_id"), body.code, door=body.door.strip(), who=call.user.id
    )
    return ok(admitted_view(admitted), f"Welcome: {admitted.seat.section} {admitted.seat.number}")


async def list_check_ins(call: Call) -> Response:
    limit = query_number(call, "limit", 50, 1, MOST_RECENT)
    used, booked, recent = await call.context.staff.doors.recent(call.id("event_id"), limit)
    data = {
        "checkedIn": used,
        "booked": booked,
        "recent": [admitted_view(one) for one in recent],
    }
    return ok(data, "Check-ins retrieved successfully")


async def undo_check_in(call: Call) -> Response:
    """The ticket opens a door again."""
    body = await call.body(ReasonRequest)
    undone = await call.context.staff.doors.undo(
        call.id("event_id"), call.id("ticket_id"), who=call.user.id, reason=body.reason
    )
    return ok(admitted_view(undone), "Check-in undone")


def admitted_view(admitted: Admitted) -> dict[str, Any]:
    ticket, seat = admitted.ticket, admitted.seat
    return {
        "ticketId": ticket.ticket_id,
        "seatId": ticket.seat_id,
        "seatNumber": seat.number,
        "section": seat.section,
        "row": seat.row,
        "category": ticket.category,
        "name": ticket.holder,
        "bookingReference": ticket.reference,
        "usedAt": None if ticket.used_at_ms is None else iso(ticket.used_at_ms),
        "door": ticket.door or None,
    }


PATH = "/events/{event_id:int}/check-ins"
OPERATIONS = (
    Operation(
        "POST",
        PATH,
        check_in,
        "Let a ticket in",
        role="venue",
        request=CheckInRequest,
        answers={200: CheckInBody},
        errors=(400, 404, 409, 413, 415, 503),
    ),
    Operation(
        "GET",
        PATH,
        list_check_ins,
        "How many are in, and who came last",
        role="venue",
        answers={200: CheckInsBody},
        errors=(400, 404, 503),
        parameters=("limit",),
    ),
    Operation(
        "POST",
        PATH + "/{ticket_id:int}/undo",
        undo_check_in,
        "Take a check-in back",
        role="venue",
        request=ReasonRequest,
        answers={200: CheckInBody},
        errors=(400, 404, 409, 413, 415, 503),
    ),
)
