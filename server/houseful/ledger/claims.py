"""Claims on seats, their prices, and everything a booking shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from houseful.domain.errors import Conflict
from houseful.domain.plan import RowKind
from houseful.domain.prices.pricing import PricedSeat
from houseful.ledger import removal
from houseful.ledger.counters import upsert_in
from houseful.ledger.models import (
    BOOKING,
    BOOKING_SEAT,
    EVENT,
    PLAN,
    SEAT,
    SECTION,
    TICKET,
    VENUE,
)
from houseful.sql.database import Session
from houseful.sql.fixed import fixed
from houseful.wire.buyer import TicketState
from houseful.wire.codec import decode


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """What a booking shows of its event."""

    id: int
    name: str
    venue: str
    starts_at_ms: int
    currency: str
    cancel_before_ms: int | None
    price_list: int
    next_price_list: int | None
    timezone: str
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket of a booking."""

    id: int
    seat_id: int
    state: TicketState


_FACTS: Final = fixed(
    select(
        EVENT.c.id,
        EVENT.c.name,
        VENUE.c.name.label("venue"),
        EVENT.c.starts_at_ms,
        EVENT.c.currency,
        EVENT.c.cancel_before_ms,
        EVENT.c.price_list,
        EVENT.c.next_price_list,
        VENUE.c.timezone,
        EVENT.c.is_demo,
    )
    .join(VENUE, VENUE.c.id == EVENT.c.venue_id)
    .where(EVENT.c.id == bindparam("event"))
)

_SOLD_BY_LIST: Final = (
    select(BOOKING.c.price_list, func.count())
    .join(BOOKING_SEAT, BOOKING_SEAT.c.booking_id == BOOKING.c.id)
    .where(BOOKING.c.event_id == bindparam("event"), BOOKING_SEAT.c.live)
    .where(BOOKING.c.confirmed_at_ms.is_not(None))
    .group_by(BOOKING.c.price_list)
)

_NAMED: Final = fixed(
    select(
        SEAT.c.id,
        SECTION.c.name,
        SEAT.c.row_label,
        SEAT.c.label,
        SEAT.c.category,
        SECTION.c.rows,
    )
    .join(PLAN, PLAN.c.id == SEAT.c.plan_id)
    .join(EVENT, EVENT.c.plan_id == PLAN.c.id)
    .join(SECTION, SECTION.c.id == SEAT.c.section_id)
    .where(
        EVENT.c.id == bindparam("event"),
        SEAT.c.id.in_(bindparam("seats", expanding=True)),
    )
    .order_by(SEAT.c.id)
)

_SOLD: Final = fixed(
    select(
        BOOKING_SEAT.c.booking_id,
        SEAT.c.id,
        SECTION.c.name,
        SEAT.c.row_label,
        SEAT.c.label,
        BOOKING_SEAT.c.category,
        BOOKING_SEAT.c.price_minor,
        SECTION.c.rows,
        BOOKING_SEAT.c.ticket_type_id,
        BOOKING_SEAT.c.ticket_type,
        BOOKING_SEAT.c.ticket_note,
        BOOKING_SEAT.c.fee_minor,
        (BOOKING_SEAT.c.price_minor - BOOKING_SEAT.c.paid_minor).label("discount_minor"),
        BOOKING_SEAT.c.vat_basis_points,
        BOOKING_SEAT.c.unit_id,
        BOOKING_SEAT.c.is_closed,
    )
    .join(SEAT, SEAT.c.id == BOOKING_SEAT.c.seat_id)
    .join(SECTION, SECTION.c.id == SEAT.c.section_id)
    .where(BOOKING_SEAT.c.booking_id.in_(bindparam("bookings", expanding=True)))
    .order_by(SEAT.c.id)
)

_TICKET: Final = fixed(insert(TICKET))


@cache
def _claiming(dialect: str) -> Any:
    statement = upsert_in(dialect, BOOKING_SEAT).on_conflict_do_nothing()
    return fixed(statement.returning(BOOKING_SEAT.c.seat_id))


async def facts(session: Session, event_id: int) -> ClaimedEvent | None:
    """The event of a booking, or None."""
    row = (await session.execute(_FACTS, {"event": event_id})).one_or_none()
    return ClaimedEvent(*row) if row is not None else None


async def named(
    session: Session, event_id: int, seat_ids: Sequence[int]
) -> list[tuple[PricedSeat, int]]:
    """(the seat with no price yet, its category's index in the plan), in plan order; seats that are
    not of the event are left out."""
    found = await session.execute(_NAMED, {"event": event_id, "seats": list(seat_ids)})
    return [(_seat(*names, "", 0, rows), ordinal) for *names, ordinal, rows in found]


async def claim(
    session: Session, booking_id: int, event_id: int, seats: Sequence[PricedSeat]
) -> list[int]:
    """Claim the seats; the ids that somebody else has a live claim on, empty when all are ours.

    Seats go in by id, so that two buyers of overlapping seats never wait for each other in a ring.
    The caller rolls back when the answer is not empty. Raises Conflict for an event that was
    removed meanwhile.
    """
    if not await removal.stands(session, event_id):
        raise Conflict("this event was removed or called off", code="sale_closed")
    rows = [
        {
            "booking_id": booking_id,
            "seat_id": seat.seat_id,
            "event_id": event_id,
            "category": seat.category,
            "price_minor": seat.price_minor,
            "live": True,
            "ticket_type_id": seat.ticket_type_id,
            "ticket_type": seat.ticket_type,
            "ticket_note": seat.note,
            "fee_minor": seat.fee_minor,
            "paid_minor": seat.paid_minor,
            "vat_basis_points": seat.vat_basis_points,
            "tax_minor": seat.tax_minor,
            "unit_id": seat.unit_id,
            "is_closed": seat.is_closed,
        }
        for seat in sorted(seats, key=lambda seat: seat.seat_id)
    ]
    found = await session.execute(_claiming(session.dialect.name), rows)
    got = set(found.scalars())
    return [seat.seat_id for seat in seats if seat.seat_id not in got]


async def end(session: Session, booking_id: int) -> None:
    """The booking's claim dies: its seats may be claimed by others."""
    await session.execute(
        update(BOOKING_SEAT)
        .where(BOOKING_SEAT.c.booking_id == booking_id, BOOKING_SEAT.c.live)
        .values(live=False)
    )


async def forget(session: Session, booking_id: int) -> None:
    """Remove a dead claim, so that a new attempt can claim afresh."""
    await session.execute(
        delete(BOOKING_SEAT).where(BOOKING_SEAT.c.booking_id == booking_id, ~BOOKING_SEAT.c.live)
    )


async def revive(session: Session, booking_id: int) -> bool:
    """Make a dead claim live again, all of it or nothing: False when a seat is taken, or its event
    was removed."""
    mine = (
        await session.execute(
            select(BOOKING_SEAT.c.event_id, BOOKING_SEAT.c.seat_id).where(
                BOOKING_SEAT.c.booking_id == booking_id, BOOKING_SEAT.c.refund_id.is_(None)
            )
        )
    ).all()
    taken = await session.execute(
        select(func.count())
        .select_from(BOOKING_SEAT)
        .where(
            BOOKING_SEAT.c.event_id == mine[0].event_id,
            BOOKING_SEAT.c.seat_id.in_([row.seat_id for row in mine]),
            BOOKING_SEAT.c.live,
            BOOKING_SEAT.c.booking_id != booking_id,
        )
    )
    if taken.scalar_one() or not await removal.stands(session, mine[0].event_id):
        return False
    await session.execute(
        update(BOOKING_SEAT)
        .where(BOOKING_SEAT.c.booking_id == booking_id, BOOKING_SEAT.c.refund_id.is_(None))
        .values(live=True)
    )
    return True


async def sold(session: Session, booking_ids: Sequence[int]) -> dict[int, list[PricedSeat]]:
    """Booking id → its seats at the prices it was sold at, in plan order."""
    found = await session.execute(_SOLD, {"bookings": list(booking_ids)})
    seats: dict[int, list[PricedSeat]] = {booking_id: [] for booking_id in booking_ids}
    for booking_id, *rest in found:
        seats[booking_id].append(_seat(*rest))
    return seats


def _seat(
    seat_id: int,
    section: str,
    row: str,
    label: str,
    category: str,
    price_minor: int,
    rows: str,
    *ticket: Any,
) -> PricedSeat:
    """`ticket`: the fields of PricedSeat behind `row_kind`."""
    kind = _kinds(rows).get(row, "row")
    return PricedSeat(seat_id, section, row, label, category, price_minor, kind, *ticket)


@lru_cache(maxsize=512)
def _kinds(rows: str) -> dict[str, RowKind]:
    """Row label → kind, of a section's rows as they are stored."""
    return {label: kind for label, kind, *_ in decode(rows)}


async def issue_tickets(
    session: Session, booking_id: int, event_id: int, seat_ids: Sequence[int], now_ms: int
) -> None:
    """One valid ticket a seat."""
    rows: list[dict[str, Any]] = [
        {
            "booking_id": booking_id,
            "event_id": event_id,
            "seat_id": seat_id,
            "state": "VALID",
            "issued_at_ms": now_ms,
        }
        for seat_id in seat_ids
    ]
    await session.execute(_TICKET, rows)


async def void_tickets(session: Session, booking_id: int) -> None:
    """The booking ended: its tickets open no door."""
    await session.execute(
        update(TICKET).where(TICKET.c.booking_id == booking_id).values(state="VOID")
    )


async def tickets(session: Session, booking_id: int) -> list[IssuedTicket]:
    """The booking's tickets that were not made void and replaced, by seat."""
    found = await session.execute(
        select(TICKET.c.id, TICKET.c.seat_id, TICKET.c.state)
        .where(TICKET.c.booking_id == booking_id)
        .order_by(TICKET.c.seat_id)
    )
    return [IssuedTicket(*row) for row in found]


async def sold_by_list(session: Session, event_id: int) -> dict[int, int]:
    """Number of a price list → seats that stand sold under it."""
    rows = await session.execute(_SOLD_BY_LIST, {"event": event_id})
    return {number: count for number, count in rows}  # noqa: C416 - rows are no pairs to mypy
