"""How the Stripe SDK reaches the network: its `HTTPClient` over one connection pool.

The SDK's own httpx client hands the body over in a way that httpx calls deprecated, and takes no
pool limits; this one is smaller than a workaround would be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import stripe

MAX_CONNECTIONS: Final = 50
"""Twice the calls a second that Stripe takes by default: with answers within 2 s none waits."""


class PooledClient(stripe.HTTPClient):
    """Sends each request once; retries are the gateway's affair."""

    name = "httpx2"

    def __init__(self, timeout: httpx2.Timeout) -> None:
        super().__init__()
        pool = httpx2.Limits(
            max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
        )
        self._pool = httpx2.AsyncClient(timeout=timeout, limits=pool)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Body, status, headers. Raises stripe.APIConnectionError when none came."""
        try:
            response = await self._pool.request(method, url, headers=headers, content=post_data)
        except httpx2.HTTPError as error:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                f"no answer from Stripe: {type(error).__name__}", should_retry=True
            ) from error
        return response.content, response.status_code, response.headers

    async def sleep_async(self, secs: float) -> None:
        """The SDK's pause between its own retries."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close the connections."""
        await self._pool.aclose()
