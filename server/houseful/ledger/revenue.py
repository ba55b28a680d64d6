"""What an event took: each booking's money, and the few figures that staff watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import case, func, select

from houseful.domain.booking import PAID, UNFINISHED, State
from houseful.domain.payment import SHOP_FAULT
from houseful.domain.prices.rounding import spread
from houseful.ledger import payment_problems, refunds
from houseful.ledger.models import BOOKING, BOOKING_SEAT, EVENT_BLOCK, REFUND, TICKET
from houseful.sql.database import Session

HOUR_MS: Final = 3_600_000
PIECE: Final = 500
"""Ids in one statement; SQLite takes 32,766 parameters, PostgreSQL 32,767."""

_PAID: Final = [str(state) for state in PAID]
_UNFINISHED: Final = [str(state) for state in UNFINISHED]


@dataclass(frozen=True, slots=True)
class Revenue:
    """One booking's money. `revenue_minor` is what is kept of it: without what went back of one that
    is sold, the fees of one that ended; `seats`: (seat id, its share); `types`: of each ticket its
    type's name and its share; `owes`: money is on its way back."""

    booking_id: int
    revenue_minor: int
    refunded_minor: int
    owes: bool
    seats: tuple[tuple[int, int], ...]
    types: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """An event's figures straight from SQL. `begun`: checkouts ever; `booked`: bookings ever
    confirmed; `stuck`: checkouts past their deadline; `refunds_failed`: money not given back;
    `disputed`: payments of which the bank decides; `shop_faults`: attempts of the last hour that the
    gateway refused for no fault of the buyer's. `problems` and `foreign` are the whole house's:
    payments that need a person, and payments of other houses on the same account."""

    revenue_minor: int
    refunded_minor: int
    used: int
    begun: int
    booked: int
    stuck: int
    refunds_failed: int
    disputed: int = 0
    shop_faults: int = 0
    problems: int = 0
    foreign: int = 0


@dataclass(slots=True)
class SeatTotals:
    """An event's seats as SQL has them, and what it took."""

    booked: int = 0
    paying: int = 0
    blocked: int = 0
    used: int = 0
    revenue_minor: int = 0


async def of_event(session: Session, event_id: int) -> list[Revenue]:
    """Every booking that was ever sold."""
    return await _takings(
        session, BOOKING.c.event_id == event_id, BOOKING_SEAT.c.event_id == event_id
    )


async def of_bookings(session: Session, booking_ids: Sequence[int]) -> list[Revenue]:
    """Those of `booking_ids` that were ever sold."""
    found: list[Revenue] = []
    for start in range(0, len(booking_ids), PIECE):
        piece = list(booking_ids[start : start + PIECE])
        found += await _takings(
            session, BOOKING.c.id.in_(piece), BOOKING_SEAT.c.booking_id.in_(piece)
        )
    return found


async def _takings(session: Session, bookings: Any, seats: Any) -> list[Revenue]:
    rows = await session.execute(
        select(
            BOOKING.c.id, BOOKING.c.state, BOOKING.c.total_minor, BOOKING.c.refunded_minor
        ).where(bookings, BOOKING.c.confirmed_at_ms.is_not(None))
    )
    claimed: dict[int, list[tuple[int, int, str | None]]] = {}
    found = await session.execute(
        select(
            BOOKING_SEAT.c.booking_id,
            BOOKING_SEAT.c.seat_id,
            BOOKING_SEAT.c.paid_minor,
            BOOKING_SEAT.c.ticket_type,
            BOOKING_SEAT.c.is_closed,
        )
        .where(seats, BOOKING_SEAT.c.live)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    for booking_id, seat_id, paid, name, is_closed in found:
        line = (seat_id, paid, None if is_closed else name)
        claimed.setdefault(booking_id, []).append(line)
    back = {
        booking: (int(amount), int(fee), int(due))
        for booking, amount, fee, due in await session.execute(
            select(
                BOOKING.c.id,
                func.sum(REFUND.c.amount_minor),
                func.sum(REFUND.c.fee_minor),
                func.count().filter(REFUND.c.state == "DUE"),
            )
            .join(REFUND, REFUND.c.booking_id == BOOKING.c.id)
            .where(bookings)
            .group_by(BOOKING.c.id)
        )
    }
    return [
        _taking(
            row[0], row[1], row[2], row[3], claimed.get(row[0], []), back.get(row[0], (0, 0, 0))
        )
        for row in rows
    ]


def _taking(
    booking_id: int,
    state: str,
    total: int,
    refunded: int,
    seats: list[tuple[int, int, str | None]],
    back: tuple[int, int, int],
) -> Revenue:
    """`seats`: (id, paid, the ticket's type; None: no ticket). `back`: what of it went back or will,
    the fees kept, and how many refunds are due."""
    sold = State(state) in PAID
    amount, fee, due = back
    kept = total - amount if sold else fee
    parts = spread([paid for _, paid, _ in seats], kept) if sold else []
    return Revenue(
        booking_id,
        kept,
        refunded,
        due > 0,
        tuple((seat_id, share) for (seat_id, *_), share in zip(seats, parts, strict=sold)),
        tuple(
            (name, share)
            for (*_, name), share in zip(seats, parts, strict=sold)
            if name is not None
        ),
    )


def _kept() -> Any:
    """What the refunds of a booking change of its revenue."""
    is_sold = BOOKING.c.state.in_(_PAID)
    return func.coalesce(
        func.sum(case((is_sold, -REFUND.c.amount_minor), else_=REFUND.c.fee_minor)), 0
    )


async def sums(session: Session, event_id: int, now_ms: int) -> Sums:
    """The figures as SQL has them at this moment."""
    mine = BOOKING.c.event_id == event_id
    sold = BOOKING.c.state.in_(_PAID)
    stuck = BOOKING.c.state.in_(_UNFINISHED) & (BOOKING.c.deadline_ms < now_ms)
    refused = (BOOKING.c.decline_code == SHOP_FAULT) & (BOOKING.c.ended_at_ms > now_ms - HOUR_MS)
    found = await session.execute(
        select(
            func.coalesce(func.sum(BOOKING.c.total_minor).filter(sold), 0),
            func.coalesce(func.sum(BOOKING.c.refunded_minor), 0),
            func.count(),
            func.count(BOOKING.c.confirmed_at_ms),
            func.count().filter(stuck),
            func.count().filter(BOOKING.c.state == State.REFUND_FAILED),
            func.count().filter(BOOKING.c.dispute.in_(("INQUIRY", "OPEN"))),
            func.count().filter(refused),
        ).where(mine)
    )
    revenue, refunded, begun, booked, late, failed, disputed, faults = found.one()
    kept = await session.execute(
        select(_kept()).join_from(REFUND, BOOKING, BOOKING.c.id == REFUND.c.booking_id).where(mine)
    )
    used = await session.execute(
        select(func.count())
        .select_from(TICKET)
        .where(TICKET.c.event_id == event_id, TICKET.c.state == "USED")
    )
    problems = await payment_problems.count(session)
    foreign = problems.pop(payment_problems.FOREIGN, 0)
    return Sums(
        revenue_minor=int(revenue) + int(kept.scalar_one()),
        refunded_minor=int(refunded),
        used=used.scalar_one(),
        begun=begun,
        booked=booked,
        stuck=late,
        refunds_failed=failed + await refunds.failed_parts(session, event_id),
        disputed=disputed,
        shop_faults=faults,
        problems=sum(problems.values()),
        foreign=foreign,
    )


async def of_events(session: Session, event_ids: Sequence[int]) -> dict[int, SeatTotals]:
    """Some events' seats and takings."""
    is_paid, wanted = BOOKING.c.state.in_(_PAID), list(event_ids)
    claimed = (
        select(BOOKING_SEAT.c.event_id, is_paid, func.count())
        .join(BOOKING, BOOKING.c.id == BOOKING_SEAT.c.booking_id)
        .where(BOOKING_SEAT.c.event_id.in_(wanted), BOOKING_SEAT.c.live)
        .group_by(BOOKING_SEAT.c.event_id, is_paid)
    )
    used = (
        select(TICKET.c.event_id, func.count())
        .where(TICKET.c.event_id.in_(wanted), TICKET.c.state == "USED")
        .group_by(TICKET.c.event_id)
    )
    blocked = (
        select(EVENT_BLOCK.c.event_id, func.count())
        .where(EVENT_BLOCK.c.event_id.in_(wanted))
        .group_by(EVENT_BLOCK.c.event_id)
    )
    revenue = (
        select(BOOKING.c.event_id, func.sum(BOOKING.c.total_minor))
        .where(BOOKING.c.event_id.in_(wanted), is_paid)
        .group_by(BOOKING.c.event_id)
    )
    kept = (
        select(BOOKING.c.event_id, _kept())
        .join_from(REFUND, BOOKING, BOOKING.c.id == REFUND.c.booking_id)
        .where(BOOKING.c.event_id.in_(wanted))
        .group_by(BOOKING.c.event_id)
    )
    found = {event_id: SeatTotals() for event_id in wanted}
    for event_id, paid, number in await session.execute(claimed):
        setattr(found[event_id], "booked" if paid else "paying", number)
    for name, statement in (("used", used), ("blocked", blocked), ("revenue_minor", revenue)):
        for event_id, number in await session.execute(statement):
            setattr(found[event_id], name, int(number))
    for event_id, number in await session.execute(kept):
        found[event_id].revenue_minor += int(number)
    return found
