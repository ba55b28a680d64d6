"""What became of each promised mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from houseful.domain.delivery import DeliveryState
from houseful.ledger.counters import upsert
from houseful.ledger.models import DELIVERY
from houseful.sql.database import Session


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail. `id` is its promise's; `problem` is what the mail server said."""

    id: int
    booking_id: int
    about: str
    recipient: str
    state: DeliveryState
    problem: str
    changed_at_ms: int


async def record(session: Session, delivery: Delivery) -> None:
    """Write where a mail stands now."""
    values = {name: getattr(delivery, name) for name in Delivery.__slots__}
    statement = upsert(session, DELIVERY).values(values)
    changed = {name: values[name] for name in ("state", "problem", "changed_at_ms")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=[DELIVERY.c.id], set_=changed)
    )


async def latest(session: Session, booking_ids: Sequence[int]) -> dict[int, Delivery]:
    """Booking id → the last mail that anything is known of."""
    found = await session.execute(
        select(DELIVERY).where(DELIVERY.c.booking_id.in_(booking_ids)).order_by(DELIVERY.c.id)
    )
    known = (Delivery(**row._mapping) for row in found)
    return {one.booking_id: one for one in known}
