"""Everybody's holds, for staff: to see them, and to give one back that blocks a queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from houseful.checkout.checkout_context import clock_ms
from houseful.checkout.following import undoing
from houseful.domain.errors import Conflict, NotFound, Unavailable
from houseful.domain.seats import Changed, Hold, Refused
from houseful.ledger import audit
from houseful.sales.catalog import Catalog
from houseful.sales.reservations import reservation_error
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database
from houseful.store.seats import SeatStore


class Holds:
    """Lists and ends holds of any user. A purchase under way is not ended here."""

    def __init__(self, database: Database, seats: SeatStore, catalog: Catalog) -> None:
        self._database = database
        self._seats = seats
        self._catalog = catalog

    async def listed(self, event_id: int) -> tuple[EventSeats, list[Hold]]:
        """Holds and purchases under way, with the house for the seats' names."""
        house = await self._catalog.house(event_id)
        found = await self._catalog.opened(event_id, lambda: self._seats.holds(event_id))
        return house, found

    async def by_price_list(self, event_id: int) -> Counter[int]:
        """Number of a price list → seats held, or being paid for, under it."""
        return by_price_list((await self.listed(event_id))[1])

    async def release(
        self, event_id: int, reservation_id: int, *, who: str, reason: str
    ) -> Changed:
        """Give somebody's seats back. Raises NotFound, Conflict for one that is being paid for."""
        await self._catalog.event(event_id)
        found = await self._catalog.opened(
            event_id, lambda: self._seats.holds(event_id, reservation_id)
        )
        if not found:
            raise reservation_error("unknown_reservation")
        hold = found[0]
        line = await self._database.transact(
            lambda session: audit.write(
                session,
                who=who,
                act="release_hold",
                at_ms=clock_ms(),
                event_id=event_id,
                reason=reason,
                details={
                    "reservation": reservation_id,
                    "holder": hold.user,
                    "seatIds": hold.reservation.seat_ids,
                },
            )
        )
        async with undoing(lambda: self._not_done(line), unless=Unavailable):
            answer = await self._seats.release_reservation(
                event_id, hold.user, reservation_id, by_staff=True
            )
            if isinstance(answer, Refused):
                if not answer.reason:
                    raise Conflict("the hold has just ended", code="expired")
                raise reservation_error(answer.reason)
        return answer

    async def _not_done(self, line: int) -> None:
        await self._database.transact(lambda session: audit.withdraw(session, line))

    async def release_address(
        self, event_id: int, address: str, *, who: str, reason: str
    ) -> list[int]:
        """Give back all that is held from one address, but for what is being paid for; the seats.

        A hold that ends meanwhile is passed over. Raises NotFound for the event.
        """
        _, holds = await self.listed(event_id)
        released: list[int] = []
        for hold in holds:
            if hold.address == address:
                with suppress(Conflict, NotFound):
                    done = await self.release(
                        event_id, hold.reservation.reservation_id, who=who, reason=reason
                    )
                    released += done.seat_ids
        return released


def by_price_list(holds: Iterable[Hold]) -> Counter[int]:
    """Number of a price list → how many seats these hold under it."""
    held: Counter[int] = Counter()
    for hold in holds:
        held[hold.reservation.price_list] += len(hold.reservation.seat_ids)
    return held
