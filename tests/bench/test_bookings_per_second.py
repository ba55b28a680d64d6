"""How many bookings a second one worker sells through HTTP, beside what the disk allows.

    pytest -m long -s tests/bench/test_bookings_per_second.py

The demo gateway at zero delay keeps its books in the same SQLite, so that each booking is five
durable transactions; waiting ones share a flush. Load comes from this process over keep-alive
connections; the server is a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from houseful.domain.seats import Granted
from houseful.redis import connection
from houseful.sql.database import Database
from houseful.store.seats import SeatStore
from tests.invariants import World, i1_no_seat_is_sold_twice, i10_all_seats_or_none
from tests.support.server_process import server_process
from tests.support.serving import Sale, Server, running_server, small_plan

BOOKINGS = 1000
CONNECTIONS = 24
WANTED_PER_S = 100


async def hold_all(server: Server, sale: Sale) -> None:
    """Seat n is held by user n."""
    client = connection.connect(server.redis_url)
    store = SeatStore(client)
    base = (await store.snapshot(sale.id)).version_base
    for number in range(BOOKINGS):
        wanted = [(sale.seats[number], base)]
        held = await store.reserve(
            sale.id, f"u{number}", "s", wanted, hold_ms=600_000, max_seats=10
        )
        assert isinstance(held, Granted)
    await client.aclose()


def request(server: Server, sale: Sale, number: int) -> bytes:
    body = json.dumps(
        {
            "eventId": sale.id,
            "seatIds": [sale.seats[number]],
            "paymentMethod": "card",
            "card": {"number": "4242424242424242"},
        }
    ).encode()
    head = (
        f"POST /bookings HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer {server.token(f'u{number}')}\r\n"
        f"Idempotency-Key: booking-{uuid.uuid4()}\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def connected(
    url: str,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def buy_all(url: str, requests: list[bytes]) -> tuple[float, list[float]]:
    """(seconds in all, seconds of each), every answer a 201."""
    times: list[float] = []

    async def one_connection() -> None:
        async with connected(url) as (reader, writer):
            while requests:
                started = time.perf_counter()
                writer.write(requests.pop())
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                assert head.startswith(b"HTTP/1.1 201"), body
                times.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))
    return time.perf_counter() - started, sorted(times)


def bare_commits_per_s(path: Path) -> float:
    """What `synchronous=FULL` costs here: one row a commit, nothing else."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE t (x)")
    started = time.perf_counter()
    for _ in range(500):
        database.execute("INSERT INTO t VALUES (1)")
    spent = time.perf_counter() - started
    database.close()
    return 500 / spent


@pytest.mark.long
async def test_a_worker_sells_a_hundred_bookings_a_second(tmp_path: Path) -> None:
    with running_server(tmp_path, reservations_per_minute=1_000_000) as server:
        sale = server.add_event(small_plan(rows=10, seats=60))
        async with server.catalog() as catalog:
            await catalog.open_event(sale.id)
        await hold_all(server, sale)
        requests = [request(server, sale, number) for number in range(BOOKINGS)]
        server.stop()  # one worker is measured, not two on one file
        with server_process(server.settings) as url:
            seconds, times = await buy_all(url, requests)
        database = Database(server.settings.sql_url())
        client = connection.connect(server.redis_url)
        world = World(database, client)
        assert await i1_no_seat_is_sold_twice(world) == []
        assert await i10_all_seats_or_none(world) == []
        await client.aclose()
        await database.close()
    bare = bare_commits_per_s(tmp_path / "bare.db")
    rate = BOOKINGS / seconds
    p50, p99 = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    print(f"{rate:.0f} bookings/s (p50 {p50:.0f} ms, p99 {p99:.0f} ms); bare commits {bare:.0f}/s")
    assert rate >= WANTED_PER_S
