"""Another way to sell an event's tables: only while nobody has a seat of those that it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from houseful.checkout.following import undoing
from houseful.domain.errors import Conflict
from houseful.sales.catalog import Catalog
from houseful.store.seats import SeatStore


class TableSales:
    """Redis decides, in one script, whether a seat is in the way; SQL follows. A worker that reads the
    event has Redis follow SQL again, if one dies in between."""

    def __init__(self, seats: SeatStore, catalog: Catalog) -> None:
        self._seats = seats
        self._catalog = catalog

    @asynccontextmanager
    async def changed(self, event_id: int, booking: str | None) -> AsyncIterator[None]:
        """Around the writing of another way to book tables; None: the same. Raises NotFound, and Conflict
        `table_in_use` naming the seats in the way."""
        if booking is None:
            yield
            return
        self._catalog.forget(event_id)
        house = await self._catalog.house(event_id)
        units = house.renamed(replace(house.event, table_booking=booking)).unit_seats
        in_the_way = await self._catalog.opened(
            event_id, lambda: self._seats.set_units(event_id, units)
        )
        if in_the_way:
            raise Conflict(
                "expected no seat at these tables to be held, sold or blocked alone, got"
                f" {len(in_the_way)}",
                code="table_in_use",
                details={"seatIds": list(in_the_way)},
            )
        async with undoing(lambda: self._seats.set_units(event_id, house.unit_seats)):
            yield
