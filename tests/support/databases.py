"""Which database the suite runs on: SQLite, or PostgreSQL with HOUSEFUL_TEST_DATABASE=postgresql.

Tests get copies of one database that was migrated: migrating takes longer than most of them.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from houseful import settings
from houseful.ledger import migrate
from houseful.process import preparation
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.postgres import Postgres

IS_POSTGRESQL = os.environ.get("HOUSEFUL_TEST_DATABASE") == "postgresql"


@cache
def shared_postgres() -> Postgres:
    """One server for this test process."""
    server = Postgres()
    server.start()
    atexit.register(server.remove)
    return server


def fresh_database(directory: Path, name: str = "houseful.db") -> str:
    """The URL of a database with our tables and nothing in them.

    A file of SQLite lies in `directory`; one that is there already is kept as it is.
    """
    return fresh_postgresql(shared_postgres()) if IS_POSTGRESQL else fresh_sqlite(directory, name)


def fresh_sqlite(directory: Path, name: str = "houseful.db") -> str:
    path = directory.absolute() / name
    if not path.exists():
        shutil.copyfile(_migrated_file(), path)
    return f"sqlite:///{path}"


def fresh_postgresql(server: Postgres) -> str:
    """The URL of a database on `server`, migrated as all."""
    return server.new_database(_migrated_on(server))


@cache
def demo_data() -> Path:
    """A data directory as a first start leaves it, for copies: the schema and the demo's 58,000 seats
    take 3 s. Without what Redis had, as after its loss; `tests/cli` has a first start."""
    directory = Path(tempfile.mkdtemp(prefix="houseful-demo-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    with tempfile.TemporaryDirectory() as beside, EmbeddedValkey(Path(beside)) as valkey:
        chosen = settings.Settings(data_dir=directory, redis_url=SecretStr(valkey.url))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(preparation.prepare(chosen))).result()
    return directory


@cache
def _migrated_file() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="houseful-migrated-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    path = directory / "houseful.db"
    _migrate(f"sqlite+aiosqlite:///{path}")
    assert not list(directory.glob("*-wal")), "what is beside the file would not be copied"
    return path


@cache
def _migrated_on(server: Postgres) -> str:
    """The name of a database that nobody is connected to, as a template must be."""
    url = server.new_database()
    _migrate(url.replace("postgresql:", "postgresql+asyncpg:"))
    return url.rpartition("/")[2]


def _migrate(url: str) -> None:
    """In a thread, since the caller may run in an event loop and this starts one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(migrate.upgrade, make_url(url)).result()
