"""Refunds: a row from the moment money is owed, each with a nonce of its own at the gateway.

A booking's `refunded_minor` is the sum of its rows that are GIVEN, and every seat that came back
names the row that it came back by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update

from houseful.domain.prices.refunds import Kind, Line, RefundFee, RefundState, Returned
from houseful.ledger.bookings import Booking
from houseful.ledger.counters import upsert
from houseful.ledger.models import BOOKING, BOOKING_SEAT, EVENT, REFUND, TICKET, Big
from houseful.sql.database import Session

LAST: Final = (Kind.WHOLE, Kind.REST)
UNPAID: Final = (RefundState.FAILED, RefundState.HELD)
"""What a person has to look at."""


@dataclass(frozen=True, slots=True)
class Refund:
    """One row; see `houseful.ledger.models.Refund`."""

    id: int
    payment_id: str
    booking_id: int | None
    refund_id: str | None
    kind: Kind
    amount_minor: int
    fee_minor: int
    state: RefundState
    problem: str
    reason: str
    who: str
    created_at_ms: int
    done_at_ms: int | None
    next_run_at_ms: int | None
    tries: int
    nonce: str


_COLUMNS: Final = tuple(REFUND.c[field.name] for field in fields(Refund))
_DUE: Final = (
    select(*_COLUMNS)
    .where(
        REFUND.c.next_run_at_ms <= bindparam("now"),
        REFUND.c.booking_id.is_(None) | (REFUND.c.state == RefundState.GIVEN),
    )
    .order_by(REFUND.c.next_run_at_ms)
    .limit(bindparam("most", type_=Big))
)


def _refund(row: Any) -> Refund:
    values = row._asdict()
    kind, state = Kind(values["kind"]), RefundState(values["state"])
    return Refund(**{**values, "kind": kind, "state": state})


async def owe(session: Session, *, kind: Kind, now_ms: int, **values: Any) -> int | None:
    """Promise a refund; its row. None when the last of that payment was promised before."""
    added = await session.execute(
        upsert(session, REFUND)
        .values(kind=kind, created_at_ms=now_ms, **{"next_run_at_ms": now_ms, **values})
        .on_conflict_do_nothing()
        .returning(REFUND.c.id)
    )
    found: int | None = added.scalar_one_or_none()
    return found


async def seats_back(session: Session, booking_id: int, by: int, seats: Sequence[Returned]) -> None:
    """These seats of a booking came back by a refund: for sale again, their tickets void."""
    for one in seats:
        await session.execute(
            update(BOOKING_SEAT)
            .where(BOOKING_SEAT.c.booking_id == booking_id, BOOKING_SEAT.c.seat_id == one.seat_id)
            .values(live=False, refund_id=by, refunded_minor=one.amount_minor)
        )


async def lines(session: Session, of: Booking) -> list[Line]:
    """The booking's tickets by seat, and the seats that close with its tables."""
    found = await session.execute(
        select(
            BOOKING_SEAT.c.seat_id,
            TICKET.c.id,
            BOOKING_SEAT.c.paid_minor,
            TICKET.c.state,
            BOOKING_SEAT.c.live,
            BOOKING_SEAT.c.unit_id,
        )
        .outerjoin(
            TICKET,
            (TICKET.c.booking_id == BOOKING_SEAT.c.booking_id)
            & (TICKET.c.seat_id == BOOKING_SEAT.c.seat_id),
        )
        .where(BOOKING_SEAT.c.booking_id == of.id)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    return [
        Line(seat, ticket, paid, state, not is_live, unit)
        for seat, ticket, paid, state, is_live, unit in found
    ]


async def terms(session: Session, event_id: int) -> tuple[RefundFee, bool]:
    """(what the event keeps of a ticket given back, whether owners may give back single ones)."""
    row = (
        await session.execute(
            select(
                EVENT.c.refund_fee_minor, EVENT.c.refund_fee_basis_points, EVENT.c.refund_by_ticket
            ).where(EVENT.c.id == event_id)
        )
    ).one()
    return RefundFee(row[0], row[1]), bool(row[2])


async def set_terms(session: Session, event_id: int, fee: RefundFee, *, is_by_ticket: bool) -> None:
    """What the event keeps from now on; refunds promised before stay as they are."""
    await session.execute(
        update(EVENT)
        .where(EVENT.c.id == event_id)
        .values(
            refund_fee_minor=fee.fixed_minor,
            refund_fee_basis_points=fee.basis_points,
            refund_by_ticket=is_by_ticket,
        )
    )


async def of_payment(session: Session, payment_id: str) -> Refund | None:
    """The last refund promised for a payment, or None."""
    found = await session.execute(
        select(*_COLUMNS).where(REFUND.c.payment_id == payment_id, REFUND.c.kind.in_(LAST))
    )
    row = found.one_or_none()
    return _refund(row) if row is not None else None


async def of_bookings(session: Session, booking_ids: Sequence[int]) -> dict[int, list[Refund]]:
    """Booking id → its refunds in the order they were promised."""
    found = await session.execute(
        select(*_COLUMNS).where(REFUND.c.booking_id.in_(booking_ids)).order_by(REFUND.c.id)
    )
    refunds: dict[int, list[Refund]] = {booking_id: [] for booking_id in booking_ids}
    for row in found:
        refunds[row.booking_id].append(_refund(row))
    return refunds


async def of_booking(session: Session, booking_id: int) -> list[Refund]:
    """A booking's refunds in the order they were promised."""
    return (await of_bookings(session, [booking_id]))[booking_id]


async def seats_of(session: Session, booking_ids: Sequence[int]) -> dict[int, list[int]]:
    """Refund → the seats that came back by it."""
    found = await session.execute(
        select(BOOKING_SEAT.c.refund_id, BOOKING_SEAT.c.seat_id)
        .where(BOOKING_SEAT.c.booking_id.in_(booking_ids), BOOKING_SEAT.c.refund_id.is_not(None))
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    seats: dict[int, list[int]] = {}
    for refund, seat in found:
        seats.setdefault(refund, []).append(seat)
    return seats


async def due(session: Session, now_ms: int, limit: int) -> list[Refund]:
    """Refunds that no booking's own steps work on: of payments without one, and those given that
    are to be looked at again."""
    found = await session.execute(_DUE, {"now": now_ms, "most": limit})
    return [_refund(row) for row in found]


async def given_since(session: Session, since_ms: int, who: str, but: int) -> int:
    """How many refunds that `who` ordered were given since, others than `but`."""
    rows = REFUND.c
    found = await session.execute(
        select(func.count())
        .select_from(REFUND)
        .where(rows.who == who, rows.done_at_ms >= since_ms, rows.state == RefundState.GIVEN)
        .where(rows.id != but)
    )
    return int(found.scalar_one())


async def failed_parts(session: Session, event_id: int) -> int:
    """How many refunds of an event's standing bookings need a person."""
    found = await session.execute(
        select(func.count())
        .select_from(REFUND)
        .join(BOOKING, BOOKING.c.id == REFUND.c.booking_id)
        .where(
            BOOKING.c.event_id == event_id,
            BOOKING.c.state == "CONFIRMED",
            REFUND.c.state.in_(UNPAID),
        )
    )
    return int(found.scalar_one())


async def settle(
    session: Session,
    refund: Refund,
    *,
    state: RefundState,
    refund_id: str | None,
    problem: str,
    now_ms: int,
    next_run_at_ms: int | None,
) -> None:
    """What became of a refund: GIVEN, to be looked at again then, or FAILED or HELD."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.id == refund.id)
        .values(
            state=state,
            refund_id=func.coalesce(refund_id, REFUND.c.refund_id),
            problem=problem[:500],
            done_at_ms=now_ms,
            next_run_at_ms=next_run_at_ms,
        )
    )


async def owe_again(
    session: Session, refund: Refund, who: str, nonce: str, next_run_at_ms: int | None = None
) -> None:
    """To be tried once more, as a new request: by the worker that has its booking, or at
    `next_run_at_ms`."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.id == refund.id)
        .values(
            state=RefundState.DUE,
            who=who,
            nonce=nonce,
            problem="",
            done_at_ms=None,
            tries=0,
            next_run_at_ms=next_run_at_ms,
        )
    )


async def postpone(session: Session, refund: Refund, until_ms: int | None) -> None:
    """Try or look again later, or never."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.id == refund.id)
        .values(next_run_at_ms=until_ms, tries=REFUND.c.tries + 1)
    )
