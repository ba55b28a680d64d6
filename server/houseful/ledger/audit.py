"""What staff did, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select

from houseful.ledger.models import AUDIT, BOOKING
from houseful.sql.database import Session
from houseful.wire.codec import decode, encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; `reference` names the booking it is about, if any."""

    id: int
    at_ms: int
    who: str
    act: str
    reason: str
    reference: str | None
    details: dict[str, Any]


async def write(
    session: Session,
    *,
    who: str,
    act: str,
    at_ms: int,
    event_id: int | None = None,
    booking_id: int | None = None,
    reason: str = "",
    details: Mapping[str, object] | None = None,
) -> int:
    """Add one line and return its number; lines are never changed."""
    found = await session.execute(
        insert(AUDIT)
        .values(
            who=who,
            act=act,
            at_ms=at_ms,
            event_id=event_id,
            booking_id=booking_id,
            reason=reason,
            details=encode(details or {}).decode(),
        )
        .returning(AUDIT.c.id)
    )
    return int(found.scalar_one())


async def withdraw(session: Session, line: int) -> None:
    """What the line says was going to be done was not."""
    await session.execute(delete(AUDIT).where(AUDIT.c.id == line))


async def of_event(
    session: Session, event_id: int, *, limit: int, offset: int
) -> tuple[list[Entry], int]:
    """The lines about an event, newest first, and how many there are in all."""
    mine = AUDIT.c.event_id == event_id
    total = (
        await session.execute(select(func.count()).select_from(AUDIT).where(mine))
    ).scalar_one()
    found = await session.execute(
        select(
            AUDIT.c.id,
            AUDIT.c.at_ms,
            AUDIT.c.who,
            AUDIT.c.act,
            AUDIT.c.reason,
            BOOKING.c.reference,
            AUDIT.c.details,
        )
        .outerjoin(BOOKING, BOOKING.c.id == AUDIT.c.booking_id)
        .where(mine)
        .order_by(AUDIT.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_entry(*row) for row in found], total


def _entry(
    id: int, at_ms: int, who: str, act: str, reason: str, reference: str | None, details: str
) -> Entry:
    return Entry(id, at_ms, who, act, reason, reference, decode(details))
