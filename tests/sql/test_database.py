from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, insert, select, text

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger import counters
from houseful.ledger.catalog import events
from houseful.ledger.migrate import configuration, migrate, newest, upgrade
from houseful.ledger.models import COUNTER, METADATA
from houseful.sql.database import Database, Session, unpooled
from houseful.sql.sqlite import Sqlite
from tests.support.databases import fresh_sqlite
from tests.support.postgres import Postgres
from tests.support.sessions import reading, writing


async def test_migrations_and_models_say_the_same(database: Database) -> None:
    async with unpooled(database.url).connect() as connection:
        difference = await connection.run_sync(
            lambda known: compare_metadata(MigrationContext.configure(known), METADATA)
        )
    assert difference == []


async def test_venues_of_before_get_the_servers_time_zone_and_prices_become_list_1(
    database_url: str,
) -> None:
    url = Database(database_url).url
    await asyncio.to_thread(upgrade, url, revision="0004")
    old = Database(database_url)
    async with writing(old) as session:
        for statement in (
            "INSERT INTO plan VALUES (1, 'P', 1, 1, 1, 1, '[]', '[]', '[]', 'null', '')",
            "INSERT INTO venue VALUES (1, 'Opera')",
            "INSERT INTO event VALUES (1, 1, 1, 'Tosca', 9, NULL, NULL, 'EUR', 0, NULL, 0, 0)",
            "INSERT INTO event_price VALUES (1, 'A', 0, 7500)",
        ):
            await session.execute(text(statement))
    await migrate(url, timezone="Europe/Vienna")
    async with reading(old) as session:
        event = await events.get(session, 1)
    await old.close()
    assert event is not None
    assert (event.timezone, event.price_list) == ("Europe/Vienna", 1)
    assert event.prices.by_category == {"A": 7500}


def test_the_newest_revision_is_known_without_loading_alembic() -> None:
    script = ScriptDirectory.from_config(configuration())

    assert newest() == script.get_current_head()


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    program = (
        "import asyncio, sys; from houseful.ledger.migrate import migrate;"
        "from houseful.sql.database import Database;"
        "asyncio.run(migrate(Database(sys.argv[1]).url))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, database_url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()


async def test_concurrent_transactions_lose_nothing(database: Database) -> None:
    values = await asyncio.gather(
        *(database.transact(lambda session: counters.advance(session, "n")) for _ in range(100))
    )
    assert sorted(values) == list(range(1, 101))


async def test_another_process_cannot_write_between_a_transaction_s_look_and_its_write(
    tmp_path: Path,
) -> None:
    """SQLite refuses the write of a deferred transaction whose look is out of date, and waits not."""
    url = fresh_sqlite(tmp_path)
    ours, theirs = Database(url), Database(url)
    has_looked, is_written = threading.Event(), threading.Event()

    async def look_and_write(session: Session) -> int:
        await session.execute(select(COUNTER.c.name))
        has_looked.set()
        is_written.wait(0.2)
        return await counters.advance(session, "n")

    async def write() -> int:
        await asyncio.to_thread(has_looked.wait, 10)
        value = await theirs.transact(lambda session: counters.advance(session, "n"))
        is_written.set()
        return value

    assert sorted(await asyncio.gather(ours.transact(look_and_write), write())) == [1, 2]
    await ours.close()
    await theirs.close()


async def test_sqlite_answers_when_the_disk_has_it(tmp_path: Path) -> None:
    """`synchronous=FULL` is 2: with less, a power cut takes back what was answered."""
    database = Database(fresh_sqlite(tmp_path))

    async def pragmas(session: Session) -> list[Any]:
        names = ("synchronous", "journal_mode", "foreign_keys")
        return [(await session.execute(text(f"PRAGMA {name}"))).scalar_one() for name in names]

    assert await database.transact(pragmas) == [2, "wal", 1]
    await database.close()


async def test_a_failing_transaction_takes_back_only_itself(database: Database) -> None:
    async def fail(session: Session) -> None:
        await counters.advance(session, "failed")
        raise LookupError("on purpose")

    results = await asyncio.gather(
        database.transact(lambda session: counters.advance(session, "a")),
        database.transact(fail),
        database.transact(lambda session: counters.advance(session, "b")),
        return_exceptions=True,
    )
    assert results[0] == 1
    assert isinstance(results[1], LookupError)
    assert results[2] == 1
    async with reading(database) as session:
        names = (await session.execute(select(COUNTER.c.name))).scalars().all()
    assert sorted(names) == ["a", "b"]


async def test_a_cancelled_caller_holds_up_nobody(database: Database) -> None:
    async def slow(session: Session) -> None:
        for _ in range(50):
            await counters.advance(session, "slow")

    waiting = asyncio.create_task(database.transact(slow))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await database.transact(lambda session: counters.advance(session, "n")) == 1


async def test_waiting_transactions_share_a_commit(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/houseful.db")
    await migrate(database.url)
    commits = 0

    assert isinstance(database._ways, Sqlite)

    @event.listens_for(database._ways.writer, "commit")
    def count(_: object) -> None:
        nonlocal commits
        commits += 1

    await asyncio.gather(
        *(database.transact(lambda session: counters.advance(session, "n")) for _ in range(50))
    )
    await database.close()
    assert commits <= 3


async def test_sqlite_work_that_waits_for_anything_else_is_refused(tmp_path: Path) -> None:
    async def wait(session: Session) -> None:
        await asyncio.sleep(0)

    database = Database(f"sqlite:///{tmp_path}/houseful.db")
    await migrate(database.url)
    for run in (database.transact, database.query):
        with pytest.raises(RuntimeError, match="only its session"):
            await run(wait)
    await database.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await database.query(lambda s: s.execute(insert(COUNTER).values(name="n", value=1)))


async def test_a_locked_sqlite_is_unavailable_within_a_second(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/houseful.db")
    await migrate(database.url)
    other = sqlite3.connect(tmp_path / "houseful.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    results = await asyncio.gather(
        *(database.transact(lambda session: counters.advance(session, "n")) for _ in range(5)),
        return_exceptions=True,
    )
    assert time.monotonic() - started < 1.2
    assert {type(result) for result in results} == {Unavailable}
    other.execute("ROLLBACK")
    other.close()
    assert await database.transact(lambda session: counters.advance(session, "n")) == 1
    await database.close()


async def test_a_restarted_postgresql_is_used_again_without_a_failed_transaction(
    postgres: Postgres,
) -> None:
    database = Database(postgres.new_database())
    await migrate(database.url)
    assert await database.transact(lambda session: counters.advance(session, "n")) == 1
    postgres.stop()
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await database.transact(lambda session: counters.advance(session, "n"))
    assert time.monotonic() - started < 1
    postgres.start()
    assert await database.transact(lambda session: counters.advance(session, "n")) == 2
    postgres.stop()
    postgres.start()
    assert await database.transact(lambda session: counters.advance(session, "n")) == 3
    assert await database.query(lambda s: s.scalar(select(COUNTER.c.value))) == 3
    await database.close()


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite://", "nonsense"])
def test_other_databases_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        Database(url)
