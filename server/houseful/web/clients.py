"""Requests without a token, counted by where they come from.

Behind a trusted proxy the client's address is what that proxy says (`HOUSEFUL_TRUSTED_PROXIES`);
what anybody else writes into X-Forwarded-For counts for nothing.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import HTTPConnection

from houseful.domain.addresses import group_of
from houseful.domain.errors import RateLimited, Unavailable
from houseful.web.context import Context

WINDOW_MS = 60_000
PROBES = ("/healthz", "/readyz", "/metrics")
"""Answered to those who watch us even when Redis, which counts, is away."""


def counted_address(connection: HTTPConnection, context: Context) -> str | None:
    """What limits per address count under; None for addresses that they pass over."""
    host = connection.client.host if connection.client else None
    return None if host in context.uncounted else group_of(host)


async def admit_public(connection: HTTPConnection, context: Context) -> None:
    """Count one request. Raises RateLimited. Without Redis everybody passes."""
    if connection.scope["path"] not in PROBES:
        most = context.settings.public_requests_per_minute
        with suppress(Unavailable):
            await count(connection, context, "public", most, "requests")


async def admit_guest(connection: HTTPConnection, context: Context) -> None:
    """Count one guest. Raises RateLimited or Unavailable."""
    await count(connection, context, "guest", context.settings.guests_per_minute, "guests")


async def count(
    connection: HTTPConnection, context: Context, name: str, most: int, what: str
) -> None:
    """Count one under `name` for the client's address."""
    address = counted_address(connection, context)
    if address is None:
        return
    allowance = await context.limiter.attempt(name, address, limit=most, window_ms=WINDOW_MS)
    if not allowance.allowed:
        raise RateLimited(
            f"too many {what} from one address", retry_after_s=allowance.reset_ms / 1000
        )
