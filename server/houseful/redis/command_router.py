"""The way of commands to Redis: those of one turn travel together, each to the node of its key.

Calls made in the same turn of the event loop share one write (see `pipelined_connection`). In a
cluster every primary has a connection of its own, so that one that hangs holds up nobody else's.
Redirections and resharding are followed within `REROUTE_S`; after that the caller hears the error.

Owns: which node, redirections. Never: what a command means. Every command may be sent twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from redis import exceptions
from redis.asyncio import Redis

from houseful.redis.cluster import Cluster
from houseful.redis.pipelined_connection import Departed, PipelinedConnection, close, connection_of
from houseful.redis.sentinels import Watched

Client = Redis | Cluster
"""A plain client, one that follows Sentinels, or a cluster's."""

REROUTE_S: Final = 2.0
"""How long one call follows a slot that moves, or waits for one that nobody serves."""

PAUSE_S: Final = 0.02
"""Before a call is sent again; doubles each time up to `LONGEST_PAUSE_S`."""

LONGEST_PAUSE_S: Final = 0.2


PASSING: Final = (exceptions.TryAgainError, exceptions.ClusterDownError)
"""A slot that moves or has no primary: soon it is somewhere."""


class CommandRouter:
    """Every command to one Redis, however many nodes it has."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._connections: dict[Redis, PipelinedConnection] = {}
        if isinstance(client, Cluster | Watched):
            client.departures.append(self._abandon)

    @property
    def is_cluster(self) -> bool:
        return isinstance(self._client, Cluster)

    async def send(self, key: str, *command: str | int | bytes, stamped: bool = False) -> Any:
        """The reply to a command on `key`, wherever that is now. `stamped`: see
        `PipelinedConnection.send`."""
        if isinstance(self._client, Cluster):
            return await self._routed(self._client, key, command, stamped)
        connection = self._connection(self._client)
        try:
            return await connection.send(command, stamped=stamped)
        except Departed:
            return await connection.send(command, stamped=stamped)
        except exceptions.MovedError as error:
            raise exceptions.ConnectionError(
                f"it is a node of a cluster, expected redis+cluster:// in REDIS_URL: {error}"
            ) from error

    async def _routed(
        self, cluster: Cluster, key: str, command: Sequence[str | int | bytes], stamped: bool
    ) -> Any:
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + REROUTE_S, PAUSE_S
        redirected: Redis | None = None
        asking = False
        while True:
            node = redirected
            try:
                node = redirected or await cluster.at(key)
                return await self._connection(node).send(command, asking=asking, stamped=stamped)
            except exceptions.AskError as error:  # also MOVED, which is one of its kind
                if node is None or loop.time() > deadline:
                    raise
                redirected = cluster.redirected(error, node)
                asking = not isinstance(error, exceptions.MovedError)
                continue
            except PASSING:
                if loop.time() > deadline:
                    raise
            except (exceptions.ConnectionError, OSError):
                await cluster.refresh()
                if loop.time() > deadline or await cluster.at(key) is node:
                    raise
            redirected, asking = None, False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
            if pause == LONGEST_PAUSE_S:
                await cluster.refresh()

    def _connection(self, client: Redis) -> PipelinedConnection:
        connection = self._connections.get(client)
        if connection is None:
            connection = self._connections[client] = connection_of(client)
        return connection

    def _abandon(self, client: Redis) -> None:
        connection = self._connections.pop(client, None)
        if connection is not None:
            connection.abandon()


async def end(client: Client) -> None:
    """Close everything towards this Redis; calls that come later fail instead of connecting anew."""
    if isinstance(client, Cluster):
        await client.aclose()
    else:
        await close(client)
