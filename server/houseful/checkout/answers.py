"""What buyers are told: a booking as JSON, and whole answers to POST /bookings.

The bytes of a finished answer's `data` are stored with the key and sent again as they were.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from houseful.domain.booking import State
from houseful.domain.delivery import DeliveryState
from houseful.domain.errors import Conflict, HousefulError, TotalChanged
from houseful.domain.prices.money import from_wire, to_number, to_wire
from houseful.domain.prices.pricing import PricedSeat, Quote, occupied
from houseful.domain.prices.refunds import Reckoning
from houseful.ledger.bookings import Booking
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.claims import ClaimedEvent
from houseful.ledger.deliveries import Delivery
from houseful.ledger.receipts import Listed
from houseful.ledger.refunds import Refund
from houseful.payments.declines import OTHER_REASONS
from houseful.sales.price_views import line_view, quote_view
from houseful.wire.buyer import (
    BookedEventBody,
    BookingBody,
    BookingFacts,
    DeliveryBody,
    DeliveryWord,
    PendingBookingBody,
    ReceiptBody,
    RefundBody,
    RefundQuoteBody,
    RefundWord,
)
from houseful.wire.codec import decode, encode, iso

CONFIRMED_MESSAGE: Final = "Booking confirmed successfully"
REPLAY_MESSAGE: Final = "Booking already exists (duplicate request prevented)"
ACTION_MESSAGE: Final = "The payment needs your confirmation"
PENDING_MESSAGE: Final = "The payment is being processed"

WIRE: Final[dict[State, tuple[str, str]]] = {
    State.CLAIMED: ("PENDING", "PENDING"),
    State.CONFIRMING: ("PENDING", "PENDING"),
    State.REQUIRES_ACTION: ("REQUIRES_ACTION", "REQUIRES_ACTION"),
    State.CANCELLING: ("PENDING", "PENDING"),
    State.CONFIRMED: ("CONFIRMED", "SUCCESS"),
    State.DECLINED: ("DECLINED", "FAILED"),
    State.CANCELLED: ("CANCELLED", "CANCELLED"),
    State.REFUND_DUE: ("CANCELLED", "REFUND_PENDING"),
    State.REFUNDED: ("REFUNDED", "REFUNDED"),
    State.REFUND_FAILED: ("CANCELLED", "REFUND_FAILED"),
}
"""State inside → `status` and `paymentStatus` on the wire."""


SMTP_CODE: Final = re.compile(r"\(([2-5]\d\d)\b")
"""A mail server's answer as it stands in what is on record of a mail."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer to POST /bookings: `body` is the envelope, ready to send."""

    status: int
    body: bytes
    is_replay: bool = False
    retry_after_s: float | None = None


def confirmed(data: str) -> Answer:
    """201 with the stored data."""
    return Answer(201, _envelope(201, CONFIRMED_MESSAGE, data))


def replayed(data: str) -> Answer:
    """200 with the same data, byte for byte."""
    return Answer(200, _envelope(200, REPLAY_MESSAGE, data), is_replay=True)


def pending(booking: Booking) -> Answer:
    """202: the buyer has to act, or we have to wait; the seats stay."""
    status, payment_status = WIRE[booking.state]
    data: PendingBookingBody = {
        "bookingReference": booking.reference,
        "status": status,
        "paymentStatus": payment_status,
        "expiresAt": iso(booking.deadline_ms),
    }
    needs_action = booking.state is State.REQUIRES_ACTION
    if needs_action:
        data["clientSecret"] = booking.client_secret or ""
        data["paymentTransactionId"] = booking.payment_id or ""
    message = ACTION_MESSAGE if needs_action else PENDING_MESSAGE
    body = _envelope(202, message, encode(data).decode())
    return Answer(202, body, retry_after_s=2 if needs_action else 1)


def _envelope(status: int, message: str, data: str) -> bytes:
    head = encode({"statusCode": status, "success": True, "message": message})
    return head[:-1] + b',"data":' + data.encode() + b"}"


def booking_view(
    booking: Booking, seats: Sequence[PricedSeat], event: ClaimedEvent | None
) -> BookingFacts:
    """What buyers and staff see of a booking alike."""
    status, payment_status = WIRE[booking.state]
    currency, path = booking.currency, f"/bookings/{booking.reference}"
    lines = [line_view(seat, currency) for seat in occupied(seats)]
    view: BookingFacts = {
        "bookingId": str(booking.id),
        "bookingReference": booking.reference,
        "eventId": booking.event_id,
        "userId": booking.user_id,
        "totalAmount": to_number(booking.total_minor, currency),
        "status": status,
        "paymentStatus": payment_status,
        "paymentTransactionId": booking.payment_id,
        "seatNumbers": [line["seatNumber"] for line in lines],
        "createdAt": iso(booking.created_at_ms),
        "confirmedAt": _time(booking.confirmed_at_ms),
        "seatIds": [seat.seat_id for seat in seats],
        "seats": lines,
        "currency": currency,
        "subtotal": to_number(booking.subtotal_minor, currency),
        "discountAmount": to_number(booking.discount_minor, currency),
        "discountCode": booking.discount_code,
        "orderFee": to_number(booking.order_fee_minor, currency),
        "refundedAmount": to_number(booking.refunded_minor, currency),
        "event": event_view(event),
        "contact": decode(booking.contact),
        "language": booking.language,
        "qrUrl": f"{path}/qr.svg",
        "pdfUrl": f"{path}.pdf",
        "icsUrl": f"{path}.ics",
    }
    if booking.state is State.REQUIRES_ACTION:
        view["clientSecret"] = booking.client_secret or ""
        view["expiresAt"] = iso(booking.deadline_ms)
    if booking.state is State.DECLINED:
        said = OTHER_REASONS.get(booking.decline_code or "", booking.problem)
        view["declineCode"], view["problem"] = booking.decline_code, said
    return view


def delivery_view(
    booking: Booking, known: Delivery | None, *, sends_mail: bool
) -> DeliveryBody | None:
    """What became of a booking's last mail; None where there is none to send."""
    to = known.recipient if known else str((decode(booking.contact) or {}).get("email") or "")
    if booking.confirmed_at_ms is None or not to:
        return None
    state = DeliveryState.WAITING if sends_mail else DeliveryState.OFF
    problem = known.problem if known else ""
    code = SMTP_CODE.search(problem)
    return {
        "state": cast(DeliveryWord, known.state if known else state),
        "to": to,
        "at": _time(known.changed_at_ms if known else None),
        "smtpCode": int(code[1]) if code else None,
    }


def with_delivery(
    view: BookingFacts,
    delivery: DeliveryBody | None,
    refunds: list[RefundBody],
    receipts: list[ReceiptBody],
) -> BookingBody:
    """A stored booking as its buyer sees it."""
    more = {"delivery": delivery, "refunds": refunds, "receipts": receipts}
    return cast(BookingBody, {**view, **more})


def receipts_view(booking: Booking, papers: Sequence[Listed]) -> list[ReceiptBody]:
    """A booking's receipt and credit notes, with where they are."""
    return [
        {
            "number": one.number,
            "kind": "receipt" if one.refund_id is None else "credit_note",
            "refundId": one.refund_id,
            "issuedAt": iso(one.issued_at_ms),
            "total": to_wire(one.total_minor, booking.currency),
            "pdfUrl": f"/bookings/{booking.reference}/receipt?number={one.number}",
        }
        for one in papers
    ]


def refunds_view(
    booking: Booking, refunds: Sequence[Refund], seats: Mapping[int, list[int]]
) -> list[RefundBody]:
    """What of a booking was given back, or is on its way; `seats`: refund → its seats."""
    currency = booking.currency
    return [
        {
            "id": refund.id,
            "state": cast(RefundWord, str(refund.state)),
            "amount": to_wire(refund.amount_minor, currency),
            "fee": to_wire(refund.fee_minor, currency),
            "seatIds": seats.get(refund.id, []),
            "createdAt": iso(refund.created_at_ms),
            "doneAt": _time(refund.done_at_ms),
        }
        for refund in refunds
    ]


def refund_quote_view(booking: Booking, found: Reckoning) -> RefundQuoteBody:
    """What tickets of a booking would bring back; amounts are decimal strings."""
    currency = booking.currency
    return {
        "amount": to_wire(found.amount_minor, currency),
        "fee": to_wire(found.fee_minor, currency),
        "currency": currency,
        "isWhole": found.is_whole,
        "byTicket": found.is_by_ticket,
        "tickets": [
            {
                "id": one.ticket_id,
                "seatId": one.seat_id,
                "amount": to_wire(one.amount_minor, currency),
                "fee": to_wire(one.fee_minor, currency),
            }
            for one in found.lines
            if one.ticket_id is not None
        ],
    }


def event_view(event: ClaimedEvent | EventRecord | None) -> BookedEventBody | None:
    """The event as bookings and doors name it."""
    if event is None:
        return None
    return {
        "id": event.id,
        "name": event.name,
        "venue": event.venue,
        "startsAt": iso(event.starts_at_ms),
        "timeZone": event.timezone,
    }


def require_agreed(expected: str | None, quote: Quote, reason: str = "") -> None:
    """Raises TotalChanged unless `expected`, a decimal string, is the quote's total or None.

    `reason` is the code of a discount that does not count any more. Raises InvalidRequest for what
    is no amount.
    """
    if expected is None or from_wire(expected, quote.currency) == quote.total_minor:
        return
    details = {"quote": quote_view(quote), **({"discountRefused": reason} if reason else {})}
    total = to_wire(quote.total_minor, quote.currency)
    raise TotalChanged(f"expected a total of {expected}, it is {total} now", details=details)


def stored_failure(code: str, message: str) -> str:
    """A final refusal as it is kept with the key."""
    return encode({"code": code, "message": message}).decode()


def failure(response: str) -> HousefulError:
    """The error of a stored refusal."""
    stored = decode(response)
    return Conflict(stored["message"], code=stored["code"])


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)
