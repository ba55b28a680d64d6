"""Taking events out of every list: only what sold nothing, also while somebody is buying."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from houseful.domain.booking import State
from houseful.ledger.models import BOOKING, DISCOUNT, EVENT
from houseful.sql.database import Session
from houseful.sql.fixed import fixed

UNSOLD: Final = (State.DECLINED, State.CANCELLED)
"""Bookings of an event that sold nothing: no seat is claimed and no money was kept or given back."""

_STANDS: Final = fixed(
    select(EVENT.c.id)
    .where(
        EVENT.c.id == bindparam("event"),
        EVENT.c.removed_at_ms.is_(None),
        EVENT.c.cancelled_at_ms.is_(None),
    )
    .with_for_update(read=True, key_share=True)
)


async def stands(session: Session, event_id: int) -> bool:
    """Whether the event was neither removed nor called off; until the transaction ends it will not be."""
    found = await session.execute(_STANDS, {"event": event_id})
    return found.first() is not None


async def remove(session: Session, event_id: int, now_ms: int) -> bool:
    """Take the event out of every list; False, and nothing done, when something of it was sold.

    Its row is locked before its bookings are counted: a claim that is being made is waited for, and
    one that comes later finds the event gone.
    """
    await session.execute(select(EVENT.c.id).where(EVENT.c.id == event_id).with_for_update())
    sold = await session.execute(
        select(BOOKING.c.id)
        .where(BOOKING.c.event_id == event_id, BOOKING.c.state.not_in(UNSOLD))
        .limit(1)
    )
    if sold.first() is not None:
        return False
    await session.execute(
        update(EVENT).where(EVENT.c.id == event_id).values(removed_at_ms=now_ms, is_hidden=True)
    )
    return True


async def demo_ids(session: Session) -> list[int]:
    """The demo's events that were not removed."""
    found = await session.execute(
        select(EVENT.c.id)
        .where(EVENT.c.is_demo, EVENT.c.removed_at_ms.is_(None))
        .order_by(EVENT.c.id)
    )
    return list(found.scalars())


async def end_demo_codes(session: Session, now_ms: int) -> None:
    """The demo's discount codes count no more."""
    await session.execute(
        update(DISCOUNT)
        .where(DISCOUNT.c.is_demo, DISCOUNT.c.ends_at_ms.is_(None))
        .values(ends_at_ms=now_ms)
    )
