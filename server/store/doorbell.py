"""Keyspace notifications: the doorbell that says an event's feed has something new.

One connection per worker hears `xadd` on the feeds and `expired` on the leases of the events it was
asked to watch. A notification may be lost, late or doubled: whoever is rung looks for itself, and
the bell also rings for every watched event after each (re)connection.

Owns: the subscription and its repair. Never: what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import hiredis
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.store.lane import NOTHING, packed, reader, taken_over

log = structlog.get_logger(__name__)

RETRY_S = 0.2
"""Between attempts to connect again; the feeds are read in any case, see `realtime.live_event`."""

QUIET_S = 5.0
"""A connection that says nothing for so long is asked whether it lives, and dropped if it is not."""

OWN_CHANNEL = "houseful:doorbell"
"""Keeps the connection subscribed while no event is watched."""


def channels(event_id: int, database: int) -> tuple[str, str]:
    """(feed channel, lease pattern) of one event; the braces are part of the hash tag."""
    space = f"__keyspace@{database}__:seat:{{{event_id}}}:"
    return f"{space}feed", f"{space}lease:*"


class Ear(asyncio.Protocol):
    """A subscribed connection; hands each message to `hear` in the step in which it arrives."""

    def __init__(self, hear: Callable[[list[Any]], None]) -> None:
        self._hear = hear
        self._reader = reader()
        self.heard = 0
        self.lost = asyncio.Event()
        self.transport: asyncio.Transport
        self.before: asyncio.BaseProtocol

    def say(self, *command: str) -> None:
        if not self.transport.is_closing():
            self.transport.write(packed(*command))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        self.heard += 1
        while True:
            try:
                message = self._reader.gets()
            except hiredis.HiredisError:
                self.transport.abort()
                return
            if message is NOTHING:
                return
            if isinstance(message, list):
                self._hear(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self.before.connection_lost(exc)
        self.lost.set()


class Doorbell:
    """Rings `listener(event_id, lease_expired)` for the events watched."""

    def __init__(self, client: Redis, listener: Callable[[int, bool], None]) -> None:
        self._pool = client.connection_pool
        self._listener = listener
        self._watched: dict[int, None] = {}
        self._ear: Ear | None = None
        self._database = int(client.connection_pool.connection_kwargs.get("db") or 0)
        self.heard = 0
        self.connections = 0

    def is_heard(self) -> bool:
        """Whether the connection stands."""
        return self._ear is not None and not self._ear.lost.is_set()

    async def watch(self, event_id: int) -> None:
        """Ring for this event from now on. Without a connection, from when there is one again."""
        self._watched[event_id] = None
        if self._ear is not None:
            self._subscribe(self._ear, event_id)

    async def unwatch(self, event_id: int) -> None:
        self._watched.pop(event_id, None)
        if self._ear is not None:
            feed, lease = channels(event_id, self._database)
            self._ear.say("UNSUBSCRIBE", feed)
            self._ear.say("PUNSUBSCRIBE", lease)

    async def run(self) -> None:
        """Listen until cancelled; supervises its own connection."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("doorbell_lost", error=str(error))
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            ear = Ear(self._ring)
            ear.transport, ear.before = taken_over(connection, ear)
            ear.say("SUBSCRIBE", OWN_CHANNEL)
            for event_id in list(self._watched):
                self._subscribe(ear, event_id)
            self._ear = ear
            self.connections += 1
            await self._stay(ear)
        finally:
            self._ear = None
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def _stay(self, ear: Ear) -> None:
        """Return when the connection is lost, or seems so: two quiet spells with a PING between."""
        heard, is_asked = -1, False
        while not ear.lost.is_set():
            if ear.heard == heard and is_asked:
                return
            is_asked = ear.heard == heard
            if is_asked:
                ear.say("PING")
            heard = ear.heard
            try:
                async with asyncio.timeout(QUIET_S):
                    await ear.lost.wait()
            except TimeoutError:
                continue

    def _subscribe(self, ear: Ear, event_id: int) -> None:
        feed, lease = channels(event_id, self._database)
        ear.say("SUBSCRIBE", feed)
        ear.say("PSUBSCRIBE", lease)

    def _ring(self, message: list[Any]) -> None:
        """`[kind, channel, count]`, `["message", channel, word]` or `["pmessage", _, channel, word]`."""
        kind, *about = message
        if kind == "subscribe" or (kind == "message" and about[-1] == "xadd"):
            self._ring_for(about[0], is_news=kind == "message", lease_expired=False)
        elif kind == "pmessage" and about[-1] == "expired":
            self._ring_for(about[1], is_news=True, lease_expired=True)

    def _ring_for(self, channel: str, *, is_news: bool, lease_expired: bool) -> None:
        event_id = event_of(channel)
        if event_id is not None:
            self.heard += is_news
            self._listener(event_id, lease_expired)


def event_of(channel: str) -> int | None:
    """The event in a channel's hash tag."""
    _, opened, rest = channel.partition("{")
    number = rest.partition("}")[0]
    return int(number) if opened and number.isdigit() else None
