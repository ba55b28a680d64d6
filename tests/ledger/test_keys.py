"""Idempotency keys: one at a time, and the next when the first is dead."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from houseful.ledger import idempotency
from houseful.ledger.idempotency import Busy, Differs, Finished, Request, Taken
from houseful.sql.database import Database, Session
from tests.support.sessions import writing

ASKED = Request("ada", "k", 1, "f" * 64, "p" * 64)
LEASE_MS = 15_000


async def take(database: Database, worker: str, request: Request = ASKED) -> Any:
    return await database.transact(
        lambda session: idempotency.take(
            session, request, lease=worker, now_ms=1, lease_ms=LEASE_MS, keep_ms=60_000
        )
    )


async def test_a_key_in_flight_is_nobody_else_s(database: Database) -> None:
    first = await take(database, "w1")
    assert isinstance(first, Taken)
    assert first.is_new
    assert await take(database, "w2") == Busy(first.booking_id)
    assert await take(database, "w1") == Busy(first.booking_id)


async def test_the_next_takes_the_key_of_a_dead_worker_and_of_one_that_let_go(
    database: Database,
) -> None:
    first = await take(database, "w1")
    async with writing(database) as session:
        await session.execute(
            text("UPDATE idempotency_key SET lease_until_ms = lease_until_ms - 15001")
        )
    again = await take(database, "w2")
    assert again == Taken(first.booking_id, is_new=False)
    held = [await _holds(database, first.booking_id, worker) for worker in ("w1", "w2")]
    assert held == [False, True]
    await database.transact(lambda s: idempotency.let_go(s, first.booking_id, "w1"))
    assert await take(database, "w3") == Busy(first.booking_id)
    await database.transact(lambda s: idempotency.let_go(s, first.booking_id, "w2"))
    assert await take(database, "w3") == again


async def _holds(database: Database, booking_id: int, worker: str) -> bool:
    return await database.transact(lambda s: idempotency.still_holds(s, booking_id, worker))


async def test_a_finished_key_gives_its_answer_and_no_other_request_s(database: Database) -> None:
    first = await take(database, "w1")
    await database.transact(lambda s: idempotency.finish(s, first.booking_id, 201, "{}"))
    assert await take(database, "w2") == Finished(first.booking_id, 201, "{}")
    assert await database.transact(lambda s: idempotency.stored(s, first.booking_id)) == (
        201,
        "{}",
    )
    other = replace(ASKED, fingerprint="e" * 64)
    assert await take(database, "w2", other) == Differs()


async def test_after_a_decline_card_and_contact_may_change_but_not_what_is_bought(
    database: Database,
) -> None:
    first = await take(database, "w1")
    await database.transact(lambda s: idempotency.finish(s, first.booking_id, 402, "{}"))
    dearer = replace(ASKED, fingerprint="e" * 64, purchase="q" * 64)
    assert await take(database, "w2", dearer) == Differs()
    another_card = replace(ASKED, fingerprint="e" * 64)
    taken = await take(database, "w2", another_card)
    assert taken == Taken(first.booking_id, is_new=False, status=402)


async def test_each_dead_request_is_taken_by_one_worker(database: Database) -> None:
    """On PostgreSQL each worker's statement has a snapshot of its own, older than the others' commits."""
    await database.transact(
        lambda s: _requests(s, [replace(ASKED, key=f"k{number}") for number in range(30)])
    )
    async with writing(database) as session:
        await session.execute(text("UPDATE idempotency_key SET lease_until_ms = 1"))

    async def worker(name: str) -> list[int]:
        taken: list[int] = []
        while found := await database.transact(
            lambda s: idempotency.take_orphans(s, lease=name, lease_ms=LEASE_MS, limit=4)
        ):
            taken += [booking_id for booking_id, _ in found]
        return taken

    each = await asyncio.gather(*(worker(f"w{number}") for number in range(5)))
    taken = [booking_id for found in each for booking_id in found]
    assert len(taken) == len(set(taken)) == 30


async def _requests(session: Session, requests: list[Request]) -> None:
    for request in requests:
        await idempotency.take(session, request, lease="dead", now_ms=1, lease_ms=1, keep_ms=60_000)
