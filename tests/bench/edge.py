"""What each part of our own between a request and its operation saves, or costs.

    python -m tests.bench edge [--quick]

The same `GET /events/{id}` is asked of four workers in turns: ours, one in which Starlette finds the
operation, one whose answers go out by ASGI's `send`, and one on plain uvicorn without our bounds. CPU
seconds of the worker by its own count; medians over the turns.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack

from tests.bench.rig import Numbers, Stage, cpu_seconds, median, percent, stage
from tests.bench.workers.edge_worker import PARTS
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale

CLIENTS = 8


async def ask(scene: Stage, sale: Sale, count: int) -> float:
    """CPU seconds of a request."""
    clients = [PlainClient(scene.server.url, scene.server.token("reader")) for _ in range(CLIENTS)]

    async def one(client: PlainClient) -> None:
        for _ in range(count // CLIENTS):
            status, _ = await client.ask("GET", f"/events/{sale.id}")
            assert status == 200

    await asyncio.gather(*(client.ask("GET", f"/events/{sale.id}") for client in clients))
    begun = cpu_seconds(scene.process.pid)
    await asyncio.gather(*map(one, clients))
    took = cpu_seconds(scene.process.pid) - begun
    await asyncio.gather(*(client.close() for client in clients))
    return took / count


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    turns, count = (3, 400) if quick else (9, 2_000)
    with ExitStack() as stack:
        scenes = {}
        for part in PARTS:
            os.environ["HOUSEFUL_TEST_WITHOUT"] = part
            scenes[part] = stack.enter_context(stage("tests.bench.workers.edge_worker"))
        sales = {part: scene.server.add_event() for part, scene in scenes.items()}
        taken: dict[str, list[float]] = {part: [] for part in PARTS}
        for _ in range(turns):
            for part, scene in scenes.items():
                taken[part].append(asyncio.run(ask(scene, sales[part], count)))
    whole = median(taken["nothing"])
    for part in PARTS[1:]:
        other = median(taken[part])
        numbers.add(
            f"a request without our own {part}",
            f"{1e6 * other:.0f} µs",
            f"{1e6 * whole:.0f} µs with it: {percent(other, whole)}",
            "edge",
        )
