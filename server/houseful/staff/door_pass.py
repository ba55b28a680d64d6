"""How long a phone is signed in as a door: over the evening of its one event, and no longer."""

from __future__ import annotations

from typing import Final

HOUR_MS: Final = 3_600_000
AFTER_START_MS: Final = 6 * HOUR_MS
"""No event of ours says when it ends; six hours hold an opera with its intervals."""

LEAST_MS: Final = 2 * HOUR_MS
MOST_MS: Final = 18 * HOUR_MS
"""A pass is for tonight: one that is made days ahead ends before."""


def ends_at_ms(starts_at_ms: int, now_ms: int) -> int:
    """When a pass made now ends: six hours after the start, in 2 to 18 hours from now."""
    wanted = starts_at_ms + AFTER_START_MS
    return min(now_ms + MOST_MS, max(now_ms + LEAST_MS, wanted))
