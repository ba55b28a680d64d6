"""PostgreSQL: a pool that writes and one that reads, and what became of a COMMIT without a reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from houseful.domain.errors import Unavailable
from houseful.sql.failures import hide_values, library_errors, state_of
from houseful.sql.postgres_url import connect_arguments
from houseful.sql.session import ANSWER_WITHIN_S, Work

T = TypeVar("T")
Mark = tuple[str, str]
"""A transaction's number, and since when the server runs that gave it."""

WRITERS: Final = 10
READERS: Final = 5
"""Connections of one worker. Those that wait for a lock leave the readers theirs."""

STATEMENT_S: Final = 10
"""Longer than any of ours takes; the client gives up then, and so must the server."""

BOUNDS_MS: Final = {
    "lock_timeout": round(ANSWER_WITHIN_S * 1000),
    "statement_timeout": STATEMENT_S * 1000,
    "idle_in_transaction_session_timeout": 5_000,
}
"""A worker that stops inside a transaction, and what it has locked, hold up the others no longer."""

ATTEMPTS: Final = 6
"""Tries of one piece of work that loses to a concurrent one."""

_LOST: Final = {"40001", "40P01"}
_BOUND: Final = tuple(
    f"SELECT set_config(name, '{ms}', false) FROM pg_settings"  # noqa: S608 - constants
    f" WHERE name = '{name}' AND source <> 'client'"
    for name, ms in BOUNDS_MS.items()
)
"""What `options` in DATABASE_URL says stays. Not sent at the start: poolers refuse that."""

_ONLY_READ: Final = "SET default_transaction_read_only = on"
_MARK: Final = "SELECT pg_current_xact_id_if_assigned()::text, pg_postmaster_start_time()::text"
_STATUS: Final = text(
    "SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8)), pg_postmaster_start_time()::text"
)
_WHILE_UNDECIDED_S: Final = 0.02


class Postgres:
    """Two pools of connections to one database."""

    def __init__(self, url: URL) -> None:
        self.writer = _engine(url, WRITERS, *_BOUND)
        self.reader = _engine(url, READERS, *_BOUND, _ONLY_READ, isolation_level="AUTOCOMMIT")

    async def transact(self, work: Work[T], *, is_repeatable: bool) -> T:
        """`work`'s result, committed once. Raises Unavailable where that cannot be found out."""
        return await _repeated(partial(self._write, work, is_repeatable))

    async def query(self, work: Work[T]) -> T:
        async def read() -> T:
            async with self.reader.connect() as connection:
                return await work(connection)

        return await _repeated(read)

    async def close(self) -> None:
        await self.reader.dispose()
        await self.writer.dispose()

    async def _write(self, work: Work[T], is_repeatable: bool) -> T:
        async with self.writer.connect() as connection:
            transaction = await connection.begin()
            result = await work(connection)
            mark = None if is_repeatable else await _mark(connection)
            try:
                await transaction.commit()
            except library_errors() as error:
                failure = error
                await connection.invalidate()  # whatever it was, nothing more is asked of this one
            else:
                return result
        if mark is not None and await self._was_committed(mark):
            return result
        raise failure

    async def _was_committed(self, mark: Mark) -> bool:
        """What became of a transaction whose COMMIT had no reply. Raises Unavailable."""
        number, server = mark
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_WITHIN_S

        async def ask(session: Any) -> tuple[str | None, str]:
            row = (await session.execute(_STATUS, {"number": number})).one()
            return row[0], row[1]

        while loop.time() < deadline:
            status, asked = await self.query(ask)
            if asked != server:  # after a crash numbers may come again
                break
            if status in {"committed", "aborted"}:
                return status == "committed"
            await asyncio.sleep(_WHILE_UNDECIDED_S)
        reason = "nobody knows whether it was written: the connection was lost as it was committed"
        raise Unavailable("the database does not answer", reason=reason, retry_after_s=1)


async def _mark(connection: AsyncConnection) -> Mark | None:
    """None for a transaction that wrote nothing. Asked of the driver: through SQLAlchemy it takes
    three times as long, while others wait for what this transaction has locked."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    number, server = await driver.fetchrow(_MARK)
    return (number, server) if number is not None else None


async def _repeated(run: Callable[[], Awaitable[T]]) -> T:
    """Run again what lost to a concurrent transaction, and once what a dead connection cut off."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await run()
        except DBAPIError as error:
            lost = state_of(error) in _LOST
            is_cut = error.connection_invalidated or state_of(error).startswith("08")
            if not lost and not (is_cut and attempt == 1):
                raise
        await asyncio.sleep(0.002 * attempt * attempt if lost else 0)
    return await run()


def _engine(url: URL, connections: int, *begun_with: str, **given: Any) -> AsyncEngine:
    url, arguments = connect_arguments(url)
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=ANSWER_WITHIN_S,
        hide_parameters=True,
        connect_args={"timeout": ANSWER_WITHIN_S, "command_timeout": STATEMENT_S, **arguments},
        **given,
    )
    event.listens_for(engine.sync_engine, "handle_error")(hide_values)

    @event.listens_for(engine.sync_engine, "connect")
    def bound(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for statement in begun_with:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return engine
