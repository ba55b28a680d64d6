"""What staff did, and why."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert

from server.codec import encode
from server.ledger.database import Session
from server.ledger.models import AUDIT


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
) -> None:
    """Add one line; lines are never changed."""
    await session.execute(
        insert(AUDIT).values(
            who=who,
            act=act,
            at_ms=at_ms,
            event_id=event_id,
            booking_id=booking_id,
            reason=reason,
            details=encode(details or {}).decode(),
        )
    )
