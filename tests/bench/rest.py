"""What many events cost while nothing happens: the worker's CPU at rest, and the map's delay meanwhile.

    python -m tests.bench rest [--quick]

2,000 events are on sale and open in Redis; 50 have a viewer each. The worker's CPU time is counted over
half a minute in which nobody does anything, beside the same worker with one event and one viewer; and
`GET /events/{id}/seats` is asked for the watched events in turns, one request after another.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from redis import Redis

from houseful.sales.catalog import NewEvent, write_event
from tests.bench.rig import Numbers, Stage, at, cpu_seconds, stage
from tests.support.plain_http import PlainClient
from tests.support.serving import DAY_MS, PRICES, Sale, in_thread, small_plan
from tests.support.sessions import writing

EVENTS, WATCHED = 2_000, 50
SETTLE_S = 75.0
"""After the start every event is surveyed once, and compared with SQL once within a minute."""


def add_events(scene: Stage, count: int) -> list[Sale]:
    """So many events on one plan, each open in Redis."""

    async def add() -> list[Sale]:
        async with scene.server.catalog() as catalog:
            starts = time.time_ns() // 1_000_000 + 30 * DAY_MS
            event = NewEvent("A concert", "Town hall", starts, "EUR", PRICES)
            first = await catalog.add_event(small_plan(), event)
            plan_id = (await catalog.event(first)).plan_id
            async with writing(catalog._database) as session:
                more = [await write_event(session, plan_id, event) for _ in range(count - 1)]
            await catalog.refresh()
            sales = []
            for event_id in [first, *more]:
                await catalog.open_event(event_id)
                record = await catalog.event(event_id)
                end = record.first_seat_id + record.seat_count
                sales.append(Sale(event_id, range(record.first_seat_id, end)))
            return sales

    return in_thread(add())


async def watched_rest(
    scene: Stage, sales: list[Sale], seconds: float
) -> tuple[float, float, list[float]]:
    """(share of a core at rest, Redis commands a second, delays of GET /seats in s)."""
    async with AsyncExitStack() as stack:
        viewer = await stack.enter_async_context(scene.server.user("viewer"))
        for sale in sales:
            live = await stack.enter_async_context(viewer.live(sale))
            await live.next("hello")
        await asyncio.sleep(SETTLE_S)
        redis = Redis.from_url(scene.valkey.url)
        commands, cpu, wall = processed(redis), cpu_seconds(scene.process.pid), time.monotonic()
        await asyncio.sleep(seconds)
        wall = time.monotonic() - wall
        share = (cpu_seconds(scene.process.pid) - cpu) / wall
        rate = (processed(redis) - commands) / wall
        redis.close()
        client = PlainClient(scene.server.url, scene.server.token("reader"))
        late = []
        for number in range(40 * len(sales)):
            begun = time.perf_counter()
            status, _ = await client.ask("GET", f"/events/{sales[number % len(sales)].id}/seats")
            late.append(time.perf_counter() - begun)
            assert status == 200
        await client.close()
        return share, rate, late


def processed(redis: Redis) -> int:
    return int(redis.info("stats")["total_commands_processed"])


def measured(events: int, watched: int, seconds: float) -> tuple[float, float, list[float]]:
    with stage(sockets_per_user=1_000, connections_per_address=0) as scene:
        sales = add_events(scene, events)
        return asyncio.run(watched_rest(scene, sales[:watched], seconds))


def told(found: tuple[float, float, list[float]]) -> str:
    share, rate, late = found
    p50, p99 = (at(part, late) * 1000 for part in (0.5, 0.99))
    return (
        f"{100 * share:.1f} % of a core, {rate:.0f} Redis commands/s;"
        f" GET /seats p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    events, watched, seconds = (200, 10, 5.0) if quick else (EVENTS, WATCHED, 30.0)
    one, many = measured(1, 1, seconds), measured(events, watched, seconds)
    numbers.add(
        f"a worker at rest, {events:,} events on sale, {watched} watched",
        told(many),
        f"one event, one viewer: {told(one)}",
        "rest",
    )
