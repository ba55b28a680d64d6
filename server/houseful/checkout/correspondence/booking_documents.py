"""What a buyer takes away from a sale: tickets as PDF and QR code, and the calendar entry.

Everything is made from SQL when it is asked for, so that it is the same each time and nothing of it
has to be stored. A confirmed booking has all of it; one that ended keeps its calendar entry, which
then takes the event out of calendars.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from houseful.checkout.correspondence.booking_links import BookingLinks
from houseful.checkout.correspondence.printer import Printer
from houseful.domain.errors import Conflict, NotFound
from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW
from houseful.domain.prices.pricing import PricedSeat
from houseful.ledger import bookings, claims, refunds
from houseful.ledger.bookings import Booking
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.check_ins import VOID
from houseful.ledger.claims import IssuedTicket
from houseful.ledger.refunds import Refund
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database, Session
from houseful.tickets import calendar, qr
from houseful.tickets.code import TicketSigner
from houseful.tickets.model import BookingDocument, EventFacts, Ticket
from houseful.wire.buyer import BookingTicketBody
from houseful.wire.codec import decode
from houseful.words import in_language

REMEMBERED: Final = 256
"""Documents that are kept, of some kilobytes each."""

STAFF = frozenset({"venue", "admin"})


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every paper says of its sender. `fonts` are files or directories that come before the
    system's."""

    is_demo: bool
    fonts: tuple[Path, ...] = ()


class BookingDocuments:
    """Makes the papers of one booking."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        signer: TicketSigner,
        links: BookingLinks,
        letterhead: Letterhead,
    ) -> None:
        self._links = links
        self._database = database
        self._catalog = catalog
        self._signer = signer
        self._letterhead = letterhead
        self._printer = Printer(self._render)
        self._documents: OrderedDict[object, BookingDocument] = OrderedDict()

    async def pdf(self, user: str, role: str, reference: str) -> bytes:
        """One page a seat. Raises NotFound, Conflict `not_confirmed`, RateLimited, Unavailable."""
        booking = await self.find(user, role, reference)
        require_confirmed(booking)
        return await self.printed(user, await self.document(booking))

    async def printed(self, who: str, document: BookingDocument) -> bytes:
        """The document as PDF, in `who`'s turn."""
        return await self._printer.pdf(who, document)

    async def ics(self, user: str, role: str, reference: str) -> bytes:
        """The calendar entry. Raises NotFound, Conflict `not_confirmed`."""
        return calendar.render(await self.document(await self.find(user, role, reference)))

    async def qr_svg(self, user: str, role: str, reference: str, ticket_id: int | None) -> str:
        """One ticket's QR code, the first one's unless named. Raises NotFound, Conflict."""
        booking = await self.find(user, role, reference)
        require_confirmed(booking)
        document = await self.document(booking)
        words = document.words
        for ticket in document.tickets:
            if ticket_id in (None, ticket.id):
                place = ticket.place(words)
                title = words.qr_title.format(reference=reference, place=place)
                return qr.svg(ticket.qr, title=title)
        raise NotFound(f"booking {reference} has no ticket {ticket_id}", code="unknown_ticket")

    async def tickets(self, user: str, role: str, reference: str) -> list[BookingTicketBody]:
        """The tickets of a booking as clients see them; none unless it is confirmed."""
        booking = await self.find(user, role, reference)
        if booking.confirmed_at_ms is None:
            return []
        issued, lines = await self._database.query(lambda s: _issued(s, booking.id))
        house = await self._catalog.house(booking.event_id)
        return [
            {
                **house.seat(ticket.seat_id).view,
                "id": ticket.id,
                "ticketType": lines[ticket.seat_id].ticket_type,
                "note": lines[ticket.seat_id].note,
                "code": self._signer.typed_code(ticket.id),
                "state": ticket.state,
                "qrUrl": f"/bookings/{reference}/qr.svg?ticket={ticket.id}",
            }
            for ticket in issued
        ]

    async def link(self, user: str, role: str, reference: str) -> str | None:
        """The path of the buyer's link to the booking; none for staff, whose booking it is not."""
        booking = await self.find(user, role, reference)
        return self._links.path(booking) if booking.user_id == user else None

    async def find(self, user: str, role: str, reference: str) -> Booking:
        """Raises NotFound for what is not the user's, unless they are staff."""
        found = await self.by_reference(reference)
        if found is None or (found.user_id != user and role not in STAFF):
            raise NotFound(f"no booking {reference}", code="unknown_booking")
        return found

    async def by_reference(self, reference: str) -> Booking | None:
        return await self._database.query(lambda s: bookings.by_reference(s, reference))

    async def document(self, booking: Booking) -> BookingDocument:
        """A sold booking, also one that ended since. Raises Conflict for one that never was.

        Kept by the versions of all it is made of, so that asking again costs next to nothing.
        """
        if booking.confirmed_at_ms is None:
            require_confirmed(booking)
        event = await self._catalog.event(booking.event_id)
        key = (booking.id, booking.version, event.revision, self._facts(event))
        known = self._documents.get(key)
        if known is None:
            known = self._documents[key] = await self._made(booking)
            if len(self._documents) > REMEMBERED:
                self._documents.popitem(last=False)
        return known

    async def _made(self, booking: Booking) -> BookingDocument:
        async def look(
            session: Session,
        ) -> tuple[list[IssuedTicket], dict[int, PricedSeat], list[Refund]]:
            issued, lines = await _issued(session, booking.id)
            return issued, lines, await refunds.of_booking(session, booking.id)

        issued, lines, back = await self._database.query(look)
        ended_at_ms = booking.ended_at_ms or 0
        good = [ticket for ticket in issued if ticket.state != VOID]
        if not ended_at_ms and good:
            issued = good
        house = await self._catalog.house(booking.event_id)
        contact = decode(booking.contact) or {}
        holder = str(contact.get("name") or "")
        return BookingDocument(
            reference=booking.reference,
            event=self._facts(house.event),
            tickets=tuple(
                self._ticket(house, booking, ticket, lines[ticket.seat_id], holder)
                for ticket in issued
            ),
            currency=booking.currency,
            total_minor=booking.total_minor,
            holder=holder,
            email=str(contact.get("email") or ""),
            discount_minor=booking.discount_minor,
            returned_minor=sum(refund.amount_minor for refund in back),
            last_refund_minor=back[-1].amount_minor if back else 0,
            order_fee_minor=booking.order_fee_minor,
            is_demo=self._letterhead.is_demo,
            url=self._links.url(booking),
            words=in_language(booking.language),
            is_cancelled=bool(ended_at_ms),
            revision=house.event.revision + bool(ended_at_ms),
            revised_at_ms=max(booking.confirmed_at_ms or 0, ended_at_ms, house.event.revised_at_ms),
        )

    async def places(self, booking: Booking, seat_ids: Sequence[int]) -> tuple[str, ...]:
        """The names of seats in the language of the booking's buyer."""
        house, words = await self._catalog.house(booking.event_id), in_language(booking.language)
        seats = (house.seat(seat_id) for seat_id in seat_ids)
        return tuple(words.place(one.section, one.kind, one.row, one.label) for one in seats)

    def _render(self, document: BookingDocument) -> bytes:
        from houseful.tickets import pdf

        return pdf.render(document, extra_fonts=self._letterhead.fonts)

    def _facts(self, event: EventRecord) -> EventFacts:
        return EventFacts(
            id=event.id,
            name=event.name,
            venue=event.venue,
            starts_at_ms=event.starts_at_ms,
            timezone=event.timezone,
        )

    def _ticket(
        self,
        house: EventSeats,
        booking: Booking,
        issued: IssuedTicket,
        line: PricedSeat,
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
            price_minor=line.price_minor,
            paid_minor=line.paid_minor,
            ticket_type=line.ticket_type,
            note=line.note,
            holder=holder,
            entrance=seat.entrance,
            row_kind=seat.kind,
            is_accessible=bool(seat.flags & ACCESSIBLE),
            is_companion=bool(seat.flags & COMPANION),
            has_restricted_view=bool(seat.flags & RESTRICTED_VIEW),
        )


async def _issued(
    session: Session, booking_id: int
) -> tuple[list[IssuedTicket], dict[int, PricedSeat]]:
    """A booking's tickets, and seat id → what it was sold as."""
    sold = await claims.sold(session, [booking_id])
    lines = {seat.seat_id: seat for seat in sold[booking_id]}
    return await claims.tickets(session, booking_id), lines


def require_confirmed(booking: Booking) -> None:
    """Raises Conflict: an unpaid or cancelled booking has no papers."""
    if booking.state != "CONFIRMED":
        raise Conflict(
            f"expected a confirmed booking, {booking.reference} is {booking.state}",
            code="not_confirmed",
        )
