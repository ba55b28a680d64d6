"""The server's clock: for sale windows and price lists, never for deadlines; those are Redis's."""

from __future__ import annotations

import time


def clock_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
