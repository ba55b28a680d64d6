"""Numbers shared by all processes: gapless ones, and whose turn it is."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from houseful.ledger.models import COUNTER, Big
from houseful.sql.database import Database, Session


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


_VALUE: Final = select(COUNTER.c.value).where(COUNTER.c.name == bindparam("wanted"))


@cache
def _take_turn(dialect: str) -> Any:
    statement = upsert_in(dialect, COUNTER)
    return statement.on_conflict_do_update(
        index_elements=[COUNTER.c.name],
        set_={"value": statement.excluded.value},
        where=COUNTER.c.value <= bindparam("before", type_=Big),
    ).returning(COUNTER.c.value)


async def take_turn(session: Session, name: str, now_ms: int, every_ms: int) -> int | None:
    """Work that one of all processes does every so often: the time of the turn before, or None when
    it is not due. 0 means that there was none before."""
    before = (await session.execute(_VALUE, {"wanted": name})).scalar_one_or_none()
    if before is not None and before > now_ms - every_ms:
        return None
    parameters = {"name": name, "value": now_ms, "before": now_ms - every_ms}
    taken = await session.execute(_take_turn(session.dialect.name), parameters)
    return (before or 0) if taken.first() is not None else None


async def turn(database: Database, name: str, now_ms: int, every_ms: int) -> int | None:
    """`take_turn` in a transaction of its own."""
    return await database.transact(lambda session: take_turn(session, name, now_ms, every_ms))


async def advance(session: Session, name: str, by: int = 1) -> int:
    """Raise the counter by `by` and return its new value; the first call starts from 0."""
    parameters = {"name": name, "value": by, "by": by}
    result = await session.execute(_advance(session.dialect.name), parameters)
    value: int = result.scalar_one()
    return value


async def value(session: Session, name: str) -> int:
    """The counter as it stands; 0 when nobody ever wrote it."""
    found = await session.execute(_VALUE, {"wanted": name})
    return found.scalar_one_or_none() or 0


async def put(session: Session, name: str, number: int) -> None:
    """Set the counter; it never goes back."""
    statement = upsert(session, COUNTER).values(name=name, value=number)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[COUNTER.c.name],
            set_={"value": number},
            where=COUNTER.c.value < number,
        )
    )
