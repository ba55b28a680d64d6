"""Discount codes. A use is counted in the transaction that claims the seats, and returned when the
booking dies; the row's lock makes buyers of the last use wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update

from houseful.domain.errors import Conflict, InvalidRequest
from houseful.domain.prices.currencies import check_reduction
from houseful.domain.prices.pricing import Discount
from houseful.domain.wording import shown
from houseful.ledger.models import BOOKING, DISCOUNT
from houseful.sql.database import Session
from houseful.wire.codec import decode, encode


def normalised(code: str) -> str:
    """Codes are typed by people: case and surrounding space do not count."""
    return code.strip().upper()


async def add(
    session: Session,
    *,
    code: str,
    percent: int | None = None,
    amount_minor: int | None = None,
    currency: str | None = None,
    event_id: int | None = None,
    starts_at_ms: int | None = None,
    ends_at_ms: int | None = None,
    max_uses: int | None = None,
    max_uses_per_user: int | None = None,
    minimum_minor: int = 0,
    is_demo: bool = False,
    categories: Sequence[str] = (),
    ticket_types: Sequence[str] = (),
) -> int:
    """Store a code and return its id. Raises InvalidRequest, or Conflict when it exists."""
    name = normalised(code)
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise InvalidRequest(f"expected a code of 1 to 64 characters, got {shown(code)}")
    if (percent is None) == (amount_minor is None):
        raise InvalidRequest("expected either a percentage or an amount")
    if percent is not None and not 1 <= percent <= 100:
        raise InvalidRequest(f"expected a percentage of 1 to 100, got {percent}")
    if amount_minor is not None and (amount_minor <= 0 or currency is None):
        raise InvalidRequest("expected an amount above 0 with its currency")
    if amount_minor is not None and currency is not None:
        check_reduction(amount_minor, currency)
    if (await session.execute(select(DISCOUNT.c.id).where(DISCOUNT.c.code == name))).first():
        raise Conflict(f"the discount code {name} exists already", code="discount_exists")
    result = await session.execute(
        insert(DISCOUNT)
        .values(
            code=name,
            percent=percent,
            amount_minor=amount_minor,
            currency=currency,
            event_id=event_id,
            starts_at_ms=starts_at_ms,
            ends_at_ms=ends_at_ms,
            max_uses=max_uses,
            max_uses_per_user=max_uses_per_user,
            minimum_minor=minimum_minor,
            is_demo=is_demo,
            categories=encode(list(categories)).decode(),
            ticket_types=encode(list(ticket_types)).decode(),
        )
        .returning(DISCOUNT.c.id)
    )
    discount_id: int = result.scalar_one()
    return discount_id


async def find(session: Session, code: str) -> Discount | None:
    """The code, or None."""
    found = await session.execute(select(DISCOUNT).where(DISCOUNT.c.code == normalised(code)))
    row = found.one_or_none()
    return _discount(row) if row is not None else None


async def list_all(session: Session) -> list[Discount]:
    """Every code, by name."""
    found = await session.execute(select(DISCOUNT).order_by(DISCOUNT.c.code))
    return [_discount(row) for row in found]


def _discount(row: Row[Any]) -> Discount:
    names = {name: tuple(decode(row._mapping[name])) for name in ("categories", "ticket_types")}
    return Discount(**{**row._mapping, **names})


async def end(session: Session, discount_id: int, now_ms: int) -> None:
    """The code counts no more from now on; uses that stand stay."""
    await session.execute(
        update(DISCOUNT).where(DISCOUNT.c.id == discount_id).values(ends_at_ms=now_ms)
    )


async def used_by(session: Session, discount_id: int, user_id: str) -> int:
    """Uses of this user that stand."""
    found = await session.execute(
        select(func.count())
        .select_from(BOOKING)
        .where(
            BOOKING.c.discount_id == discount_id,
            BOOKING.c.user_id == user_id,
            BOOKING.c.discount_counted,
        )
    )
    return int(found.scalar_one())


async def count_use(session: Session, discount_id: int) -> Discount | None:
    """Take one use, or None when there is none left.

    It comes before any other look at the code: from here to the commit everybody else who wants a
    use of it waits, so what is read afterwards stays true.
    """
    free = or_(DISCOUNT.c.max_uses.is_(None), DISCOUNT.c.used < DISCOUNT.c.max_uses)
    found = await session.execute(
        update(DISCOUNT)
        .where(DISCOUNT.c.id == discount_id, free)
        .values(used=DISCOUNT.c.used + 1)
        .returning(*DISCOUNT.c)
    )
    row = found.one_or_none()
    return _discount(row) if row is not None else None


async def return_use(session: Session, discount_id: int) -> None:
    """Give one use back."""
    await session.execute(
        update(DISCOUNT).where(DISCOUNT.c.id == discount_id).values(used=DISCOUNT.c.used - 1)
    )
