"""A token bucket: how often we may call somebody who counts.

Owns: the order and the moment at which callers go ahead.
Never: more than `burst + rate × t` callers in any span of t seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from houseful.payments.gateway import GatewayBusy


class TokenBucket:
    """`rate_per_s` callers a second, `burst` at once after a quiet time; first come, first served.

    The level may go below zero: it then counts the callers who are waiting for their moment.
    """

    def __init__(
        self,
        rate_per_s: float,
        burst: int,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError(f"expected a rate above 0 and a burst ≥ 1, got {rate_per_s}, {burst}")
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock_s = clock_s
        self._sleep = sleep
        self._level = float(burst)
        self._filled_at_s = clock_s()

    async def take(self, max_wait_s: float) -> None:
        """Wait for a token. Raises GatewayBusy at once when it would take over `max_wait_s`."""
        self._fill()
        wait_s = max(0.0, (1 - self._level) / self._rate_per_s)
        if wait_s > max_wait_s:
            raise GatewayBusy(
                "too many payments at once; please try again in a moment", retry_after_s=wait_s
            )
        # No await between the check above and this: two callers never take one token.
        self._level -= 1
        if wait_s == 0:
            return
        try:
            await self._sleep(wait_s)
        except asyncio.CancelledError:
            self._level += 1
            raise

    def _fill(self) -> None:
        now_s = self._clock_s()
        filled = self._level + (now_s - self._filled_at_s) * self._rate_per_s
        self._level = min(float(self._burst), filled)
        self._filled_at_s = now_s
