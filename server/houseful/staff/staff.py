"""All that staff can do, in one value for the edge."""

from __future__ import annotations

from dataclasses import dataclass

from houseful.checkout.checkout import Checkout
from houseful.checkout.correspondence.mails import BookingMails
from houseful.clock import clock_ms
from houseful.ledger import audit
from houseful.ledger.audit import Entry
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database
from houseful.staff.blocking import Blocking
from houseful.staff.bookings import StaffBookings
from houseful.staff.check_in import CheckIns
from houseful.staff.discount_admin import DiscountAdmin
from houseful.staff.event_admin import EventAdmin
from houseful.staff.event_stream import StaffEventStream
from houseful.staff.holds import Holds
from houseful.staff.price_history import history
from houseful.staff.refund_terms import RefundTerms
from houseful.staff.reports import Reports
from houseful.store.seats import SeatStore
from houseful.tickets.code import TicketSigner
from houseful.wire.staff import PriceListBody


@dataclass(frozen=True, slots=True)
class Staff:
    """One service per topic."""

    database: Database
    catalog: Catalog
    blocking: Blocking
    holds: Holds
    bookings: StaffBookings
    doors: CheckIns
    programme: EventAdmin
    discounts: DiscountAdmin
    refund_terms: RefundTerms
    reports: Reports

    async def price_lists(self, event_id: int) -> list[PriceListBody]:
        """The newest first, with what is held and sold under each. Raises NotFound."""
        record = await self.catalog.event(event_id)
        held = await self.holds.by_price_list(event_id)
        return await self.database.query(
            lambda s: history(s, event_id, record.price_list, clock_ms(), held)
        )

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
    mails: BookingMails,
    signer: TicketSigner,
    staff_events: StaffEventStream,
    timezone: str,
) -> Staff:
    """Staff's services over what the server stands on; `timezone` is the house's."""
    return Staff(
        database=database,
        catalog=catalog,
        blocking=Blocking(database, seats, catalog),
        holds=Holds(database, seats, catalog),
        bookings=StaffBookings(database, catalog, checkout, mails, signer),
        doors=CheckIns(database, catalog, signer, staff_events),
        programme=EventAdmin(database, catalog, staff_events, seats),
        discounts=DiscountAdmin(database, catalog),
        refund_terms=RefundTerms(database, catalog),
        reports=Reports(database, timezone),
    )
