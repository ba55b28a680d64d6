"""Whether Houseful can stand on the Redis it was given: version, eviction, notifications.

Owns: the notification flags, set where the server lets us. Never: keys of an event.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import uuid4

from redis import exceptions
from redis.asyncio import Redis

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.domain.wording import shown
from houseful.redis.addresses import describe
from houseful.redis.cluster import Cluster
from houseful.redis.command_router import Client
from houseful.redis.connection import connect, settled, translated
from houseful.redis.notification_flags import NOTIFICATION_FLAGS
from houseful.redis.sentinels import Watched

OLDEST_VERSION: Final = (7, 0)
FLAGS_SETTING: Final = "notify-keyspace-events"

PROBE_WAIT_S: Final = 1.0
RETRY_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Capability:
    """What the server at the other end is: `software` is `redis` or `valkey`.

    `layout` says how it is spread.
    """

    software: str
    version: str
    notification_flags: str
    layout: str = "one server"
    is_durable: bool = True
    """Keeps an append-only file or has a replica, so that a restart does not forget who holds what."""


async def check_redis(url: str, *, wait_s: float = 0.0) -> Capability:
    """Raises ConfigurationError when it cannot be reached within `wait_s`, or is not fit."""
    deadline = time.monotonic() + wait_s
    while True:
        client = connect(await settled(url))
        try:
            return await require_capable(client)
        except Unavailable as error:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Redis at {describe(url)} does not answer: {error.reason};"
                    " start it, correct REDIS_URL, or unset it for the embedded one"
                ) from None
        finally:
            await client.aclose()
        await asyncio.sleep(RETRY_S)


async def require_capable(client: Client) -> Capability:
    """Check that Houseful can stand on this server; sets the notification flags where it may.

    Of a cluster every primary is checked, and every replica that answers prepared: it may be the
    primary tomorrow. Raises ConfigurationError saying what to change, Unavailable when nothing
    answers.
    """
    if not isinstance(client, Cluster):
        found = await _require_capable(client)
        return (
            replace(found, layout="watched by Sentinels") if isinstance(client, Watched) else found
        )
    with translated():
        nodes, primaries = await client.nodes(), await client.primaries()
    for node in nodes:
        if node not in primaries.values():
            with suppress(exceptions.RedisError, OSError):
                await add_notifications(node)
    every = [
        await _require_capable(primary, partial(client.serves, primary))
        for primary in primaries.values()
    ]
    return replace(
        every[-1],
        layout=f"cluster of {len(primaries)} primaries",
        is_durable=all(found.is_durable for found in every),
    )


async def add_notifications(client: Redis) -> None:
    """Set our flags beside those that are set, where the server lets us."""
    current = (await _read_settings(client, FLAGS_SETTING)).get(FLAGS_SETTING)
    if current is not None and (missing := missing_flags(current)):
        with suppress(exceptions.ResponseError):
            await client.config_set(FLAGS_SETTING, current + missing)


async def _require_capable(
    client: Redis, serves: Callable[[str], bool] = lambda _: True
) -> Capability:
    with translated():
        facts: dict[str, Any] = await client.info("server")
        software = str(facts.get("server_name", "redis"))
        version = str(facts["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
            raise ConfigurationError(
                f"expected Redis 7.0 or newer, or Valkey; REDIS_URL leads to Redis {version}"
            )
        await _require_no_eviction(client)
        flags = await _require_notifications(client, serves)
        is_durable = await _is_durable(client)
    shown = str(facts.get("valkey_version", version))
    return Capability(
        software=software,
        version=shown,
        notification_flags=flags,
        is_durable=is_durable,
    )


async def _is_durable(client: Redis) -> bool:
    kept: dict[str, Any] = await client.info("persistence")
    copied: dict[str, Any] = await client.info("replication")
    return bool(int(kept.get("aof_enabled", 0)) or int(copied.get("connected_slaves", 0)))


async def _require_no_eviction(client: Redis) -> None:
    """Refuse a cache: evicting a seat hash would forget who holds what."""
    settings = await _read_settings(client, "maxmemory*")
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy.startswith("allkeys-") and settings.get("maxmemory", "0") != "0":
        raise ConfigurationError(
            f"Redis may evict seats: expected maxmemory-policy noeviction, got {policy}"
        )


async def _require_notifications(client: Redis, serves: Callable[[str], bool]) -> str:
    """The flags that are set, ours among them. Raises ConfigurationError."""
    await add_notifications(client)
    current = (await _read_settings(client, FLAGS_SETTING)).get(FLAGS_SETTING)
    if current is None:
        if await _hears_notifications(client, serves):
            return "not readable, but heard"
        raise _missing_notifications("unknown: CONFIG GET is not allowed")
    if missing_flags(current):
        raise _missing_notifications(shown(current))
    return current


def missing_flags(current: str) -> str:
    """Those of `NOTIFICATION_FLAGS` that `current` lacks. `A` stands for all but K, E, m and n."""
    held = set(current) | (set("tx") if "A" in current else set())
    return "".join(flag for flag in NOTIFICATION_FLAGS if flag not in held)


def _missing_notifications(current: str) -> ConfigurationError:
    return ConfigurationError(
        f"Redis must send keyspace notifications with the flags {NOTIFICATION_FLAGS}, has"
        f" {current}, and does not let us set them; put this line into redis.conf (or the"
        f" service's parameters): notify-keyspace-events {NOTIFICATION_FLAGS}"
    )


async def _read_settings(client: Redis, pattern: str) -> dict[str, str]:
    """CONFIG GET; empty where a managed service forbids it."""
    try:
        found: dict[Any, Any] = await client.config_get(pattern)
    except exceptions.ResponseError:
        return {}
    return {_text(name): _text(value) for name, value in found.items()}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


async def _hears_notifications(client: Redis, serves: Callable[[str], bool]) -> bool:
    """Where the setting cannot be read: cause one notification of each kind and listen."""
    tag = next(tag for tag in iter(uuid4, None) if serves(f"{{{tag}}}"))
    stream, lease = f"houseful:probe:{{{tag}}}:stream", f"houseful:probe:{{{tag}}}:lease"
    heard: set[str] = set()
    async with client.pubsub() as ear:
        await ear.psubscribe(f"__keyspace@*__:{stream}", f"__keyspace@*__:{lease}")
        await client.xadd(stream, {"probe": "1"})
        await client.delete(stream)
        await client.set(lease, "1", px=1)
        try:
            async with asyncio.timeout(PROBE_WAIT_S):
                while not {"xadd", "expired"} <= heard:
                    await client.get(lease)  # reading a lapsed key expires it at once
                    message = await ear.get_message(ignore_subscribe_messages=True, timeout=0.05)
                    if message:
                        heard.add(_text(message["data"]))
        except TimeoutError:
            return False
    return True
