"""What a booking costs one worker, and how many a second it sells, beside bare commits in the same run.

    python -m tests.bench bookings [--quick]

Each booking is one seat over HTTP with the demo gateway at zero delay, whose own two writes stand in
the same database. A crowd of keep-alive connections gives the rate and the CPU; one buyer at a time gives the
durable transactions of one booking, because nothing shares a commit then. The database counts them:
SQLite in its wal-index, PostgreSQL by the ids that it gives to transactions that write.
"""

from __future__ import annotations

import sqlite3
import struct
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from houseful.domain.seats import Granted
from houseful.redis import connection
from houseful.store.seats import SeatStore
from tests.bench.load import Talk, Target, http_request, load
from tests.bench.rig import (
    LOAD_CORE,
    SERVER_CORE,
    Helper,
    Numbers,
    Stage,
    at,
    cpu_seconds,
    median,
    pin,
    stage,
)
from tests.support.databases import fresh_postgresql, shared_postgres
from tests.support.postgres import binaries
from tests.support.serving import Sale, in_thread, small_plan

CROWD = 24
CROWD_OF_POOL = 8
"""On PostgreSQL: fewer than a worker has connections, which a slow machine takes long to open."""

BARE = 300
SETTLE_S, RESTING_S = 2.0, 2.0
ALONE_SHARE = 0.1
"""Of the seats, for the buyer who comes alone."""

MANY = {"reservations_per_minute": 1_000_000, "max_seats": 10}
ICHANGE_AT = 8
"""Where the wal-index keeps its count of transactions (sqlite.org/walformat.html, 2.1)."""


@dataclass(frozen=True)
class Books:
    """A database that counts its transactions: `count` gives those so far, `bare` commits a second."""

    name: str
    buyers: int
    count: Callable[[], int]
    bare: Callable[[], float]


@dataclass(frozen=True)
class Sold:
    """One run, less what the worker does while nobody buys."""

    bookings: int
    wall_s: float
    cpu_s: float
    transactions: float
    late: list[float]

    @property
    def per_s(self) -> float:
        return self.bookings / self.wall_s

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_s / self.bookings

    @property
    def transactions_each(self) -> float:
        return self.transactions / self.bookings


def sqlite_books(directory: Path) -> Books:
    def count() -> int:
        with (directory / "houseful.db-shm").open("rb") as index:
            index.seek(ICHANGE_AT)
            return int(struct.unpack("=I", index.read(4))[0])

    return Books("SQLite", CROWD, count, lambda: bare_sqlite(directory / "bare.db"))


def bare_sqlite(path: Path) -> float:
    """What `synchronous=FULL` costs here: one row a commit, nothing else."""
    database = sqlite3.connect(path, isolation_level=None)
    for said in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS t (x)",
    ):
        database.execute(said)
    pin(SERVER_CORE)
    begun = time.perf_counter()
    for _ in range(BARE):
        database.execute("INSERT INTO t VALUES (1)")
    spent = time.perf_counter() - begun
    pin(LOAD_CORE)
    database.close()
    return BARE / spent


def postgresql_books(url: str) -> Books:
    async def count() -> int:
        database = await asyncpg.connect(url)
        found = await database.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        await database.close()
        return int(found)

    async def bare() -> float:
        database = await asyncpg.connect(url)
        await database.execute("CREATE TABLE IF NOT EXISTS bare (x int)")
        begun = time.perf_counter()
        for _ in range(BARE):
            await database.execute("INSERT INTO bare VALUES (1)")
        spent = time.perf_counter() - begun
        await database.close()
        return BARE / spent

    return Books("PostgreSQL", CROWD_OF_POOL, lambda: in_thread(count()), lambda: in_thread(bare()))


def buyer(requests: Sequence[bytes]) -> Talk:
    """Buys its seats one after another."""
    for request in requests:
        answer = yield request
        assert answer.startswith(b"HTTP/1.1 201"), answer
    raise AssertionError(f"expected more than {len(requests)} seats for one buyer")


def requests(scene: Stage, sale: Sale) -> list[bytes]:
    """One for each seat, each of a buyer of its own who holds it."""

    async def hold_all() -> None:
        async with scene.server.catalog() as catalog:
            await catalog.open_event(sale.id)
        client = connection.connect(scene.valkey.url)
        store = SeatStore(client)
        base = (await store.snapshot(sale.id)).version_base
        for seat in sale.seats:
            who = f"u{seat}"
            held = await store.reserve(
                sale.id, who, "s", [(seat, base)], hold_ms=600_000, max_seats=10
            )
            assert isinstance(held, Granted)
        await client.aclose()

    in_thread(hold_all())
    return [request(scene, sale.id, seat) for seat in sale.seats]


def request(scene: Stage, event_id: int, seat: int) -> bytes:
    head = (
        f"Authorization: Bearer {scene.server.token(f'u{seat}')}\r\n"
        f"Idempotency-Key: booking-{uuid.uuid4()}\r\n"
    )
    body = {
        "eventId": event_id,
        "seatIds": [seat],
        "paymentMethod": "card",
        "card": {"number": "4242424242424242"},
    }
    return http_request("POST", "/bookings", head, body)


class Shop:
    """A worker that sells, its database, and buyers in a process of their own."""

    def __init__(self, stack: ExitStack, scene: Stage, books: Books, seats: int) -> None:
        self._scene, self._books = scene, books
        sale = scene.server.add_event(small_plan(rows=seats // 200, seats=100))
        wanted = requests(scene, sale)
        target = Target(("127.0.0.1", scene.process.port), "http")

        def helper(lots: list[list[bytes]]) -> Helper:
            given = [(lot,) for lot in lots]
            made = stack.enter_context(Helper(load, target, buyer, given))
            made.ask(0.2, None)  # at once: a silent connection is hung up on
            return made

        few = int(len(wanted) * ALONE_SHARE)
        self._alone = helper([wanted[:few]])
        self._crowd = helper([wanted[few + n :: books.buyers] for n in range(books.buyers)])
        self._resting = self._rest()

    def alone(self, seconds: float) -> Sold:
        return self._sell(self._alone, seconds)

    def crowd(self, seconds: float) -> Sold:
        return self._sell(self._crowd, seconds)

    def _counted(self) -> tuple[float, float, int]:
        return time.monotonic(), cpu_seconds(self._scene.process.pid), self._books.count()

    def _rest(self) -> tuple[float, float]:
        """CPU and transactions per second of wall time while nobody buys."""
        time.sleep(SETTLE_S)
        wall, cpu, count = self._counted()
        time.sleep(RESTING_S)
        after, cpu_after, count_after = self._counted()
        return (cpu_after - cpu) / (after - wall), (count_after - count) / (after - wall)

    def _sell(self, helper: Helper, seconds: float) -> Sold:
        wall, cpu, count = self._counted()
        late: list[float] = helper.ask(seconds, None)
        sold_s = time.monotonic() - wall
        time.sleep(SETTLE_S)  # promises of the last are kept, and the ticket mails looked at
        wall_after, cpu_after, count_after = self._counted()
        resting_cpu, resting_count = (each * (wall_after - wall) for each in self._resting)
        return Sold(
            len(late),
            sold_s,
            cpu_after - cpu - resting_cpu,
            count_after - count - resting_count,
            late,
        )


def tell(numbers: Numbers, books: Books, bare: list[float], sold: list[Sold], alone: Sold) -> None:
    name = books.name
    rate, commits = median([one.per_s for one in sold]), median(bare)
    ratio = median([one.per_s / beside for one, beside in zip(sold, bare, strict=True)])
    late = sorted(1000 * one for run in sold for one in run.late)
    numbers.add(
        f"bookings a second, one worker, {books.buyers} buyers at once, {name}",
        f"{rate:,.0f} (p50 {at(0.5, late):.0f} ms, p99 {at(0.99, late):.0f} ms)",
        f"{ratio:.3f} of bare commits ({commits:,.0f}/s)",
        "bookings",
    )
    numbers.add(
        f"a booking in the crowd, {name}",
        f"{median([one.cpu_ms for one in sold]):.2f} ms of worker CPU",
        f"{median([one.transactions_each for one in sold]):.2f} durable commits",
        "bookings",
    )
    numbers.add(
        f"a booking alone, {name}",
        f"{alone.cpu_ms:.2f} ms of worker CPU, p50 {1000 * at(0.5, alone.late):.1f} ms",
        f"{alone.transactions_each:.2f} durable transactions",
        "bookings",
    )


def measure(numbers: Numbers, scene: Stage, books: Books, seconds: float, turns: int) -> None:
    with ExitStack() as stack:
        shop = Shop(stack, scene, books, seats=2000 * (turns + 1))
        bare, sold = [], []
        for _ in range(turns):
            before = books.bare()
            sold.append(shop.crowd(seconds))
            bare.append((before + books.bare()) / 2)
        tell(numbers, books, bare, sold, shop.alone(seconds))


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    seconds, turns = (1.5, 2) if quick else (3.0, 4)
    with stage("tests.bench.workers.open_worker", **MANY) as scene:
        measure(numbers, scene, sqlite_books(scene.server.settings.data_dir), seconds, turns)
    if binaries() is None:
        return
    url = fresh_postgresql(shared_postgres())
    given: dict[str, Any] = {"database_url": url, **MANY}
    with stage("tests.bench.workers.open_worker", **given) as scene:
        measure(numbers, scene, postgresql_books(url), seconds, turns)
