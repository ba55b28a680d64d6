"""The loop that ends holds, against real Redis and SQL: nothing forgotten, nothing done for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.seats import Granted
from houseful.sales import deadlines as deadlines_module
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sql.database import Database
from houseful.store.deadline_index import KEYS, DeadlineIndex
from houseful.store.seats import SWEEP_LIMIT, SeatStore
from houseful.tasks import end
from tests.support.databases import fresh_database
from tests.support.houses import hall, new_event

HOLD_MS = 300
SLOW = SWEEP_LIMIT


async def nobody_pays(_: int, booking_ids: Sequence[int]) -> list[int]:
    return []


@dataclass
class Worker:
    """What one worker has: a way to the seats, and its loop over the deadlines."""

    client: Redis
    database: Database
    event_id: int
    first: int

    def __post_init__(self) -> None:
        self.seats = SeatStore(self.client)
        self.index = DeadlineIndex(self.client)
        self.deadlines = Deadlines(
            self.seats,
            self.index,
            self.database,
            clock_ms,
            lapsed=nobody_pays,
            renew=Catalog(self.database, self.seats).renew_event,
        )

    @asynccontextmanager
    async def running(self, *, surveys: bool = False) -> AsyncIterator[None]:
        work = [self.deadlines.run()] + ([self.deadlines.run_surveys()] if surveys else [])
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            await end(tasks)

    async def hold(self, index: int, hold_ms: int = HOLD_MS) -> int:
        """Take one seat for somebody new; its deadline in ms."""
        answer = await self.seats.reserve(
            self.event_id, f"buyer-{index}", "s", [(self.first + index, 1_000_000)],
            hold_ms=hold_ms, max_seats=10,
        )  # fmt: skip
        assert isinstance(answer, Granted)
        return answer.deadline_ms

    async def freed_at(self, within_s: float = 5.0) -> int:
        """Redis's time when nothing is held any more, by plain commands."""
        async with asyncio.timeout(within_s):
            while await self.client.zcard(f"seat:{{{self.event_id}}}:deadlines"):
                await asyncio.sleep(0.005)
        seconds, micros = await self.client.time()
        return int(seconds) * 1000 + int(micros) // 1000


@pytest_asyncio.fixture
async def worker(redis_client: Redis, tmp_path: Path) -> AsyncIterator[Worker]:
    database = Database(fresh_database(tmp_path))
    catalog, plan = Catalog(database, SeatStore(redis_client)), hall()
    event_id = await catalog.add_event(plan, new_event(plan))
    await catalog.open_event(event_id)
    first = (await catalog.event(event_id)).first_seat_id
    yield Worker(redis_client, database, event_id, first)
    await database.close()


async def test_a_hold_that_nobody_watches_ends_at_its_deadline(worker: Worker) -> None:
    async with worker.running():
        deadline_ms = await worker.hold(0)
        assert 0 <= await worker.freed_at() - deadline_ms < 500


async def test_after_a_sweep_the_next_hold_is_aimed_at(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its place in the index the second hold would wait for the next survey."""
    monkeypatch.setattr(deadlines_module, "LOOK_S", 60.0)
    async with worker.running():
        await worker.hold(0)
        second = await worker.hold(1, 2 * HOLD_MS)
        assert 0 <= await worker.freed_at() - second < 500


async def test_a_deadline_that_passes_while_redis_refuses_writes_is_kept_until_it_takes_them(
    worker: Worker,
) -> None:
    async with worker.running():
        await worker.hold(0)
        await worker.client.config_set("min-replicas-to-write", "1")
        try:
            await asyncio.sleep(2 * HOLD_MS / 1000)
            assert await worker.client.zcard(f"seat:{{{worker.event_id}}}:deadlines") == 1
        finally:
            await worker.client.config_set("min-replicas-to-write", "0")
        await worker.freed_at(within_s=1.0)


async def test_an_event_is_swept_although_the_worker_that_had_claimed_it_died(
    worker: Worker,
) -> None:
    await worker.hold(0, 1)
    await worker.index.note({worker.event_id: 0})
    taken = await worker.index.claim_due(10, deadlines_module.LEASE_MS)
    assert list(taken.claims) == [worker.event_id]
    other = Worker(worker.client, worker.database, worker.event_id, worker.first)
    async with other.running():
        await worker.freed_at(within_s=2.0)


async def test_a_hold_whose_worker_died_before_it_was_noted_is_found_at_the_next_start(
    worker: Worker,
) -> None:
    await worker.hold(0, 1)  # its own loop never runs
    assert await worker.client.exists(*KEYS) == 0
    other = Worker(worker.client, worker.database, worker.event_id, worker.first)
    async with other.running(surveys=True):
        await worker.freed_at(within_s=2.0)


async def test_an_index_that_redis_lost_is_made_again_when_somebody_doubts(worker: Worker) -> None:
    async with worker.running(surveys=True):
        deadline_ms = await worker.hold(0, 4 * HOLD_MS)
        async with asyncio.timeout(2):
            while not await worker.client.zcard(KEYS[0]):
                await asyncio.sleep(0.005)
        await worker.client.delete(*KEYS)
        worker.deadlines.survey_soon()
        assert 0 <= await worker.freed_at() - deadline_ms < 500


async def test_one_event_that_cannot_be_swept_holds_up_no_other(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = worker.seats.sweep

    async def hanging(event_id: int) -> object:
        if event_id != worker.event_id:
            await asyncio.Event().wait()
        return await sweep(event_id)

    monkeypatch.setattr(worker.seats, "sweep", hanging)
    await worker.index.note({worker.event_id + 1: 0})
    async with worker.running():
        deadline_ms = await worker.hold(0)
        assert 0 <= await worker.freed_at() - deadline_ms < 500


async def test_an_event_at_rest_has_no_place_in_the_index(worker: Worker) -> None:
    async with worker.running(surveys=True):
        await worker.hold(0)
        await worker.freed_at()
        async with asyncio.timeout(2):
            while await worker.client.exists(*KEYS):
                await asyncio.sleep(0.005)


async def test_500_slow_payments_do_not_keep_a_dead_one_from_being_freed(worker: Worker) -> None:
    """More than one sweep names: those that SQL knows to be under way are put off, and not asked first."""
    catalog, plan = Catalog(worker.database, worker.seats), hall(rows=10, seats=SLOW // 20 + 1)
    event_id = await catalog.add_event(plan, new_event(plan))
    await catalog.open_event(event_id)
    first = (await catalog.event(event_id)).first_seat_id
    for number in range(SLOW + 1):
        seat, buyer = first + number, f"buyer-{number}"
        await worker.seats.reserve(
            event_id, buyer, "s", [(seat, 1_000_000)], hold_ms=60_000, max_seats=10
        )
        await worker.seats.begin_checkout(event_id, buyer, number + 1, [seat], pay_ms=1)
    asked: list[int] = []

    async def lapsed(_: int, booking_ids: Sequence[int]) -> list[int]:
        asked.extend(booking_ids)
        return [one for one in booking_ids if one <= SLOW]

    worker.deadlines._lapsed = lapsed
    for _ in range(2):
        await worker.deadlines.look(event_id)
    assert SLOW + 1 in asked
