"""The way to SQL: connections, transactions, and what a database that does not answer means.

Work is a function that takes a session (`Session`, a connection inside a transaction) and may run
more than once, so it touches nothing but the session.

Owns: engines, transaction begin and end, translation of the library's errors.
Never: statements about seats or bookings; those stand in the modules beside this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL as URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, QueuePool

from houseful.domain.errors import ConfigurationError
from houseful.domain.server_url import check_login
from houseful.sql.batch import Batch
from houseful.sql.failures import LIBRARIES, hide_values, state_of, unavailable
from houseful.sql.postgres_url import connect_arguments, several_hosts
from houseful.sql.session import Session as Session
from houseful.sql.session import Work, run

T = TypeVar("T")

ANSWER_WITHIN_S = 0.9
"""A caller must hear "unavailable" within a second: no wait for a lock or connection is longer."""

ATTEMPTS = 6
"""Tries of one piece of work that loses to a concurrent one (PostgreSQL 40001, 40P01)."""

READERS = 4
"""Connections and threads that read SQLite at once."""

_RETRIED_STATES = {"40001", "40P01"}


class Database:
    """One database. SQLite has a single writer connection, PostgreSQL a pool."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = _async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = asyncio.Lock()
        if self.is_sqlite:
            self._writer = _sqlite_async(self.url, writer=True)
            self._reader = _sqlite_async(self.url, writer=False)
            self._thread_writer = _sqlite(self.url, writer=True)
            self._thread_reader = _sqlite(self.url, writer=False)
            self._batch = Batch(self._thread_writer, self._lock)
            self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")
        else:
            self._writer = self._reader = _postgres_engine(self.url, pool_size)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A session for reading. Raises Unavailable."""
        async with _translated(), self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Session]:
        """A session that commits at the end of the block, or rolls back. Raises Unavailable.

        Losing to a concurrent transaction shows as Unavailable too: prefer `transact`.
        """
        async with _translated(), self._write_one_connection() as connection:
            yield connection

    async def transact(self, work: Work[T]) -> T:
        """Run `work` in a transaction and commit; repeat it when a concurrent one got in the way.

        On SQLite, work that is waiting shares one commit (see `batch`). Raises Unavailable; then
        nothing was written, or the commit's outcome is unknown and the caller must look.
        """
        if self.is_sqlite:
            async with _translated():
                return await self._batch.run(work)
        return await self._repeat(work, self._write_one_connection)

    async def query(self, work: Work[T]) -> T:
        """Run reading `work`, once more if the connection turned out to be dead."""
        if self.is_sqlite:
            loop = asyncio.get_running_loop()
            async with _translated():
                return await loop.run_in_executor(
                    self._readers, _read_in_thread, self._thread_reader, work
                )
        return await self._repeat(work, self._reader.connect)

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer in time."""
        async with _translated(), asyncio.timeout(ANSWER_WITHIN_S), self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Finish what is being written and let go of every connection."""
        if self.is_sqlite:
            await self._batch.close()
            self._readers.shutdown(wait=False)
            self._thread_writer.dispose()
            self._thread_reader.dispose()
            await self._reader.dispose()
        await self._writer.dispose()

    async def _repeat(self, work: Work[T], connect: Callable[[], Any]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with _translated(raw=attempt < ATTEMPTS), connect() as session:
                    return await work(session)
            except LIBRARIES as error:
                lost = state_of(error) in _RETRIED_STATES
                cut = isinstance(error, DBAPIError) and error.connection_invalidated
                if not lost and not (cut and attempt == 1):
                    raise unavailable(error) from error
                await asyncio.sleep(0.002 * attempt * attempt if lost else 0)
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def _write_one_connection(self) -> AsyncIterator[Session]:
        if not self.is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._lock, self._writer.begin() as connection:
            yield connection


@asynccontextmanager
async def _translated(*, raw: bool = False) -> AsyncIterator[None]:
    try:
        yield
    except LIBRARIES as error:
        if raw:
            raise
        raise unavailable(error) from error


def _async_url(url: str) -> URL:
    if not url.startswith("sqlite"):
        check_login("DATABASE_URL", url)
    url, hosts = several_hosts(url)
    try:
        parsed = make_url(url).update_query_dict(hosts)
    except (SQLAlchemyError, ValueError):
        raise ConfigurationError(
            "DATABASE_URL: expected sqlite:///file or postgresql://user:password@host/database,"
            " got another form (not shown)"
        ) from None
    backend = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}.get(backend)
    if driver is None:
        raise ConfigurationError(
            f"DATABASE_URL: expected sqlite:///… or postgresql://…, got {backend}://…"
        )
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("DATABASE_URL: expected a file for SQLite, got memory")
    return parsed.set(drivername=driver)


def unpooled(url: URL) -> AsyncEngine:
    """An engine for one piece of work, such as a migration, which may take its time."""
    given: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        url, given = connect_arguments(url)
    return create_async_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=given)


def _read_in_thread(engine: Engine, work: Work[T]) -> T:
    with engine.connect() as connection:
        return run(work, connection)


def _sqlite_async(url: URL, *, writer: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=1 if writer else READERS,
        max_overflow=0 if writer else 28,
        pool_timeout=ANSWER_WITHIN_S,
        hide_parameters=True,
    )
    _configure(engine.sync_engine, writer=writer)
    return engine


def _sqlite(url: URL, *, writer: bool) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        poolclass=QueuePool,
        pool_size=1 if writer else READERS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    _configure(engine, writer=writer)
    return engine


def _configure(engine: Engine, *, writer: bool) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(ANSWER_WITHIN_S * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"query_only={'OFF' if writer else 'ON'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # A deferred transaction that reads and then writes fails at once when another wrote between.
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgres_engine(url: URL, pool_size: int) -> AsyncEngine:
    url, given = connect_arguments(url)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=ANSWER_WITHIN_S,
        hide_parameters=True,
        connect_args={"timeout": ANSWER_WITHIN_S, "command_timeout": 10, **given},
    )
    event.listens_for(engine.sync_engine, "handle_error")(hide_values)
    return engine
