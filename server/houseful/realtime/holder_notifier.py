"""What holders are told of their own reservations, and by nobody else heard.

Owns: the warning a minute before a hold ends. Never: who holds what; that is the replica's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from houseful.domain.seats import Change
from houseful.realtime.hub import Hub
from houseful.realtime.replica import Replica
from houseful.wire import frames
from houseful.wire.frame_shapes import HoldWord

EXPIRING_MS: Final = 60_000
"""One minute before a hold ends, its holder is warned."""

STATE_OF_KIND: Final[dict[str, HoldWord]] = {
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
    """Writes to the sockets of the users whom a change concerns."""

    def __init__(self, hub: Hub, replica: Replica, now_ms: Callable[[], int]) -> None:
        self._hub = hub
        self._replica = replica
        self._now_ms = now_ms
        self._warnings: dict[int, asyncio.TimerHandle] = {}

    def tell(self, change: Change, now_ms: int) -> None:
        """Say what became of the reservation; the replica has taken the change already."""
        state = STATE_OF_KIND.get(change.kind)
        if state is not None and self._hub.sockets_of(change.user):
            frame = frames.reservation(
                state,
                change.ref,
                [seat_id for seat_id, _ in change.seats],
                change.deadline_ms,
                now_ms,
                reason="staff" if change.kind == "withdrawn" else None,
            )
            self._hub.tell(change.user, frame)
        self._aim(change.ref)

    def restart(self) -> None:
        """The replica was loaded anew: warn of what it holds."""
        self.stop()
        for ref in self._replica.holds():
            self._aim(ref)

    def stop(self) -> None:
        for timer in self._warnings.values():
            timer.cancel()
        self._warnings.clear()

    def _aim(self, ref: int) -> None:
        """Warn a minute before the hold ends, if it is not the last minute yet: a user with a socket
        then, also one that was opened since, and of the seats it has then."""
        timer = self._warnings.pop(ref, None)
        if timer is not None:
            timer.cancel()
        hold = self._replica.hold(ref)
        wait_ms = hold[0] - EXPIRING_MS - self._now_ms() if hold else 0
        if wait_ms > 0:
            loop = asyncio.get_running_loop()
            self._warnings[ref] = loop.call_later(wait_ms / 1000, self._warn, ref)

    def _warn(self, ref: int) -> None:
        del self._warnings[ref]
        hold, owner = self._replica.hold(ref), self._replica.owners.get(ref)
        if hold is not None and owner is not None:
            deadline_ms, seat_ids = hold
            frame = frames.reservation("expiring", ref, seat_ids, deadline_ms, self._now_ms())
            self._hub.tell(owner[0], frame)
