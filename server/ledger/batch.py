"""Group commit: transactions that wait for the same single writer share one commit.

A commit with `synchronous=FULL` costs one flush of the disk, whatever is in it. Each piece of work
runs inside its own savepoint, so that one which fails takes only itself back, and nobody is told
"done" before the shared commit is on the disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
Waiting = tuple[Work[Any], asyncio.Future[Any]]

TOGETHER = 64
"""Most pieces of work in one commit: it bounds how long the first waits for the last."""


class Batch:
    """Runs work one after another on the writer's connection, committing what waits together."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._connect = connect
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

    async def _drain(self) -> None:
        while self._waiting:
            size = min(TOGETHER, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(size)]
            wanted = [item for item in taken if not item[1].done()]
            if wanted:
                await self._commit(wanted)

    async def _commit(self, items: list[Waiting]) -> None:
        outcomes: list[tuple[asyncio.Future[Any], Any, Exception | None]] = []
        try:
            async with self._connect() as connection:
                for work, future in items:
                    outcomes.append((future, *await _one(connection, work)))
        except Exception as error:  # noqa: BLE001 - handed to every caller, none is lost
            # Whoever queued up behind a writer that cannot begin has waited as long already.
            late = [self._waiting.popleft() for _ in range(len(self._waiting))]
            outcomes = [(future, None, error) for _, future in items + late]
        for future, result, failure in outcomes:
            if future.done():
                continue
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)


async def _one(connection: AsyncConnection, work: Work[Any]) -> tuple[Any, Exception | None]:
    savepoint = await connection.begin_nested()
    try:
        result = await work(connection)
    except Exception as error:  # noqa: BLE001 - handed to its caller
        await savepoint.rollback()
        return None, error
    await savepoint.commit()
    return result, None
