"""Knows when an event's sale opens and closes and other prices begin, and says so at that very moment.

Owns: one timer. Never: whether a seat may be taken; `sales.reservations` looks for itself, by
the same clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from houseful.ledger.catalog.events import EventRecord
from houseful.sales.reservations import sale_state
from houseful.wire.staff import SaleState

LONGEST_S: Final = 3600.0
"""A timer of days would follow neither a corrected clock nor a machine that slept."""

SOONEST_S: Final = 0.001


class SaleClock:
    """Calls `tell(state, on_sale_at_ms)` when the state changes, or the event did, and `reprice()` when
    the time of its next price list has come."""

    def __init__(
        self,
        record: EventRecord,
        clock: Callable[[], int],
        tell: Callable[[SaleState, int | None], None],
        reprice: Callable[[], None],
    ) -> None:
        self._record = record
        self._clock = clock
        self._tell = tell
        self._reprice = reprice
        self._timer: asyncio.TimerHandle | None = None
        self.state = sale_state(record, clock())

    def aim(self, record: EventRecord) -> None:
        """Follow this window from now on; an event that was changed is told of in any case."""
        before, self._record = self._record, record
        self._look(is_new=replace(before, generation=0) != replace(record, generation=0))

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self, *, is_new: bool = False) -> None:
        self.stop()
        record, now = self._record, self._clock()
        state = sale_state(record, now)
        if state != self.state or is_new:
            self.state = state
            self._tell(state, record.on_sale_at_ms)
        if record.at(now) is not record:
            self._reprice()
        ends, coming = record.off_sale_at_ms, record.next_prices
        moments = (
            record.on_sale_at_ms,
            record.starts_at_ms if ends is None else ends,
            coming.starts_at_ms if coming else None,
        )
        ahead = [at_ms - now for at_ms in moments if at_ms is not None and at_ms > now]
        if ahead:
            wait = min(LONGEST_S, max(SOONEST_S, min(ahead) / 1000))
            self._timer = asyncio.get_running_loop().call_later(wait, self._look)
