"""Two hundred people fight over a few seats through two server processes: nobody shares one.

Everything goes over HTTP. In each round all grab seats of one small pool, some with versions they saw
long ago; then the winners give everything back. The same with a guard removed must go wrong.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from houseful.valkey.embedded import EmbeddedValkey
from tests.support.plain_http import PlainClient
from tests.support.server_process import GUARDS, server_process
from tests.support.serving import PATIENCE_S, Sale, Server, running_server, small_plan

USERS, POOL = 200, 40
STALE_SHARE = 0.25
ATTEMPTS = 6


@dataclass
class Tally:
    """What went wrong, and how much was tried."""

    attempts: int = 0
    granted: int = 0
    shared: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)


@dataclass
class Crowd:
    """Users spread over the workers; `versions` is what the seat map said at the round's begin."""

    clients: Sequence[PlainClient]
    sale: Sale
    tally: Tally = field(default_factory=Tally)

    async def versions(self) -> dict[int, int]:
        _, answer = await self.clients[0].ask("GET", f"/events/{self.sale.id}/seats")
        sections = answer["data"]["sections"]
        return {seat["id"]: seat["version"] for section in sections for seat in section["seats"]}

    async def round(self, number: int, attempts: int) -> None:
        """Everybody tries `attempts` times, then everything held is given back."""
        now = await self.versions()
        won: Counter[int] = Counter()
        held: list[tuple[PlainClient, int]] = []
        path = f"/events/{self.sale.id}/reservations"
        pool = random.Random(number).sample(list(self.sale.seats), POOL)

        async def one(index: int) -> None:
            client, dice = self.clients[index], random.Random(number * 1000 + index)
            for attempt in range(attempts):
                seats = dice.sample(pool, dice.randint(1, 3))
                old = number > 0 and dice.random() < STALE_SHARE
                wanted = [{"seatId": s, "version": now[s] - 1 if old else now[s]} for s in seats]
                body = {"seats": wanted, "sessionId": f"{number}-{attempt}"}
                async with asyncio.timeout(PATIENCE_S):
                    status, answer = await client.ask("POST", path, body)
                self.tally.attempts += 1
                if status != 201:
                    assert status == 409, answer
                    continue
                data: dict[str, Any] = answer["data"]
                held.append((client, data["id"]))
                won.update(data["reservedSeatIds"])
                self.tally.granted += len(data["reservedSeatIds"])
                if old:
                    self.tally.stale.extend(data["reservedSeatIds"])

        await asyncio.gather(*(one(index) for index in range(len(self.clients))))
        self.tally.shared.extend(seat for seat, count in won.items() if count > 1)
        for client, ref in held:
            assert await client.ask("DELETE", f"{path}/{ref}") is not None


async def fight(server: Server, urls: Sequence[str], rounds: int, attempts: int) -> Tally:
    sale = server.add_event(small_plan(rows=5, seats=10))
    clients = [
        PlainClient(urls[index % len(urls)], server.token(f"user-{index}"))
        for index in range(USERS)
    ]
    crowd = Crowd(clients, sale)
    try:
        for number in range(rounds):
            await crowd.round(number, attempts)
    finally:
        await asyncio.gather(*(client.close() for client in clients))
    return crowd.tally


async def fight_with(
    tmp_path: Path, valkey: EmbeddedValkey, *, guard: str, rounds: int, attempts: int
) -> Tally:
    given = {"reservations_per_minute": 1_000_000, "max_seats": 10}
    with (
        running_server(tmp_path, redis_url=valkey.url, **given) as server,
        ExitStack() as stack,
    ):
        urls = [stack.enter_context(server_process(server.settings, guard)) for _ in range(2)]
        return await fight(server, urls, rounds, attempts)


@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=pytest.mark.long)])
async def test_no_seat_is_held_twice_in_a_contended_sale(
    tmp_path: Path, valkey: EmbeddedValkey, rounds: int
) -> None:
    """2,400 attempts show it twice over: without the guard 1,200 are enough to go wrong."""
    tally = await fight_with(tmp_path, valkey, guard="", rounds=rounds, attempts=ATTEMPTS)
    print(f"{tally.attempts} attempts, {tally.granted} seats granted")
    assert tally.attempts == rounds * USERS * ATTEMPTS
    assert tally.granted > rounds * POOL // 2
    assert tally.shared == []
    assert tally.stale == []


@pytest.mark.parametrize(
    "guard",
    [
        pytest.param(guard, marks=[pytest.mark.long] if guard != "atomic" else [])
        for guard in GUARDS
    ],
)
async def test_the_fight_shows_when_a_guard_is_missing(
    tmp_path: Path, valkey: EmbeddedValkey, guard: str
) -> None:
    tally = await fight_with(tmp_path, valkey, guard=guard, rounds=3, attempts=2)
    assert tally.stale if guard == "version" else tally.shared
