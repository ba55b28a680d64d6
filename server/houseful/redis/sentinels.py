"""A primary that Sentinels watch: a plain client that follows it through failovers.

redis-py asks the Sentinels at each new connection. A primary that hangs, though, keeps its
connections; so the address is looked at every second, and when it changed, what the old primary was
asked is given up and its connections are cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)

from houseful.redis.addresses import Deployment

log = structlog.get_logger(__name__)

FOLLOW_S: Final = 1.0
"""Between looks at who is the primary."""

ANSWER_WITHIN_S: Final = 0.5
"""A Sentinel that takes longer is passed over for the next."""


class Shared(Sentinel):
    """Sentinels that are asked for one caller at a time, the others share the answer.

    redis-py moves the one that answered to the front of its list, by the position it had when it was
    asked: of two callers at once the second puts a Sentinel there twice and another nowhere.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)  # type: ignore[no-untyped-call]
        self._asking: asyncio.Task[tuple[str, int]] | None = None

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        if self._asking is None:
            self._asking = asyncio.create_task(
                super().discover_master(service_name), name="sentinels"
            )
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    def _asked(self, asking: asyncio.Task[tuple[str, int]]) -> None:
        self._asking = None
        if not asking.cancelled():
            asking.exception()  # seen, also where nobody waits any more

    async def aclose(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})
        await super().aclose()


class Watched(Redis):
    """The client of a primary by name, wherever it is now."""

    def __init__(self, pool: SentinelConnectionPool, sentinel: Shared) -> None:
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self._watched_pool = pool
        self._sentinel = sentinel
        self.departures: list[Callable[[Redis], None]] = []
        """Called when the primary is another one."""

    async def follow(self) -> None:
        """Notice failovers until cancelled."""
        known: object = None
        while True:
            try:
                now = await self._sentinel.discover_master(self._watched_pool.service_name)
            except exceptions.RedisError as error:
                log.warning("sentinels_unreachable", error=str(error))
            else:
                if known not in (None, now):
                    await self._leave(now)
                known = now
            await asyncio.sleep(FOLLOW_S)

    async def _leave(self, primary: tuple[str, int]) -> None:
        log.warning("primary_changed", node=f"{primary[0]}:{primary[1]}")
        for tell in self.departures:
            tell(self)
        await self._watched_pool.disconnect(inuse_connections=True)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        await self._sentinel.aclose()


def watched(deployment: Deployment, **options: Any) -> Watched:
    """A client of the deployment's primary; `options` are of every connection to it."""
    url = deployment.url_of(deployment.nodes[0])
    given = dict(parse_url(url))
    for name in ("host", "port", "connection_class"):
        given.pop(name, None)
    secure = url.startswith("rediss")
    sentinel = Shared(
        deployment.nodes,
        sentinel_kwargs={
            "socket_timeout": ANSWER_WITHIN_S,
            "socket_connect_timeout": ANSWER_WITHIN_S,
            "decode_responses": True,
            **deployment.sentinel_login,
        },
    )
    pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]
        deployment.service,
        sentinel,
        connection_class=SentinelManagedSSLConnection if secure else SentinelManagedConnection,
        **given,
        **options,
    )
    return Watched(pool, sentinel)
