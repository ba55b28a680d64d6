"""Bookings and their claims on seats."""

from __future__ import annotations

from sqlalchemy import select

from server.domain.booking import PAID
from server.ledger.database import Session
from server.ledger.models import BOOKING, BOOKING_SEAT


async def live_claims(session: Session, event_id: int) -> list[tuple[int, int, str, bool]]:
    """`(seat_id, booking_id, user, paying)` of each seat that is sold or being paid for."""
    found = await session.execute(
        select(
            BOOKING_SEAT.c.seat_id,
            BOOKING_SEAT.c.booking_id,
            BOOKING.c.user_id,
            BOOKING.c.state,
        )
        .join(BOOKING, BOOKING.c.id == BOOKING_SEAT.c.booking_id)
        .where(BOOKING_SEAT.c.event_id == event_id, BOOKING_SEAT.c.live)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    return [(row.seat_id, row.booking_id, row.user_id, row.state not in PAID) for row in found]
