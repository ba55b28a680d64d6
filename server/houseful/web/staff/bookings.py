"""Bookings in the staff's hands: found, refunded, sent again, taken away as a table."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from houseful.staff.bookings import COLUMNS
from houseful.staff.spreadsheet import BYTE_ORDER_MARK, csv_lines
from houseful.web.buyer.bookings import (
    LARGEST_PAGE,
    LAST_PAGE,
    PAGE_SIZE,
    emailed,
    query_number,
    ticket_numbers,
)
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation, Paged
from houseful.wire.buyer import BookingBody, EmailedBody, RefundQuoteBody
from houseful.wire.staff import ReasonRequest, RefundRequest, ResendRequest, StaffBookingBody


async def search_bookings(call: Call) -> Response:
    """`q` matches reference, name and e-mail anywhere, or a seat number; `status` a booking's."""
    number = query_number(call, "page", 1, 1, LAST_PAGE)
    size = query_number(call, "pageSize", PAGE_SIZE, 1, LARGEST_PAGE)
    views, total = await call.context.staff.bookings.search(
        call.id("event_id"), call.query("q"), call.query("status"), page=number, size=size
    )
    page = {"number": number, "size": size, "total": total}
    headers = {"Cache-Control": "no-store"}
    return ok(views, "Bookings retrieved successfully", 200, headers, page=page)


async def export_bookings(call: Call) -> Response:
    """Every booking of the event, one line each, for a spreadsheet to open."""
    event_id = call.id("event_id")
    pieces = await call.context.staff.bookings.table(event_id, who=call.user.id)
    headers = {
        "Content-Disposition": f'attachment; filename="bookings-{event_id}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines(pieces), headers=headers, media_type="text/csv; charset=utf-8")


async def lines(pieces: AsyncIterator[list[list[str]]]) -> AsyncIterator[bytes]:
    yield BYTE_ORDER_MARK + csv_lines([COLUMNS])
    async for piece in pieces:
        yield csv_lines(piece)


async def refund_booking(call: Call) -> Response:
    """Cancel at any time, whole or by ticket: seats back on sale, tickets void, the money on its way."""
    body = await call.body(RefundRequest)
    view = await call.context.staff.bookings.refund(
        call.id("event_id"), call.word("reference"), body, who=call.user.id
    )
    return ok(view, "Booking cancelled" if body.ticketIds is None else "Tickets given back")


async def reckon_refund(call: Call) -> Response:
    """What a refund of `tickets`, or without them of all, comes to; nothing is done."""
    view = await call.context.staff.bookings.reckon_refund(
        call.id("event_id"),
        call.word("reference"),
        ticket_numbers(call),
        who=call.user.id,
        without_fee=query_number(call, "withoutFee", 0, 0, 1) == 1,
    )
    return ok(view, "Refund calculated", headers={"Cache-Control": "no-store"})


async def retry_refund(call: Call) -> Response:
    body = await call.body(ReasonRequest)
    view = await call.context.staff.bookings.retry_refund(
        call.id("event_id"),
        call.word("reference"),
        call.id("refund_id"),
        who=call.user.id,
        reason=body.reason,
    )
    return ok(view, "Refund tried again")


async def resend_tickets(call: Call) -> Response:
    body = await call.body(ResendRequest, optional=True)
    address, state = await call.context.staff.bookings.send(
        call.id("event_id"),
        call.word("reference"),
        body.to,
        who=call.user.id,
        reason=body.reason,
    )
    return emailed(address, state)


PATH = "/events/{event_id:int}/bookings"
ONE = PATH + "/{reference}"
OPERATIONS = (
    Operation(
        "GET",
        PATH,
        search_bookings,
        "Bookings of an event, newest first",
        role="venue",
        answers={200: Paged(StaffBookingBody)},
        parameters=("q", "status", "page", "pageSize"),
    ),
    Operation(
        "GET",
        PATH + ".csv",
        export_bookings,
        "All bookings of an event as a table",
        role="venue",
        answers={200: "text/csv"},
    ),
    Operation(
        "POST",
        ONE + "/refund",
        refund_booking,
        "Cancel somebody's booking, or tickets of it, and give the money back",
        role="venue",
        request=RefundRequest,
        answers={200: BookingBody},
        parameters=("Request-Key",),
    ),
    Operation(
        "GET",
        ONE + "/refund",
        reckon_refund,
        "What a refund would come to",
        role="venue",
        answers={200: RefundQuoteBody},
        errors=(409,),
        parameters=("tickets", "withoutFee"),
    ),
    Operation(
        "POST",
        ONE + "/refunds/{refund_id:int}/retry",
        retry_refund,
        "Try a refund that failed once more",
        role="venue",
        request=ReasonRequest,
        answers={200: BookingBody},
        parameters=("Request-Key",),
    ),
    Operation(
        "POST",
        ONE + "/email",
        resend_tickets,
        "Send somebody's tickets by e-mail again",
        role="venue",
        request=ResendRequest,
        answers={202: EmailedBody},
        errors=(429,),
        parameters=("Request-Key",),
    ),
)
