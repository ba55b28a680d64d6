"""What SQL keeps for a while only: who did what, the minutes of charts, which webhooks were applied."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from houseful.ledger.models import AUDIT, EVENT_MINUTE, WEBHOOK
from houseful.sql.database import Session

DAY_MS = 24 * 3_600_000


async def purge(session: Session, before_ms: int, limit: int = 1000) -> int:
    """Remove the oldest lines from before `before_ms`: at most `limit` of the log and of the webhooks,
    and a day of minutes. How many; to be repeated until that is 0."""
    removed = 0
    for table, column in ((AUDIT, AUDIT.c.at_ms), (WEBHOOK, WEBHOOK.c.applied_at_ms)):
        old = select(table.c.id).where(column < before_ms).limit(limit)
        removed += (await session.execute(delete(table).where(table.c.id.in_(old)))).rowcount
    oldest = (await session.execute(select(func.min(EVENT_MINUTE.c.minute_ms)))).scalar_one()
    if oldest is not None and oldest < before_ms:
        until = min(before_ms, oldest + DAY_MS)
        day = delete(EVENT_MINUTE).where(EVENT_MINUTE.c.minute_ms < until)
        removed += (await session.execute(day)).rowcount
    return removed
