"""One command's way to the database, and its word to the servers that run on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from houseful.redis.command_router import Client
    from houseful.settings import Settings
    from houseful.sql.database import Session
    from houseful.store.seats import SeatStore

T = TypeVar("T")


def with_database(
    chosen: Settings, work: Callable[[Session], Awaitable[T]], *, changes: int | None = None
) -> T:
    """Run `work` in one transaction on the migrated database; then tell servers of the event that
    it `changes`."""
    import asyncio

    from houseful import data_directory
    from houseful.ledger.migrate import migrate
    from houseful.sql.database import Database
    from houseful.telemetry import log

    log.configure_for_command()
    data_directory.prepare(chosen.data_dir)

    async def run() -> T:
        database = Database(chosen.sql_url())
        try:
            await migrate(database.url, timezone=chosen.timezone)
            done = await database.transact(work)
        finally:
            await database.close()
        if changes is not None:
            await _tell(chosen, changes)
        return done

    return asyncio.run(run())


def with_seats(chosen: Settings, work: Callable[[SeatStore], Awaitable[T]]) -> T | None:
    """The result of `work` on the seats of the running server; None where none runs."""
    import asyncio

    from houseful.store.seats import SeatStore

    return asyncio.run(_with_client(chosen, lambda client: work(SeatStore(client))))


async def _with_client(chosen: Settings, work: Callable[[Client], Awaitable[T]]) -> T | None:
    from houseful.redis.connection import connect, settled
    from houseful.settings import revealed
    from houseful.valkey.embedded import find_running

    url = find_running(chosen.data_dir) if chosen.redis_url is None else revealed(chosen.redis_url)
    if url is None:
        return None
    client = connect(await settled(url))
    try:
        return await work(client)
    finally:
        await client.aclose()


async def _tell(chosen: Settings, event_id: int) -> None:
    """Open pages hear of it at once; without this note servers find out within a second."""
    from houseful.staff.event_stream import EVENT_CHANGED, StaffEventStream
    from houseful.store.staff_events import StaffEventStore

    await _with_client(
        chosen,
        lambda client: StaffEventStream(StaffEventStore(client)).tell(event_id, EVENT_CHANGED),
    )
