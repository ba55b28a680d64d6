from __future__ import annotations

import time

from houseful.ledger.catalog import plans
from houseful.sql.database import Database
from tests.ledger.halls import small_hall
from tests.support.sessions import reading, writing


async def test_a_plan_comes_back_as_it_was_added(database: Database) -> None:
    plan = small_hall()
    async with writing(database) as session:
        plan_id = await plans.add(session, plan)
    async with reading(database) as session:
        stored = await plans.load(session, plan_id)
    assert stored is not None
    assert stored.plan == plan
    assert stored.plan.source == "test"


async def test_each_plan_gets_the_next_contiguous_seat_ids(database: Database) -> None:
    async with writing(database) as session:
        ids = [await plans.add(session, small_hall()) for _ in range(3)]
        stored = [await plans.load(session, plan_id) for plan_id in ids]
    assert [item.first_seat_id for item in stored if item] == [1, 41, 81]


async def test_an_unknown_plan_is_none(database: Database) -> None:
    async with reading(database) as session:
        assert await plans.load(session, 99) is None


async def test_a_stadium_is_stored_and_loaded_in_seconds(database: Database) -> None:
    plan = small_hall(rows=500, seats=50)
    assert plan.seat_count == 50_000
    started = time.monotonic()
    async with writing(database) as session:
        plan_id = await plans.add(session, plan)
    stored_s = time.monotonic() - started
    async with reading(database) as session:
        stored = await plans.load(session, plan_id)
    assert stored is not None
    assert stored.plan == plan
    print(f"50,000 seats: stored {stored_s:.2f} s, loaded {time.monotonic() - started:.2f} s")
    assert stored_s < 30
