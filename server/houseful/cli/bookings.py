"""`houseful booking`, and `houseful event cancel`: money back by the rules of staff's page.

A refund needs the Redis of the servers, where its seats are put on sale again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from houseful.cli.database import with_database
from houseful.cli.events import BY_COMMAND, EventId
from houseful.cli.events import app as event_app
from houseful.cli.upkeep import DataDir
from houseful.domain.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from houseful.settings import Settings
    from houseful.wire.buyer import BookingBody
    from houseful.wire.staff import RefundRequest

app = typer.Typer(help="What was sold.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def what_was_sold() -> None:
    """What was sold."""


@app.command()
def refund(
    reference: Annotated[str, typer.Argument(help="Such as BK-2026-001234.")],
    reason: Annotated[str, typer.Option(help="Kept in the audit log.")],
    ticket: Annotated[
        list[int] | None, typer.Option(help="Only this ticket, by its id; may be repeated.")
    ] = None,
    without_fee: Annotated[
        bool, typer.Option("--without-fee", help="Keep nothing, whatever the event says.")
    ] = False,
    expect: Annotated[
        str | None, typer.Option(help="Refuse if it comes to another amount, such as 75.00.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Give back a booking, or tickets of it: seats on sale again, tickets void, the money on its way."""
    from houseful import settings
    from houseful.telemetry import log
    from houseful.wire.commands import checked
    from houseful.wire.staff import RefundRequest

    given = {
        "reason": reason,
        "ticketIds": ticket or None,
        "withoutFee": without_fee,
        "expectedAmount": expect,
    }
    asked = checked(RefundRequest, given)
    chosen = settings.load(data_dir=data_dir)
    log.configure_for_command()
    view = asyncio.run(_refunded(chosen, reference, asked))
    last = view["refunds"][-1] if view["refunds"] else None
    amount = (
        f"{last['amount']} {view['currency']} {last['state']}" if last else "nothing to give back"
    )
    print(f"booking {reference}: {view['status']}, {amount}")


async def _refunded(chosen: Settings, reference: str, asked: RefundRequest) -> BookingBody:
    from houseful import app as application
    from houseful.redis.command_router import end as end_redis
    from houseful.redis.connection import settled
    from houseful.settings import revealed
    from houseful.valkey.embedded import find_running

    url = find_running(chosen.data_dir) if chosen.redis_url is None else revealed(chosen.redis_url)
    if url is None:
        raise ConfigurationError("expected a server that runs on this data directory, or REDIS_URL")
    context = application.build(chosen, await settled(url))
    try:
        booking = await context.documents.by_reference(reference)
        if booking is None:
            raise NotFound(f"no booking {reference}", code="unknown_booking")
        return await context.staff.bookings.refund(
            booking.event_id, reference, asked, who=BY_COMMAND
        )
    finally:
        await context.checkout.drain()
        await context.gateway.close()
        await end_redis(context.redis)
        await context.database.close()


@event_app.command("cancel")
def cancel_event(
    event: EventId,
    reason: Annotated[str, typer.Option(help="Kept in the audit log.")],
    data_dir: DataDir = None,
) -> None:
    """Call it off: nothing is sold any more, and the servers refund everybody. Again: how far it is."""
    from houseful import settings
    from houseful.ledger import cancellations
    from houseful.ledger.cancellations import Progress
    from houseful.sql.database import Session
    from houseful.staff import event_acts
    from houseful.wire.commands import checked
    from houseful.wire.staff import ReasonRequest

    request = checked(ReasonRequest, {"reason": reason})

    async def begin(session: Session) -> Progress | None:
        await event_acts.cancel_event(session, BY_COMMAND, event, request)
        return await cancellations.progress(session, event)

    found = with_database(settings.load(data_dir=data_dir), begin, changes=event)
    if found is None:
        raise NotFound(f"event {event} was not called off", code="not_called_off")
    print(
        f"event {event} is called off: {found.live} bookings to end, {found.on_the_way} refunds on the"
        f" way, {found.refunded} done, {found.failed} failed, {found.disputed} at the bank"
    )
