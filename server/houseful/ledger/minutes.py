"""An event's minutes in SQL: what happened in each, and how the house stood at its end.

Counters only rise, however many workers write them and however often: of two writers of one minute the
higher count stands, so that any number of workers may write the same minute again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import case, func, select

from houseful.ledger.counters import upsert_in
from houseful.ledger.models import BOOKING, EVENT_MINUTE
from houseful.sql.database import Session
from houseful.wire.codec import decode, encode

MINUTE_MS: Final = 60_000
COUNTED: Final = ("reserved", "booked", "expired", "refused", "declined", "cancelled")


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of one event. `record` has what is no counter of its own."""

    event_id: int
    minute_ms: int
    counts: Mapping[str, int]
    revenue_minor: int = 0
    record: Mapping[str, int] = field(default_factory=dict)


async def write(session: Session, minutes: list[Minute]) -> None:
    """Write the minutes, each once more if need be."""
    if not minutes:
        return
    rows: list[dict[str, Any]] = [
        {
            "event_id": minute.event_id,
            "minute_ms": minute.minute_ms,
            **{name: minute.counts.get(name, 0) for name in COUNTED},
            "revenue_minor": minute.revenue_minor,
            "record": encode(dict(minute.record)).decode(),
        }
        for minute in minutes
    ]
    await session.execute(_writing(session.dialect.name), rows)


@cache
def _writing(dialect: str) -> Any:
    statement = upsert_in(dialect, EVENT_MINUTE)
    new, old = statement.excluded, EVENT_MINUTE.c
    rising = {name: case((old[name] > new[name], old[name]), else_=new[name]) for name in COUNTED}
    return statement.on_conflict_do_update(
        index_elements=[old.event_id, old.minute_ms],
        set_={**rising, "revenue_minor": new.revenue_minor, "record": new.record},
    )


async def of_event(session: Session, event_id: int, since_ms: int) -> list[Minute]:
    """The minutes from `since_ms` on, oldest first."""
    found = await session.execute(
        select(EVENT_MINUTE)
        .where(EVENT_MINUTE.c.event_id == event_id, EVENT_MINUTE.c.minute_ms >= since_ms)
        .order_by(EVENT_MINUTE.c.minute_ms)
    )
    return [
        Minute(
            row.event_id,
            row.minute_ms,
            {name: getattr(row, name) for name in COUNTED},
            row.revenue_minor,
            decode(row.record),
        )
        for row in found
    ]


async def revenue(session: Session, event_id: int, since_ms: int) -> dict[int, int]:
    """Minute → what was confirmed in it, in minor units."""
    minute = BOOKING.c.confirmed_at_ms - BOOKING.c.confirmed_at_ms % MINUTE_MS
    found = await session.execute(
        select(minute, func.sum(BOOKING.c.total_minor))
        .where(BOOKING.c.event_id == event_id, BOOKING.c.confirmed_at_ms >= since_ms)
        .group_by(minute)
    )
    return {int(row[0]): int(row[1]) for row in found}
