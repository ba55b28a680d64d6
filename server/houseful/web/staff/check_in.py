"""Check-in over HTTP: what a door sends, and what it is told."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from starlette.responses import Response

from houseful.checkout.answers import event_view
from houseful.domain.errors import UnsupportedMediaType
from houseful.domain.wording import shown
from houseful.staff.check_in import Admitted
from houseful.tickets import qr
from houseful.tickets.reader import MOST_BYTES
from houseful.web.auth import DOOR
from houseful.web.buyer.bookings import query_number
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.codec import iso
from houseful.wire.staff import (
    CheckInBody,
    CheckInRequest,
    CheckInsBody,
    DoorPassBody,
    DoorPassRequest,
    ReadFrameBody,
    ReasonRequest,
)

MOST_RECENT = 500
JPEG = "image/jpeg"


async def check_in(call: Call) -> Response:
    """Let a ticket in, once: of two doors that read it at the same moment one gets 409."""
    body = await call.body(CheckInRequest)
    admitted = await call.context.staff.doors.check_in(
        call.id("event_id"), body.code, door=body.door, who=call.user.id
    )
    return ok(admitted_view(admitted), f"Welcome: {admitted.seat.place}")


async def list_check_ins(call: Call) -> Response:
    limit = query_number(call, "limit", 50, 1, MOST_RECENT)
    event, used, booked, recent = await call.context.staff.doors.recent(call.id("event_id"), limit)
    data = {
        "event": event_view(event),
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


async def read_frame(call: Call) -> Response:
    """For doors whose browser cannot read codes: a JPEG of the camera's picture, a few a second."""
    kind = call.asked.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != JPEG.encode():
        raise UnsupportedMediaType(
            f"expected Content-Type {JPEG}, got {shown(kind.decode('latin-1'))}"
        )
    jpeg = await call.raw_body(MOST_BYTES)
    code = await call.context.staff.doors.read_frame(call.id("event_id"), jpeg)
    return ok({"code": code}, "Picture read", headers={"Cache-Control": "no-store"})


async def open_door(call: Call) -> Response:
    """A token that checks in at this event alone, until some hours after its start."""
    body = await call.body(DoorPassRequest, optional=True)
    name = body.door.strip()
    event, ends_ms = await call.context.staff.doors.open_door(
        call.id("event_id"), who=call.user.id, name=name
    )
    token, _ = call.context.tokens.issue(
        f"door-{secrets.token_hex(4)}",
        DOOR,
        (ends_ms - call.context.clock()) // 1000,
        event_id=event.id,
    )
    url = f"{address_of(call)}/#/venue/{event.id}/door?" + urlencode(
        {"token": token} | ({"door": name} if name else {})
    )
    data = {"token": token, "expiresAt": iso(ends_ms), "url": url, "qr": qr.svg(url, title=name)}
    return ok(data, "Door signed in", 201, {"Cache-Control": "no-store"})


def address_of(call: Call) -> str:
    """Where people reach this server: as configured, else as this request did."""
    public_url = call.context.settings.public_url
    return (public_url or str(call.request.base_url)).rstrip("/")


def admitted_view(admitted: Admitted) -> CheckInBody:
    ticket, seat = admitted.ticket, admitted.seat
    return {
        **seat.view,
        "ticketId": ticket.ticket_id,
        "category": ticket.category,
        "ticketType": ticket.ticket_type,
        "note": ticket.note,
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
        role="door",
        request=CheckInRequest,
        answers={200: CheckInBody},
        errors=(409,),
    ),
    Operation(
        "GET",
        PATH,
        list_check_ins,
        "How many are in, and who came last",
        role="door",
        answers={200: CheckInsBody},
        parameters=("limit",),
    ),
    Operation(
        "POST",
        PATH + "/{ticket_id:int}/undo",
        undo_check_in,
        "Take a check-in back",
        role="door",
        request=ReasonRequest,
        answers={200: CheckInBody},
        errors=(409,),
    ),
    Operation(
        "POST",
        PATH + "/read",
        read_frame,
        "Read a ticket's QR code off a picture",
        role="door",
        request=JPEG,
        answers={200: ReadFrameBody},
    ),
    Operation(
        "POST",
        "/events/{event_id:int}/door-passes",
        open_door,
        "Sign a phone in as a door",
        role="venue",
        request=DoorPassRequest,
        answers={201: DoorPassBody},
    ),
)
