"""Gapless numbers shared by all processes: the row's lock makes them wait for each other."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite

from server.ledger.database import Session
from server.ledger.models import COUNTER


def upsert(session: Session, table: Any) -> Any:
    """An INSERT that can say ON CONFLICT; both engines can, each in its own dialect's construct."""
    return upsert_in(session.dialect.name, table)


def upsert_in(dialect: str, table: Any) -> Any:
    """As `upsert`, for statements that are built once and kept."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _advance(dialect: str) -> Any:
    statement = upsert_in(dialect, COUNTER)
    return statement.on_conflict_do_update(
        index_elements=[COUNTER.c.name], set_={"value": COUNTER.c.value + bindparam("by", 1)}
    ).returning(COUNTER.c.value)


async def advance(session: Session, name: str, by: int = 1) -> int:
    """Raise the counter by `by` and return its new value; the first call starts from 0."""
    parameters = {"name": name, "value": by, "by": by}
    result = await session.execute(_advance(session.dialect.name), parameters)
    value: int = result.scalar_one()
    return value
