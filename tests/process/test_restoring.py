"""A backup comes back whole, in nobody's way, and what was put in place by hand is noticed."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from houseful.domain.errors import ConfigurationError
from houseful.ledger.catalog import events, plans
from houseful.ledger.migrate import migrate, upgrade
from houseful.ledger.upkeep import history, workers
from houseful.ledger.upkeep.backup import load
from houseful.process.preparation import prepare_database
from houseful.process.restoring import adopt, back_up, restore
from houseful.redis.connection import connect
from houseful.settings import Settings
from houseful.sql.database import Database, Session
from houseful.store import histories
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.ledger import database_url, postgres
from tests.support.serving import small_plan

__all__ = ["database_url", "postgres"]


@pytest.fixture
def chosen(data_dir: Path, valkey: EmbeddedValkey, database_url: str) -> Settings:
    """Settings on a database of each kind and an empty Redis."""
    data_dir.mkdir()
    empty(valkey.url)
    url = database_url if "postgresql" in database_url else f"sqlite:///{data_dir}/houseful.db"
    return Settings(
        data_dir=data_dir,
        redis_url=SecretStr(valkey.url),
        database_url=SecretStr(url),
        demo_events=False,
    )


def empty(url: str) -> None:
    async def flush() -> None:
        client = connect(url)
        await client.flushall()
        await client.aclose()

    asyncio.run(flush())


def start(chosen: Settings) -> None:
    """What a server does before it serves."""
    assert chosen.redis_url is not None
    asyncio.run(prepare_database(chosen, chosen.redis_url.get_secret_value()))


def told(chosen: Settings, work: Callable[[Session], Any]) -> Any:
    async def run() -> Any:
        database = Database(chosen.sql_url())
        try:
            return await database.transact(work)
        finally:
            await database.close()

    return asyncio.run(run())


async def add_event(session: Session) -> int:
    return await events.add(
        session,
        plan_id=await plans.add(session, small_plan(1, 2)),
        venue_name="Hall",
        name="A concert",
        starts_at_ms=2_000_000_000_000,
        on_sale_at_ms=None,
        off_sale_at_ms=None,
        currency="EUR",
        prices={"PREMIUM": 7500, "STANDARD": 3000},
    )


def redis_knows(chosen: Settings, *, plant: str = "") -> set[str]:
    """The keys of Redis, after `plant` was added."""

    async def run() -> set[str]:
        assert chosen.redis_url is not None
        client = connect(chosen.redis_url.get_secret_value())
        if plant:
            await client.set(plant, "1")
        found = set(await client.keys())
        await client.aclose()
        return found

    return asyncio.run(run())


def test_what_was_sold_after_the_backup_is_gone_and_what_was_before_is_there(
    chosen: Settings, tmp_path: Path
) -> None:
    start(chosen)
    secret = chosen.signing_secret()
    first = told(chosen, add_event)
    back_up(chosen, tmp_path / "houseful.tar")
    assert stat.S_IMODE((tmp_path / "houseful.tar").stat().st_mode) == 0o600
    told(chosen, add_event)
    (chosen.data_dir / "signing-secret").unlink()
    redis_knows(chosen, plant="seat:{1}:state")
    redis_knows(chosen, plant="somebody-else")

    with pytest.raises(ConfigurationError, match="2 events, whose sales would be lost"):
        restore(chosen, tmp_path / "houseful.tar", replace=False)
    assert told(chosen, events.ids) == [first, first + 1]
    restore(chosen, tmp_path / "houseful.tar", replace=True)

    assert told(chosen, events.ids) == [first]
    assert chosen.signing_secret() == secret
    assert redis_knows(chosen) == {"somebody-else"}
    start(chosen)
    assert told(chosen, add_event) == first + 1


def test_a_restore_waits_for_no_running_server(chosen: Settings, tmp_path: Path) -> None:
    start(chosen)
    back_up(chosen, tmp_path / "houseful.tar")
    import time

    told(chosen, lambda session: workers.beat(session, "w", time.time_ns() // 1_000_000))
    with pytest.raises(ConfigurationError, match="a server runs on this database"):
        restore(chosen, tmp_path / "houseful.tar", replace=True)


def test_a_database_that_is_older_than_redis_is_noticed_at_the_start(chosen: Settings) -> None:
    start(chosen)
    before = told(chosen, history.read)
    start(chosen)

    async def go_back(session: Session) -> None:
        await session.execute(history.update(history.HISTORY).values(starts=before.starts))

    told(chosen, go_back)
    with pytest.raises(ConfigurationError, match="older than what Redis knows"):
        start(chosen)
    adopt(chosen)
    start(chosen)


def test_another_database_beside_the_same_redis_is_refused(chosen: Settings) -> None:
    start(chosen)
    told(chosen, history.renew)
    with pytest.raises(ConfigurationError, match="Redis holds the seats of another database"):
        start(chosen)


def test_a_redis_that_was_emptied_is_no_reason_to_refuse(chosen: Settings) -> None:
    start(chosen)
    assert chosen.redis_url is not None
    empty(chosen.redis_url.get_secret_value())
    start(chosen)
    assert histories.KEY in redis_knows(chosen)


@pytest.fixture
def on_sqlite(data_dir: Path, valkey: EmbeddedValkey) -> Settings:
    empty(valkey.url)
    return Settings(data_dir=data_dir, redis_url=SecretStr(valkey.url), demo_events=False)


def test_an_old_write_ahead_log_does_not_undo_the_restore(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    start(on_sqlite)
    back_up(on_sqlite, tmp_path / "houseful.tar")
    file = on_sqlite.data_dir / "houseful.db"
    live = sqlite3.connect(file)
    with closing(live):
        live.execute("INSERT INTO counter (name, value) VALUES ('late', 1)")
        live.commit()
        for suffix in ("", "-wal", "-shm"):
            shutil.copyfile(f"{file}{suffix}", tmp_path / f"kept{suffix}")
    for suffix in ("", "-wal", "-shm"):
        shutil.copyfile(tmp_path / f"kept{suffix}", f"{file}{suffix}")
    shutil.unpack_archive(tmp_path / "houseful.tar", tmp_path / "unpacked")

    load(Database(on_sqlite.sql_url()).url, tmp_path / "unpacked")

    with closing(sqlite3.connect(file)) as now:
        assert now.execute("SELECT count(*) FROM counter WHERE name = 'late'").fetchone() == (0,)
    (kept,) = on_sqlite.data_dir.glob("before-restore-*")
    assert {path.name for path in kept.iterdir()} >= {"houseful.db", "houseful.db-wal"}


def test_a_backup_put_in_place_by_hand_is_noticed_at_the_start(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    start(on_sqlite)
    back_up(on_sqlite, tmp_path / "houseful.tar")
    shutil.unpack_archive(tmp_path / "houseful.tar", tmp_path / "by-hand")
    shutil.copyfile(tmp_path / "by-hand" / "houseful.db", on_sqlite.data_dir / "houseful.db")
    for suffix in ("-wal", "-shm"):
        (on_sqlite.data_dir / f"houseful.db{suffix}").unlink(missing_ok=True)
    with pytest.raises(ConfigurationError, match="put in place by hand"):
        start(on_sqlite)


def test_a_file_that_is_no_backup_changes_nothing(on_sqlite: Settings, tmp_path: Path) -> None:
    start(on_sqlite)
    told(on_sqlite, add_event)
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    with pytest.raises(ConfigurationError, match="expected a file that `houseful backup` wrote"):
        restore(on_sqlite, tmp_path / "letter", replace=True)
    assert told(on_sqlite, events.ids)


def test_the_database_is_closed_to_others(on_sqlite: Settings) -> None:
    start(on_sqlite)
    for file in on_sqlite.data_dir.glob("houseful.db*"):
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077 or file.suffix == ".migrating", file
    assert stat.S_IMODE(on_sqlite.data_dir.stat().st_mode) == 0o700


def test_an_older_release_says_in_one_sentence_that_the_schema_is_newer(database_url: str) -> None:
    url = Database(database_url).url
    upgrade(url)

    async def age(session: Session) -> None:
        from sqlalchemy import text

        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    async def run() -> None:
        database = Database(database_url)
        await database.transact(age)
        await database.close()
        await migrate(url)

    with pytest.raises(ConfigurationError, match="schema 9999 of a newer Houseful") as caught:
        asyncio.run(run())
    assert "houseful restore" in caught.value.message
    assert "\n" not in caught.value.message
