"""`houseful event tables`: what an event sells whole, and another way to sell its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from houseful.cli.database import with_database, with_seats
from houseful.cli.events import BY_COMMAND, EventId, Reason
from houseful.cli.price_commands import (
    app as app,
)
from houseful.cli.upkeep import DataDir
from houseful.domain.errors import NotFound, Unavailable
from houseful.domain.text import visible
from houseful.domain.units import TableBooking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from houseful.ledger.catalog.events import EventRecord
    from houseful.ledger.catalog.plans import StoredPlan
    from houseful.settings import Settings
    from houseful.sql.database import Session
    from houseful.store.seats import SeatStore
    from houseful.wire.staff import EventChangeRequest


@app.command("tables")
def tables(
    event: EventId,
    booking: Annotated[
        TableBooking | None,
        typer.Option(help="Sell tables so from now on; boxes are as the plan says."),
    ] = None,
    reason: Reason = "another way to sell tables",
    data_dir: DataDir = None,
) -> None:
    """The tables and boxes that it sells whole; with `--booking` another way to sell its tables.

    That needs the server to run, and nobody to have a seat at a table that it changes."""
    from houseful import settings
    from houseful.wire.commands import checked
    from houseful.wire.staff import EventChangeRequest

    chosen = settings.load(data_dir=data_dir)
    if booking is not None:
        request = checked(EventChangeRequest, {"tableBooking": booking.value, "reason": reason})
        if with_seats(chosen, lambda seats: _change(chosen, seats, event, request)) is None:
            raise Unavailable("expected the server to run: it knows which seats are held")
    changed = event if booking is not None else None
    print(*_told(*with_database(chosen, lambda s: _read(s, event), changes=changed)), sep="\n")


async def _change(
    chosen: Settings, seats: SeatStore, event_id: int, request: EventChangeRequest
) -> bool:
    from houseful.sales.catalog import Catalog
    from houseful.sql.database import Database
    from houseful.staff.event_acts import change_event
    from houseful.staff.table_sales import TableSales

    database = Database(chosen.sql_url())
    try:
        sales = TableSales(seats, Catalog(database, seats))
        async with sales.changed(event_id, request.tableBooking):
            await database.transact(
                lambda session: change_event(session, BY_COMMAND, event_id, request)
            )
    finally:
        await database.close()
    return True


async def _read(session: Session, event_id: int) -> tuple[EventRecord, StoredPlan]:
    from houseful.ledger.catalog import events, plans

    record = await events.get(session, event_id)
    plan = await plans.load(session, record.plan_id) if record else None
    if record is None or plan is None:
        raise NotFound(f"expected an event, got {event_id}")
    return record, plan


def _told(record: EventRecord, stored: StoredPlan) -> Iterator[str]:
    from houseful.domain.seat_names import row_place
    from houseful.domain.units import units

    price = "a table" if record.prices.per_table else "a person"
    yield f"event {record.id}: tables {record.table_booking}, prices are for {price}"
    for unit in units(stored.plan, TableBooking(record.table_booking)):
        name = visible(row_place(unit.section, unit.label, unit.kind))
        people = f"{unit.least} to {unit.most}" if unit.least < unit.most else f"{unit.most}"
        yield f"  {name}: {unit.size} seats, for {people}"
