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
        self._runner: asyncio.Task[None] | None = None

    async def run(self, work: Work[T]) -> T:
        """The result of `work`, after its commit. Raises what `work` or the commit raised."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._drain(), name="ledger-writer")
        return await future

    async def close(self) -> None:
        """Wait until what was asked for is written."""
        if self._runner is not None:
            await asyncio.wait([self._runner])
        self._thread.shutdown(wait=False)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            wanted = [item for item in taken if not item[1].done()]
            works = [work for work, _ in wanted]
            outcomes, failure = await loop.run_in_executor(
                self._thread, _commit, self._engine, works
            )
            if failure is not None:
                # A caller that queued behind a writer that cannot write has waited as long already.
                wanted += [self._waiting.popleft() for _ in range(len(self._waiting))]
                outcomes = [(None, failure)] * len(wanted)
            for (_, future), outcome in zip(wanted, outcomes, strict=True):
                _settle(future, outcome)


def _settle(future: asyncio.Future[Any], outcome: Outcome) -> None:
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
