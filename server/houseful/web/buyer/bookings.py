"""Buying over HTTP: quotes, bookings, and the documents of a booking."""

from __future__ import annotations

from starlette.responses import Response

from houseful.checkout.answers import Answer
from houseful.checkout.booking_request import BookingRequest, Contact
from houseful.domain.addresses import group_of
from houseful.domain.delivery import DeliveryState
from houseful.domain.errors import InvalidRequest
from houseful.domain.numbers import whole
from houseful.domain.wording import shown
from houseful.web.clients import count, counted_address
from houseful.web.envelope import JSON, ok
from houseful.web.operations import LARGEST_ID, Call, Operation, Paged
from houseful.wire.buyer import (
    AcceptedBody,
    AuthenticatedBody,
    BookingBody,
    BookingRefusedBody,
    BookRequest,
    CancelRequest,
    ContactRequest,
    DemoAuthenticateRequest,
    EmailedBody,
    EmailRequest,
    FindBookingRequest,
    OrderRequest,
    PendingBookingBody,
    QuoteBody,
    QuoteRequest,
    RefundQuoteBody,
)
from houseful.words import in_language, preferred

PAGE_SIZE, LARGEST_PAGE, LAST_PAGE = 20, 100, 1_000_000


async def quote(call: Call) -> Response:
    body = await call.body(QuoteRequest)
    event_id = call.id("event_id")
    tickets = await chosen_tickets(call, event_id, body)
    view = await call.context.checkout.quote(
        call.user.id,
        event_id,
        body.seatIds,
        body.discountCode,
        counted_address(call.request, call.context) or "",
        tickets,
    )
    return ok(view, "Price calculated")


async def create_booking(call: Call) -> Response:
    """201 new, 200 replay, 202 pending; refusals are raised and answered by the edge."""
    body = await call.body(BookRequest)
    key = call.request.headers.get("idempotency-key")
    answer = await call.context.checkout.book(call.user.id, key, await booking_request(call, body))
    return response_of(answer)


async def chosen_tickets(call: Call, event_id: int, order: OrderRequest) -> dict[int, int]:
    """Seat id → ticket type id. Raises InvalidRequest for seats and places that the order lacks."""
    found = {one.seatId: one.ticketTypeId for one in order.tickets}
    foreign = sorted(set(found) - set(order.seatIds))
    if foreign or len(found) < len(order.tickets):
        message = f"tickets: expected each of the seats at most once, got {shown(foreign)}"
        raise InvalidRequest(message, field="tickets")
    if order.placeTickets:
        house = await call.context.catalog.house(event_id)
        free = house.places(sorted(set(order.seatIds) - set(found)))
        for one in order.placeTickets:
            places = free.get(one.areaId, [])
            if len(places) < one.quantity:
                raise InvalidRequest(
                    f"placeTickets: expected at most {len(places)} places of area {one.areaId},"
                    f" got {one.quantity}",
                    field="placeTickets",
                )
            found |= dict.fromkeys(places[: one.quantity], one.ticketTypeId)
            free[one.areaId] = places[one.quantity :]
    return found


async def booking_request(call: Call, body: BookRequest) -> BookingRequest:
    """Raises InvalidRequest for card data where Stripe takes the money, or an address that is none."""
    token = body.paymentToken or ""
    if body.card is not None:
        if call.context.settings.uses_stripe:
            raise InvalidRequest(
                "expected a paymentToken: card data never comes to this server",
                code="card_not_accepted",
            )
        token = f"demo_card_{body.card.number}"
    contact = body.contact or ContactRequest()
    given = contact.email
    email = await call.context.mails.checked_address(given, "contact.email") if given else ""
    return BookingRequest(
        event_id=body.eventId,
        seat_ids=tuple(body.seatIds),
        payment_method=body.paymentMethod,
        payment_token=token,
        discount_code=body.discountCode,
        contact=Contact(contact.name, email, contact.phone) if body.contact else None,
        language=in_language(body.language).language if body.language else spoken(call),
        address=counted_address(call.request, call.context) or "",
        expected_total=body.expectedTotal,
        tickets=tuple((await chosen_tickets(call, body.eventId, body)).items()),
    )


def spoken(call: Call) -> str:
    """The language that the buyer's browser asks for, of those that our papers speak."""
    return preferred(call.asked.get(b"accept-language", b"").decode("latin-1"))


def response_of(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store"}
    if answer.is_replay:
        headers["Idempotency-Replay"] = "true"
    if answer.retry_after_s is not None:
        headers["Retry-After"] = str(answer.retry_after_s)
    return Response(answer.body, answer.status, headers=headers, media_type=JSON)


async def list_bookings(call: Call) -> Response:
    number = query_number(call, "page", 1, 1, LAST_PAGE)
    size = query_number(call, "pageSize", PAGE_SIZE, 1, LARGEST_PAGE)
    views, total = await call.context.checkout.list_bookings(call.user.id, number, size)
    page = {"number": number, "size": size, "total": total}
    return ok(views, "Bookings retrieved successfully", page=page)


def query_number(call: Call, name: str, default: int, least: int, most: int) -> int:
    text = call.request.query_params.get(name)
    if text is None:
        return default
    number = whole(text)
    if number is None or not least <= number <= most:
        raise InvalidRequest(f"{name}: expected {least} to {most}, got {shown(text)}")
    return number


async def get_booking(call: Call) -> Response:
    reference = call.word("reference")
    view = await call.context.checkout.get_booking(call.user.id, call.user.role, reference)
    tickets = await call.context.documents.tickets(call.user.id, call.user.role, reference)
    link = await call.context.documents.link(call.user.id, call.user.role, reference)
    return ok(
        {**view, "tickets": tickets, "linkUrl": link},
        "Booking retrieved successfully",
        headers={"Cache-Control": "no-store"},
    )


async def get_booking_pdf(call: Call) -> Response:
    reference = call.word("reference")
    content = await call.context.documents.pdf(call.user.id, call.user.role, reference)
    return paper(content, "application/pdf", f"{reference}.pdf")


async def get_receipt(call: Call) -> Response:
    """The receipt, or with `number` any paper of the booking."""
    reference, user = call.word("reference"), call.user
    booking = await call.context.documents.find(user.id, user.role, reference)
    wanted = call.query("number") or None
    number, content = await call.context.receipts.pdf(user.id, booking, wanted)
    return paper(content, "application/pdf", f"{number}.pdf")


async def get_booking_ics(call: Call) -> Response:
    reference = call.word("reference")
    content = await call.context.documents.ics(call.user.id, call.user.role, reference)
    return paper(content, "text/calendar; charset=utf-8", f"{reference}.ics")


async def get_booking_qr(call: Call) -> Response:
    reference = call.word("reference")
    wanted = query_number(call, "ticket", 0, 1, LARGEST_ID) or None
    content = await call.context.documents.qr_svg(call.user.id, call.user.role, reference, wanted)
    return Response(content, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def paper(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=media_type)


async def cancel_booking(call: Call) -> Response:
    body = await call.body(CancelRequest, optional=True)
    reference = call.word("reference")
    view = await call.context.checkout.cancel(
        call.user.id, call.user.role, reference, body.reason, body.ticketIds
    )
    return ok(view, "Booking cancelled" if body.ticketIds is None else "Tickets given back")


async def reckon_cancellation(call: Call) -> Response:
    """What cancelling `tickets`, or without them all, gives back; nothing is done."""
    view = await call.context.checkout.reckon_refund(
        call.user.id, call.user.role, call.word("reference"), ticket_numbers(call)
    )
    return ok(view, "Refund calculated", headers={"Cache-Control": "no-store"})


def ticket_numbers(call: Call) -> list[int] | None:
    """`tickets=3,4` of the query string; None without it. Raises InvalidRequest."""
    text = call.request.query_params.get("tickets")
    if text is None:
        return None
    numbers = [whole(part) for part in call.query("tickets", 2_000).split(",")]
    found = [number for number in numbers if number is not None and 0 < number <= LARGEST_ID]
    if len(found) != len(numbers):
        raise InvalidRequest(f"tickets: expected numbers with commas between, got {shown(text)}")
    return found


async def email_booking(call: Call) -> Response:
    body = await call.body(EmailRequest, optional=True)
    reference = call.word("reference")
    host = call.request.client.host if call.request.client else None
    address, state = await call.context.mails.send(
        call.user.id,
        call.user.role,
        reference,
        body.to,
        network="" if host in call.context.uncounted else group_of(host),
    )
    return emailed(address, state)


def emailed(address: str, state: DeliveryState) -> Response:
    """202: promised; what the sentence says is so."""
    said = "The tickets will be sent"
    if state is DeliveryState.OFF:
        said = "No mail server is set up here: nothing was sent"
    return ok({"to": address, "delivery": state}, said, 202)


async def find_booking(call: Call) -> Response:
    """The same answer at once whether or not there is such a booking; what is done follows it."""
    body = await call.body(FindBookingRequest)
    await count(call.request, call.context, "find", FINDS_PER_MINUTE, "look-ups")
    call.context.mails.find_soon(body.reference, body.email)
    return ok({"accepted": 1}, "If there is such a booking, its mail is on the way", 202)


async def authenticate_demo(call: Call) -> Response:
    """The demo gateway's 3-D Secure step: what the buyer's bank would do."""
    demo = call.context.demo_gateway
    if demo is None:
        raise InvalidRequest("expected the demo gateway; Stripe takes the money here")
    body = await call.body(DemoAuthenticateRequest)
    state = await demo.authenticate(body.clientSecret, body.success)
    await call.context.checkout.apply_payment(state.payment_id)
    return ok({"outcome": state.outcome}, "Authenticated" if body.success else "Not authenticated")


ONE = "/bookings/{reference}"
FINDS_PER_MINUTE = 5
OPERATIONS = (
    Operation(
        "POST",
        "/events/{event_id:int}/quote",
        quote,
        "What these seats would cost, with a discount code",
        request=QuoteRequest,
        answers={200: QuoteBody},
        errors=(409,),
    ),
    Operation(
        "POST",
        "/bookings",
        create_booking,
        "Buy held seats; safe to repeat under the same Idempotency-Key",
        request=BookRequest,
        answers={
            201: BookingBody,
            200: BookingBody,
            202: PendingBookingBody,
            409: BookingRefusedBody,
        },
        errors=(402, 404, 409, 422, 502),
        parameters=("Idempotency-Key",),
    ),
    Operation(
        "GET",
        "/bookings",
        list_bookings,
        "My bookings, newest first",
        answers={200: Paged(BookingBody)},
        parameters=("page", "pageSize"),
    ),
    Operation(
        "GET",
        ONE + ".pdf",
        get_booking_pdf,
        "The tickets as PDF, one page a seat, in the buyer's language",
        answers={200: "application/pdf"},
        errors=(409,),
        by_link=True,
    ),
    Operation(
        "GET",
        ONE + "/receipt",
        get_receipt,
        "The receipt as PDF, or the credit note of that `number`",
        answers={200: "application/pdf"},
        parameters=("number",),
        by_link=True,
    ),
    Operation(
        "GET",
        ONE + ".ics",
        get_booking_ics,
        "The event as a calendar entry; of a cancelled booking, one that takes it back",
        answers={200: "text/calendar"},
        errors=(409,),
        by_link=True,
    ),
    Operation(
        "GET",
        ONE + "/qr.svg",
        get_booking_qr,
        "One ticket's QR code, `?ticket=` its id; the first one's without",
        answers={200: "image/svg+xml"},
        errors=(409,),
        parameters=("ticket",),
        by_link=True,
    ),
    Operation(
        "GET",
        ONE,
        get_booking,
        "One booking with its tickets",
        answers={200: BookingBody},
        by_link=True,
    ),
    Operation(
        "POST",
        ONE + "/cancel",
        cancel_booking,
        "Cancel: seats back on sale, money back, tickets void",
        request=CancelRequest,
        answers={200: BookingBody},
        errors=(409,),
        by_link=True,
    ),
    Operation(
        "GET",
        ONE + "/cancel",
        reckon_cancellation,
        "What cancelling would give back",
        answers={200: RefundQuoteBody},
        errors=(409,),
        by_link=True,
        parameters=("tickets",),
    ),
    Operation(
        "POST",
        ONE + "/email",
        email_booking,
        "Send the tickets by e-mail (again) to the booking's own address",
        request=EmailRequest,
        answers={202: EmailedBody},
        by_link=True,
        parameters=("Request-Key",),
    ),
    Operation(
        "POST",
        "/bookings/find",
        find_booking,
        "Have a booking's mail sent again, with a new link, by its reference and e-mail",
        role="public",
        request=FindBookingRequest,
        answers={202: AcceptedBody},
        errors=(503,),
    ),
    Operation(
        "POST",
        "/demo/authenticate",
        authenticate_demo,
        "The demo gateway's 3-D Secure step",
        request=DemoAuthenticateRequest,
        answers={200: AuthenticatedBody},
    ),
)
