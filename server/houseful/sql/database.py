"""The way to SQL: transactions, queries, and what a database that does not answer means.

Work is a function that takes a session (`Session`, a connection inside a transaction) and may run
more than once, so it touches nothing but the session.

Owns: which database it is, and the translation of the library's errors.
Never: statements about seats or bookings; those stand in the rooms above.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.engine import URL as URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from houseful.domain.errors import ConfigurationError
from houseful.domain.server_url import check_login
from houseful.sql.failures import library_errors, unavailable
from houseful.sql.postgres import Postgres
from houseful.sql.postgres_url import connect_arguments, several_hosts
from houseful.sql.session import ANSWER_WITHIN_S, Work
from houseful.sql.session import Session as Session
from houseful.sql.sqlite import Sqlite

T = TypeVar("T")


class Database:
    """One database, whichever of the two it is."""

    def __init__(self, url: str) -> None:
        self.url = _async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._ways = Sqlite(self.url) if self.is_sqlite else Postgres(self.url)

    async def transact(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        """Run `work` in a transaction and commit it exactly once, after any that got in its way.

        A COMMIT whose reply was lost is asked after, unless `is_repeatable` says that once more
        does no harm. Raises Unavailable: nothing was written, or `reason` says that nobody knows.
        """
        with _translated():
            return await self._ways.transact(work, is_repeatable=is_repeatable)

    async def query(self, work: Work[T]) -> T:
        """Run reading `work`, which cannot write. Raises Unavailable."""
        with _translated():
            return await self._ways.query(work)

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer in time."""
        with _translated():
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._ways.query(lambda session: session.execute(text("SELECT 1")))

    async def close(self) -> None:
        """Finish what is being written and let go of every connection."""
        await self._ways.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except library_errors() as error:
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
