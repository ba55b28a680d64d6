"""A hundred thousand attempts at the same few seats, holds and purchases, through two workers.

pytest -m long -n0 -s tests/chaos/test_double_sale.py
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.house import House, standing_house
from tests.invariants import broken
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, eventually, small_plan
from tests.support.watcher import world_of

BUYERS, POOL = 200, 40
PAYS = 0.2
"""So many of those who hold seats at the end of a round buy them; the others give them back."""


async def contend(house: House, attempts: int, seed: int) -> Counter[str]:
    """Rounds in which everybody grabs seats of one pool, until so many attempts were made."""
    server, seen = house.server, Counter[str]()
    sale = server.add_event(small_plan(rows=20, seats=100))
    clients = [
        PlainClient(house.urls[n % len(house.urls)], server.token(f"buyer-{n}"))
        for n in range(BUYERS)
    ]
    dice = random.Random(seed)
    try:
        while seen["attempts"] < attempts:
            await one_round(clients, sale, dice, seen)
    finally:
        await asyncio.gather(*(client.close() for client in clients))
    return seen


async def one_round(
    clients: list[PlainClient], sale: Sale, dice: random.Random, seen: Counter[str]
) -> None:
    path = f"/events/{sale.id}/reservations"
    _, answer = await clients[0].ask("GET", f"/events/{sale.id}/seats")
    now = {
        seat["id"]: seat["version"]
        for section in answer["data"]["sections"]
        for seat in section["seats"]
        if seat["status"] == "AVAILABLE"
    }
    pool = dice.sample(sorted(now), POOL)
    held: list[tuple[PlainClient, int, list[int]]] = []

    async def grab(client: PlainClient, seed: int) -> None:
        own = random.Random(seed)
        for attempt in range(5):
            seats = own.sample(pool, own.randint(1, 3))
            wanted = [{"seatId": seat, "version": now[seat]} for seat in seats]
            status, found = await client.ask(
                "POST", path, {"seats": wanted, "sessionId": f"{seed}-{attempt}"}
            )
            seen["attempts"] += 1
            seen[str(status)] += 1
            if status == 201:
                held.append((client, found["data"]["id"], found["data"]["reservedSeatIds"]))

    await asyncio.gather(*(grab(client, dice.getrandbits(32)) for client in clients))
    won = Counter(seat for _, _, seats in held for seat in seats)
    seen["held twice"] += sum(count > 1 for count in won.values())
    # Two try to buy the same seats: who holds them, and one who never did.
    buying = [item for item in held if dice.random() < PAYS]
    rivals = [(dice.choice(clients), 0, seats) for _, _, seats in buying]
    outcomes = await asyncio.gather(*(buy(sale, *item) for item in (*buying, *rivals)))
    seen["sold"] += sum(outcomes)
    for client, reservation, _ in held:
        await client.ask("DELETE", f"{path}/{reservation}")


async def buy(sale: Sale, client: PlainClient, _: int, seats: list[int]) -> bool:
    own = PlainClient(client.url, client.token)  # a connection takes one request at a time
    body = {"eventId": sale.id, "seatIds": seats, "paymentMethod": "demo"}
    key = f"Idempotency-Key: booking-{uuid.uuid4()}\r\n"
    try:
        while True:
            status, answer = await own.ask("POST", "/bookings", body, key)
            if status in (200, 201):
                return True
            if status != 202 and not answer["error"]["sameKey"]:
                assert status == 409, answer
                return False
            await asyncio.sleep(0.05)
    finally:
        await own.close()


async def check(
    tmp_path: Path, binary: Path | None, store: str, database: str, attempts: int
) -> None:
    async with standing_house(tmp_path, store=store, database=database, binary=binary) as house:
        begun = time.monotonic()
        seen = await contend(house, attempts, seed=1)
        took = time.monotonic() - begun

        async def nothing_is_broken() -> bool:
            async with world_of(house.server) as world:
                return not await broken(world)

        await eventually(nothing_is_broken, 30)
    print(f"\n{store} and {database}: {seen['attempts']} attempts in {took:.0f} s, {dict(seen)}")
    assert seen["attempts"] >= attempts
    assert seen["held twice"] == 0
    assert seen["sold"] > 0


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("store", ["redis", "cluster"])
async def test_nothing_is_sold_twice_in_a_hundred_thousand_attempts(
    tmp_path: Path, redis_binary: Path | None, store: str, database: str
) -> None:
    await check(tmp_path, redis_binary, store, database, attempts=100_000)
