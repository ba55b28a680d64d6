"""Each class of a database's errors, raised by the database itself, is `Unavailable`; a bug is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from houseful.domain.errors import Unavailable
from houseful.ledger.migrate import migrate
from houseful.sql.database import Database
from houseful.sql.failures import AWAY_STATES
from tests.support.postgres import Postgres

USER = "keeper"


@pytest.fixture(scope="module")
def strict(postgres: Postgres) -> Iterator[Postgres]:
    """The server, with a user who needs a password."""
    rules = postgres.home / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"host all {USER} 127.0.0.1/32 scram-sha-256\n{before}")
    asyncio.run(told(postgres, f"CREATE ROLE {USER} LOGIN PASSWORD 'right'"))
    asyncio.run(told(postgres, "SELECT pg_reload_conf()"))
    yield postgres
    asyncio.run(told(postgres, f"DROP ROLE {USER}"))
    rules.write_text(before)
    asyncio.run(told(postgres, "SELECT pg_reload_conf()"))


async def told(server: Postgres, statement: str) -> None:
    owner = await asyncpg.connect(f"postgresql://houseful@127.0.0.1:{server.port}/postgres")
    await owner.execute(statement)
    await owner.close()


@asynccontextmanager
async def reached(
    server: Postgres, user: str = USER, password: str = "right", name: str = "postgres"
) -> Any:
    database = Database(f"postgresql://{user}:{password}@127.0.0.1:{server.port}/{name}")
    try:
        yield database
    finally:
        await database.close()


async def refused(ask: Callable[[], Awaitable[object]], state: str) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await ask()
    assert f"({state}" in caught.value.reason
    assert caught.value.message == "the database does not answer"
    return caught.value


async def test_a_wrong_password_is_unavailable_at_every_door(strict: Postgres) -> None:
    async with reached(strict, password="wrong") as database:
        await refused(database.ping, "28P01")
        await refused(lambda: database.query(nothing), "28P01")
        await refused(lambda: database.transact(nothing), "28P01")


async def nothing(session: Any) -> None:
    await session.execute(text("SELECT 1"))


async def test_a_database_that_is_not_there_is_unavailable(strict: Postgres) -> None:
    async with reached(strict, name="nowhere") as database:
        await refused(database.ping, "3D000")


async def test_too_many_connections_are_unavailable(strict: Postgres) -> None:
    await told(strict, f"ALTER ROLE {USER} CONNECTION LIMIT 0")
    async with reached(strict) as database:
        await refused(database.ping, "53300")
    await told(strict, f"ALTER ROLE {USER} CONNECTION LIMIT -1")


async def test_a_standby_that_takes_no_writes_is_unavailable(strict: Postgres) -> None:
    await told(strict, f"ALTER ROLE {USER} SET default_transaction_read_only = on")

    async def write(session: Any) -> None:
        await session.execute(text("CREATE TABLE kept (id int)"))

    async with reached(strict) as database:
        await refused(lambda: database.transact(write), "25006")
    await told(strict, f"ALTER ROLE {USER} RESET default_transaction_read_only")


async def test_a_user_without_the_right_is_unavailable(strict: Postgres) -> None:
    async def peek(session: Any) -> None:
        await session.execute(text("SELECT * FROM pg_authid"))

    async with reached(strict) as database:
        await refused(lambda: database.query(peek), "42501")


async def test_a_lock_that_is_not_to_be_had_is_unavailable(strict: Postgres) -> None:
    async def wait(session: Any) -> None:
        await session.execute(text("SET LOCAL lock_timeout = '10ms'"))
        await session.execute(text("SELECT pg_advisory_xact_lock(7)"))

    owner = await asyncpg.connect(f"postgresql://houseful@127.0.0.1:{strict.port}/postgres")
    await owner.execute("SELECT pg_advisory_lock(7)")
    async with reached(strict) as database:
        await refused(lambda: database.transact(wait), "55P03")
    await owner.close()


async def test_a_statement_that_is_wrong_stays_a_bug(strict: Postgres) -> None:
    async def err(session: Any) -> None:
        await session.execute(text("SELECT no_such_column"))

    async with reached(strict) as database:
        with pytest.raises(Exception, match="no_such_column") as caught:
            await database.query(err)
    assert not isinstance(caught.value, Unavailable)


async def test_a_migration_that_is_refused_is_one_sentence_without_the_password(
    strict: Postgres,
) -> None:
    url = make_url(f"postgresql+asyncpg://{USER}:wrong@127.0.0.1:{strict.port}/postgres")
    with pytest.raises(Unavailable, match="cannot prepare the database") as caught:
        await migrate(url)
    assert "28P01" in caught.value.told
    assert "wrong" not in caught.value.told


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "houseful.db"
    file.write_bytes(b"this is a letter, and no database" * 100)
    database = Database(f"sqlite:///{file}")
    for ask in (database.ping, lambda: database.query(nothing), lambda: database.transact(nothing)):
        with pytest.raises(Unavailable):
            await ask()
    await database.close()


def test_each_state_that_means_away_is_a_class_or_a_state() -> None:
    assert all(len(state) in (2, 5) for state in AWAY_STATES)
