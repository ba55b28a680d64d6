"""Bookings: rows that change under a version, found by the worker that goes on with them.

Every change says which version it changes, so that of two who both believe they hold the lease only
one gets through; the other learns it by getting None back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, func, insert, select, update

from houseful.domain.booking import FOLLOWS, LIVE, PAID, UNFINISHED, State, check
from houseful.domain.seats import Claim
from houseful.ledger.leases import database_ms, is_over
from houseful.ledger.models import BOOKING, BOOKING_SEAT, PAYMENT, Big
from houseful.sql.database import Session
from houseful.sql.fixed import fixed


@dataclass(frozen=True, slots=True)
class Booking:
    """One row. `contact` is JSON; `lease` names who is working on it."""

    id: int
    reference: str
    event_id: int
    user_id: str
    state: State
    version: int
    attempt: int
    currency: str
    subtotal_minor: int
    discount_minor: int
    total_minor: int
    discount_id: int | None
    discount_code: str | None
    discount_counted: bool
    gateway: str
    payment_method: str
    payment_token: str
    payment_id: str | None
    client_secret: str | None
    decline_code: str | None
    problem: str | None
    contact: str
    language: str
    created_at_ms: int
    confirmed_at_ms: int | None
    ended_at_ms: int | None
    deadline_ms: int
    lease: str
    lease_until_ms: int
    next_run_at_ms: int | None
    tries: int
    refunded_minor: int
    ended_by: str
    nonce: str
    dispute: str
    price_list: int
    order_fee_minor: int
    order_fee_vat_basis_points: int
    order_fee_tax_minor: int


LEASE_MS: Final = "lease_ms"
"""Stands among the values of a row for its lease's time, counted from the database's now."""

_LEASED: Final = {"lease_until_ms": database_ms() + bindparam("new_lease_ms", type_=Big)}
_ADD: Final = fixed(insert(BOOKING).values(**_LEASED).returning(*BOOKING.c))
_GET: Final = fixed(select(BOOKING).where(BOOKING.c.id == bindparam("wanted")))

_TAKE: Final = (
    update(BOOKING)
    .where(BOOKING.c.id == bindparam("wanted"), is_over(BOOKING))
    .values(lease=bindparam("held"), version=BOOKING.c.version + 1, **_LEASED)
    .returning(*BOOKING.c)
)
_DUE: Final = (
    select(BOOKING.c.id)
    .where(BOOKING.c.next_run_at_ms <= bindparam("now"), is_over(BOOKING))
    .order_by(BOOKING.c.next_run_at_ms)
    .limit(bindparam("most", type_=Big))
)
"""Built once, as each worker asks every second and building costs more than running them."""


_FIELDS: Final = attrgetter(*Booking.__slots__)
_STATE: Final = Booking.__slots__.index("state")


def booking(row: Any) -> Booking:
    values = list(_FIELDS(row))
    values[_STATE] = State(values[_STATE])
    return Booking(*values)


async def _one(session: Session, statement: Select[Any]) -> Booking | None:
    row = (await session.execute(statement)).one_or_none()
    return booking(row) if row is not None else None


async def get(session: Session, booking_id: int) -> Booking | None:
    """By id, or None."""
    row = (await session.execute(_GET, {"wanted": booking_id})).one_or_none()
    return booking(row) if row is not None else None


async def by_reference(session: Session, reference: str) -> Booking | None:
    """By `BK-YYYY-NNNNNN`, or None."""
    return await _one(session, select(BOOKING).where(BOOKING.c.reference == reference))


async def by_payment(session: Session, payment_id: str) -> Booking | None:
    """By any attempt's payment, or None."""
    wanted = select(PAYMENT.c.booking_id).where(PAYMENT.c.payment_id == payment_id)
    return await _one(session, select(BOOKING).where(BOOKING.c.id.in_(wanted)))


async def by_payments(session: Session, payment_ids: Sequence[str]) -> dict[str, Booking]:
    """Payment id → its booking, for those that have one."""
    found = await session.execute(
        select(PAYMENT.c.payment_id.label("of_payment"), *BOOKING.c)
        .join(BOOKING, BOOKING.c.id == PAYMENT.c.booking_id)
        .where(PAYMENT.c.payment_id.in_(payment_ids))
    )
    return {row.of_payment: booking(row) for row in found}


async def add(session: Session, values: dict[str, Any]) -> Booking:
    """Insert a booking, leased for its `LEASE_MS`."""
    parameters = {name: value for name, value in values.items() if name != LEASE_MS}
    found = await session.execute(_ADD, {**parameters, "new_lease_ms": values[LEASE_MS]})
    return booking(found.one())


async def change(session: Session, before: Booking, **values: Any) -> Booking | None:
    """Write `values` unless the row has moved on since `before` was read; then None.

    A new `state` must follow the old one; anything else is a bug and raises ValueError.
    """
    if "state" in values and values["state"] != before.state:
        check(before.state, values["state"])
    parameters = {f"new_{name}": value for name, value in values.items()}
    parameters |= {"known_id": before.id, "known_version": before.version}
    found = await session.execute(_changing(tuple(values)), parameters)
    row = found.one_or_none()
    return booking(row) if row is not None else None


@cache
def _changing(names: tuple[str, ...]) -> Any:
    """Built once per set of columns: building costs more than running it."""
    new: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=BOOKING.c[name].type)
        for name in names
        if name != LEASE_MS
    }
    if LEASE_MS in names:
        new |= _LEASED
    return fixed(
        update(BOOKING)
        .where(
            BOOKING.c.id == bindparam("known_id"), BOOKING.c.version == bindparam("known_version")
        )
        .values(version=BOOKING.c.version + 1, **new)
        .returning(*BOOKING.c)
    )


async def take(session: Session, booking_id: int, *, lease: str, lease_ms: int) -> Booking | None:
    """The booking with a lease of ours on it; None while somebody else's binds."""
    parameters = {"wanted": booking_id, "held": lease, "new_lease_ms": lease_ms}
    row = (await session.execute(_TAKE, parameters)).one_or_none()
    return booking(row) if row is not None else None


async def let_go(session: Session, held: Booking) -> None:
    """End our lease so that the next may go on at once; harmless when it was lost."""
    await session.execute(
        update(BOOKING)
        .where(BOOKING.c.id == held.id, BOOKING.c.lease == held.lease)
        .values(lease_until_ms=0)
    )


async def let_go_declined(session: Session, booking_id: int) -> None:
    """A new attempt failed before its claim: the holder of the key may try again."""
    await session.execute(
        update(BOOKING)
        .where(BOOKING.c.id == booking_id, BOOKING.c.state == State.DECLINED)
        .values(lease_until_ms=0)
    )


async def due(session: Session, now_ms: int, limit: int) -> list[int]:
    """Bookings that somebody must go on with and nobody does."""
    return list((await session.execute(_DUE, {"now": now_ms, "most": limit})).scalars())


async def count_unfinished(session: Session) -> dict[str, int]:
    """Every state somebody must go on from, with how many bookings stand there."""
    found = await session.execute(
        select(BOOKING.c.state, func.count())
        .where(BOOKING.c.next_run_at_ms.is_not(None))
        .group_by(BOOKING.c.state)
    )
    counts = {str(state): 0 for state in [*sorted(UNFINISHED), State.REFUND_DUE]}
    return counts | {row[0]: row[1] for row in found}


async def of_user(
    session: Session, user_id: str, *, limit: int, offset: int
) -> tuple[list[Booking], int]:
    """What the user bought or is buying, newest first, and how many there are in all.

    Attempts that came to nothing are left out.
    """
    shown = BOOKING.c.confirmed_at_ms.is_not(None) | BOOKING.c.state.in_(sorted(LIVE))
    mine = (BOOKING.c.user_id == user_id, shown)
    count = await session.execute(select(func.count()).select_from(BOOKING).where(*mine))
    found = await session.execute(
        select(BOOKING).where(*mine).order_by(BOOKING.c.id.desc()).limit(limit).offset(offset)
    )
    return [booking(row) for row in found], count.scalar_one()


async def seats_of(session: Session, booking_id: int) -> tuple[list[int], list[int]]:
    """(seats that its claim is live on, seats that it had), by id."""
    found = await session.execute(
        select(BOOKING_SEAT.c.seat_id, BOOKING_SEAT.c.live)
        .where(BOOKING_SEAT.c.booking_id == booking_id)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    rows = found.all()
    return [seat for seat, is_live in rows if is_live], [seat for seat, live in rows if not live]


async def changes(session: Session) -> list[Row[Any]]:
    """(event, numbers that are others whenever one of its bookings is)."""
    columns = (BOOKING.c.event_id, func.count(), func.sum(BOOKING.c.version))
    return list((await session.execute(select(*columns).group_by(BOOKING.c.event_id))).all())


async def live_claims(
    session: Session, event_id: int, seats: Sequence[int] | None = None
) -> list[Claim]:
    """Each seat, of all or of `seats`, that is sold or being paid for."""
    where: Any = BOOKING_SEAT.c.event_id == event_id
    if isinstance(seats, range):
        where &= BOOKING_SEAT.c.seat_id.between(seats.start, seats.stop - 1)
    elif seats is not None:
        where &= BOOKING_SEAT.c.seat_id.in_(seats)
    found = await session.execute(
        select(
            BOOKING_SEAT.c.seat_id,
            BOOKING_SEAT.c.booking_id,
            BOOKING.c.user_id,
            BOOKING.c.state,
            BOOKING.c.price_list,
            BOOKING_SEAT.c.is_closed,
        )
        .join(BOOKING, BOOKING.c.id == BOOKING_SEAT.c.booking_id)
        .where(where, BOOKING_SEAT.c.live)
        .order_by(BOOKING_SEAT.c.seat_id)
    )
    return [
        Claim(
            row.seat_id,
            row.booking_id,
            row.user_id,
            paying=row.state not in PAID,
            price_list=row.price_list,
            is_closed=row.is_closed,
        )
        for row in found
    ]


async def disputed(session: Session, standing: str, limit: int) -> list[Booking]:
    """Bookings whose dispute stands so, the longest waiting first."""
    found = await session.execute(
        select(BOOKING).where(BOOKING.c.dispute == standing).order_by(BOOKING.c.id).limit(limit)
    )
    return [booking(row) for row in found]


async def without_live_claim(session: Session, booking_ids: Sequence[int]) -> list[int]:
    """Those of `booking_ids` that hold no seat in SQL."""
    found = await session.execute(
        select(BOOKING_SEAT.c.booking_id)
        .where(BOOKING_SEAT.c.booking_id.in_(booking_ids), BOOKING_SEAT.c.live)
        .distinct()
    )
    live = set(found.scalars())
    return [booking_id for booking_id in booking_ids if booking_id not in live]


assert set(FOLLOWS) == set(State)  # noqa: S101 - a state left out of the table fails at import
