"""The one way to reach Redis or Valkey: how clients are made, checked, and how their failures read.

Owns: timeouts, retries, pool size, the translation of redis-py's exceptions.
Never: keys, scripts, or what they mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from redis import exceptions
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as Redis  # the type, for those who may not import the library
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.maint_notifications import MaintNotificationsConfig

from server.domain.errors import ConfigurationError, Unavailable

CONNECT_TIMEOUT_S: Final = 2.0
REPLY_TIMEOUT_S: Final = 5.0
"""A script answers within milliseconds; a buyer waits no longer than this to hear "unavailable"."""

POOL_SIZE: Final = 24
"""Connections per worker. A 25th command waits for a free one, up to `POOL_WAIT_S`."""

POOL_WAIT_S: Final = 2.0
RETRIES: Final = 2
"""On a lost connection only, over about 0.3 s; every script may be repeated (see lua/)."""

OLDEST_VERSION: Final = (7, 0)
NOTIFICATION_FLAGS: Final = "Ktx"
"""K: keyspace channels, t: stream commands (xadd on the feed), x: expired (the lease)."""

PROBE_WAIT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Capability:
    """What the server at the other end is: `software` is `redis` or `valkey`."""

    software: str
    version: str
    notification_flags: str


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://`: text in, text out.

    Connects on first use. Raises ConfigurationError for a URL that is none of these.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=pool_size,
            timeout=POOL_WAIT_S,
            decode_responses=True,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=REPLY_TIMEOUT_S,
            health_check_interval=15,
            retry=Retry(
                ExponentialWithJitterBackoff(base=0.02, cap=0.25),
                RETRIES,
                supported_errors=(exceptions.ConnectionError,),
            ),
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
    except ValueError as error:
        raise ConfigurationError(
            f"REDIS_URL: expected redis://host:port/db, rediss://… or unix:///path: {error}"
        ) from None
    return Redis.from_pool(pool)


def describe(url: str) -> str:
    """`url` without its password, for messages and logs."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host or 'localhost'}:{parts.port or 6379}{parts.path}"


@contextmanager
def translated() -> Iterator[None]:
    """Turn "Redis does not answer now" into Unavailable; a bug (a wrong command) passes through.

    Stands around every use of a client, also as a decorator on coroutine-free functions.
    """
    try:
        yield
    except (
        ConnectionError,
        exceptions.ConnectionError,
        exceptions.TimeoutError,
        exceptions.OutOfMemoryError,
        exceptions.ReadOnlyError,
        exceptions.ClusterDownError,
        exceptions.TryAgainError,
    ) as error:
        raise _unavailable(error) from error
    except exceptions.ResponseError as error:
        # MISCONF: cannot persist; NOREPLICAS: too few replicas; BUSY: a script runs too long.
        if str(error).startswith(("MISCONF", "NOREPLICAS", "BUSY")):
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"the seat store does not answer: {error}", retry_after_s=1)


async def require_capable(client: Redis) -> Capability:
    """Check that Houseful can stand on this server; sets the notification flags where it may.

    Raises ConfigurationError saying what to change, Unavailable when nothing answers.
    """
    with translated():
        facts: dict[str, Any] = await client.info("server")
        software = str(facts.get("server_name", "redis"))
        version = str(facts["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
            raise ConfigurationError(
                f"expected Redis 7.0 or newer, or Valkey; REDIS_URL leads to Redis {version}"
            )
        await _require_no_eviction(client)
        flags = await _require_notifications(client)
    shown = str(facts.get("valkey_version", version))
    return Capability(software=software, version=shown, notification_flags=flags)


async def _require_no_eviction(client: Redis) -> None:
    """Refuse a cache: evicting a seat hash would forget who holds what."""
    settings = await _read_settings(client, "maxmemory*")
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy.startswith("allkeys-") and settings.get("maxmemory", "0") != "0":
        raise ConfigurationError(
            f"Redis may evict seats: expected maxmemory-policy noeviction, got {policy}"
        )


async def _require_notifications(client: Redis) -> str:
    settings = await _read_settings(client, "notify-keyspace-events")
    current = settings.get("notify-keyspace-events")
    if current is None:
        if await _hears_notifications(client):
            return "not readable, but heard"
        raise _missing_notifications("unknown: CONFIG GET is not allowed")
    missing = missing_flags(current)
    if not missing:
        return current
    try:
        await client.config_set("notify-keyspace-events", current + missing)
    except exceptions.ResponseError:
        raise _missing_notifications(repr(current)) from None
    return current + missing


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


async def _hears_notifications(client: Redis) -> bool:
    """Where the setting cannot be read: ring the two doorbells once and listen."""
    stream, lease = f"houseful:probe:{uuid4()}", f"houseful:probe:{uuid4()}"
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
