"""Finding bookings of an event, for staff: by reference, person, seat or ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from houseful.domain.booking import State
from houseful.domain.folding import phone_needle, spellings
from houseful.ledger.bookings import Booking, booking
from houseful.ledger.models import BOOKING, BOOKING_SEAT, TICKET
from houseful.sql.database import Session
from houseful.wire.buyer import TicketState


@dataclass(frozen=True, slots=True)
class SeatTicket:
    """A ticket as staff see it."""

    id: int
    booking_id: int
    seat_id: int
    state: TicketState
    used_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `text` in reference, name, e-mail or telephone number, one of `seat_ids`,
    or the ticket of a printed code; of those, bookings in `states` (empty: any)."""

    event_id: int
    text: str = ""
    seat_ids: Sequence[int] = ()
    ticket_id: int | None = None
    states: Sequence[State] = ()


async def find(
    session: Session, wanted: Wanted, *, limit: int, offset: int
) -> tuple[list[Booking], int]:
    """The bookings, newest first, and how many there are in all."""
    where = _conditions(wanted)
    count = await session.execute(select(func.count()).select_from(BOOKING).where(*where))
    found = await session.execute(
        select(BOOKING).where(*where).order_by(BOOKING.c.id.desc()).limit(limit).offset(offset)
    )
    return [booking(row) for row in found], count.scalar_one()


async def after(session: Session, event_id: int, last_id: int, limit: int) -> list[Booking]:
    """The event's next bookings by id, for reading all of them in pieces."""
    found = await session.execute(
        select(BOOKING)
        .where(BOOKING.c.event_id == event_id, BOOKING.c.id > last_id)
        .order_by(BOOKING.c.id)
        .limit(limit)
    )
    return [booking(row) for row in found]


async def tickets(session: Session, booking_ids: Sequence[int]) -> dict[int, list[SeatTicket]]:
    """Booking id → its tickets by seat."""
    found = await session.execute(
        select(
            TICKET.c.id, TICKET.c.booking_id, TICKET.c.seat_id, TICKET.c.state, TICKET.c.used_at_ms
        )
        .where(TICKET.c.booking_id.in_(booking_ids))
        .order_by(TICKET.c.seat_id, TICKET.c.id)
    )
    of: dict[int, list[SeatTicket]] = {booking_id: [] for booking_id in booking_ids}
    for row in found:
        of[row.booking_id].append(SeatTicket(*row))
    return of


def _conditions(wanted: Wanted) -> list[Any]:
    where: list[Any] = [BOOKING.c.event_id == wanted.event_id]
    if wanted.states:
        where.append(BOOKING.c.state.in_([str(state) for state in wanted.states]))
    if wanted.text:
        matches = [BOOKING.c.reference.icontains(wanted.text, autoescape=True)]
        if words := wanted.text.split():
            matches.append(and_(*(_is_in_contact(word) for word in words)))
        if needle := phone_needle(wanted.text):
            matches.append(BOOKING.c.found_by.contains(needle, autoescape=True))
        if wanted.ticket_id is not None:
            printed = select(TICKET.c.booking_id).where(TICKET.c.id == wanted.ticket_id)
            matches.append(BOOKING.c.id.in_(printed))
        if wanted.seat_ids:
            seated = select(BOOKING_SEAT.c.booking_id).where(
                BOOKING_SEAT.c.event_id == wanted.event_id,
                BOOKING_SEAT.c.seat_id.in_(list(wanted.seat_ids)),
            )
            matches.append(BOOKING.c.id.in_(seated))
        where.append(or_(*matches))
    return where


def _is_in_contact(word: str) -> Any:
    """In whatever order a name's words are typed, each must be there in one of its spellings."""
    return or_(
        *(BOOKING.c.found_by.contains(text, autoescape=True) for text in sorted(spellings(word)))
    )
