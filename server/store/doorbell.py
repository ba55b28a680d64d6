"""Keyspace notifications: the doorbell that says an event's feed has something new.

One connection per worker hears `xadd` on the feeds and the desks' notes, and `expired` on the leases
of the events it was asked to watch. A notification may be lost, late or doubled: whoever is rung
looks for itself, and the bell also rings for every watched event after each (re)connection.

Owns: the subscription and its repair. Never: what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

RETRY_S = 0.2
"""Between attempts to connect again; the feeds are read in any case, see `realtime.live_event`."""

LISTEN_S = 1.0
"""How long one wait for a message lasts before the connection is looked at again."""


def channels(event_id: int, database: int) -> tuple[str, str, str]:
    """(feed, desk, lease pattern) of one event; the braces are part of the hash tag."""
    space = f"__keyspace@{database}__:seat:{{{event_id}}}:"
    return f"{space}feed", f"{space}desk", f"{space}lease:*"


class Doorbell:
    """Rings `listener(event_id, lease_expired, desk)` for the events watched."""

    def __init__(self, client: Redis, listener: Callable[[int, bool, bool], None]) -> None:
        self._client = client
        self._listener = listener
        self._watched: dict[int, None] = {}
        self._pubsub: PubSub | None = None
        self._database = int(client.connection_pool.connection_kwargs.get("db") or 0)
        self.heard = 0
        self.connections = 0

    async def watch(self, event_id: int) -> None:
        """Ring for this event from now on. A subscription that fails is made by the next repair."""
        self._watched[event_id] = None
        if self._pubsub is not None and self._pubsub.connection is not None:
            try:
                await self._subscribe(self._pubsub, event_id)
            except (RedisError, OSError):
                log.warning("doorbell_subscribe_failed", event_id=event_id)

    async def unwatch(self, event_id: int) -> None:
        self._watched.pop(event_id, None)
        if self._pubsub is not None and self._pubsub.connection is not None:
            feed, desk, lease = channels(event_id, self._database)
            try:
                await self._pubsub.unsubscribe(feed, desk)
                await self._pubsub.punsubscribe(lease)
            except (RedisError, OSError):
                log.warning("doorbell_unsubscribe_failed", event_id=event_id)

    async def run(self) -> None:
        """Listen until cancelled; supervises its own connection."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("doorbell_lost", error=str(error))
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        async with self._client.pubsub() as pubsub:
            # A channel of our own keeps the connection open while no event is watched.
            await pubsub.subscribe("houseful:doorbell")
            for event_id in list(self._watched):
                await self._subscribe(pubsub, event_id)
            self._pubsub = pubsub
            self.connections += 1
            try:
                await self._hear(pubsub)
            finally:
                self._pubsub = None

    async def _subscribe(self, pubsub: PubSub, event_id: int) -> None:
        feed, desk, lease = channels(event_id, self._database)
        await pubsub.subscribe(feed, desk)
        await pubsub.psubscribe(lease)

    async def _hear(self, pubsub: PubSub) -> None:
        while True:
            message = await pubsub.get_message(timeout=LISTEN_S)
            if message is not None:
                self._ring(message)

    def _ring(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], message["channel"]
        event_id = event_of(channel)
        if event_id is None:
            return
        # redis-py reconnects in silence and subscribes again: that, too, is heard here as a ring.
        if kind in ("subscribe", "psubscribe") or (kind == "message" and message["data"] == "xadd"):
            self.heard += kind == "message"
            self._listener(event_id, False, kind != "message" or channel.endswith(":desk"))
        elif kind == "pmessage" and message["data"] == "expired":
            self.heard += 1
            self._listener(event_id, True, False)


def event_of(channel: str) -> int | None:
    """The event in a channel's hash tag."""
    _, opened, rest = channel.partition("{")
    number = rest.partition("}")[0]
    return int(number) if opened and number.isdigit() else None
