"""What a buyer takes away from a sale: tickets as PDF and QR code, the calendar entry, the e-mail.

Everything is made from SQL when it is asked for, so that it is the same each time and nothing of it
has to be stored. Only a confirmed booking has any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from houseful.checkout.booking_transitions import EMAIL
from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import Conflict, InvalidRequest, NotFound
from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW
from houseful.ledger import bookings, claims, outbox
from houseful.ledger.bookings import Booking
from houseful.ledger.claims import IssuedTicket
from houseful.ledger.outbox import Job
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database, Session
from houseful.tickets import calendar, mail, qr
from houseful.tickets.code import TicketSigner
from houseful.tickets.delivery import Mailer
from houseful.tickets.model import BookingDocument, EventFacts, Ticket
from houseful.wire.codec import decode
from houseful.wire.email_address import email_address

log = structlog.get_logger(__name__)

STAFF = frozenset({"venue", "admin"})


@dataclass(frozen=True, slots=True)
class Sender:
    """What every paper says of its sender. `timezone` is the venue's IANA name."""

    sender: str
    timezone: str
    public_url: str
    is_demo: bool


class BookingDocuments:
    """Makes and sends the papers of one booking."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        signer: TicketSigner,
        mailer: Mailer,
        letterhead: Sender,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._signer = signer
        self._mailer = mailer
        self._letterhead = letterhead

    async def pdf(self, user: str, role: str, reference: str) -> bytes:
        """One page a seat. Raises NotFound, Conflict `not_confirmed`."""
        booking = await self._find(user, role, reference)
        return await self._pdf(await self._document(booking))

    async def ics(self, user: str, role: str, reference: str) -> bytes:
        """The calendar entry. Raises NotFound, Conflict `not_confirmed`."""
        booking = await self._find(user, role, reference)
        return calendar.render(
            await self._document(booking), stamped_at_ms=booking.confirmed_at_ms or 0
        )

    async def qr_svg(self, user: str, role: str, reference: str, ticket_id: int | None) -> str:
        """One ticket's QR code, the first one's unless named. Raises NotFound, Conflict."""
        document = await self._document(await self._find(user, role, reference))
        for ticket in document.tickets:
            if ticket_id in (None, ticket.id):
                return qr.svg(ticket.qr, title=f"{reference}: {ticket.place}")
        raise NotFound(f"booking {reference} has no ticket {ticket_id}", code="unknown_ticket")

    async def tickets(self, user: str, role: str, reference: str) -> list[dict[str, object]]:
        """The tickets of a booking as clients see them; none unless it is confirmed."""
        booking = await self._find(user, role, reference)
        issued = await self._issued(booking)
        if not issued or booking.confirmed_at_ms is None:
            return []
        house = await self._catalog.house(booking.event_id)
        return [
            house.seat(ticket.seat_id).view
            | {
                "id": ticket.id,
                "code": self._signer.typed_code(ticket.id),
                "state": ticket.state,
                "qrUrl": f"/bookings/{reference}/qr.svg?ticket={ticket.id}",
            }
            for ticket in issued
        ]

    async def send(
        self,
        user: str,
        role: str,
        reference: str,
        to: str | None,
        *,
        also: Callable[[Session, str], Awaitable[None]] | None = None,
    ) -> str:
        """Promise an e-mail with the tickets; returns its address. Raises InvalidRequest.

        `also` writes in the same transaction, given the address.
        """
        booking = await self._find(user, role, reference)
        require_confirmed(booking)
        address = to or str((decode(booking.contact) or {}).get("email") or "")
        if not address:
            raise InvalidRequest("expected an address, the booking has none", code="no_address")
        address = email_address(address).shown
        payload: Mapping[str, object] = {"about": "again", "to": address}

        async def promise(session: Session) -> None:
            now = clock_ms()
            await outbox.promise(session, booking.id, [(EMAIL, payload, now)], now_ms=now)
            if also is not None:
                await also(session, address)

        await self._database.transact(promise)
        return address

    async def deliver(self, job: Job, booking: Booking) -> None:
        """The outbox's handler: sends the promised mail. Raises what has it tried again."""
        if booking.confirmed_at_ms is None or booking.ended_at_ms is not None:
            return
        contact = decode(booking.contact) or {}
        address = str(job.payload.get("to") or contact.get("email") or "")
        if not address:
            return
        document = await self._document(booking)
        try:
            message = mail.compose(
                document,
                to=address,
                sender=self._letterhead.sender,
                sent_at_ms=clock_ms(),
                delivery_id=str(job.id),
                pdf=await self._pdf(document),
                ics=calendar.render(document, stamped_at_ms=booking.confirmed_at_ms),
            )
            await self._mailer.send(message)
        except InvalidRequest as error:
            # An address that is refused stays refused; the tickets are on the page all the same.
            log.warning("mail_refused", reference=booking.reference, reason=error.message)

    async def _pdf(self, document: BookingDocument) -> bytes:
        from houseful.tickets import pdf

        return await asyncio.to_thread(pdf.render, document)

    async def _find(self, user: str, role: str, reference: str) -> Booking:
        found = await self._database.query(lambda s: bookings.by_reference(s, reference))
        if found is None or (found.user_id != user and role not in STAFF):
            raise NotFound(f"no booking {reference}", code="unknown_booking")
        return found

    async def _issued(self, booking: Booking) -> list[IssuedTicket]:
        return await self._database.query(lambda s: claims.tickets(s, booking.id))

    async def _document(self, booking: Booking) -> BookingDocument:
        require_confirmed(booking)
        house = await self._catalog.house(booking.event_id)
        sold = await self._database.query(lambda s: claims.sold(s, [booking.id]))
        prices = {seat.seat_id: seat.price_minor for seat in sold[booking.id]}
        contact = decode(booking.contact) or {}
        holder = str(contact.get("name") or "")
        base = self._letterhead.public_url
        return BookingDocument(
            reference=booking.reference,
            event=self._event(house),
            tickets=tuple(
                self._ticket(house, booking, issued, prices[issued.seat_id], holder)
                for issued in await self._issued(booking)
            ),
            currency=booking.currency,
            total_minor=booking.total_minor,
            holder=holder,
            email=str(contact.get("email") or ""),
            discount_minor=booking.discount_minor,
            is_demo=self._letterhead.is_demo,
            url=f"{base}/#/bookings/{booking.reference}" if base else "",
        )

    def _event(self, house: EventSeats) -> EventFacts:
        event = house.event
        return EventFacts(
            id=event.id,
            name=event.name,
            venue=event.venue,
            starts_at_ms=event.starts_at_ms,
            timezone=self._letterhead.timezone,
        )

    def _ticket(
        self,
        house: EventSeats,
        booking: Booking,
        issued: IssuedTicket,
        price_minor: int,
        holder: str,
    ) -> Ticket:
        seat = house.seat(issued.seat_id)
        return Ticket(
            id=issued.id,
            code=self._signer.typed_code(issued.id),
            qr=self._signer.sign(issued.id, booking.event_id, issued.seat_id, booking.reference),
            seat_id=issued.seat_id,
            section=seat.section,
            row=seat.row,
            seat=seat.label,
            category=seat.category,
            price_minor=price_minor,
            holder=holder,
            is_accessible=bool(seat.flags & ACCESSIBLE),
            is_companion=bool(seat.flags & COMPANION),
            has_restricted_view=bool(seat.flags & RESTRICTED_VIEW),
        )


def require_confirmed(booking: Booking) -> None:
    """Raises Conflict: an unpaid or cancelled booking has no papers."""
    if booking.state != "CONFIRMED":
        raise Conflict(
            f"expected a confirmed booking, {booking.reference} is {booking.state}",
            code="not_confirmed",
        )
