"""The way of commands to Redis: those of one turn travel together, each to the node of its key.

Calls made in the same turn of the event loop, or while all pipelines of a node are under way, share
one write and one read, where each alone would cost a connection's round trip. In a cluster every
primary has a lane of its own, so that one that hangs holds up nobody else's. Redirections and
resharding are followed within `REROUTE_S`; after that the caller hears the error.

Owns: pipelines, redirections. Never: what a command means. Every command may be sent twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis import exceptions
from redis.asyncio import Redis

from server.store.cluster import Cluster
from server.store.sentinels import Watched

Client = Redis | Cluster
"""A plain client, one that follows Sentinels, or a cluster's."""

PIPELINES: Final = 4
"""Pipelines under way at once to one node; it runs scripts one after another in any case."""

TOGETHER: Final = 128
"""Calls in one pipeline: bounds how long the first waits for the last."""

REROUTE_S: Final = 2.0
"""How long one call follows a slot that moves, or waits for one that nobody serves."""

PAUSE_S: Final = 0.02
"""Before a call is sent again; doubles each time up to `LONGEST_PAUSE_S`."""

LONGEST_PAUSE_S: Final = 0.2


class Departed(exceptions.ConnectionError):
    """The node is no primary any more: ask the one that is."""


PASSING: Final = (exceptions.TryAgainError, exceptions.ClusterDownError)
"""A slot that moves or has no primary: soon it is somewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One command that somebody waits for. `asking`: the slot is still on its way to that node."""

    command: Sequence[str | int | bytes]
    asking: bool
    reply: asyncio.Future[Any]


class Lane:
    """The pipelines to one node."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[Call] = []
        self._sent: set[Call] = set()
        self._under_way = 0
        self._pipelines: set[asyncio.Task[None]] = set()

    async def send(self, command: Sequence[str | int | bytes], *, asking: bool = False) -> Any:
        """The reply; an error of Redis or of the connection is raised."""
        call = Call(command, asking, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if len(self._waiting) == 1 and self._under_way < PIPELINES:
            self._start()
        return await call.reply

    def abandon(self) -> None:
        """Everyone who waits is told that this node is the wrong one."""
        waiting, self._waiting = self._waiting, []
        for call in (*waiting, *self._sent):
            if not call.reply.done():
                call.reply.set_exception(Departed("the primary changed"))

    def _start(self) -> None:
        """Whoever waits is seen by a pipeline: one just started, or all of them, still looping."""
        self._under_way += 1
        pipeline = asyncio.create_task(self._work(), name="redis-pipeline")
        self._pipelines.add(pipeline)
        pipeline.add_done_callback(self._pipelines.discard)

    async def _work(self) -> None:
        """Send what waits, until nothing does; counted out in the same step that sees so."""
        try:
            while self._waiting:
                calls, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                if self._waiting and self._under_way < PIPELINES:
                    self._start()
                await self._answer(calls)
        finally:
            self._under_way -= 1

    async def _answer(self, calls: Sequence[Call]) -> None:
        """Everyone in `calls` gets a reply or an error."""
        self._sent.update(calls)
        try:
            wanted = [call for call in calls if not call.reply.done()]
            for call, reply in zip(wanted, await self._pipelined(wanted), strict=True):
                if call.reply.done():
                    continue
                if isinstance(reply, Exception):
                    call.reply.set_exception(reply)
                else:
                    call.reply.set_result(reply)
        except BaseException as error:
            for call in calls:
                if not call.reply.done():
                    call.reply.set_exception(
                        error if isinstance(error, Exception) else ConnectionError("stopped")
                    )
            if not isinstance(error, Exception):
                raise
        finally:
            self._sent.difference_update(calls)

    async def _pipelined(self, calls: Sequence[Call]) -> list[Any]:
        if not calls:
            return []
        async with self._client.pipeline(transaction=False) as pipe:
            for call in calls:
                if call.asking:
                    pipe.execute_command("ASKING")
                pipe.execute_command(*call.command)
            replies = iter(await pipe.execute(raise_on_error=False))
        # An ASKING's own reply comes before that of the command it lets in.
        return [
            (next(replies), next(replies))[1] if call.asking else next(replies) for call in calls
        ]


class Lanes:
    """Every command to one Redis, however many nodes it has."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lanes: dict[Redis, Lane] = {}
        if isinstance(client, Cluster | Watched):
            client.departures.append(self._abandon)

    @property
    def is_cluster(self) -> bool:
        return isinstance(self._client, Cluster)

    async def send(self, key: str, *command: str | int | bytes) -> Any:
        """The reply to a command on `key`, wherever that is now."""
        if isinstance(self._client, Cluster):
            return await self._routed(self._client, key, command)
        lane = self._lane(self._client)
        try:
            return await lane.send(command)
        except Departed:
            return await lane.send(command)
        except exceptions.MovedError as error:
            raise exceptions.ConnectionError(
                f"it is a node of a cluster, expected redis+cluster:// in REDIS_URL: {error}"
            ) from error

    async def _routed(
        self, cluster: Cluster, key: str, command: Sequence[str | int | bytes]
    ) -> Any:
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + REROUTE_S, PAUSE_S
        redirected: Redis | None = None
        asking = False
        while True:
            node = redirected
            try:
                node = redirected or await cluster.at(key)
                return await self._lane(node).send(command, asking=asking)
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

    def _lane(self, client: Redis) -> Lane:
        lane = self._lanes.get(client)
        if lane is None:
            lane = self._lanes[client] = Lane(client)
        return lane

    def _abandon(self, client: Redis) -> None:
        lane = self._lanes.pop(client, None)
        if lane is not None:
            lane.abandon()
