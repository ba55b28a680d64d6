"""Receipts and credit notes as they were issued: each number once, none left out, nothing changed.

A number is taken in the transaction that writes its paper, under a lock on the booking, so that a
worker that dies anywhere leaves neither a gap nor a second paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from houseful.domain.prices.receipts import Issued, Paper, numbered, paper_of
from houseful.domain.prices.refunds import RefundState
from houseful.ledger import counters, refunds
from houseful.ledger.models import BOOKING, BOOKING_SEAT, RECEIPT
from houseful.ledger.refunds import Refund
from houseful.sql.database import Session
from houseful.wire.codec import decode, encode


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper as lists name it; `refund_id` is that of a credit note."""

    booking_id: int
    number: str
    refund_id: int | None
    issued_at_ms: int
    total_minor: int


_LISTED = (
    RECEIPT.c.booking_id,
    RECEIPT.c.series,
    RECEIPT.c.number,
    RECEIPT.c.refund_id,
    RECEIPT.c.issued_at_ms,
    RECEIPT.c.total_minor,
)


async def lock(session: Session, booking_id: int) -> None:
    """Whoever issues papers of the same booking waits until this transaction ends."""
    await session.execute(
        select(BOOKING.c.id).where(BOOKING.c.id == booking_id).with_for_update(key_share=True)
    )


async def issue(
    session: Session,
    booking_id: int,
    refund_id: int | None,
    paper: Paper,
    *,
    series: str,
    now_ms: int,
) -> str:
    """Give the paper the next number of its series and keep both."""
    number = await counters.advance(session, f"receipts {series}")
    await session.execute(
        insert(RECEIPT).values(
            series=series,
            number=number,
            booking_id=booking_id,
            refund_id=refund_id,
            issued_at_ms=now_ms,
            total_minor=paper.total_minor,
            record=encode(paper.record()).decode(),
        )
    )
    return numbered(series, number)


async def of_bookings(session: Session, booking_ids: Sequence[int]) -> dict[int, list[Listed]]:
    """Booking id → its papers in the order they were issued."""
    found = await session.execute(
        select(*_LISTED).where(RECEIPT.c.booking_id.in_(booking_ids)).order_by(RECEIPT.c.id)
    )
    papers: dict[int, list[Listed]] = {booking_id: [] for booking_id in booking_ids}
    for booking_id, series, number, *rest in found:
        papers[booking_id].append(Listed(booking_id, numbered(series, number), *rest))
    return papers


async def of_booking(session: Session, booking_id: int) -> list[Listed]:
    """A booking's papers in the order they were issued."""
    return (await of_bookings(session, [booking_id]))[booking_id]


async def get(session: Session, booking_id: int, number: str | None) -> Issued | None:
    """One paper of a booking: its receipt, or the one of that number."""
    found = await session.execute(
        select(*_LISTED, RECEIPT.c.record).where(RECEIPT.c.booking_id == booking_id)
    )
    for row in found:
        mine = numbered(row.series, row.number)
        if number == mine or (number is None and row.refund_id is None):
            return _issued(mine, row)
    return None


def _issued(number: str, row: Any) -> Issued:
    return Issued(number, row.issued_at_ms, paper_of(decode(row.record)))


async def refunds_without(session: Session, booking_id: int) -> list[Refund]:
    """Refunds of a booking that were given and have no credit note, in the order they were promised."""
    noted = await session.execute(
        select(RECEIPT.c.refund_id).where(RECEIPT.c.booking_id == booking_id)
    )
    has_one = set(noted.scalars())
    return [
        refund
        for refund in await refunds.of_booking(session, booking_id)
        if refund.state is RefundState.GIVEN and refund.amount_minor and refund.id not in has_one
    ]


async def returned(session: Session, refund_id: int) -> dict[int, int]:
    """Seat id → what went back for it by this refund."""
    found = await session.execute(
        select(BOOKING_SEAT.c.seat_id, BOOKING_SEAT.c.refunded_minor)
        .where(BOOKING_SEAT.c.refund_id == refund_id)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    return {row.seat_id: row.refunded_minor for row in found}
