"""SQLite: one thread writes, a few read, each with connections of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from houseful.sql.batch import Batch, Outcome, settle
from houseful.sql.session import ANSWER_WITHIN_S, Work, run

T = TypeVar("T")

READERS: Final = 4
"""Threads and connections that read at once."""


class Sqlite:
    """The two ways to one file."""

    def __init__(self, url: URL) -> None:
        self.writer = _engine(url, 1, is_writer=True)
        self.reader = _engine(url, READERS, is_writer=False)
        self._batch = Batch(self.writer)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")

    async def transact(self, work: Work[T], *, is_repeatable: bool) -> T:
        """`work`'s result once it is on the disk; work that waits shares one commit."""
        return await self._batch.run(work)

    async def query(self, work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._readers.submit(self._read, loop, future, work)
        return await future

    async def close(self) -> None:
        await self._batch.close()
        self._readers.shutdown(wait=False)
        self.writer.dispose()
        self.reader.dispose()

    def _read(
        self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], work: Work[T]
    ) -> None:
        """In a reader's thread; why not `run_in_executor`, see `Batch`."""
        outcome: Outcome
        try:
            with self.reader.connect() as connection:
                outcome = run(work, connection), None
        except Exception as error:  # noqa: BLE001 - handed to its caller
            outcome = None, error
        loop.call_soon_threadsafe(settle, future, outcome)


def _engine(url: URL, connections: int, *, is_writer: bool) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            f"busy_timeout={int(ANSWER_WITHIN_S * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"query_only={'OFF' if is_writer else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    # A deferred transaction that reads and then writes fails at once when another wrote between.
    begin = "BEGIN IMMEDIATE" if is_writer else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
