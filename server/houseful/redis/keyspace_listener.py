"""Keyspace notifications: the signal that an event's feed has something new.

Notifications are heard only on the node where the key is, so each primary gets an ear: one connection
that hears `xadd` on the feeds and the desks' notes, and `expired` on the leases, of the events it was
asked to watch. All ears listen for all events, so that an event may move to another node unannounced;
ears come and go with the primaries. A notification may be lost, late or doubled: whoever is rung
looks for itself, and the bell also rings for every watched event after each (re)connection.

Owns: the subscriptions and their repair. Never: what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import lru_cache
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from houseful.domain.numbers import whole
from houseful.redis.capability import add_notifications
from houseful.redis.cluster import Cluster
from houseful.redis.command_router import Client
from houseful.redis.pipelined_connection import REPLY_TIMEOUT_S, ConnectionStreams, packed

log = structlog.get_logger(__name__)

RETRY_S = 0.2
"""Between attempts to connect again; the feeds are read in any case, see `realtime.live_event`."""

LISTEN_S = 0.1
"""Between looks at which events came or went."""

ATTEND_S = 1.0
"""Between looks at which primaries there are."""

Ring = Callable[[int, bool, bool], None]
"""Called with (event id, whether a lease expired, whether the staff stream has a note)."""

QUIET_S = 15.0
"""A connection that brought nothing for so long is asked whether it still stands."""

OWN_CHANNEL = "houseful:doorbell"
"""Subscribed to last: once that is confirmed, all events are heard."""


def channels(event_id: int, database: int) -> tuple[str, str, str]:
    """(feed channel, staff channel, lease pattern) of one event; the braces are part of the hash tag."""
    space = f"__keyspace@{database}__:seat:{{{event_id}}}:"
    return f"{space}feed", f"{space}desk", f"{space}lease:*"


class NotificationReader:
    """One connection to one node; rings for what it hears.

    redis-py's PubSub costs 45 µs for each message, and every move of a seat is one; this costs 5.

    `other_server` is called when the process at the other end is not the one it was: restarted,
    perhaps with older data, or another primary. `is_known`: the first one is no news.
    """

    def __init__(
        self, client: Redis, ring: Ring, other_server: Callable[[], None], *, is_known: bool
    ) -> None:
        self._client = client
        self._ring = ring
        self._other_server = other_server
        self._run_id = "" if is_known else "none yet"
        self._database = int(client.connection_pool.connection_kwargs.get("db") or 0)
        self._refusal: RedisError | None = None
        self._heard_at = 0.0
        self.heard = 0
        self.is_connected = False

    async def run(self, watched: Collection[int]) -> None:
        """Listen until cancelled; supervises its own connection."""
        while True:
            try:
                await self._listen(watched)
            except (RedisError, OSError) as error:
                log.warning("keyspace_listener_lost", error=str(error))
            except Exception:
                log.exception("keyspace_listener_failed")
            finally:
                self.is_connected = False
            await asyncio.sleep(RETRY_S)

    async def _listen(self, watched: Collection[int]) -> None:
        """Until the connection is lost, which raises."""
        pool = self._client.connection_pool
        connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            wire = ConnectionStreams(connection, self._hear)
            try:
                await self._meet()
                await self._attend(wire, watched)
            finally:
                wire.transport.abort()
                await wire.is_lost.wait()
        finally:
            await connection.disconnect(nowait=True)
            await pool.release(connection)

    async def _meet(self) -> None:
        """A new connection: a server that was started anew or joined may not notify yet."""
        await add_notifications(self._client)
        facts: dict[str, Any] = await self._client.info("server")
        before, self._run_id = self._run_id, str(facts.get("run_id"))
        if before not in ("", self._run_id):
            self._other_server()

    async def _attend(self, wire: ConnectionStreams, watched: Collection[int]) -> None:
        loop = asyncio.get_running_loop()
        self._refusal = None
        self._heard_at = asked_at = loop.time()
        heard_of = self._follow(wire, set(), set(watched))
        wire.transport.write(packed("SUBSCRIBE", OWN_CHANNEL))
        while not wire.is_lost.is_set() and self._refusal is None:
            heard_of = self._follow(wire, heard_of, set(watched))
            now = loop.time()
            if asked_at > self._heard_at:
                if now > asked_at + REPLY_TIMEOUT_S:
                    raise TimeoutError("no reply in time")
            elif now > self._heard_at + QUIET_S:
                asked_at = now
                wire.transport.write(packed("PING"))
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_S):
                    await wire.is_lost.wait()
        raise self._refusal or ConnectionError("the connection was lost")

    def _follow(self, wire: ConnectionStreams, heard_of: set[int], watched: set[int]) -> set[int]:
        """Subscribe to the events that came since, and let go of those that went; `watched`."""
        for event_id in watched - heard_of:
            feed, staff, lease = channels(event_id, self._database)
            wire.transport.write(packed("SUBSCRIBE", feed, staff) + packed("PSUBSCRIBE", lease))
        for event_id in heard_of - watched:
            feed, staff, lease = channels(event_id, self._database)
            wire.transport.write(packed("UNSUBSCRIBE", feed, staff) + packed("PUNSUBSCRIBE", lease))
        return watched

    def _hear(self, reply: Any) -> None:
        """What the connection brings: RESP2's lists or RESP3's pushes, which are lists too."""
        self._heard_at = asyncio.get_running_loop().time()
        if isinstance(reply, RedisError):
            self._refusal = reply
        elif not isinstance(reply, list):
            return  # a PONG
        elif reply[0] == "message":
            if reply[2] == "xadd":
                self._tell(reply[1], lease_expired=False, staff_note=reply[1].endswith(":desk"))
        elif reply[0] == "pmessage":
            if reply[3] == "expired":
                self._tell(reply[2], lease_expired=True, staff_note=False)
        elif reply[0] in ("subscribe", "psubscribe"):
            if reply[1] == OWN_CHANNEL:
                self.is_connected = True
            elif (event_id := event_of(reply[1])) is not None:
                self._ring(event_id, False, True)

    def _tell(self, channel: str, *, lease_expired: bool, staff_note: bool) -> None:
        event_id = event_of(channel)
        if event_id is not None:
            self.heard += 1
            self._ring(event_id, lease_expired, staff_note)


class KeyspaceListener:
    """Calls `listener(event_id, lease_expired, staff_note)` for the events watched, wherever they are.

    `other_server` is called when a primary is not the process it was, see `NotificationReader`.
    """

    def __init__(
        self, client: Client, listener: Ring, other_server: Callable[[], None] = lambda: None
    ) -> None:
        self._client = client
        self._listener = listener
        self._other_server = other_server
        self._watched: dict[int, None] = {}
        self._ears: dict[Redis, tuple[NotificationReader, asyncio.Task[None]]] = {}
        self._heard_before = 0

    @property
    def heard(self) -> int:
        """Notifications so far."""
        return self._heard_before + sum(ear.heard for ear, _ in self._ears.values())

    def is_heard(self) -> bool:
        """Whether every primary that is known has a connected ear."""
        return bool(self._ears) and all(ear.is_connected for ear, _ in self._ears.values())

    def watch(self, event_id: int) -> None:
        """Ring for this event soon: at the latest `LISTEN_S` from now, and once when that begins."""
        self._watched[event_id] = None

    def unwatch(self, event_id: int) -> None:
        self._watched.pop(event_id, None)

    async def run(self) -> None:
        """Listen to every primary until cancelled."""
        is_first = True
        try:
            while True:
                try:
                    self._attend(await self._primaries(), are_known=is_first)
                    is_first = False
                except (RedisError, OSError) as error:
                    log.warning("keyspace_listener_lost", error=str(error))
                await asyncio.sleep(ATTEND_S)
        finally:
            ears = [task for _, task in self._ears.values()]
            self._attend([], are_known=True)
            await asyncio.gather(*ears, return_exceptions=True)  # each closes its connection

    async def _primaries(self) -> list[Redis]:
        if isinstance(self._client, Cluster):
            return list((await self._client.primaries()).values())
        return [self._client]

    def _attend(self, primaries: list[Redis], *, are_known: bool) -> None:
        """An ear for each primary, and none for others."""
        for client in [client for client in self._ears if client not in primaries]:
            ear, task = self._ears.pop(client)
            self._heard_before += ear.heard
            task.cancel()
        for client in primaries:
            if client not in self._ears:
                ear = NotificationReader(
                    client, self._listener, self._other_server, is_known=are_known
                )
                self._ears[client] = (
                    ear,
                    asyncio.create_task(ear.run(self._watched), name="keyspace-listener"),
                )


@lru_cache(maxsize=4096)
def event_of(channel: str) -> int | None:
    """The event in a channel's hash tag."""
    _, opened, rest = channel.partition("{")
    number = rest.partition("}")[0]
    return whole(number) if opened else None
