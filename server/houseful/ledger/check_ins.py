"""Tickets at the door: each opens it once, however many doors read it at the same moment.

The change of state is one UPDATE that names the state it starts from, so the database decides who
was first, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select, update

from houseful.ledger.models import BOOKING, BOOKING_SEAT, TICKET
from houseful.sql.database import Session
from houseful.wire.buyer import TicketState
from houseful.wire.codec import decode

VALID: Final = "VALID"
USED: Final = "USED"
DISPUTED: Final = "DISPUTED"
"""Its buyer turned to the bank, which has the money and has not decided."""
VOID: Final = "VOID"


@dataclass(frozen=True, slots=True)
class Admission:
    """A ticket with what a door needs to know. `door` is where it was used."""

    ticket_id: int
    event_id: int
    seat_id: int
    state: TicketState
    used_at_ms: int | None
    door: str
    booking_id: int
    reference: str
    holder: str
    category: str
    ticket_type: str
    note: str
    gateway: str


async def find(session: Session, ticket_id: int) -> Admission | None:
    """By id, or None."""
    row = (await session.execute(_select().where(TICKET.c.id == ticket_id))).one_or_none()
    return _admission(row) if row is not None else None


async def admit(
    session: Session, ticket_id: int, *, event_id: int, door: str, now_ms: int
) -> Admission | None:
    """Use the ticket; None when it is not the event's, not valid, or somebody was faster."""
    return await _turn(
        session, ticket_id, event_id, VALID, {"state": USED, "used_at_ms": now_ms, "used_by": door}
    )


async def readmit(session: Session, ticket_id: int, *, event_id: int) -> Admission | None:
    """Make a used ticket good again; None when it is not the event's or was not used."""
    return await _turn(
        session, ticket_id, event_id, USED, {"state": VALID, "used_at_ms": None, "used_by": ""}
    )


async def _turn(
    session: Session, ticket_id: int, event_id: int, before: str, values: dict[str, Any]
) -> Admission | None:
    turned = await session.execute(
        update(TICKET)
        .where(TICKET.c.id == ticket_id, TICKET.c.event_id == event_id, TICKET.c.state == before)
        .values(**values)
        .returning(TICKET.c.id)
    )
    return await find(session, ticket_id) if turned.first() is not None else None


async def turn_all(session: Session, booking_id: int, before: Sequence[str], then: str) -> None:
    """All tickets of a booking that are in one of the states `before` become `then`."""
    await session.execute(
        update(TICKET)
        .where(TICKET.c.booking_id == booking_id, TICKET.c.state.in_(before))
        .values(state=then)
    )


async def void(session: Session, ticket_ids: Sequence[int]) -> int:
    """These tickets open no door any more; how many did until now."""
    found = await session.execute(
        update(TICKET)
        .where(TICKET.c.id.in_(ticket_ids), TICKET.c.state.in_((VALID, DISPUTED)))
        .values(state=VOID)
    )
    return int(found.rowcount)


async def any_used(session: Session, booking_id: int) -> bool:
    """Whether somebody has walked in with a ticket of the booking."""
    found = await session.execute(
        select(TICKET.c.id).where(TICKET.c.booking_id == booking_id, TICKET.c.state == USED)
    )
    return found.first() is not None


async def recent(session: Session, event_id: int, limit: int) -> list[Admission]:
    """Who came in last, newest first."""
    found = await session.execute(
        _select()
        .where(TICKET.c.event_id == event_id, TICKET.c.state == USED)
        .order_by(TICKET.c.used_at_ms.desc(), TICKET.c.id.desc())
        .limit(limit)
    )
    return [_admission(row) for row in found]


async def count(session: Session, event_id: int) -> tuple[int, int]:
    """(used, valid or used) tickets of an event."""
    found = await session.execute(
        select(TICKET.c.state, func.count())
        .where(TICKET.c.event_id == event_id, TICKET.c.state.in_((VALID, USED)))
        .group_by(TICKET.c.state)
    )
    by_state = {row[0]: row[1] for row in found}
    used = by_state.get(USED, 0)
    return used, used + by_state.get(VALID, 0)


async def used_seats(
    session: Session, event_id: int, seat_ids: list[int] | None = None
) -> list[int]:
    """Seats whose ticket was used; all of the event's, or those of `seat_ids`."""
    wanted = select(TICKET.c.seat_id).where(TICKET.c.event_id == event_id, TICKET.c.state == USED)
    if seat_ids is not None:
        wanted = wanted.where(TICKET.c.seat_id.in_(seat_ids))
    return list((await session.execute(wanted)).scalars())


def _select() -> Select[Any]:
    return (
        select(
            TICKET.c.id,
            TICKET.c.event_id,
            TICKET.c.seat_id,
            TICKET.c.state,
            TICKET.c.used_at_ms,
            TICKET.c.used_by,
            TICKET.c.booking_id,
            BOOKING.c.reference,
            BOOKING.c.contact,
            BOOKING.c.gateway,
            BOOKING_SEAT.c.category,
            BOOKING_SEAT.c.ticket_type,
            BOOKING_SEAT.c.ticket_note,
        )
        .join(BOOKING, BOOKING.c.id == TICKET.c.booking_id)
        .join(
            BOOKING_SEAT,
            (BOOKING_SEAT.c.booking_id == TICKET.c.booking_id)
            & (BOOKING_SEAT.c.seat_id == TICKET.c.seat_id),
        )
    )


def _admission(row: Any) -> Admission:
    contact = decode(row.contact) or {}
    return Admission(
        ticket_id=row.id,
        event_id=row.event_id,
        seat_id=row.seat_id,
        state=row.state,
        used_at_ms=row.used_at_ms,
        door=row.used_by,
        booking_id=row.booking_id,
        reference=row.reference,
        holder=str(contact.get("name") or ""),
        category=row.category,
        ticket_type=row.ticket_type,
        note=row.ticket_note,
        gateway=row.gateway,
    )
