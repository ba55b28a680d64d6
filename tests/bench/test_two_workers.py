"""What a second worker is worth: CPU per delivered frame with one worker, and with two.

    pytest -m long -n0 -s tests/bench/test_two_workers.py

On two cores the load generator takes its share of both, so that wall time would measure that. A core
gives one CPU second a second: two workers on two cores deliver 2 · (CPU per delivery of one worker)
/ (CPU per delivery of two) times as much as one worker does on one.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.crowd import Counted, changer, crowd
from tests.bench.rig import Helper, cpu_seconds
from tests.chaos.house import House, standing_house
from tests.support.serving import small_plan

VIEWERS = 2000
CHANGES_PER_S = 30
SECONDS = 3.0
TURNS = 2
SAME_USER = 20
"""Sockets one user may have."""


def cost(house: House, workers: int) -> float:
    """Microseconds of worker CPU per delivered frame, `VIEWERS` shared out over so many workers."""
    sale = house.server.add_event(small_plan(rows=10, seats=20))
    each = VIEWERS // workers
    headers = [
        f"Authorization: Bearer {house.server.token(f'viewer-{number}')}\r\n"
        "Sec-WebSocket-Protocol: houseful.v1\r\n"
        for number in range(each // SAME_USER)
    ]
    pids = [worker.pid for worker in house.workers[:workers]]
    with ExitStack() as stack:
        crowds = []
        for url in house.urls[:workers]:
            helper = stack.enter_context(Helper(crowd, int(url.rpartition(":")[2])))
            helper.ask("connect", each, f"/events/{sale.id}/live", headers, 0)
            crowds.append(helper)
        hand = stack.enter_context(
            Helper(changer, house.server.redis_url, sale.id, list(sale.seats))
        )
        hand.pipe.send(("run", CHANGES_PER_S, 0.2))
        hand.pipe.recv()  # it is up
        hand.pipe.send(("run", CHANGES_PER_S, SECONDS + 2))
        time.sleep(1)
        for helper in crowds:
            helper.ask("forget")
        before = sum(map(cpu_seconds, pids))
        time.sleep(SECONDS)
        seen: list[Counted] = [helper.ask("forget") for helper in crowds]
        spent = sum(map(cpu_seconds, pids)) - before
        hand.pipe.recv()
    return spent / sum(counted.frames for counted in seen) * 1e6


@pytest.mark.long
async def test_two_workers_deliver_nearly_twice_as_much(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    async with standing_house(
        tmp_path, store="redis", database="sqlite", binary=redis_binary
    ) as house:
        one, two = [], []
        for _ in range(TURNS):
            one.append(await asyncio.to_thread(cost, house, 1))
            two.append(await asyncio.to_thread(cost, house, 2))
    ratio = 2 * min(one) / min(two)
    print(f"\nCPU per delivery: one worker {one} µs, two workers {two} µs: {ratio:.2f} ×")
    assert ratio >= 1.7
