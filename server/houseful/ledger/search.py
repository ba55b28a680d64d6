"""Finding bookings of an event, for staff: by reference, name, e-mail or seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, cast, func, or_, select, type_coerce

from houseful.domain.booking import State
from houseful.ledger.bookings import Booking, booking
from houseful.ledger.models import BOOKING, BOOKING_SEAT, TICKET
from houseful.sql.database import Session


@dataclass(frozen=True, slots=True)
class SeatTicket:
    """A ticket as staff see it."""

    id: int
    booking_id: int
    seat_id: int
    state: str
    used_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `text` somewhere in reference, name or e-mail, or one of `seat_ids`;
    of those, bookings in `states` (empty: any)."""

    event_id: int
    text: str = ""
    seat_ids: Sequence[int] = ()
    states: Sequence[State] = ()


async def find(
    session: Session, wanted: Wanted, *, limit: int, offset: int
) -> tuple[list[Booking], int]:
    """The bookings, newest first, and how many there are in all."""
    where = _conditions(session, wanted)
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


def _conditions(session: Session, wanted: Wanted) -> list[Any]:
    where: list[Any] = [BOOKING.c.event_id == wanted.event_id]
    if wanted.states:
        where.append(BOOKING.c.state.in_([str(state) for state in wanted.states]))
    if wanted.text:
        matches = [
            column.icontains(text, autoescape=True)
            for column in (BOOKING.c.reference, *_contact(session))
            for text in _spellings(wanted.text)
        ]
        if wanted.seat_ids:
            seated = select(BOOKING_SEAT.c.booking_id).where(
                BOOKING_SEAT.c.event_id == wanted.event_id,
                BOOKING_SEAT.c.seat_id.in_(list(wanted.seat_ids)),
            )
            matches.append(BOOKING.c.id.in_(seated))
        where.append(or_(*matches))
    return where


def _contact(session: Session) -> list[Any]:
    """Name and e-mail inside the contact's JSON; the two engines read text as JSON differently."""
    contact: Any
    if session.dialect.name == "sqlite":
        contact = type_coerce(BOOKING.c.contact, JSON)
    else:
        contact = cast(BOOKING.c.contact, JSON)
    return [contact["name"].as_string(), contact["email"].as_string()]


def _spellings(text: str) -> set[str]:
    """SQLite ignores the case of ASCII letters alone; other letters are tried both ways."""
    return {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
