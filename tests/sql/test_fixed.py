"""Statements that SQLite's driver runs as they are bring what SQLAlchemy would bring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    delete,
    insert,
    select,
    update,
)

from houseful.sql.fixed import fixed
from houseful.sql.session import Session, run

SEAT = Table(
    "seat",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, default="a seat"),
    Column("live", Boolean, nullable=False, default=True),
    Column("version", Integer, nullable=False, default=0),
)


def add() -> Any:
    return insert(SEAT).returning(*SEAT.c)


def find() -> Any:
    return (
        select(SEAT.c.name, SEAT.c.live.label("is_live"), SEAT.c.id)
        .where(SEAT.c.id.in_(bindparam("ids", expanding=True)), SEAT.c.name != bindparam("but"))
        .order_by(SEAT.c.id)
    )


def change() -> Any:
    return (
        update(SEAT)
        .where(SEAT.c.id == bindparam("wanted"))
        .values(version=SEAT.c.version + 1, live=bindparam("new_live", type_=Boolean))
    )


async def story(session: Session, add: Any, find: Any, change: Any) -> list[Any]:
    """What each kind of statement brought, in plain values."""
    told: list[Any] = []
    for rows in ([{"id": 1}], [{"id": 2, "name": "B"}], [{"id": 3, "live": False}]):
        told.append([tuple(row) for row in await session.execute(add, rows)])
    for ids in ([], [1], [1, 2, 3], [2, 3]):
        rows = (await session.execute(find, {"ids": ids, "but": "?"})).all()
        told.append([(row.name, row.is_live, row.id, dict(row._mapping)) for row in rows])
    for wanted in (1, 9):
        changed = await session.execute(change, {"wanted": wanted, "new_live": False})
        told.append(changed.rowcount)
    found = await session.execute(find, {"ids": [1], "but": "?"})
    return [*told, tuple(found.one())]


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    engine = create_engine(f"sqlite:///{tmp_path / 'seats.db'}")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_a_fixed_statement_brings_what_any_other_does(connection: Any) -> None:
    SEAT.metadata.create_all(connection)
    wanted = run(lambda session: story(session, add(), find(), change()), connection)
    connection.execute(delete(SEAT))
    found = run(
        lambda session: story(session, fixed(add()), fixed(find()), fixed(change())), connection
    )
    assert found == wanted
