"""Which database's history the seats in Redis belong to; see `houseful.ledger.upkeep.history`."""

from __future__ import annotations

from typing import Final

from redis.asyncio import Redis

from houseful.redis.cluster import Cluster
from houseful.redis.command_router import Client, CommandRouter
from houseful.redis.connection import translated

KEY: Final = "houseful:history"
OURS: Final = ("houseful:*", "seat:*", "limit:*", "ws-ticket:*")
"""Patterns of every key that we make; a Redis may be shared with others."""

BATCH: Final = 1000


async def remembered(client: Client) -> str | None:
    with translated():
        found: str | None = await CommandRouter(client).send(KEY, "GET", KEY)
    return found


async def remember(client: Client, history: str) -> None:
    with translated():
        await CommandRouter(client).send(KEY, "SET", KEY, history)


async def forget_everything(client: Client) -> int:
    """Delete every key of ours; how many there were. Raises Unavailable."""
    with translated():
        nodes = (await client.primaries()).values() if isinstance(client, Cluster) else [client]
        return sum([await _forget(node, pattern) for node in nodes for pattern in OURS])


async def _forget(node: Redis, pattern: str) -> int:
    count = 0
    async for key in node.scan_iter(match=pattern, count=BATCH):
        count += int(await node.unlink(key))
    return count
