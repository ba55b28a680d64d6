"""`houseful event`: puts events on sale, lists and changes them, by the rules of the page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from houseful.cli.database import with_database
from houseful.cli.prices import fees_asked, prices_asked
from houseful.cli.upkeep import DataDir
from houseful.domain.errors import InvalidRequest
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.text import visible
from houseful.domain.units import TableBooking, TablePrices

if TYPE_CHECKING:
    from rich.progress import Progress

    from houseful.domain.plan import LeftOut, Plan
    from houseful.sql.database import Session

BY_COMMAND: Final = "cli"
"""Who the audit log says it was."""

app = typer.Typer(help="What seats are sold for.", no_args_is_help=True, rich_markup_mode=None)

EventId = Annotated[int, typer.Argument(min=1, help="As `houseful event list` has it.")]
Reason = Annotated[str, typer.Option(help="Kept in the audit log.")]


PriceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        help="CATEGORY[/TYPE]=AMOUNT, before fees; once each. Without: lists what there is.",
    ),
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ticket-type",
        help="NAME[; note=…][; least=…][; most=…][; requires=TYPE]; the first is the default.",
    ),
]
PerTicket = Annotated[str | None, typer.Option(help="A fee inside every price.")]
FeePercent = Annotated[str | None, typer.Option(help="A fee inside every price, as a part of it.")]
PerOrder = Annotated[str | None, typer.Option(help="A fee once an order.")]
TablePricesOption = Annotated[
    TablePrices | None,
    typer.Option(help="What a price means at a table or box that is sold whole."),
]
Vat = Annotated[str | None, typer.Option(help="Percent of tax inside the prices.")]


@app.command("import")
def import_event(
    plan: Annotated[Path, typer.Argument(help="A pretix plan or a seats.io chart, as JSON.")],
    name: Annotated[str, typer.Option(help="Name of the event.")],
    starts_at: Annotated[str, typer.Option(help="Such as 2026-01-09T19:30:00Z.")],
    price: PriceOption = None,
    ticket_type: TypeOption = None,
    fee_per_ticket: PerTicket = None,
    fee_percent: FeePercent = None,
    fee_per_order: PerOrder = None,
    vat: Vat = None,
    venue: Annotated[str | None, typer.Option(help="Default: the plan's name.")] = None,
    on_sale_at: Annotated[str | None, typer.Option(help="Default: at once.")] = None,
    off_sale_at: Annotated[str | None, typer.Option(help="Default: when it starts.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Of the venue, such as Europe/Vienna. Default: its own.")
    ] = None,
    table_booking: Annotated[
        TableBooking,
        typer.Option(help="Whether tables are sold whole; boxes are as the plan says."),
    ] = TableBooking.INHERIT,
    table_prices: TablePricesOption = None,
    lone_seats: Annotated[
        LoneSeats, typer.Option(help="Whether buyers may leave a free seat alone.")
    ] = LoneSeats.OFF,
    lone_seats_off_below: Annotated[
        int, typer.Option(min=0, max=100, help="Percent of free seats below which the rule rests.")
    ] = 10,
    lone_seats_off_hours: Annotated[
        int, typer.Option(min=0, max=8760, help="Hours before the start in which it rests.")
    ] = 24,
    data_dir: DataDir = None,
) -> None:
    """Read a seating plan and put an event on it on sale."""
    from houseful import settings
    from houseful.staff import event_acts
    from houseful.wire.commands import checked
    from houseful.wire.staff import NewEventRequest

    chosen = settings.load(data_dir=data_dir)
    read = _read(plan)
    if not price:
        raise InvalidRequest(_categories(read))
    given = {
        "name": name,
        "venue": read.name if venue is None else venue,
        "planId": 1,  # it gets its own with the event, in one transaction
        "startsAt": starts_at,
        "onSaleAt": on_sale_at,
        "offSaleAt": off_sale_at,
        "timeZone": timezone,
        "currency": currency or chosen.currency,
        **prices_asked(price, ticket_type or [], [one.name for one in read.categories]),
        **fees_asked(fee_per_ticket, fee_percent, fee_per_order, vat),
        "tableBooking": table_booking.value,
        "tablePrices": table_prices,
        "loneSeats": {
            "rule": lone_seats.value,
            "offBelowFreePercent": lone_seats_off_below,
            "offHoursBefore": lone_seats_off_hours,
        },
    }
    request = checked(NewEventRequest, given)
    _ask_about_past(starts_at)

    async def add(session: Session) -> int:
        plan_id = await event_acts.add_plan(session, BY_COMMAND, read)
        its_own = request.model_copy(update={"planId": plan_id})
        return await event_acts.add_event(session, BY_COMMAND, its_own, read, chosen.timezone)

    event_id = with_database(chosen, add)
    print(f"event {event_id}: {request.name}, {read.seat_count:,} seats")


@app.command("list")
def list_events(data_dir: DataDir = None) -> None:
    """Every event: id, start by the venue's clocks, seats, name, venue."""
    from houseful import settings
    from houseful.domain.zones import told
    from houseful.ledger.catalog import events

    for event in with_database(settings.load(data_dir=data_dir), events.list_all):
        print(
            f"{event.id:>4}  {told(event.starts_at_ms, event.timezone)}  {event.seat_count:>7,}"
            f"  {visible(event.name)}  ({visible(event.venue)}){'  hidden' * event.is_hidden}"
        )


@app.command()
def hide(event: EventId, reason: Reason = "hidden", data_dir: DataDir = None) -> None:
    """Buyers neither find nor see it any more; what they bought stays."""
    change(event, data_dir, f"event {event} is hidden", hidden=True, reason=reason)


@app.command()
def show(event: EventId, reason: Reason = "shown", data_dir: DataDir = None) -> None:
    """Buyers find it again."""
    change(event, data_dir, f"event {event} is shown", hidden=False, reason=reason)


@app.command()
def rename(
    event: EventId,
    name: Annotated[str, typer.Argument(help="Its new name, on tickets too.")],
    reason: Reason = "renamed",
    data_dir: DataDir = None,
) -> None:
    """Give it another name, everywhere it is shown."""
    change(event, data_dir, f"event {event} is renamed", name=name, reason=reason)


@app.command()
def remove(event: EventId, reason: Reason = "removed", data_dir: DataDir = None) -> None:
    """Take it out of every list; only while it sold nothing."""
    from houseful import settings
    from houseful.staff.event_acts import remove_event
    from houseful.wire.commands import checked
    from houseful.wire.staff import ReasonRequest

    request = checked(ReasonRequest, {"reason": reason})
    with_database(
        settings.load(data_dir=data_dir),
        lambda session: remove_event(session, BY_COMMAND, event, request),
        changes=event,
    )
    print(f"event {event} is removed")


def change(event_id: int, data_dir: Path | None, done: str, **given: object) -> None:
    """Change an event as its page does, and print `done`."""
    from houseful import settings
    from houseful.staff.event_acts import change_event
    from houseful.wire.commands import checked
    from houseful.wire.staff import EventChangeRequest

    request = checked(EventChangeRequest, given)
    with_database(
        settings.load(data_dir=data_dir),
        lambda session: change_event(session, BY_COMMAND, event_id, request),
        changes=event_id,
    )
    print(done)


def _read(file: Path) -> Plan:
    """The plan in `file`; on standard error, what of it is not sold."""
    from houseful.plans import reader

    try:
        document = file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"cannot read {file}: {error.strerror}") from None
    with _progress() as bar:
        task = bar.add_task("Reading seats")
        read = reader.read(
            document, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    for left in read.left_out:
        print(_left_out(left), file=sys.stderr)
    return read


def _ask_about_past(starts_at: str) -> None:
    """A start that is over is seldom meant: a terminal is asked, a script is warned."""
    from houseful.wire import codec

    if codec.parse_iso(starts_at) > datetime.now(UTC).timestamp() * 1000:
        return
    sentence = f"--starts-at {starts_at} is over, so that nobody can buy"
    if sys.stdin.isatty():
        typer.confirm(f"{sentence}. Is that meant?", abort=True)
    else:
        print(f"houseful: warning: {sentence}", file=sys.stderr)


def _categories(plan: Plan) -> str:
    """What to add, so that one call teaches the next."""
    found = "".join(
        f"\n  {seats:>7,} seats  {name}" for name, seats in plan.seats_by_category if seats
    )
    options = " ".join(f"--price '{name}=…'" for name, seats in plan.seats_by_category if seats)
    return f"expected a price for each category of the plan, got none:{found}\nadd: {options}"


def _left_out(left: LeftOut) -> str:
    where = f" in {left.section}" if left.section else ""
    lacks = "its category or shape" if left.places else "how many may stand there"
    return f"left out: standing area {left.name}{where}: the plan does not say {lacks}"


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
