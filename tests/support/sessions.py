"""A session for a test's own statements, past the one API: in a block instead of a function."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from houseful.sql.database import Database, Session
from houseful.sql.session import ThreadSession
from houseful.sql.sqlite import Sqlite


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[Session]:
    """What it reads, it reads now."""
    ways = database._ways
    if isinstance(ways, Sqlite):
        with ways.reader.connect() as connection:
            yield ThreadSession(connection)
    else:
        async with ways.reader.connect() as session:
            yield session


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Session]:
    """Commits at the end of the block, or rolls back. Nobody else writes to SQLite meanwhile."""
    ways = database._ways
    if isinstance(ways, Sqlite):
        with ways.writer.begin() as connection:
            yield ThreadSession(connection)
    else:
        async with ways.writer.begin() as session:
            yield session
