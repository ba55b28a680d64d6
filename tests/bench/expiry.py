"""How late a hold's end reaches viewers, with many unrelated keys waiting for their own end.

    python -m tests.bench.expiry [--keys 100000] [--holds 300] [--viewers 20]

Prints p50, p99 and max in ms from the deadline (Redis's clock) to the frame on a viewer's socket, and
the same with the server's own timers off, that is by Redis's `expired` notifications alone.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from redis.asyncio import Redis

from houseful.redis.connection import connect
from houseful.sales import deadlines
from houseful.sales.deadlines import Deadlines
from houseful.telemetry import log
from houseful.wire.codec import parse_iso
from tests.bench.rig import Numbers
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, Server, running_server, small_plan
from tests.support.watcher import watching

HOLD_S = 3


async def fill(client: Redis, keys: int) -> None:
    for first in range(0, keys, 5000):
        pipe = client.pipeline(transaction=False)
        for number in range(first, min(first + 5000, keys)):
            pipe.set(f"unrelated:{number}", "x", ex=3600 + number % 600)
        await pipe.execute()


async def hold(server: Server, sale: Sale, nth: int) -> tuple[int, int, float]:
    """(seat, version it will have when freed, deadline in ms)."""
    client = PlainClient(server.url, server.token(f"buyer-{nth}"))
    await asyncio.sleep(random.random() * HOLD_S)
    seat = sale.seats[nth]
    body = {"seats": [{"seatId": seat, "version": 1_000_000}], "sessionId": "s"}
    status, answer = await client.ask("POST", f"/events/{sale.id}/reservations", body)
    assert status == 201, answer
    deadline = parse_iso(answer["data"]["expiresAt"])
    await client.close()
    return seat, 1_000_002, deadline


async def measure(server: Server, keys: int, holds: int, viewers: int) -> list[float]:
    client = connect(server.redis_url)
    await client.config_set("notify-keyspace-events", "Ktx")
    await fill(client, keys)
    sale = server.add_event(small_plan(rows=10, seats=max(1, -(-holds // 20))))
    late: list[float] = []
    async with watching(server, sale, viewers) as watchers:
        held = await asyncio.gather(*(hold(server, sale, nth) for nth in range(holds)))
        await asyncio.sleep(HOLD_S + 3)
        for seat, version, deadline in held:
            for watcher in watchers:
                at = watcher.seen_at.get((seat, version))
                late.append(at - deadline if at else float("inf"))
    await client.aclose()
    return sorted(late)


def told(late: list[float]) -> str:
    at = lambda share: late[min(len(late) - 1, int(share * len(late)))]  # noqa: E731
    missing = sum(value == float("inf") for value in late)
    return f"p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, max {late[-1]:.1f} ms" + (
        f"; not within {HOLD_S + 3} s: {missing}" if missing else ""
    )


def both(keys: int, holds: int, viewers: int) -> dict[str, list[float]]:
    """Delays with the server's own timers, and by notifications alone."""
    found = {}
    look_s, now_ms = deadlines.LOOK_S, Deadlines._now_ms
    for name, own_timers in (("own timers", True), ("notifications alone", False)):
        if not own_timers:
            deadlines.LOOK_S = 3600.0
            Deadlines._now_ms = lambda self: 0.0  # type: ignore[method-assign]
        try:
            with (
                tempfile.TemporaryDirectory() as directory,
                running_server(Path(directory), hold_seconds=HOLD_S) as server,
            ):
                found[name] = asyncio.run(measure(server, keys, holds, viewers))
        finally:
            deadlines.LOOK_S, Deadlines._now_ms = look_s, now_ms  # type: ignore[method-assign]
    return found


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    keys, holds, viewers = (10_000, 60, 5) if quick else (100_000, 300, 20)
    found = both(keys, holds, viewers)
    numbers.add(
        f"a hold's deadline → the frame on a viewer's socket, {viewers} viewers,"
        f" {keys:,} other keys with a TTL in the same Redis",
        told(found["own timers"]),
        f"by Redis's notifications alone: {told(found['notifications alone'])}",
        "expiry",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--holds", type=int, default=300)
    parser.add_argument("--viewers", type=int, default=20)
    given = parser.parse_args()
    log.configure("console", "error")
    for name, late in both(given.keys, given.holds, given.viewers).items():
        print(f"{name}, {given.keys:,} other keys: n={len(late)} {told(late)}")


if __name__ == "__main__":
    main()
