"""Tells every worker's venue pages what the seats' feed does not say: refusals, declines, doors.

A note is a hint and never the truth, so one that is lost costs a dashboard seconds, and nobody who
buys ever waits for one. Attempts come in crowds: they are gathered and told a few times a second.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import structlog

from houseful.checkout.checkout_context import write_log
from houseful.domain.errors import Unavailable
from houseful.domain.payment import SHOP_FAULT
from houseful.store.staff_events import StaffEventStore

log = structlog.get_logger(__name__)

GATHER_S: Final = 0.1
REFUSED: Final = "refused"
LEFT_ALONE: Final = "left_alone"
"""The lone seat rule refused a choice."""
DECLINED: Final = "declined"
CHECKED_IN: Final = "checked_in"
CHECK_IN_UNDONE: Final = "check_in_undone"
MONEY: Final = "money"
"""An amount changed without a seat: look at the bookings again."""
EVENT_CHANGED: Final = "event_changed"


class StaffEventStream:
    """Gathers and sends notes; `run` is its background work."""

    def __init__(self, store: StaffEventStore) -> None:
        self.store = store
        self._gathered: Counter[tuple[int, str]] = Counter()
        self._something = asyncio.Event()

    def attempt(self, event_id: int, kind: str) -> None:
        """One more attempt was `refused`, `left_alone` or `declined`."""
        self._gathered[event_id, kind] += 1
        self._something.set()

    def record(self, what: str, facts: Mapping[str, object]) -> None:
        """The checkout's happenings: logged as ever, and those that staff care about told."""
        write_log(what, facts)
        event_id = facts.get("event_id")
        if not isinstance(event_id, int):
            return
        if what == "payment_failed" and facts.get("retryable"):
            self.attempt(event_id, DECLINED)
        elif what in {"payment_refunded", "payment_disputed"} or facts.get("reason") == SHOP_FAULT:
            self.attempt(event_id, MONEY)

    async def tell(self, event_id: int, kind: str, seat_ids: Iterable[int] = ()) -> None:
        """A note at once; not answering, Redis is let be."""
        try:
            await self.store.tell(event_id, kind, number=1, seat_ids=seat_ids)
        except Unavailable as error:
            log.warning("note_lost", event_id=event_id, kind=kind, error=error.told)

    async def run(self) -> None:
        """Send what was gathered, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            gathered, self._gathered = self._gathered, Counter()
            for (event_id, kind), number in gathered.items():
                await self._send(event_id, kind, number)
            await asyncio.sleep(GATHER_S)

    async def _send(self, event_id: int, kind: str, number: int) -> None:
        try:
            if kind in (REFUSED, LEFT_ALONE, DECLINED):
                await self.store.count(event_id, time.time_ns() // 1_000_000, kind, number)
            await self.store.tell(event_id, kind, number=number)
        except Unavailable as error:
            log.warning("note_lost", event_id=event_id, kind=kind, error=error.told)
