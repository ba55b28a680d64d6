"""SQLite's transactions: one thread writes, and what waits together shares one commit.

A commit with `synchronous=FULL` costs one flush of the disk, whatever is in it. Each piece of work
runs inside its own savepoint, so that one which fails takes only itself back, and nobody is told
"done" before the shared commit is on the disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from houseful.sql.session import Work, run

T = TypeVar("T")
Waiting = tuple[Work[Any], asyncio.Future[Any]]
Outcome = tuple[Any, Exception | None]

TOGETHER = 64
"""Most pieces of work in one commit: it bounds how long the first waits for the last."""


class Batch:
    """Runs work one after another in the writer's thread, committing what waits together."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-writer")
        self._waiting: deque[Waiting] = deque()
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def run(self, work: Work[T]) -> T:
        """The result of `work`, after its commit. Raises what `work` or the commit raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, future))
        if self._quiet.is_set():
            self._quiet.clear()
            loop.call_soon(self._next, loop)
        return await future

    async def close(self) -> None:
        """Wait until what was asked for is written."""
        await self._quiet.wait()
        self._thread.shutdown(wait=False)

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        wanted = [item for item in taken if not item[1].done()]
        if wanted:
            self._thread.submit(self._write, loop, wanted)
        elif self._waiting:
            loop.call_soon(self._next, loop)
        else:
            self._quiet.set()

    def _write(self, loop: asyncio.AbstractEventLoop, wanted: list[Waiting]) -> None:
        """In the writer's thread. `run_in_executor` would tell of its end by way of two more futures,
        for as much CPU as the statements take."""
        outcomes, failure = _commit(self._engine, [work for work, _ in wanted])
        loop.call_soon_threadsafe(self._written, loop, wanted, outcomes, failure)

    def _written(
        self,
        loop: asyncio.AbstractEventLoop,
        wanted: list[Waiting],
        outcomes: list[Outcome],
        failure: Exception | None,
    ) -> None:
        if failure is not None:
            # A caller that queued behind a writer that cannot write has waited as long already.
            wanted += [self._waiting.popleft() for _ in range(len(self._waiting))]
            outcomes = [(None, failure)] * len(wanted)
        for (_, future), outcome in zip(wanted, outcomes, strict=True):
            settle(future, outcome)
        self._next(loop)


def settle(future: asyncio.Future[Any], outcome: Outcome) -> None:
    """Tell the one who waits, if it waits still."""
    result, failure = outcome
    if future.done():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)


def _commit(engine: Engine, works: list[Work[Any]]) -> tuple[list[Outcome], Exception | None]:
    """Each work's outcome, or the failure of the whole: then none of them is written."""
    try:
        with engine.begin() as connection:
            return [_one(connection, work) for work in works], None
    except Exception as error:  # noqa: BLE001 - handed to every caller, none is lost
        return [], error


def _one(connection: Connection, work: Work[Any]) -> Outcome:
    # Said to the driver: through SQLAlchemy each of these costs as much as a statement of the work.
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT work")
    try:
        result = run(work, connection)
    except Exception as error:  # noqa: BLE001 - handed to its caller
        driver.execute("ROLLBACK TO work")
        driver.execute("RELEASE work")
        return None, error
    driver.execute("RELEASE work")
    return result, None
