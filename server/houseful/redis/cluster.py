"""A Redis or Valkey Cluster: which primary serves a key, and one plain client for each of them.

The map of slots is learnt from any node that answers, patched by MOVED, and looked at anew every
second and whenever a node fails. What a primary that left was asked is given up at once, so that
nobody waits for a node that hangs while another already serves its slots.

Owns: the map, the nodes' clients. Never: a command of its own but CLUSTER SLOTS and PING.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import structlog
from redis import exceptions
from redis.asyncio import Redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS as SLOTS
from redis.crc import key_slot

from houseful.redis.addresses import Address
from houseful.redis.pipelined_connection import close

log = structlog.get_logger(__name__)

FOLLOW_S: Final = 1.0
"""Between looks at the map while nothing fails."""

LOOK_APART_S: Final = 0.1
"""Looks are at least so far apart, however many calls fail at once."""

LOOK_WITHIN_S: Final = 1.0
"""A node that does not tell within this time is passed over for the next."""


class Cluster:
    """All primaries of one cluster."""

    def __init__(self, seeds: Sequence[Address], client_of: Callable[[Address], Redis]) -> None:
        self._seeds = tuple(seeds)
        self._client_of = client_of
        self._clients: dict[Address, Redis] = {}
        self._left: list[Redis] = []
        self._owners: list[Address | None] = []
        self._known: set[Address] = set(seeds)
        self._look: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self.departures: list[Callable[[Redis], None]] = []
        """Called with the client of each primary that is one no more."""

    async def at(self, key: str) -> Redis:
        """The client of the primary that serves `key`. Raises ClusterDownError when none does."""
        if not self._owners:
            await self.refresh()
        owner = self._owners[key_slot(key.encode())]
        if owner is None:
            raise exceptions.ClusterDownError(f"nobody serves the slot of {key}")
        return self.node(owner)

    def serves(self, client: Redis, key: str) -> bool:
        """Whether that client's node has `key`, as far as known."""
        owner = self._owners[key_slot(key.encode())]
        return owner is not None and self.node(owner) is client

    def node(self, address: Address) -> Redis:
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = self._client_of(address)
        return client

    def redirected(self, error: exceptions.AskError, asked: Redis) -> Redis:
        """Where a MOVED or ASK points to; a MOVED is remembered. An empty host is the one asked."""
        address = (error.host or asked.connection_pool.connection_kwargs["host"], error.port)
        if isinstance(error, exceptions.MovedError) and self._owners:
            self._owners[error.slot_id] = address
        return self.node(address)

    async def primaries(self) -> dict[str, Redis]:
        """Every primary's client, by `host:port`."""
        if not self._owners:
            await self.refresh()
        owners = sorted({owner for owner in self._owners if owner is not None})
        return {f"{host}:{port}": self.node((host, port)) for host, port in owners}

    async def nodes(self) -> list[Redis]:
        """Clients of all nodes that are known, replicas too: any may be a primary tomorrow."""
        await self.refresh()
        return [self.node(address) for address in sorted(self._known)]

    async def ping(self) -> None:
        """Every slot has a primary, and each of them answers."""
        primaries = await self.primaries()
        if None in self._owners:
            raise exceptions.ClusterDownError("some slots are served by nobody")
        await asyncio.gather(*(client.ping() for client in primaries.values()))

    async def follow(self) -> None:
        """Keep the map up to date until cancelled."""
        while True:
            try:
                await self.refresh()
            except exceptions.RedisError as error:
                log.warning("cluster_unreachable", error=str(error))
            await asyncio.sleep(FOLLOW_S)

    async def refresh(self) -> None:
        """Learn the map anew; who asks meanwhile shares the answer. Raises ConnectionError."""
        if self._look is None:
            self._look = asyncio.create_task(self._learn(), name="cluster-map")
            self._look.add_done_callback(self._looked)
        await asyncio.shield(self._look)

    def _looked(self, look: asyncio.Task[None]) -> None:
        self._look = None
        if not look.cancelled():
            look.exception()  # seen, also where nobody waits any more

    async def _learn(self) -> None:
        apart = self._looked_at + LOOK_APART_S - time.monotonic()
        if apart > 0:
            await asyncio.sleep(apart)
        known = list(self._known | set(self._seeds))
        random.shuffle(known)  # so that not every worker asks the same node
        failed: Exception | None = None
        for address in known:
            try:
                node: Any = self.node(address)  # execute_command has no types
                async with asyncio.timeout(LOOK_WITHIN_S):
                    reply = await node.execute_command("CLUSTER", "SLOTS")
            except (exceptions.RedisError, OSError, TimeoutError) as error:
                failed = error
                continue
            self._looked_at = time.monotonic()
            self._take(reply, address)
            return
        self._looked_at = time.monotonic()
        raise exceptions.ConnectionError(f"no node of the cluster answers: {failed}")

    def _take(self, reply: Iterable[Sequence[Any]], told_by: Address) -> None:
        owners: list[Address | None] = [None] * SLOTS
        known: set[Address] = set()
        for first, last, *nodes in reply:
            there = [(str(host) or told_by[0], int(port)) for host, port, *_ in nodes if port]
            known.update(there)
            owners[first : last + 1] = [there[0]] * (last + 1 - first)
        before = {owner for owner in self._owners if owner is not None}
        self._owners, self._known = owners, known or self._known
        for address in before - {owner for owner in owners if owner is not None}:
            log.warning("primary_left", node=f"{address[0]}:{address[1]}")
            self._leave(self._clients.pop(address, None))

    def _leave(self, client: Redis | None) -> None:
        if client is not None:
            self._left.append(client)
            for tell in self.departures:
                tell(client)

    async def aclose(self) -> None:
        if self._look is not None:
            self._look.cancel()
            await asyncio.wait({self._look})
        clients = [*self._clients.values(), *self._left]
        self._clients.clear()
        self._left.clear()
        await asyncio.gather(*(close(client) for client in clients))
