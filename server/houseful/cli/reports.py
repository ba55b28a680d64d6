"""`houseful report`: revenue of some days, by the sums of the page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from houseful.cli.upkeep import DataDir
from houseful.domain.text import visible

if TYPE_CHECKING:
    from houseful.domain.reports import Report


def report(
    first: Annotated[
        str, typer.Option("--from", help="Such as 2026-01-01. Default: 30 days.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="The last day. Default: today.")] = "",
    event: Annotated[int | None, typer.Option(min=1, help="Only this event.")] = None,
    by: Annotated[
        str, typer.Option(help="day, event, category, type, vat, with commas between.")
    ] = "event",
    csv: Annotated[bool, typer.Option("--csv", help="A table for a spreadsheet.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What was sold and given back, and what of it is fees and tax."""
    from houseful import settings
    from houseful.checkout.checkout_context import clock_ms
    from houseful.cli.database import with_database
    from houseful.domain.reports import dimensions, span_of
    from houseful.domain.zones import local
    from houseful.ledger import reports
    from houseful.staff.reports import COLUMNS, rows
    from houseful.staff.spreadsheet import BYTE_ORDER_MARK, csv_lines

    chosen = settings.load(data_dir=data_dir)
    span = span_of(first, last, event, local(clock_ms(), chosen.timezone).date())
    wanted = dimensions(by)
    found = with_database(chosen, lambda session: reports.revenue(session, span, wanted))
    if csv:
        sys.stdout.buffer.write(BYTE_ORDER_MARK + csv_lines([COLUMNS, *rows(found)]))
        return
    print(*_told(found), sep="\n")


def _told(found: Report) -> Iterator[str]:
    """A line each, then the sums of each currency."""
    from houseful.staff.reports import rows, totals

    for day, event_id, event, kind, category, ticket_type, vat, currency, count, amount, *_ in rows(
        found
    ):
        where = (day, event_id, visible(event), category, ticket_type, vat and f"{vat} %")
        told = "  ".join(part for part in where if part)
        yield f"{amount:>14} {currency}  {int(count):>7,}  {kind:<9}  {visible(told)}".rstrip()
    for total in totals(found):
        yield (
            f"{total['revenue']:>14} {total['currency']}  revenue: sales {total['sales']},"
            f" refunds {total['refunds']}; of it fees {total['fees']}, tax {total['vat']};"
            f" owed {total['owed']}"
        )
    for fees in found.gateway_fees:
        from houseful.domain.prices.money import to_wire

        yield f"{to_wire(-fees.amount_minor, fees.currency):>14} {fees.currency}  taken by the gateway"
    if found.unknown_fees:
        yield f"of {found.unknown_fees:,} payments it is not known what the gateway took"
