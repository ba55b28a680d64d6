"""Calls that travel together: whoever asks is answered, at whatever moment the pipelines end."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis

from houseful.domain.errors import Unavailable
from houseful.redis.command_router import end
from houseful.redis.connection import connect
from houseful.store.limiter import Allowance, Limiter
from houseful.valkey.embedded import EmbeddedValkey

MANY = 512


async def test_a_call_made_as_all_pipelines_end_at_once_is_answered(redis_client: Redis) -> None:
    """All replies lie ready in one turn of the loop, and each waiter asks again in that turn."""
    limiter = Limiter(redis_client)

    async def ask_twice() -> None:
        for _ in range(2):
            await limiter.attempt("try", "someone", limit=1_000_000, window_ms=60_000)

    for _ in range(10):
        first = [asyncio.create_task(ask_twice()) for _ in range(MANY)]
        for _ in range(6):
            await asyncio.sleep(0)
        time.sleep(0.02)  # noqa: ASYNC251 - the loop is to stand still while Redis answers
        async with asyncio.timeout(5):
            await asyncio.gather(*first)


async def test_a_closed_lane_answers_everyone_and_leaves_nothing_open(
    valkey: EmbeddedValkey,
) -> None:
    client = connect(valkey.url)
    limiter = Limiter(client)
    under_way = [
        asyncio.create_task(limiter.attempt("r", str(n), limit=5, window_ms=1000))
        for n in range(50)
    ]
    await asyncio.sleep(0)
    await end(client)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*under_way, return_exceptions=True)
    assert all(isinstance(answer, Allowance | Unavailable) for answer in answers)
    with pytest.raises(Unavailable):
        await limiter.attempt("r", "late", limit=5, window_ms=1000)
    assert not client.connection_pool._in_use_connections
