"""Tells when the next hold ends: by our own timer, as Redis expires keys when it happens to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ExpiryTimer:
    """Calls `lapse` once the earliest deadline it knows has passed. Times in ms of Redis's clock."""

    def __init__(self, now_ms: Callable[[], int], lapse: Callable[[], None]) -> None:
        self._now_ms = now_ms
        self._lapse = lapse
        self._timer: asyncio.TimerHandle | None = None
        self._deadline_ms: int | None = None

    def aim(self, deadline_ms: int | None) -> None:
        """Forget what was known: this is the next deadline, or there is none."""
        self.stop()
        self._deadline_ms = deadline_ms
        if deadline_ms is not None:
            # One millisecond later: Redis's clock has moved past the deadline then.
            wait = max(0.0, (deadline_ms + 1 - self._now_ms()) / 1000)
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def aim_earlier(self, deadline_ms: int) -> None:
        """There is this deadline too."""
        if self._deadline_ms is None or deadline_ms < self._deadline_ms:
            self.aim(deadline_ms)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._deadline_ms = None

    def _ring(self) -> None:
        self._timer = self._deadline_ms = None
        self._lapse()
