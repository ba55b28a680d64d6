"""All that staff can do, in one value for the edge."""

from __future__ import annotations

from dataclasses import dataclass

from server.ledger import audit
from server.ledger.audit import Entry
from server.ledger.database import Database
from server.services.blocking import Blocking
from server.services.catalog import Catalog
from server.services.checkout import Checkout
from server.services.desk import Desk
from server.services.discount_desk import DiscountDesk
from server.services.doors import Doors
from server.services.holds import Holds
from server.services.paperwork import Paperwork
from server.services.programme import Programme
from server.services.staff_bookings import StaffBookings
from server.store.seats import SeatStore
from server.tickets.code import TicketSigner


@dataclass(frozen=True, slots=True)
class Staff:
    """One service per topic."""

    database: Database
    catalog: Catalog
    blocking: Blocking
    holds: Holds
    bookings: StaffBookings
    doors: Doors
    programme: Programme
    discounts: DiscountDesk

    async def audit(self, event_id: int, *, page: int, size: int) -> tuple[list[Entry], int]:
        """A page (from 1) of what was done to an event. Raises NotFound."""
        await self.catalog.event(event_id)
        return await self.database.query(
            lambda s: audit.of_event(s, event_id, limit=size, offset=(page - 1) * size)
        )


def staff_of(
    database: Database,
    seats: SeatStore,
    catalog: Catalog,
    checkout: Checkout,
    paperwork: Paperwork,
    signer: TicketSigner,
    desk: Desk,
) -> Staff:
    """Staff's services over what the server stands on."""
    return Staff(
        database=database,
        catalog=catalog,
        blocking=Blocking(database, seats, catalog),
        holds=Holds(database, seats, catalog),
        bookings=StaffBookings(database, catalog, checkout, paperwork),
        doors=Doors(database, catalog, signer, desk),
        programme=Programme(database, catalog, desk),
        discounts=DiscountDesk(database, catalog),
    )
