"""Hundreds of people ask for two seats together at once, through two server processes: everybody gets an
answer, every seat is sold or rightly refused, and none is sold twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from houseful.valkey.embedded import EmbeddedValkey
from tests.support.plain_http import PlainClient
from tests.support.server_process import server_process
from tests.support.serving import PATIENCE_S, running_server, small_plan

PARTY = 2
P95_S = 1.0


@pytest.mark.parametrize(
    ("people", "rows", "seats"),
    [(120, 5, 21), pytest.param(500, 20, 22, marks=pytest.mark.long)],
    ids=["120 for 210 seats", "500 for 880 seats"],
)
async def test_everybody_who_asks_at_once_is_answered_and_no_seat_is_given_twice(
    tmp_path: Path, valkey: EmbeddedValkey, people: int, rows: int, seats: int
) -> None:
    given = {"reservations_per_minute": 1_000_000, "redis_url": valkey.url}
    with running_server(tmp_path, **given) as server, ExitStack() as stack:
        urls = [stack.enter_context(server_process(server.settings)) for _ in range(2)]
        sale = server.add_event(small_plan(rows=rows, seats=seats))
        path = f"/events/{sale.id}/reservations/best-available"
        clients = [
            PlainClient(urls[number % 2], server.token(f"user-{number}"))
            for number in range(people)
        ]
        got: Counter[int] = Counter()
        took: list[float] = []
        refused = 0

        async def one(number: int) -> None:
            nonlocal refused
            body = {"quantity": PARTY, "sessionId": "s", "requestId": f"r{number}"}
            begin = time.perf_counter()
            async with asyncio.timeout(6 * PATIENCE_S):
                status, answer = await clients[number].ask("POST", path, body)
            took.append(time.perf_counter() - begin)
            if status == 201:
                got.update(answer["data"]["reservedSeatIds"])
            else:
                assert (status, answer["error"]["code"]) == (409, "best_available_not_found")
                refused += 1

        for client in clients:  # connections are open before the rush
            await client.ask("GET", f"/events/{sale.id}")
        await asyncio.gather(*(one(number) for number in range(people)))
        await asyncio.gather(*(client.close() for client in clients))
    p95 = sorted(took)[round(0.95 * len(took)) - 1]
    print(
        f"{people} people, {len(got)} of {len(sale.seats)} seats, {refused} refused: p95 {p95:.3f} s"
    )
    assert len(took) == people
    assert max(got.values()) == 1, "a seat was given twice"
    assert len(got) == min(len(sale.seats) // PARTY, people) * PARTY
    assert refused == people - len(got) // PARTY
    if people >= 500:
        assert p95 <= P95_S
