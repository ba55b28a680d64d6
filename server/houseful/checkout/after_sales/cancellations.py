"""Ends the bookings of events that were called off: everybody gets all of their money back.

Any number of workers may run at once and any of them may die: what is left to do stands in SQL, each
booking is ended under its lease, and each refund is known at the gateway by its nonce. The gateway's
own rate limit holds it back; the cap on automatic refunds does not, because staff ordered it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from houseful.checkout.after_sales.endings import Endings, Wish
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.errors import Conflict, InProgress, Unavailable
from houseful.ledger import cancellations
from houseful.ledger.cancellations import Due

BATCH: Final = 50
AT_ONCE: Final = 4
"""Bookings ended at once: fewer than there are connections to the database."""


class Cancellations:
    """Looks for what is left and ends it."""

    def __init__(self, parts: CheckoutContext, endings: Endings) -> None:
        self._parts = parts
        self._endings = endings

    async def run_once(self) -> int:
        """End some bookings; how many. Raises Unavailable."""
        turns = asyncio.Semaphore(AT_ONCE)
        found = await self._parts.database.query(lambda s: cancellations.due(s, BATCH))

        async def one(due: Due) -> int:
            async with turns:
                return await self._end(due)

        return sum(await asyncio.gather(*map(one, found)))

    async def _end(self, due: Due) -> int:
        wish = Wish(due.who, due.reason, act="cancel_event", without_fee=True, about="called_off")
        try:
            await self._endings.end(due.booking_id, wish)
        except (Conflict, InProgress, Unavailable) as error:
            log.warning("cancellation_waits", booking_id=due.booking_id, error=error.told)
            return 0
        self._parts.reached("after_called_off")
        return 1
