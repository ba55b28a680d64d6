"""Two workers sell to a crowd while everything under them is killed, stopped, wiped, cut and stalled.

    pytest -m chaos -n0 -s                              ten minutes and more, every setup
    HOUSEFUL_CHAOS_SECONDS=3600 HOUSEFUL_CHAOS_SEED=7 pytest -m chaos -n0 -s

In the middle of each setup a backup that was made under way is restored, and everything goes on. The
order of faults follows from the seed, which is printed. After each fault the house must sell
again through both workers; after the last one, once all is quiet, the invariants must hold, and every
viewer's map must be the truth.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.buyers import Board, Buyer, Tally, ask
from tests.chaos.faults import faults_for
from tests.chaos.house import FAKETIME, House, standing_house
from tests.invariants import broken
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, eventually, small_plan
from tests.support.watcher import Watcher, converged, watching, world_of

SEED = int(os.environ.get("HOUSEFUL_CHAOS_SEED", "1"))
SECONDS = float(os.environ.get("HOUSEFUL_CHAOS_SECONDS", "720"))
"""Of all setups together."""

SETUPS = [
    ("redis", "sqlite"),
    ("redis", "postgresql"),
    ("cluster", "postgresql"),
    ("sentinel", "postgresql"),
]
so_far: defaultdict[str, list[float]] = defaultdict(list)
"""Seconds of recovery by fault, over the setups that are done."""

BUYERS, VIEWERS = 24, 20
GREEN_WITHIN_S = 30.0
QUIET_WITHIN_S = 120.0
"""What a killed worker held is free when its lease ends, or its beat is old: by clocks that may be half
a minute fast where it was written and half a minute slow where it is read."""


class Canary:
    """Buys one seat after another on an event of its own, through a given worker."""

    def __init__(self, house: House, sale: Sale) -> None:
        self._clients = [PlainClient(url, house.server.token("canary")) for url in house.urls]
        self._sale = sale
        self._seats = iter(sale.seats)

    async def green(self, after: str) -> None:
        """Both workers are ready and sell. Fails when that takes too long."""
        await asyncio.gather(*(self._sells(client, after) for client in self._clients))

    async def _sells(self, client: PlainClient, after: str) -> None:
        deadline = time.monotonic() + GREEN_WITHIN_S
        while not await self._sold(client):
            assert time.monotonic() < deadline, f"not selling {GREEN_WITHIN_S} s after {after}"
            await asyncio.sleep(0.05)

    async def _sold(self, client: PlainClient) -> bool:
        ready = await ask(client, "GET", "/readyz")
        if ready is None or ready[0] != 200:
            return False
        path, seat = f"/events/{self._sale.id}", next(self._seats)
        found = await ask(client, "GET", f"{path}/seats")
        if found is None or found[0] != 200:
            return False
        sections = found[1]["data"]["sections"]
        versions = {s["id"]: s["version"] for section in sections for s in section["seats"]}
        wanted = {"seats": [{"seatId": seat, "version": versions[seat]}], "sessionId": f"{seat}"}
        held = await ask(client, "POST", f"{path}/reservations", wanted)
        if held is None or held[0] != 201:
            return False
        body = {"eventId": self._sale.id, "seatIds": [seat], "paymentMethod": "demo"}
        paid = await ask(
            client, "POST", "/bookings", body, f"Idempotency-Key: booking-{uuid.uuid4()}\r\n"
        )
        return paid is not None and paid[0] == 201

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


def seats_for_canary(seconds: float) -> int:
    """Per row of twenty: it buys some for each worker after each fault."""
    return 20 + int(seconds / 5)


async def storm(
    house: House, seconds: float, seed: int, only: Sequence[str] = ()
) -> dict[str, list[float]]:
    """Fault after fault while the crowd buys; the figures are printed, and all must hold.

    Returns seconds of recovery by fault.
    """
    server, tally, dice = house.server, Tally(), random.Random(seed)
    sales = [server.add_event(small_plan(rows=5, seats=30)) for _ in range(3)]
    canary = Canary(house, server.add_event(small_plan(rows=10, seats=seats_for_canary(seconds))))
    clients = [PlainClient(url, server.token("board")) for url in house.urls]
    board, stop = Board(clients, sales), asyncio.Event()
    looking = asyncio.create_task(board.run())
    recovery: defaultdict[str, list[float]] = defaultdict(list)
    faults = {name: do for name, do in faults_for(house).items() if not only or name in only}
    begun = time.monotonic()
    async with watching(server, sales[0], VIEWERS) as watchers:
        crowd = [
            asyncio.create_task(
                Buyer(f"buyer-{n}", server, house.urls, board, tally, seed).run(sales, stop)
            )
            for n in range(BUYERS)
        ]
        while not recovery or time.monotonic() - begun < seconds:
            for name in dice.sample(sorted(faults), len(faults)):
                await faults[name](house, dice)
                over = time.monotonic()
                await canary.green(name)
                recovery[name].append(time.monotonic() - over)
                await asyncio.sleep(dice.random())
        stop.set()
        await asyncio.gather(*crowd)
        quiet = time.monotonic()
        await all_holds(house, watchers)
        settled = time.monotonic() - quiet
        lag = await converged(watchers, server, sales[0])
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    for client in clients:
        await client.close()
    await canary.close()
    report(tally, recovery, seed, time.monotonic() - begun, settled, lag)
    assert tally.wrong == []
    assert tally.sold > 0
    return recovery


async def all_holds(house: House, watchers: Sequence[Watcher]) -> None:
    problems: list[str] = ["not looked yet"]

    async def nothing_is_broken() -> bool:
        nonlocal problems
        seen = [watcher.sight() for watcher in watchers]
        async with world_of(house.server, seen) as world:
            problems = await broken(world)
        return not problems

    try:
        await eventually(nothing_is_broken, QUIET_WITHIN_S)
    except AssertionError:
        raise AssertionError(problems) from None


def report(
    tally: Tally,
    recovery: dict[str, list[float]],
    seed: int,
    lasted: float,
    settled: float,
    lag: float,
) -> None:
    count = sum(len(times) for times in recovery.values())
    print(f"\nseed {seed}: {count} faults in {lasted:.0f} s; {tally.attempts} attempts to reserve,")
    print(f"  {tally.sold} seats sold, {tally.cancelled} bookings cancelled; {tally.answers}")
    print(f"  invariants held {settled:.1f} s after quiet, viewers equal after {lag:.2f} s more")
    show(recovery)


def show(recovery: dict[str, list[float]]) -> None:
    """A line for each fault: how often, and the seconds until both workers sold again."""
    print(f"  {'fault':20} {'times':>6} {'p50 s':>7} {'p99 s':>7} {'max s':>7}")
    for name, times in sorted(recovery.items()):
        ordered = sorted(times)
        p50, p99 = (ordered[int((len(ordered) - 1) * part)] for part in (0.5, 0.99))
        print(f"  {name:20} {len(times):6} {p50:7.2f} {p99:7.2f} {ordered[-1]:7.2f}")


async def backed_up(house: House, file: Path) -> bool:
    """Tried again where the database was hurt just then."""
    try:
        await asyncio.to_thread(house.back_up, file)
    except Exception:  # noqa: BLE001 - as the operator's cron job, which runs again
        await asyncio.to_thread(file.unlink, missing_ok=True)
        return False
    return True


@pytest.mark.chaos
@pytest.mark.parametrize(("store", "database"), SETUPS)
async def test_nothing_is_lost_in_the_storm(
    tmp_path: Path, redis_binary: Path | None, store: str, database: str
) -> None:
    if not FAKETIME.exists():
        print("without wrong clocks: libfaketime is not installed (apt-get install faketime)")
    async with standing_house(
        tmp_path, store=store, database=database, binary=redis_binary, seed=SEED
    ) as house:
        backup, half_s = tmp_path / "backup.tar", SECONDS / len(SETUPS) / 2
        storming = asyncio.create_task(storm(house, half_s, SEED))
        await asyncio.sleep(half_s / 2)
        await eventually(lambda: backed_up(house, backup), GREEN_WITHIN_S)
        recovery = await storming
        await house.restore(backup)
        after = await storm(house, half_s, SEED + 1)
        for name, times in after.items():
            recovery.setdefault(name, []).extend(times)
    for name, times in recovery.items():
        so_far[name] += times
    print(f"all setups so far, {sum(map(len, so_far.values()))} faults:")
    show(so_far)


async def test_nothing_is_lost_in_a_short_storm(tmp_path: Path, redis_binary: Path | None) -> None:
    """The faults that differ most, once each."""
    chosen = ("kill_worker", "roll_back_redis", "cut_database")
    async with standing_house(
        tmp_path, store="redis", database="sqlite", binary=redis_binary, seed=SEED
    ) as house:
        await storm(house, 0.1, SEED, chosen)
