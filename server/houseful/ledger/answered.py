"""Requests that made something under a key, and what they were answered: asked again, the same.

Bookings have their own keys, with leases and a saga; see `idempotency`. Here a request that was cut
off stays without an answer, and is never run again under its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update

from houseful.ledger.counters import upsert
from houseful.ledger.models import ANSWERED
from houseful.sql.database import Session

KEEP_MS: Final = 24 * 3600 * 1000
"""As long as Stripe keeps its own."""


@dataclass(frozen=True, slots=True)
class Known:
    """A key that was used. `status` 0: it has no answer."""

    fingerprint: str
    status: int
    response: str
    created_at_ms: int


async def take(
    session: Session, user: str, key: str, fingerprint: str, now_ms: int
) -> Known | None:
    """None: the key is the caller's to work under. Otherwise who used it before."""
    made = await session.execute(
        upsert(session, ANSWERED)
        .values(
            user_id=user,
            key=key,
            fingerprint=fingerprint,
            status=0,
            response="",
            created_at_ms=now_ms,
        )
        .on_conflict_do_nothing()
    )
    if made.rowcount == 1:
        return None
    mine = (ANSWERED.c.user_id == user) & (ANSWERED.c.key == key)
    row = (await session.execute(select(ANSWERED).where(mine))).one()
    return Known(row.fingerprint, row.status, row.response, row.created_at_ms)


async def finish(session: Session, user: str, key: str, status: int, response: str) -> None:
    mine = (ANSWERED.c.user_id == user) & (ANSWERED.c.key == key)
    await session.execute(update(ANSWERED).where(mine).values(status=status, response=response))


async def drop(session: Session, user: str, key: str) -> None:
    """Nothing was made under it."""
    mine = (ANSWERED.c.user_id == user) & (ANSWERED.c.key == key)
    await session.execute(delete(ANSWERED).where(mine))


async def purge(session: Session, now_ms: int) -> None:
    await session.execute(delete(ANSWERED).where(ANSWERED.c.created_at_ms < now_ms - KEEP_MS))
