"""Real SQLite under the product's own statements, one transaction at a time, without threads.

Owns: when a transaction runs and whether its caller hears of it: as `houseful.sql.database` promises,
exactly once, unless work says that once more does no harm, or nobody can know.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from houseful.domain.errors import Unavailable
from houseful.sql.database import Session
from houseful.sql.session import ThreadSession, Work, run
from tests.simulation.faults import Caller, Faults, Service
from tests.simulation.loop import VirtualLoop

T = TypeVar("T")


def away() -> BaseException:
    return Unavailable("the database does not answer", reason="simulated", retry_after_s=1)


class SimulatedDatabase:
    """One process's way to the database; what the product knows as `Database`."""

    is_sqlite = True

    def __init__(self, file: Path, faults: Faults, caller: Caller) -> None:
        self._engine = engine_of(file)
        self._faults, self._caller = faults, caller
        CLOCK["loop"] = faults.loop

    async def transact(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        def commit() -> T:
            connection = connected(self._engine)
            with connection.begin():
                result = run(work, connection)
            if is_repeatable and self._faults.is_hit(Service.SQL):
                with connection.begin():
                    result = run(work, connection)
            return result

        name = f"write {name_of(work)}"
        return await self._faults.call(self._caller, Service.SQL, name, commit, away)

    async def query(self, work: Work[T]) -> T:
        name = f"read {name_of(work)}"
        return await self._faults.call(
            self._caller, Service.SQL, name, lambda: looked_up(self._engine, work), away
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """Its awaits never suspend, so it is one step of the simulation."""
        await self.query(nothing)
        with self._engine.begin() as connection:
            yield ThreadSession(connection)

    write = read


class ReadOnlyDatabase:
    """The same books, for invariants: no delay and no fault."""

    def __init__(self, file: Path) -> None:
        self._engine = engine_of(file)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        with self._engine.connect() as connection:
            yield ThreadSession(connection)

    async def query(self, work: Work[T]) -> T:
        return looked_up(self._engine, work)


def looked_up(engine: Engine, work: Work[T]) -> T:
    connection = connected(engine)
    try:
        return run(work, connection)
    finally:
        connection.rollback()


OPEN: Final[dict[Engine, Connection]] = {}


def connected(engine: Engine) -> Connection:
    """One for all transactions, as nothing runs beside them: making one takes as long as its work."""
    if engine not in OPEN:
        OPEN[engine] = engine.connect()
    return OPEN[engine]


CLOCK: Final[dict[str, VirtualLoop]] = {}
"""The loop whose time is the database's."""


def days(_: str) -> float:
    """What SQLite's own `julianday('now')` says in virtual time."""
    return 2440587.5 + CLOCK["loop"].wall_ms() / 86_400_000


@cache
def engine_of(file: Path) -> Engine:
    """One for all processes and seeds: SQLAlchemy compiles each statement once an engine."""
    engine = create_engine(
        f"sqlite:///{file}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "synchronous=OFF", "journal_mode=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

        connection.create_function("julianday", 1, days)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE")

    return engine


def put_in_place(source: Path, file: Path) -> None:
    """Another database, which nobody has open, in the place of this one."""
    engine = engine_of(file)
    if engine in OPEN:
        OPEN.pop(engine).close()
    engine.dispose()
    shutil.copyfile(source, file)


async def nothing(_: Session) -> None:
    """A call's way to the database."""


def name_of(work: Any) -> str:
    name = str(getattr(work, "__qualname__", "work"))
    return name.replace("<locals>.", "").replace("<lambda>", "λ")
