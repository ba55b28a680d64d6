"""A token bucket: how often we may call somebody who counts.

Owns: the order and the moment at which callers go ahead.
Never: more than `burst + rate × t` callers in any span of t seconds, over all workers where they
share a pace; on its own, where they do not or the pace does not answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from houseful.domain.errors import Unavailable
from houseful.payments.gateway import GatewayBusy

SharedPace = Callable[[float], Awaitable[float]]
"""Longest wait → seconds to wait, when over that nothing was taken. May raise Unavailable."""


class TokenBucket:
    """`rate_per_s` callers a second, `burst` at once after a quiet time; first come, first served.

    The level may go below zero: it then counts the callers who are waiting for their moment.
    """

    def __init__(
        self,
        rate_per_s: float,
        burst: int,
        *,
        shared: SharedPace | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError(f"expected a rate above 0 and a burst ≥ 1, got {rate_per_s}, {burst}")
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._shared = shared
        self._clock_s = clock_s
        self._sleep = sleep
        self._level = float(burst)
        self._filled_at_s = clock_s()

    async def take(self, max_wait_s: float) -> None:
        """Wait for a token. Raises GatewayBusy at once when it would take over `max_wait_s`."""
        shared_s = await self._shared_wait_s(max_wait_s)
        if shared_s is not None:
            _refuse_over(shared_s, max_wait_s)
            await self._sleep(shared_s)
            return
        self._fill()
        wait_s = max(0.0, (1 - self._level) / self._rate_per_s)
        _refuse_over(wait_s, max_wait_s)
        # No await between the check above and this: two callers never take one token.
        self._level -= 1
        if wait_s == 0:
            return
        try:
            await self._sleep(wait_s)
        except asyncio.CancelledError:
            self._level += 1
            raise

    async def _shared_wait_s(self, max_wait_s: float) -> float | None:
        """None where nobody shares, or Redis is away: what is begun must be settled all the same."""
        if self._shared is None:
            return None
        try:
            return await self._shared(max_wait_s)
        except Unavailable:
            return None

    def _fill(self) -> None:
        now_s = self._clock_s()
        filled = self._level + (now_s - self._filled_at_s) * self._rate_per_s
        self._level = min(float(self._burst), filled)
        self._filled_at_s = now_s


def _refuse_over(wait_s: float, max_wait_s: float) -> None:
    if wait_s > max_wait_s:
        raise GatewayBusy(
            "too many payments at once; please try again in a moment", retry_after_s=wait_s
        )
