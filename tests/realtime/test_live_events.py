"""A live event against real Redis and SQL: lost notifications, lost data, deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import Unavailable
from houseful.domain.seats import Granted
from houseful.realtime import live_event
from houseful.realtime.live_event import LiveEvent
from houseful.realtime.live_events import LiveEvents
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sql.database import Database
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.seats import SeatStore, event_keys
from houseful.tasks import end
from tests.sales.test_deadlines import nobody_pays
from tests.support.databases import fresh_database
from tests.support.houses import hall, new_event


@dataclass
class Stage:
    """One worker's live events on an event of 20 seats."""

    client: Redis
    seats: SeatStore
    catalog: Catalog
    events: LiveEvents
    event_id: int
    live: LiveEvent

    async def reserve(self, *indexes: int, user: str = "ann", hold_ms: int = 60_000) -> Granted:
        replica = self.live.replica
        first = replica.house.first_seat_id
        wanted = [(first + index, replica.version[index]) for index in indexes]
        answer = await self.seats.reserve(
            self.event_id, user, "s", wanted, hold_ms=hold_ms, max_seats=10
        )
        assert isinstance(answer, Granted)
        return answer


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> float:
    """How long it took, in seconds."""
    begin = asyncio.get_running_loop().time()
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
    return asyncio.get_running_loop().time() - begin


@asynccontextmanager
async def running(events: LiveEvents, *, hearing: bool) -> AsyncIterator[None]:
    work = [events.run()] + ([events.listener.run()] if hearing else [])
    tasks = [asyncio.create_task(task) for task in work]
    try:
        yield
    finally:
        await events.close(4000, "over")
        await end(tasks)


@pytest_asyncio.fixture(params=[True, False], ids=["hearing", "deaf"])
async def stage(
    request: pytest.FixtureRequest, redis_client: Redis, tmp_path: Path
) -> AsyncIterator[Stage]:
    database = Database(fresh_database(tmp_path))
    seats = SeatStore(redis_client)
    catalog = Catalog(database, seats)
    plan = hall()
    event_id = await catalog.add_event(plan, new_event(plan))
    await redis_client.config_set("notify-keyspace-events", "Ktx")
    events = LiveEvents(redis_client, seats, catalog, frame_interval_ms=0)
    deadlines = Deadlines(
        seats,
        DeadlineIndex(redis_client),
        database,
        clock_ms,
        lapsed=nobody_pays,
        renew=catalog.renew_event,
    )
    keeping = asyncio.create_task(deadlines.run())
    async with running(events, hearing=request.param):
        live = await events.event(event_id)
        yield Stage(redis_client, seats, catalog, events, event_id, live)
    await end([keeping])
    await database.close()


async def test_a_change_by_anyone_reaches_the_replica(stage: Stage) -> None:
    await stage.reserve(0, 1)
    await until(lambda: stage.live.replica.available == 18)


async def test_a_hold_ends_at_its_deadline_whether_or_not_redis_says_so(stage: Stage) -> None:
    granted = await stage.reserve(3, hold_ms=700)
    await until(lambda: stage.live.replica.available == 19)
    await until(lambda: stage.live.replica.available == 20)
    seconds, micros = await stage.client.time()
    late_ms = seconds * 1000 + micros / 1000 - granted.deadline_ms
    assert 0 <= late_ms < 1000


async def test_an_event_redis_forgot_is_rebuilt_under_a_new_epoch(stage: Stage) -> None:
    await stage.reserve(0)
    await until(lambda: stage.live.replica.available == 19)
    epoch, version = stage.live.replica.epoch, stage.live.replica.version[0]
    await stage.client.flushall()
    await until(lambda: stage.live.replica.epoch != epoch)
    assert stage.live.replica.available == 20
    assert min(stage.live.replica.version) > version


async def test_a_redis_that_went_back_in_time_is_noticed(stage: Stage) -> None:
    before = await stage.client.dump(event_keys(stage.event_id)[0])
    state = await stage.client.hgetall(event_keys(stage.event_id)[1])
    assert state == {}
    await stage.reserve(0)
    await stage.reserve(1, user="bob")
    await until(lambda: stage.live.replica.available == 18)
    epoch = stage.live.replica.epoch
    meta, seats, feed, *_ = event_keys(stage.event_id)
    await stage.client.restore(meta, 0, before, replace=True)
    await stage.client.delete(seats, feed)
    await until(lambda: stage.live.replica.epoch != epoch)


async def test_a_gap_in_the_feed_is_answered_with_a_whole_snapshot(stage: Stage) -> None:
    stage.live.replica.seq = 0
    await stage.client.xtrim(event_keys(stage.event_id)[2], maxlen=0, approximate=False)
    await stage.reserve(5)
    await until(lambda: stage.live.replica.available == 19)


async def test_a_rush_of_moves_is_read_in_few_looks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    read = stage.seats.read_feed

    async def counted(*asked: object) -> object:
        nonlocal looks
        looks += 1
        return await read(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.seats, "read_feed", counted)
    monkeypatch.setattr(live_event, "LOOKS_APART_S", 60.0)
    for number in range(20):
        await stage.reserve(number, user=f"buyer-{number}")
        stage.live.ring()
    await stage.live.caught_up()
    assert stage.live.replica.available == 0, "whoever asks does not wait for the next look"
    assert looks < 10


async def test_an_own_write_is_read_although_the_look_after_it_failed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, failed = stage.seats.read_feed, 0

    async def once_away(*asked: object) -> object:
        nonlocal failed
        failed += 1
        if failed == 1:
            raise Unavailable("the seat store does not answer", retry_after_s=1)
        return await read(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.seats, "read_feed", once_away)
    monkeypatch.setattr(stage.live, "is_rung", lambda: True)
    await stage.reserve(0)
    await stage.live.caught_up()
    assert failed >= 2
    assert stage.live.replica.available == 19


async def test_killing_the_subscription_loses_nothing(stage: Stage) -> None:
    await stage.client.client_kill_filter(_type="pubsub")
    await stage.reserve(0)
    await until(lambda: stage.live.replica.available == 19)


async def test_seats_that_redis_has_of_another_database_are_rebuilt(
    redis_client: Redis, tmp_path: Path
) -> None:
    await redis_client.config_set("notify-keyspace-events", "Ktx")
    seats = SeatStore(redis_client)
    for name, rows in (("old", 5), ("new", 2)):
        database = Database(fresh_database(tmp_path, f"{name}.db"))
        catalog = Catalog(database, seats)
        plan = hall(rows=rows)
        event_id = await catalog.add_event(plan, new_event(plan))
        events = LiveEvents(redis_client, seats, catalog, frame_interval_ms=0)
        async with running(events, hearing=True):
            live = await events.event(event_id)
            assert live.replica.available == plan.seat_count
            assert (await seats.snapshot(event_id)).seat_count == plan.seat_count
        await database.close()


async def test_redis_that_went_back_behind_a_rebuild_is_built_anew_and_no_version_falls(
    redis_client: Redis, tmp_path: Path
) -> None:
    """A failover to a replica that lacks the rebuild: another epoch, and an older one."""
    seats, database = SeatStore(redis_client), Database(fresh_database(tmp_path))
    catalog = Catalog(database, seats)
    plan = hall(rows=2)
    event_id = await catalog.add_event(plan, new_event(plan))
    events = LiveEvents(redis_client, seats, catalog, frame_interval_ms=0)
    async with running(events, hearing=True):
        live = await events.event(event_id)
        before = live.replica.epoch
        names = [key async for key in redis_client.scan_iter(f"seat:{{{event_id}}}:*")]
        for name in names:
            await redis_client.copy(name, f"saved:{name}")
        await catalog.open_event(event_id, before)
        live.ring()
        await until(lambda: live.replica.epoch != before)
        built, base = live.replica.epoch, live.replica.version_base
        for name in names:
            await redis_client.copy(f"saved:{name}", name, replace=True)
        live.ring()
        await until(lambda: live.replica.epoch != built)
        assert live.replica.epoch != before
        assert live.replica.version_base > base
        assert min(live.replica.version) > base
    await database.close()
