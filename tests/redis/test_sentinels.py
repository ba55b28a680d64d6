"""Real Sentinels: who asks them, and that none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from houseful.redis.addresses import deployment
from houseful.redis.sentinels import Shared, watched
from tests.support.redis_cluster import Sentinels, running_sentinels

SERVICE, CALLERS = "house", 10


async def ask_together(sentinels: Sentinel) -> list[tuple[str, int]]:
    """Ten connections are made at once, as after a failover."""
    asked: Callable[[str], Awaitable[tuple[str, int]]] = sentinels.discover_master
    return await asyncio.gather(*(asked(SERVICE) for _ in range(CALLERS)))


def names(sentinels: Sentinel) -> set[int]:
    return {each.connection_pool.connection_kwargs["port"] for each in sentinels.sentinels}


async def test_no_sentinel_is_forgotten_when_many_ask_at_once(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    with running_sentinels(tmp_path, redis_binary) as trio:
        ports = [sentinel.port for sentinel in trio.sentinels]
        trio.sentinels[0].kill()

        assert await asked_and_left(trio) == set(ports)


async def asked_and_left(trio: Sentinels) -> set[int]:
    """Whom our own client knows after many asked; redis-py's has forgotten the one that was down."""
    found = deployment(trio.url)
    assert found is not None
    client = watched(found)
    ours = client._sentinel
    assert isinstance(ours, Shared)
    theirs = Sentinel(  # type: ignore[no-untyped-call]
        [("127.0.0.1", sentinel.port) for sentinel in trio.sentinels],
        sentinel_kwargs={"retry": Retry(NoBackoff(), 0)},  # type: ignore[no-untyped-call]
    )
    everyone = list(theirs.sentinels)
    try:
        assert set(await ask_together(ours)) == {("127.0.0.1", trio.primary.port)}
        await ask_together(theirs)
        assert len(names(theirs)) < 3  # the positive control
        return names(ours)
    finally:
        await client.aclose()
        for each in everyone:
            await each.aclose()
