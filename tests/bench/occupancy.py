"""How soon a change is on a dashboard, and what a look at a full house costs.

    python -m tests.bench.occupancy [--rate 200] [--seconds 20] [--dashboards 5] [--looks 100]

Prints p50, p99 and max in ms from sending a change to Redis to the frame of a dashboard that shows
it, while so many changes a second are made; and what GET /occupancy of a stadium takes, with every
fifth seat sold, paid for or blocked and a change before each look, beside GET /seats and /healthz:
by the server's own clock (from the request to its answer; on a machine that others use, look at the
CPU time, which has the server's background work in it), and for the client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from houseful.domain.seats import Claim
from houseful.plans.generator import stadium
from houseful.redis.connection import connect as connect_redis
from houseful.sales.demo import demo_prices
from houseful.store.seats import SeatStore
from houseful.telemetry import log
from tests.support.server_process import server_process
from tests.support.serving import Sale, Server, running_server, small_plan

HOLD_MS = 600_000
BASE = 1_000_000


async def dashboard(server: Server, sale: Sale) -> ClientConnection:
    headers = {"Authorization": f"Bearer {server.token('vera', 'venue')}"}
    url = f"ws://{server.host}/events/{sale.id}/occupancy"
    return await connect(url, proxy=None, additional_headers=headers, max_queue=None)


async def follow(
    socket: ClientConnection, changed_at: Sequence[float], late_ms: list[float]
) -> None:
    """The nth change is shown by the first frame that counts n held seats or more."""
    shown = 0
    async for message in socket:
        now = time.monotonic()
        data: dict[str, Any] = json.loads(message).get("data", {})
        held = data.get("totals", {}).get("reserved", 0)
        while shown < held:
            late_ms.append((now - changed_at[shown]) * 1000)
            shown += 1


async def hold(store: SeatStore, sale: Sale, place: int) -> None:
    wanted = [(sale.seats[place], BASE)]
    await store.reserve(sale.id, f"buyer-{place}", "s", wanted, hold_ms=HOLD_MS, max_seats=1)


async def change(
    server: Server, sale: Sale, rate: int, seconds: int, changed_at: list[float]
) -> float:
    """Hold one seat after the other, `rate` a second; returns the rate that was reached."""
    client = connect_redis(server.redis_url)
    store = SeatStore(client)
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:  # a slow answer must not lower the rate
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
            changed_at.append(time.monotonic())
            group.create_task(hold(store, sale, number))
    reached = rate * seconds / (time.monotonic() - begin)
    await client.aclose()
    return reached


async def pushed(server: Server, rate: int, seconds: int, dashboards: int) -> None:
    sale = server.add_event(small_plan(rows=20, seats=-(-rate * seconds // 40)))
    changed_at: list[float] = []
    late: list[float] = []
    sockets = [await dashboard(server, sale) for _ in range(dashboards)]
    for socket in sockets:
        await socket.recv()
    tasks = [asyncio.create_task(follow(socket, changed_at, late)) for socket in sockets]
    reached = await change(server, sale, rate, seconds, changed_at)
    deadline = time.monotonic() + 10
    while len(late) < len(changed_at) * dashboards and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for socket in sockets:
        await socket.close()
    missing = len(changed_at) * dashboards - len(late)
    print(
        f"change → dashboard, {reached:.0f} changes/s, {dashboards} dashboards: n={len(late)}"
        f" {percentiles(late)}  never shown: {missing}"
    )


async def filled(server: Server, store: SeatStore) -> Sale:
    """A stadium with a tenth of its seats sold or being paid for, and a tenth blocked."""
    plan = stadium()
    sale = server.add_event(plan, prices=demo_prices(plan, "EUR"))
    taken = enumerate(sale.seats[::10])
    await store.open(
        sale.id,
        expected_epoch="",
        epoch="bench",
        version_base=BASE,
        first_seat_id=sale.seats[0],
        seat_count=len(sale.seats),
        claims=[Claim(seat, 1 + nth, "u", nth % 2 == 0) for nth, seat in taken],
        blocked=list(sale.seats[5::10]),
    )
    return sale


async def looked_at(server: Server, count: int) -> None:
    client = connect_redis(server.redis_url)
    store = SeatStore(client)
    sale = await filled(server, store)
    places = iter(range(1, len(sale.seats), 10))
    async with httpx2.AsyncClient(base_url=server.url, timeout=60, verify=False) as http:
        http.headers["Authorization"] = f"Bearer {server.token('vera', 'venue')}"
        for name, path in (
            ("get_occupancy", f"/events/{sale.id}/occupancy"),
            ("get_seats", f"/events/{sale.id}/seats"),
            ("healthz", "/healthz"),
        ):
            await http.get(path)
            seconds, requests, cpu = await server_time(http, name)
            took = []
            for _ in range(count):
                await hold(store, sale, next(places))
                begin = time.perf_counter()
                answer = await http.get(path)
                took.append((time.perf_counter() - begin) * 1000)
                assert answer.status_code == 200, answer.text
            more_seconds, more_requests, more_cpu = await server_time(http, name)
            asked = more_requests - requests
            print(
                f"{name} of {len(sale.seats):,} seats, one changed before each: server time mean"
                f" {(more_seconds - seconds) / asked * 1000:.1f} ms, of it CPU at most"
                f" {(more_cpu - cpu) / asked * 1000:.1f} ms; for the client {percentiles(took)}"
            )
    await client.aclose()


async def server_time(http: httpx2.AsyncClient, operation: str) -> tuple[float, float, float]:
    """(seconds, requests) of an operation by the server's own count, and its CPU seconds in all."""
    lines = (await http.get("/metrics")).text.splitlines()

    def total(start: str) -> float:
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(start))

    of = f'{{operation="{operation}"'
    return (
        total(f"houseful_request_seconds_sum{of}"),
        total(f"houseful_request_seconds_count{of}"),
        total("process_cpu_seconds_total"),
    )


def percentiles(numbers: list[float]) -> str:
    ordered = sorted(numbers) or [float("nan")]

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return f"p50 {at(0.5):.1f} ms  p99 {at(0.99):.1f} ms  max {ordered[-1]:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--dashboards", type=int, default=5)
    parser.add_argument("--looks", type=int, default=100)
    given = parser.parse_args()
    log.configure("console", "error")
    with (
        tempfile.TemporaryDirectory() as directory,
        running_server(Path(directory)) as storage,
        server_process(storage.settings) as url,
    ):
        server = Server(url, storage.settings, storage.redis_url, None, storage.stop)
        asyncio.run(pushed(server, given.rate, given.seconds, given.dashboards))
        asyncio.run(looked_at(server, given.looks))


if __name__ == "__main__":
    main()
