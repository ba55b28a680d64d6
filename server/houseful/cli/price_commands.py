"""`houseful event price` and `price-lists`: what an event costs, now and from a time on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from houseful.cli.database import with_database, with_seats
from houseful.cli.events import (
    BY_COMMAND,
    EventId,
    FeePercent,
    PerOrder,
    PerTicket,
    PriceOption,
    Reason,
    TablePricesOption,
    TypeOption,
    Vat,
    change,
)
from houseful.cli.events import (
    app as app,
)
from houseful.cli.prices import fees_asked, history_told, listed, prices_asked
from houseful.cli.upkeep import DataDir
from houseful.domain.errors import NotFound

if TYPE_CHECKING:
    from houseful.sql.database import Session
    from houseful.store.seats import SeatStore
    from houseful.wire.staff import PriceListBody


@app.command("price")
def change_prices(
    event: EventId,
    price: PriceOption = None,
    ticket_type: TypeOption = None,
    fee_per_ticket: PerTicket = None,
    fee_percent: FeePercent = None,
    fee_per_order: PerOrder = None,
    vat: Vat = None,
    table_prices: TablePricesOption = None,
    begins: Annotated[
        str | None,
        typer.Option(
            "--from", help="When it begins, such as 2026-01-09T19:30:00Z. Default: at once."
        ),
    ] = None,
    replaces: Annotated[
        int | None,
        typer.Option(min=1, help="The list that was to begin: the new one is made of it."),
    ] = None,
    reason: Reason = "other prices",
    data_dir: DataDir = None,
) -> None:
    """Make its next price list: what is not named stays; holds keep the list they were made under.

    With nothing named: shows the list of now."""
    from houseful import settings
    from houseful.clock import clock_ms
    from houseful.ledger.catalog import events

    found = with_database(
        settings.load(data_dir=data_dir), lambda session: events.get(session, event)
    )
    if found is None:
        raise NotFound(f"expected an event, got {event}")
    found = found.at(clock_ms())
    asked = prices_asked(price or [], ticket_type or [], list(found.prices.by_category))
    if not ticket_type:
        asked.pop("ticketTypes", None)  # types that it has already
    asked |= fees_asked(fee_per_ticket, fee_percent, fee_per_order, vat)
    rest = {"pricesFrom": begins, "replacesPriceList": replaces, "tablePrices": table_prices}
    asked |= {name: value for name, value in rest.items() if value is not None}
    if not asked:
        print(*listed(found.prices), sep="\n")
        return
    when = f" from {begins}" if begins else ""
    change(event, data_dir, f"event {event} has other prices{when}", **asked, reason=reason)


@app.command("price-lists")
def list_price_lists(
    event: EventId,
    withdraw: Annotated[
        int | None, typer.Option(min=1, help="Number of a list that is to begin: it does not.")
    ] = None,
    reason: Reason = "withdrawn",
    data_dir: DataDir = None,
) -> None:
    """Its price lists, the newest first: what changed when, by whom, what is held and sold under each."""
    from houseful import settings
    from houseful.clock import clock_ms
    from houseful.ledger.catalog import events
    from houseful.staff.price_acts import withdraw_prices
    from houseful.staff.price_history import history
    from houseful.wire.commands import checked
    from houseful.wire.staff import ReasonRequest

    chosen = settings.load(data_dir=data_dir)
    if withdraw is not None:
        request = checked(ReasonRequest, {"reason": reason})
        with_database(
            chosen,
            lambda session: withdraw_prices(session, BY_COMMAND, event, withdraw, request),
            changes=event,
        )
    held = with_seats(chosen, lambda seats: _held(seats, event))

    async def read(session: Session) -> list[PriceListBody]:
        record = await events.get(session, event)
        if record is None:
            raise NotFound(f"expected an event, got {event}")
        now_ms = clock_ms()
        on_sale = record.at(now_ms).price_list
        return await history(session, event, on_sale, now_ms, held or {})

    lists = with_database(chosen, read)
    print(*history_told(lists, is_held_known=held is not None), sep="\n")


async def _held(seats: SeatStore, event_id: int) -> Counter[int]:
    from houseful.staff.holds import by_price_list
    from houseful.store.seats import Unopened

    try:
        return by_price_list(await seats.holds(event_id))
    except Unopened:  # nobody asked for it since the server began
        return Counter()
