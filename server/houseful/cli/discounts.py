"""`houseful discount`: codes that lower a price, by the rules of the page."""

from __future__ import annotations

from typing import Annotated

import typer

from houseful.cli.database import with_database
from houseful.cli.events import BY_COMMAND
from houseful.cli.upkeep import DataDir

app = typer.Typer(help="Codes that lower a price.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def codes() -> None:
    """Codes that lower a price."""


@app.command("add")
def add_discount(
    code: Annotated[str, typer.Argument(help="What buyers type.")],
    percent: Annotated[int | None, typer.Option(help="1 to 100.")] = None,
    amount: Annotated[str | None, typer.Option(help="Such as 5.00, instead of --percent.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of the amount.")] = None,
    event: Annotated[int | None, typer.Option(help="Only for this event.")] = None,
    uses: Annotated[int | None, typer.Option(help="In all.")] = None,
    uses_per_user: Annotated[int | None, typer.Option(help="For one person.")] = None,
    starts_at: Annotated[str | None, typer.Option(help="Default: at once.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="Default: never.")] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Only for this category; may be given again.")
    ] = None,
    ticket_type: Annotated[
        list[str] | None, typer.Option(help="Only for this ticket type; may be given again.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a discount code known."""
    from houseful import settings
    from houseful.staff.discount_admin import add_discount as add
    from houseful.wire.commands import checked
    from houseful.wire.staff import DiscountRequest

    chosen = settings.load(data_dir=data_dir)
    given = {
        "code": code,
        "percent": percent,
        "amount": amount,
        "currency": currency,
        "eventId": event,
        "startsAt": starts_at,
        "endsAt": ends_at,
        "maxUses": uses,
        "maxUsesPerUser": uses_per_user,
        "categories": category or [],
        "ticketTypes": ticket_type or [],
    }
    request = checked(DiscountRequest, given)
    added = with_database(
        chosen, lambda session: add(session, BY_COMMAND, request, chosen.currency)
    )
    print(f"discount {added.code} is known")
