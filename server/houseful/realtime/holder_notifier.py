"""What holders are told of their own reservations, and by nobody else heard.

Owns: the warning a minute before a hold ends. Never: who holds what; that is the replica's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from houseful.domain.seats import Change
from houseful.realtime.hub import Hub
from houseful.wire import frames

EXPIRING_MS: Final = 60_000
"""One minute before a hold ends, its holder is warned."""

STATE_OF_KIND: Final = {
    "reserved": "granted",
    "extended": "extended",
    "released": "released",
    "withdrawn": "released",
    "expired": "expired",
    "paying": "paying",
    "kept": "granted",
    "abandoned": "released",
    "booked": "booked",
}
"""Feed kind → what the owner's page is told."""


class HolderNotifier:
    """Writes to the sockets of whoever a change concerns."""

    def __init__(self, hub: Hub, now_ms: Callable[[], int]) -> None:
        self._hub = hub
        self._now_ms = now_ms
        self._warnings: dict[int, asyncio.TimerHandle] = {}

    def tell(self, change: Change, now_ms: int) -> None:
        """Say what became of the reservation; any warning of before is void."""
        state = STATE_OF_KIND.get(change.kind)
        timer = self._warnings.pop(change.ref, None)
        if timer is not None:
            timer.cancel()
        if state is None or not self._hub.sockets_of(change.user):
            return
        seat_ids = [seat_id for seat_id, _ in change.seats]
        self._hub.tell(
            change.user,
            frames.reservation(
                state,
                change.ref,
                seat_ids,
                change.deadline_ms,
                now_ms,
                reason="staff" if change.kind == "withdrawn" else None,
            ),
        )
        if change.status == "R":
            wait = (change.deadline_ms - EXPIRING_MS - now_ms) / 1000
            if wait > 0:
                self._warnings[change.ref] = asyncio.get_running_loop().call_later(
                    wait, self._warn, change.user, change.ref, seat_ids, change.deadline_ms
                )

    def stop(self) -> None:
        for timer in self._warnings.values():
            timer.cancel()

    def _warn(self, user: str, ref: int, seat_ids: list[int], deadline_ms: int) -> None:
        self._warnings.pop(ref, None)
        frame = frames.reservation("expiring", ref, seat_ids, deadline_ms, self._now_ms())
        self._hub.tell(user, frame)
