"""Bookings as staff find, refund, resend and take them away as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, cast

from houseful.checkout.answers import (
    WIRE,
    booking_view,
    delivery_view,
    receipts_view,
    refunds_view,
)
from houseful.checkout.checkout import Checkout
from houseful.checkout.checkout_context import clock_ms
from houseful.checkout.correspondence.mails import BookingMails
from houseful.domain.booking import State
from houseful.domain.delivery import DeliveryState
from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.prices.money import to_wire
from houseful.domain.prices.pricing import PricedSeat, occupied
from houseful.domain.seat_names import many, place
from houseful.domain.wording import shown
from houseful.domain.zones import clock_time
from houseful.ledger import audit, bookings, claims, deliveries, receipts, refunds, search
from houseful.ledger.bookings import Booking
from houseful.ledger.deliveries import Delivery
from houseful.ledger.receipts import Listed
from houseful.ledger.refunds import Refund
from houseful.ledger.search import SeatTicket, Wanted
from houseful.sales.catalog import Catalog
from houseful.sales.seat_finder import seats_named
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database, Session
from houseful.staff.spreadsheet import phone_cell
from houseful.telemetry.rows import readable
from houseful.tickets.code import TicketSigner
from houseful.wire.buyer import BookingBody, BookingFacts, ReceiptBody, RefundQuoteBody
from houseful.wire.codec import decode, iso
from houseful.wire.staff import (
    Dispute,
    RefundRequest,
    StaffBookingBody,
    StaffDeliveryBody,
    StaffRefundBody,
    StaffTicketBody,
)

PIECE: Final = 500
"""Bookings read at once for the table."""

COLUMNS: Final = (
    "reference",
    "status",
    "payment status",
    "created",
    "confirmed",
    "name",
    "e-mail",
    "phone",
    "user",
    "seats",
    "sections",
    "ticket types",
    "currency",
    "subtotal",
    "discount",
    "discount code",
    "ticket fees",
    "order fee",
    "tax",
    "total",
    "refunded",
    "receipt",
    "credit notes",
    "tickets used",
    "time zone",
)


class StaffBookings:
    """What staff do with the bookings of one event."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        checkout: Checkout,
        mails: BookingMails,
        signer: TicketSigner,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._checkout = checkout
        self._mails = mails
        self._signer = signer

    async def search(
        self, event_id: int, text: str, status: str, *, page: int, size: int
    ) -> tuple[list[StaffBookingBody], int]:
        """A page (from 1) of what matches, newest first. Raises NotFound, InvalidRequest."""
        house = await self._catalog.house(event_id)
        wanted = Wanted(
            event_id,
            text,
            seats_named(house, text)[:PIECE],
            self._signer.ticket_in(text),
            states_of(status),
        )

        async def work(session: Session) -> tuple[list[StaffBookingBody], int]:
            found, total = await search.find(session, wanted, limit=size, offset=(page - 1) * size)
            ids = [booking.id for booking in found]
            sold, tickets = await claims.sold(session, ids), await search.tickets(session, ids)
            event, sent = (
                await claims.facts(session, event_id),
                await deliveries.latest(session, ids),
            )
            back, of = await refunds.of_bookings(session, ids), await refunds.seats_of(session, ids)
            papers = await receipts.of_bookings(session, ids)
            views = readable(
                "booking",
                found,
                lambda one: staff_view(
                    one,
                    booking_view(one, sold[one.id], event),
                    [ticket_view(house, ticket) for ticket in tickets[one.id]],
                    self._delivery(one, sent.get(one.id)),
                    staff_refunds(one, back[one.id], of),
                    receipts_view(one, papers[one.id]),
                ),
            )
            return views, total

        return await self._database.query(work)

    def _delivery(self, booking: Booking, sent: Delivery | None) -> StaffDeliveryBody | None:
        view = delivery_view(booking, sent, sends_mail=self._mails.sends_mail)
        return None if view is None else {**view, "problem": sent.problem if sent else ""}

    async def refund(
        self, event_id: int, reference: str, asked: RefundRequest, *, who: str
    ) -> BookingBody:
        """End a booking, or give tickets of it back, and the money with them. Raises NotFound,
        Conflict, InProgress."""
        await self._require(event_id, reference)
        return await self._checkout.refund(
            who,
            reference,
            asked.reason,
            asked.ticketIds,
            without_fee=asked.withoutFee,
            expected=asked.expectedAmount,
        )

    async def reckon_refund(
        self,
        event_id: int,
        reference: str,
        ticket_ids: Sequence[int] | None,
        *,
        who: str,
        without_fee: bool,
    ) -> RefundQuoteBody:
        """What `refund` would give back now. Raises NotFound, Conflict."""
        await self._require(event_id, reference)
        return await self._checkout.reckon_refund(
            who, "venue", reference, ticket_ids, without_fee=without_fee
        )

    async def retry_refund(
        self, event_id: int, reference: str, refund_id: int, *, who: str, reason: str
    ) -> BookingBody:
        """Try a refund that failed once more. Raises NotFound, Conflict, InProgress."""
        await self._require(event_id, reference)
        return await self._checkout.retry_refund(who, reference, refund_id, reason)

    async def send(
        self, event_id: int, reference: str, to: str | None, *, who: str, reason: str
    ) -> tuple[str, DeliveryState]:
        """Promise the tickets by e-mail; as `BookingMails.send`."""
        booking = await self._require(event_id, reference)

        async def write(session: Session, address: str) -> None:
            await audit.write(
                session,
                who=who,
                act="send_tickets",
                at_ms=clock_ms(),
                event_id=event_id,
                booking_id=booking.id,
                reason=reason,
                details={"to": address},
            )

        return await self._mails.send(who, "venue", reference, to, also=write)

    async def table(self, event_id: int, *, who: str) -> AsyncIterator[list[list[str]]]:
        """All bookings as rows of text under `COLUMNS`, in pieces. Raises NotFound at once."""
        event = await self._catalog.event(event_id)

        async def write(session: Session) -> None:
            await audit.write(
                session, who=who, act="export_bookings", at_ms=clock_ms(), event_id=event_id
            )

        await self._database.transact(write)
        return self._pieces(event_id, event.timezone)

    async def _pieces(self, event_id: int, timezone: str) -> AsyncIterator[list[list[str]]]:
        last_id = 0

        async def work(session: Session) -> tuple[int, list[list[str]]]:
            found = await search.after(session, event_id, last_id, PIECE)
            ids = [booking.id for booking in found]
            sold, tickets = await claims.sold(session, ids), await search.tickets(session, ids)
            papers = await receipts.of_bookings(session, ids)
            rows = readable(
                "booking",
                found,
                lambda one: row_of(one, sold[one.id], tickets[one.id], papers[one.id], timezone),
            )
            return max(ids, default=0), rows

        while (piece := await self._database.query(work))[0]:
            last_id, rows = piece
            yield rows

    async def _require(self, event_id: int, reference: str) -> Booking:
        found = await self._database.query(lambda s: bookings.by_reference(s, reference))
        if found is None or found.event_id != event_id:
            raise NotFound(f"event {event_id} has no booking {reference}", code="unknown_booking")
        return found


def states_of(status: str) -> list[State]:
    """The states inside of a `status` on the wire; none for an empty one. Raises InvalidRequest."""
    if not status:
        return []
    found = [state for state, (word, _) in WIRE.items() if word == status]
    if not found:
        words = sorted({word for word, _ in WIRE.values()})
        raise InvalidRequest(f"status: expected one of {', '.join(words)}, got {shown(status)}")
    return found


def ticket_view(house: EventSeats, ticket: SeatTicket) -> StaffTicketBody:
    return {
        **house.seat(ticket.seat_id).view,
        "id": ticket.id,
        "state": ticket.state,
        "usedAt": None if ticket.used_at_ms is None else iso(ticket.used_at_ms),
    }


def staff_refunds(
    booking: Booking, back: Sequence[Refund], of: Mapping[int, list[int]]
) -> list[StaffRefundBody]:
    """A booking's refunds as staff see them."""
    return [
        {**view, "problem": one.problem, "reason": one.reason, "who": one.who}
        for one, view in zip(back, refunds_view(booking, back, of), strict=True)
    ]


def staff_view(
    booking: Booking,
    facts: BookingFacts,
    tickets: list[StaffTicketBody],
    delivery: StaffDeliveryBody | None,
    back: list[StaffRefundBody],
    papers: list[ReceiptBody],
) -> StaffBookingBody:
    """What staff see of a booking beside what its buyer does: disputes, and faults of the shop's."""
    view: StaffBookingBody = {
        **facts,
        "tickets": tickets,
        "delivery": delivery,
        "refunds": back,
        "receipts": papers,
        "dispute": cast(Dispute, booking.dispute) or None,
    }
    if booking.state is State.DECLINED:
        view["problem"] = booking.problem
    return view


def named(seats: Sequence[PricedSeat]) -> list[str]:
    """Each seat in full; the places of a standing area by number."""
    areas = Counter(one.section for one in seats if one.row_kind == "standing")
    return [
        *(
            place(one.section, one.row, one.label, one.row_kind)
            for one in seats
            if one.row_kind != "standing"
        ),
        *(many(area, count) for area, count in areas.items()),
    ]


def row_of(
    booking: Booking,
    seats: Sequence[PricedSeat],
    tickets: Sequence[SeatTicket],
    papers: Sequence[Listed],
    timezone: str,
) -> list[str]:
    """One booking in the order of `COLUMNS`; its times are the venue's, in zone `timezone`."""
    status, payment_status = WIRE[booking.state]
    contact = decode(booking.contact) or {}
    currency = booking.currency
    seats = occupied(seats)
    return [
        booking.reference,
        status,
        payment_status,
        clock_time(booking.created_at_ms, timezone),
        clock_time(booking.confirmed_at_ms, timezone),
        str(contact.get("name") or ""),
        str(contact.get("email") or ""),
        phone_cell(str(contact.get("phone") or "")),
        booking.user_id,
        "; ".join(named(seats)),
        ", ".join(dict.fromkeys(seat.section for seat in seats)),
        "; ".join(seat.ticket_type for seat in seats if seat.ticket_type),
        currency,
        to_wire(booking.subtotal_minor, currency),
        to_wire(booking.discount_minor, currency),
        booking.discount_code or "",
        to_wire(sum(seat.fee_minor for seat in seats), currency),
        to_wire(booking.order_fee_minor, currency),
        to_wire(sum(seat.tax_minor for seat in seats) + booking.order_fee_tax_minor, currency),
        to_wire(booking.total_minor, currency),
        to_wire(booking.refunded_minor, currency),
        "; ".join(one.number for one in papers if one.refund_id is None),
        "; ".join(one.number for one in papers if one.refund_id is not None),
        str(sum(ticket.state == "USED" for ticket in tickets)),
        timezone,
    ]
