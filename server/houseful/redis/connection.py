"""The one way to reach Redis or Valkey: how clients are made, and how their failures read.

Owns: timeouts, retries, pool size, the translation of redis-py's exceptions.
Never: keys, scripts, or what they mean.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.maint_notifications import MaintNotificationsConfig

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.redis.addresses import check_url, clustered, deployment
from houseful.redis.cluster import Cluster
from houseful.redis.command_router import Client
from houseful.redis.sentinels import Watched, watched

CONNECT_TIMEOUT_S: Final = 2.0
REPLY_TIMEOUT_S: Final = 5.0
"""A script answers within milliseconds; a buyer waits no longer than this to hear "unavailable"."""

POOL_SIZE: Final = 24
"""Connections per worker. A 25th command waits for a free one, up to `POOL_WAIT_S`."""

POOL_WAIT_S: Final = 2.0
RETRIES: Final = 2
"""On a lost connection only, over about 0.3 s; every script may be repeated (see lua/)."""


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Client:
    """A client for any URL that `addresses` describes: text in, text out.

    Connects on first use. Raises ConfigurationError for a URL that is none of these.
    """
    check_url(url)
    several = deployment(url)
    if several is None:
        return _plain(url, pool_size)
    if several.kind == "sentinel":
        return watched(several, max_connections=pool_size, **_options())
    return Cluster(several.nodes, lambda address: _plain(several.url_of(address), pool_size))


async def settled(url: str) -> str:
    """`url`, or the cluster's where a plain one leads to a node of a cluster.

    A server that does not answer now is believed to be alone.
    """
    client = connect(url)
    try:
        if isinstance(client, Redis) and not isinstance(client, Watched):
            with suppress(exceptions.RedisError, OSError):
                facts: dict[str, Any] = await client.info("cluster")
                if int(facts.get("cluster_enabled", 0)):
                    return clustered(url)
        return url
    finally:
        await client.aclose()


async def follow(client: Client) -> None:
    """Keep up with who is the primary until cancelled; a lone server stays where it is."""
    if isinstance(client, Cluster | Watched):
        await client.follow()
    else:
        await asyncio.get_running_loop().create_future()


def _plain(url: str, pool_size: int) -> Redis:
    try:
        pool = BlockingConnectionPool.from_url(
            url, max_connections=pool_size, timeout=POOL_WAIT_S, **_options()
        )
    except ValueError as error:
        raise ConfigurationError(
            f"REDIS_URL: expected redis://host:port/db, rediss://… or unix:///path: {error}"
        ) from None
    return Redis.from_pool(pool)


def _options() -> dict[str, Any]:
    """What all connections have in common."""
    return {
        "decode_responses": True,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": REPLY_TIMEOUT_S,
        "health_check_interval": 15,
        "retry": Retry(
            ExponentialWithJitterBackoff(base=0.02, cap=0.25),
            RETRIES,
            supported_errors=(exceptions.ConnectionError,),
        ),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


AWAY: Final = (
    ConnectionError,
    exceptions.ConnectionError,  # among its children: wrong password, loading, no connection free
    exceptions.TimeoutError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
    exceptions.AskError,
    exceptions.NoPermissionError,
)
AWAY_WORDS: Final = (
    "BUSY",  # a script runs too long
    "MISCONF",  # cannot persist
    "NOREPLICAS",  # too few of them
    "NOAUTH",
    "WRONGPASS",
    "MASTERDOWN",
    "LOADING",
    "DB index is out of range",  # redis://…/99, told as the connection is made
    "invalid DB index",
)
"""How errors without a class of their own begin in Redis 8 and Valkey 9 (src/server.c, src/db.c)."""


def is_away(error: BaseException | None) -> bool:
    """Whether Redis cannot serve now or not as configured; else it is a bug, a wrong command."""
    says_so = str(error).removeprefix("ERR ").startswith(AWAY_WORDS)
    return isinstance(error, AWAY) or (isinstance(error, exceptions.ResponseError) and says_so)


class Translation:
    """A context manager of its own class: one made of a generator costs six times as much."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None:
            return
        if is_away(error):
            message = "the seat store does not answer"
            raise Unavailable(message, reason=str(error), retry_after_s=1) from error


_translation: Final = Translation()


def translated() -> Translation:
    """Turn "Redis does not answer now" into Unavailable; a bug (a wrong command) passes through.

    Stands around every use of a client.
    """
    return _translation
