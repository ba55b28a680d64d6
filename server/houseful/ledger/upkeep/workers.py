"""Which processes live: each beats once a second, so that nobody restores under a running house."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import delete, func, select

from houseful.ledger.counters import upsert_in
from houseful.ledger.models import WORKER
from houseful.sql.database import Session

FORGET_MS = 24 * 3600 * 1000


@cache
def _beat(dialect: str) -> Any:
    statement = upsert_in(dialect, WORKER)
    return statement.on_conflict_do_update(
        index_elements=[WORKER.c.id], set_={"beat_ms": statement.excluded.beat_ms}
    )


async def beat(session: Session, worker_id: str, now_ms: int) -> None:
    """Say that this worker lives."""
    await session.execute(_beat(session.dialect.name), {"id": worker_id, "beat_ms": now_ms})


async def last_beat(session: Session) -> int:
    """When any worker beat last, in ms; 0 when none ever did."""
    found = await session.execute(select(func.max(WORKER.c.beat_ms)))
    return int(found.scalar() or 0)


async def forget_old(session: Session, now_ms: int) -> None:
    """Remove workers that have been silent for a day."""
    await session.execute(delete(WORKER).where(WORKER.c.beat_ms < now_ms - FORGET_MS))
