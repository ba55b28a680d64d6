"""What can go wrong: each fault does its harm, waits, and mends what it broke.

A fault returns when it is over; how long the house then takes to sell again is its recovery time. The
faults that kill return as soon as the victim was told to start again.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.payments.demo import DemoGateway
from houseful.sql.database import Database
from tests.chaos.house import FAKETIME, WORKERS, House, copy_of, put_back
from tests.checkout.shop import PAYS
from tests.support.databases import shared_postgres
from tests.support.redis_cluster import Node, RedisCluster, Sentinels, until

Fault = Callable[[House, random.Random], Awaitable[None]]
FLAGS = "notify-keyspace-events"


def pause(dice: random.Random, least_s: float = 0.2, most_s: float = 1.5) -> Awaitable[None]:
    return asyncio.sleep(dice.uniform(least_s, most_s))


async def kill_worker(house: House, dice: random.Random) -> None:
    number = dice.randrange(WORKERS)
    await house.end_worker(number, signal.SIGKILL)
    await house.start_worker(number)


async def restart_worker(house: House, dice: random.Random) -> None:
    """In good order, as a deployment does."""
    number = dice.randrange(WORKERS)
    await house.end_worker(number, signal.SIGTERM)
    await house.start_worker(number)


async def stop_worker(house: House, dice: random.Random) -> None:
    """It hangs, in the midst of whatever it does, and goes on as if nothing had been."""
    worker = house.workers[dice.randrange(WORKERS)]
    worker.tell(signal.SIGSTOP)
    await pause(dice, 0.5, 3)
    worker.tell(signal.SIGCONT)


async def wrong_clock(house: House, dice: random.Random) -> None:
    """One worker's clock is half a minute off from now on, or right again."""
    number = dice.randrange(WORKERS)
    skew = dice.choice(["+30s", "-30s", ""])
    given = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    await house.end_worker(number, signal.SIGTERM)
    await house.start_worker(number, given if skew else {})


async def kill_redis(house: House, dice: random.Random) -> None:
    """It comes back with what it had written."""
    node = only(house)
    await asyncio.to_thread(node.kill)
    await pause(dice)
    await asyncio.to_thread(node.start)


async def stop_redis(house: House, dice: random.Random) -> None:
    node = dice.choice([node for node in house.nodes if node.process is not None])
    node.tell(signal.SIGSTOP)
    await pause(dice, 0.3, 0.8)  # shorter than what makes a failover
    node.tell(signal.SIGCONT)


async def wipe_redis(house: House, dice: random.Random) -> None:
    node = only(house)
    await asyncio.to_thread(node.kill)
    put_back(node, None)
    await pause(dice)
    await asyncio.to_thread(node.start)


async def roll_back_redis(house: House, dice: random.Random) -> None:
    """It comes back with what it had a while ago: what was sold since is free there."""
    node = only(house)
    older = await asyncio.to_thread(copy_of, node, "older")
    await pause(dice, 0.5, 2)
    await asyncio.to_thread(node.kill)
    put_back(node, older)
    await asyncio.to_thread(node.start)


async def refuse_writes(house: House, dice: random.Random) -> None:
    """NOREPLICAS: Redis answers and takes no writes."""
    node = only(house)
    await asyncio.to_thread(node.ask, "CONFIG", "SET", "min-replicas-to-write", "1")
    await pause(dice, 0.5, 2.5)
    await asyncio.to_thread(node.ask, "CONFIG", "SET", "min-replicas-to-write", "0")


async def sell_next_door(house: House, dice: random.Random) -> None:
    """Another house takes money on the same account, as one with our number of a booking."""
    database = Database(house.settings.sql_url())
    charges = SqlDemoCharges(database)
    gateway = DemoGateway(charges)
    facts = {"house": "next door", "houseful": "BK-2026-000001", "booking": "1", "nonce": "x"}
    try:
        made = await gateway.create(
            amount_minor=4_200,
            currency="EUR",
            payment_token=PAYS,
            metadata=facts,
            idempotency_key=secrets.token_hex(8),
        )
        await gateway.confirm(made.payment_id, payment_token=PAYS, idempotency_key="")
    finally:
        await database.close()


async def lose_power(house: House, dice: random.Random) -> None:
    """Workers and Redis at once; of the last second's writes Redis has what a random byte left."""
    await cut_power(house, dice)
    for number in range(WORKERS):
        await house.start_worker(number)


async def cut_power(house: House, dice: random.Random) -> None:
    """As `lose_power`, with Redis up again and no worker."""
    node = only(house)
    written = max((node.directory / "appendonlydir").glob("*.incr.aof"), key=number_of)
    before = written.stat().st_size
    await asyncio.sleep(1)
    for victim in (*house.workers, node):
        victim.tell(signal.SIGKILL)
    for worker in house.workers:
        await asyncio.to_thread(worker.end, time.monotonic() + 5)
    await asyncio.to_thread(node.kill)
    with written.open("r+b") as file:
        file.truncate(dice.randint(before, written.stat().st_size))
    await asyncio.to_thread(node.start)


def number_of(path: Path) -> int:
    return int(path.name.split(".")[-3])


async def drop_notifications(house: House, dice: random.Random) -> None:
    """Not one arrives."""
    nodes = [node for node in house.nodes if node.process is not None]
    for node in nodes:
        await asyncio.to_thread(node.ask, "CONFIG", "SET", FLAGS, "")
    await pause(dice, 1, 3)
    for node in nodes:
        await asyncio.to_thread(node.ask, "CONFIG", "SET", FLAGS, "Ktx")


async def cut_redis(house: House, dice: random.Random) -> None:
    """The network between us and Redis resets everything, and refuses for a while."""
    assert house.redis_proxy is not None
    house.redis_proxy.refuses = True
    house.redis_proxy.cut()
    await pause(dice)
    house.redis_proxy.refuses = False


async def stall_redis(house: House, dice: random.Random) -> None:
    assert house.redis_proxy is not None
    house.redis_proxy.stall()
    await pause(dice, 0.5, 3)
    house.redis_proxy.flow()


async def fail_over(house: House, dice: random.Random) -> None:
    """A primary dies with writes that its replica never saw, and comes back as a replica."""
    store = house.store
    if isinstance(store, RedisCluster):
        await asyncio.to_thread(until, store.is_whole, "the cluster is whole")
        event = dice.randrange(1, 4)
        primary = await asyncio.to_thread(store.owner_of, f"seat:{{{event}}}:meta")
    else:
        assert isinstance(store, Sentinels)
        await asyncio.to_thread(until, store.is_whole, "the replica follows")
        primary = await asyncio.to_thread(store.leader)
    await asyncio.to_thread(primary.stop_replicating)
    await pause(dice, 0.1, 0.5)
    await asyncio.to_thread(primary.kill)
    asyncio.get_running_loop().call_later(4, come_back, primary)


def come_back(primary: Node) -> None:
    asyncio.get_running_loop().run_in_executor(None, primary.start)


async def cut_database(house: House, dice: random.Random) -> None:
    """PostgreSQL is not to be reached; SQLite is locked by somebody else."""
    if house.sql_proxy is None:
        path = house.settings.sql_url().removeprefix("sqlite:///")
        await asyncio.to_thread(hold_lock, path, dice.uniform(0.3, 2.0))
        return
    house.sql_proxy.refuses = True
    house.sql_proxy.cut()
    await pause(dice)
    house.sql_proxy.refuses = False


def hold_lock(path: str, seconds: float) -> None:
    other = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        other.execute("ROLLBACK")
    finally:
        other.close()


async def stall_database(house: House, dice: random.Random) -> None:
    assert house.sql_proxy is not None
    house.sql_proxy.stall()
    await pause(dice, 0.5, 2)
    house.sql_proxy.flow()


async def kill_database(house: House, dice: random.Random) -> None:
    """At once, as a crash; it recovers from its log."""
    await asyncio.to_thread(shared_postgres().stop)
    await pause(dice, 0.1, 0.5)
    await asyncio.to_thread(shared_postgres().start)


def only(house: House) -> Node:
    assert isinstance(house.store, Node)
    return house.store


def faults_for(house: House) -> dict[str, Fault]:
    """Those that this house can suffer, by name."""
    every: list[Any] = [
        kill_worker, restart_worker, stop_worker, stop_redis, drop_notifications, cut_database,
        sell_next_door,
    ]  # fmt: skip
    if isinstance(house.store, Node):
        every += [
            kill_redis,
            lose_power,
            refuse_writes,
            wipe_redis,
            roll_back_redis,
            cut_redis,
            stall_redis,
        ]
    else:
        every.append(fail_over)
    if house.sql_proxy is not None:
        every += [stall_database, kill_database]
        if FAKETIME.exists():  # not with SQLite: the tool makes its threads' steps take seconds
            every.append(wrong_clock)
    return {fault.__name__: fault for fault in every}
