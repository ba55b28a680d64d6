"""Gapless numbers shared by all processes: the row's lock makes them wait for each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from server.ledger.database import Session
from server.ledger.models import COUNTER


def upsert(session: Session, table: Any) -> Any:
    """An INSERT that can say ON CONFLICT; both engines can, each in its own dialect's construct."""
    sqlite_dialect = session.dialect.name == "sqlite"
    return sqlite.insert(table) if sqlite_dialect else postgresql.insert(table)


async def advance(session: Session, name: str, by: int = 1) -> int:
    """Raise the counter by `by` and return its new value; the first call starts from 0."""
    statement = upsert(session, COUNTER).values(name=name, value=by)
    result = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[COUNTER.c.name], set_={"value": COUNTER.c.value + by}
        ).returning(COUNTER.c.value)
    )
    value: int = result.scalar_one()
    return value
