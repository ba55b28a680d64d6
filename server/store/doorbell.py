"""Keyspace notifications: the doorbell that says an event's feed has something new.

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
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from server.store.capability import add_notifications
from server.store.cluster import Cluster
from server.store.lanes import Client

log = structlog.get_logger(__name__)

RETRY_S = 0.2
"""Between attempts to connect again; the feeds are read in any case, see `realtime.live_event`."""

LISTEN_S = 0.1
"""How long one wait for a message lasts before events that came or went are seen to."""

ATTEND_S = 1.0
"""Between looks at which primaries there are."""

Ring = Callable[[int, bool, bool], None]
"""Called with (event id, whether a lease expired, whether the desk may have a note)."""

OWN_CHANNEL = "houseful:doorbell"
"""Keeps a connection open while no event is watched, and says when it was made anew."""


def channels(event_id: int, database: int) -> tuple[str, str, str]:
    """(feed channel, desk channel, lease pattern) of one event; the braces are part of the hash tag."""
    space = f"__keyspace@{database}__:seat:{{{event_id}}}:"
    return f"{space}feed", f"{space}desk", f"{space}lease:*"


class Ear:
    """One connection to one node; rings for what it hears.

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
        self.heard = 0
        self.is_connected = False

    async def run(self, watched: Collection[int]) -> None:
        """Listen until cancelled; supervises its own connection."""
        while True:
            try:
                await self._listen(watched)
            except (RedisError, OSError) as error:
                log.warning("doorbell_lost", error=str(error))
            except Exception:
                log.exception("doorbell_failed")
            finally:
                self.is_connected = False
            await asyncio.sleep(RETRY_S)

    async def _listen(self, watched: Collection[int]) -> None:
        # Nobody else may use this connection: redis-py makes it anew inside any call that fails, and
        # two tasks doing so at once leave one of them reading what the other waits for.
        async with self._client.pubsub() as pubsub:
            await pubsub.subscribe(OWN_CHANNEL)
            heard_of: set[int] = set()
            while True:
                await self._follow(pubsub, heard_of, set(watched))
                message = await pubsub.get_message(timeout=LISTEN_S)
                if message is not None and message["channel"] == OWN_CHANNEL:
                    await self._meet()
                elif message is not None:
                    self._hear(message)

    async def _follow(self, pubsub: PubSub, heard_of: set[int], watched: set[int]) -> None:
        """Subscribe to the events that came since, and let go of those that went."""
        for event_id in watched - heard_of:
            feed, desk, lease = channels(event_id, self._database)
            await pubsub.subscribe(feed, desk)
            await pubsub.psubscribe(lease)
            heard_of.add(event_id)
        for event_id in heard_of - watched:
            feed, desk, lease = channels(event_id, self._database)
            await pubsub.unsubscribe(feed, desk)
            await pubsub.punsubscribe(lease)
            heard_of.discard(event_id)

    async def _meet(self) -> None:
        """A new connection: a server that was started anew or joined may not notify yet."""
        await add_notifications(self._client)
        facts: dict[str, Any] = await self._client.info("server")
        before, self._run_id = self._run_id, str(facts.get("run_id"))
        self.is_connected = True
        if before not in ("", self._run_id):
            self._other_server()

    def _hear(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], message["channel"]
        event_id = event_of(channel)
        if event_id is None:
            return
        # redis-py reconnects in silence and subscribes again: that, too, is heard here as a ring.
        if kind in ("subscribe", "psubscribe") or (kind == "message" and message["data"] == "xadd"):
            self.heard += kind == "message"
            self._ring(event_id, False, kind != "message" or channel.endswith(":desk"))
        elif kind == "pmessage" and message["data"] == "expired":
            self.heard += 1
            self._ring(event_id, True, False)


class Doorbell:
    """Rings `listener(event_id, lease_expired, desk)` for the events watched, wherever they are.

    `other_server` is called when a primary is not the process it was, see `Ear`.
    """

    def __init__(
        self, client: Client, listener: Ring, other_server: Callable[[], None] = lambda: None
    ) -> None:
        self._client = client
        self._listener = listener
        self._other_server = other_server
        self._watched: dict[int, None] = {}
        self._ears: dict[Redis, tuple[Ear, asyncio.Task[None]]] = {}
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
                    log.warning("doorbell_lost", error=str(error))
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
                ear = Ear(client, self._listener, self._other_server, is_known=are_known)
                self._ears[client] = (
                    ear,
                    asyncio.create_task(ear.run(self._watched), name="doorbell-ear"),
                )


def event_of(channel: str) -> int | None:
    """The event in a channel's hash tag."""
    _, opened, rest = channel.partition("{")
    number = rest.partition("}")[0]
    return int(number) if opened and number.isdigit() else None
