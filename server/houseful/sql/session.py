"""What a piece of work is given: a connection inside a transaction, awaited alike on both engines.

On PostgreSQL it is SQLAlchemy's async connection. On SQLite it is `ThreadSession`: the work runs in
the database's own thread from begin to end, and its awaits never suspend. Through aiosqlite each
statement costs four thread switches; a booking took 180 of them and most of its time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from houseful.sql.fixed import fixed_of

T = TypeVar("T")

ANSWER_WITHIN_S: Final = 0.9
"""A caller must hear "unavailable" within a second: no wait for a lock or connection is longer."""


class Session(Protocol):
    """The part of SQLAlchemy's `AsyncConnection` that statements need."""

    @property
    def dialect(self) -> Dialect: ...

    def execute(self, statement: Any, parameters: Any = None) -> Coroutine[Any, Any, Any]: ...

    def scalar(self, statement: Any, parameters: Any = None) -> Coroutine[Any, Any, Any]: ...


Work = Callable[[Session], Awaitable[T]]


class ThreadSession:
    """A plain connection in an async coat; nothing in it ever waits for the event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        known = fixed_of(statement)
        if known is None:
            return self._connection.execute(statement, parameters)
        driver: Any = self._connection.connection.driver_connection
        return known.execute(driver, self._connection.dialect, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.scalar(statement, parameters)


def run(work: Work[T], connection: Connection) -> T:
    """The result of `work` on a connection, in this thread, without an event loop.

    Raises RuntimeError for work that awaits anything but its session.
    """
    steps = work(ThreadSession(connection)).__await__()
    try:
        next(steps)
    except StopIteration as finished:
        result: T = finished.value
        return result
    raise RuntimeError("expected database work that awaits only its session")
