"""The `houseful` command. What goes wrong is one sentence on standard error and exit code 1.

Each command imports what it needs when it runs: the whole server takes two seconds to load, and
`--version`, `--help` or a mistyped option should not wait for it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from houseful import __version__
from houseful.cli import hammer, upkeep
from houseful.cli.upkeep import DataDir
from houseful.domain import money
from houseful.domain.errors import ConfigurationError, HousefulError, InvalidRequest
from houseful.domain.lone_seats import LoneSeatRule, LoneSeats
from houseful.domain.moments import check_sale
from houseful.domain.text import visible
from houseful.domain.wording import shown

if TYPE_CHECKING:
    from rich.progress import Progress

    from houseful.domain.plan import LeftOut, Plan
    from houseful.settings import Settings
    from houseful.sql.database import Session

T = TypeVar("T")
STAFF_LINK_S = 24 * 3600

app = typer.Typer(
    help="Sell reserved seats live.",
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help, without loading rich for it
)
event_app = typer.Typer(
    help="What seats are sold for.", no_args_is_help=True, rich_markup_mode=None
)
discount_app = typer.Typer(
    help="Codes that lower a price.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(event_app, name="event")
app.add_typer(discount_app, name="discount")
app.command()(hammer.hammer)
for command in (upkeep.valkey, upkeep.doctor, upkeep.backup, upkeep.restore):
    app.command()(command)

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")]
Workers = Annotated[int | None, typer.Option(help="Number of processes.")]


def main() -> None:
    """The console script."""
    try:
        app()
    except HousefulError as error:
        sys.exit(visible(f"houseful: {error.told}"))


@app.callback()
def default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    data_dir: DataDir = None,
) -> None:
    """Without a command: serve, with the options of `serve`."""
    given = {"host": host, "port": port, "workers": workers, "data-dir": data_dir}
    named = [f"--{name}" for name, value in given.items() if value is not None]
    if version:
        print(f"houseful {__version__}")
    elif context.invoked_subcommand is None:
        serve(host, port, workers, data_dir)
    elif named:
        raise InvalidRequest(f"expected {named[0]} after `{context.invoked_subcommand}`")


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    data_dir: DataDir = None,
) -> None:
    """Serve until Ctrl+C."""
    from houseful import settings
    from houseful.telemetry import log
    from houseful.transport.listening import address_of, listen

    chosen = settings.load(host=host, port=port, workers=workers, data_dir=data_dir)
    log.configure(chosen.log_format, chosen.log_level)
    sockets = listen(chosen.host, chosen.port, chosen.workers)
    address = address_of(sockets[0])
    from houseful import data_directory
    from houseful.process import preparation
    from houseful.process.supervisor import Supervisor
    from houseful.redis import capability
    from houseful.redis.connection import settled
    from houseful.telemetry import metrics
    from houseful.valkey.embedded import EmbeddedValkey

    data_directory.prepare(chosen.data_dir)
    with ExitStack() as stack:
        valkey = None
        if chosen.redis_url is None:
            valkey = stack.enter_context(EmbeddedValkey(chosen.data_dir))
        redis_url = valkey.url if valkey else settings.revealed(chosen.redis_url)
        asyncio.run(capability.check_redis(redis_url, wait_s=preparation.PATIENCE_S))
        redis_url = asyncio.run(settled(redis_url))
        asyncio.run(preparation.prepare_database(chosen, redis_url))
        environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            settings.variable("data_dir"): str(chosen.data_dir.absolute()),
            settings.variable("host"): chosen.host,
            settings.variable("port"): str(sockets[0].getsockname()[1]),
            settings.variable("workers"): str(chosen.workers),
        }
        if chosen.workers > 1:
            environment |= metrics.share(chosen.data_dir.absolute() / "metrics")
        supervisor = Supervisor(sockets, chosen.workers, environment, valkey=valkey)
        told = [f"Houseful {__version__} is at {address}"]
        if chosen.is_demo:
            reached = (chosen.public_url or address).rstrip("/")
            told.append(f"For staff: {reached}/#/venue?token={_staff_token(chosen)}")
        supervisor.run(lambda: print(*told, sep="\n", flush=True))


@app.command()
def work(data_dir: DataDir = None) -> None:
    """Only the work behind the pages, with no port: unfinished checkouts, e-mail, lapsed holds."""
    from houseful import app as application
    from houseful import data_directory, settings
    from houseful.process import preparation
    from houseful.redis import capability
    from houseful.telemetry import log

    chosen = settings.load(data_dir=data_dir)
    if chosen.redis_url is None:
        raise ConfigurationError("expected REDIS_URL: this works for servers that share a Redis")
    log.configure(chosen.log_format, chosen.log_level)
    data_directory.prepare(chosen.data_dir)
    redis_url = settings.revealed(chosen.redis_url)
    asyncio.run(capability.check_redis(redis_url, wait_s=preparation.PATIENCE_S))
    # Demo events are the servers' to make: two at once would make them twice.
    asyncio.run(preparation.prepare_database(chosen, redis_url, keeps_demo=False))
    asyncio.run(application.work(chosen, lambda: print("Houseful works", flush=True)))


@event_app.command("import")
def import_event(
    plan: Annotated[Path, typer.Argument(help="A pretix plan or a seats.io chart, as JSON.")],
    name: Annotated[str, typer.Option(help="Name of the event.")],
    starts_at: Annotated[str, typer.Option(help="Such as 2026-01-09T19:30:00Z.")],
    price: Annotated[
        list[str] | None,
        typer.Option(help="CATEGORY=AMOUNT; once per category. Without: lists the categories."),
    ] = None,
    venue: Annotated[str | None, typer.Option(help="Default: the plan's name.")] = None,
    on_sale_at: Annotated[str | None, typer.Option(help="Default: at once.")] = None,
    off_sale_at: Annotated[str | None, typer.Option(help="Default: when it starts.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Of the venue, such as Europe/Vienna. Default: its own.")
    ] = None,
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
    from houseful.ledger import events, plans
    from houseful.plans import reader
    from houseful.wire import codec
    from houseful.wire.free_text import free_text

    chosen = settings.load(data_dir=data_dir, currency=currency)
    amounts = _prices(price or [])
    name = free_text(name, "--name", 200, least=1)
    try:
        document = plan.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"cannot read {plan}: {error.strerror}") from None
    with _progress() as bar:
        task = bar.add_task("Reading seats")
        read = reader.read(
            document, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    for left in read.left_out:
        print(_left_out(left), file=sys.stderr)
    if not amounts:
        raise InvalidRequest(_categories(read))
    reader.require_prices(read, amounts)
    times = [codec.parse_iso(at) if at else None for at in (starts_at, on_sale_at, off_sale_at)]
    check_sale(times[0] or 0, times[1], times[2])
    minor = {name: money.from_wire(amount, chosen.currency) for name, amount in amounts.items()}
    _ask_about_past(starts_at)

    async def add(session: Session) -> int:
        return await events.add(
            session,
            plan_id=await plans.add(session, read),
            venue_name=free_text(venue or read.name, "--venue", 200, least=1),
            name=name,
            starts_at_ms=times[0] or 0,
            on_sale_at_ms=times[1],
            off_sale_at_ms=times[2],
            currency=chosen.currency,
            prices=minor,
            timezone=timezone,
            house_timezone=chosen.timezone,
            lone_seats=LoneSeatRule(lone_seats, lone_seats_off_below, lone_seats_off_hours),
        )

    event_id = _with_database(chosen, add)
    print(f"event {event_id}: {name}, {read.seat_count:,} seats")


@event_app.command("list")
def list_events(data_dir: DataDir = None) -> None:
    """Every event: id, start by the venue's clocks, seats, name, venue."""
    from houseful import settings
    from houseful.domain.zones import told
    from houseful.ledger import events

    for event in _with_database(settings.load(data_dir=data_dir), events.list_all):
        print(
            f"{event.id:>4}  {told(event.starts_at_ms, event.timezone)}  {event.seat_count:>7,}"
            f"  {visible(event.name)}  ({visible(event.venue)})"
        )


@discount_app.command("add")
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
    data_dir: DataDir = None,
) -> None:
    """Make a discount code known."""
    from houseful import settings
    from houseful.ledger import discounts
    from houseful.staff.discount_admin import add_discount as add
    from houseful.wire.commands import checked
    from houseful.wire.staff import DiscountRequest

    chosen = settings.load(data_dir=data_dir, currency=currency)
    given = {
        "code": code,
        "percent": percent,
        "amount": amount,
        "eventId": event,
        "startsAt": starts_at,
        "endsAt": ends_at,
        "maxUses": uses,
        "maxUsesPerUser": uses_per_user,
    }
    request = checked(DiscountRequest, given)
    _with_database(chosen, lambda session: add(session, "cli", request, chosen.currency))
    print(f"discount {discounts.normalised(code)} is known")


@app.command()
def token(
    user: Annotated[str, typer.Option(help="Whom it speaks for: the `sub`.")],
    role: Annotated[Literal["customer", "venue", "admin", "door"], typer.Option()] = "customer",
    event: Annotated[int | None, typer.Option(help="The one event of a door.")] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds until it expires.")] = 3600,
    data_dir: DataDir = None,
) -> None:
    """Print a signed token, for `Authorization: Bearer`; on standard error, until when it holds."""
    from houseful import data_directory, settings
    from houseful.web.auth import Tokens

    chosen = settings.load(data_dir=data_dir)
    data_directory.prepare(chosen.data_dir)
    signed, expires_at_s = Tokens(chosen).issue(user, role, ttl, event_id=event)
    until = datetime.fromtimestamp(expires_at_s, UTC)
    print(signed)
    print(f"{role} {user}, until {until:%Y-%m-%d %H:%M:%S}Z", file=sys.stderr)


@app.command("house")
def show_house(
    new: Annotated[bool, typer.Option("--new", help="A copy becomes a house of its own.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Which house this database is, and the gateway account it sells through."""
    from houseful import settings
    from houseful.ledger import house

    known = _with_database(settings.load(data_dir=data_dir), house.renew if new else house.get)
    mode = "live" if known.is_live else "test"
    account = (
        f"{known.gateway} {known.account} ({mode} mode)" if known.gateway else "no account yet"
    )
    print(f"house {known.house_id}: {account}")


def _staff_token(chosen: Settings) -> str:
    """A day's pass to the demo's staff page, for the person at this terminal."""
    from houseful.web.auth import Tokens

    return Tokens(chosen).issue("staff", "venue", STAFF_LINK_S)[0]


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


def _prices(given: list[str]) -> dict[str, str]:
    """`["Stalls=75.00"]` → `{"Stalls": "75.00"}`. Raises InvalidRequest."""
    amounts: dict[str, str] = {}
    for pair in given:
        category, sign, amount = pair.rpartition("=")
        if not sign or not category or not amount:
            raise InvalidRequest(f"--price: expected CATEGORY=AMOUNT, got {shown(pair)}")
        if category in amounts:
            raise InvalidRequest(f"--price: expected one price for {shown(category)}, got two")
        amounts[category] = amount
    return amounts


def _categories(plan: Plan) -> str:
    """What to add, so that one call teaches the next."""
    found = "".join(
        f"\n  {seats:>7,} seats  {name}" for name, seats in plan.seats_by_category if seats
    )
    options = " ".join(f"--price '{name}=…'" for name, seats in plan.seats_by_category if seats)
    return f"expected a price for each category of the plan, got none:{found}\nadd: {options}"


def _left_out(left: LeftOut) -> str:
    where = f" in {left.section}" if left.section else ""
    if left.kind == "standing_area":
        lacks = "its category or shape" if left.places else "how many may stand there"
        return f"left out: standing area {left.name}{where}: the plan does not say {lacks}"
    return f"left out: table {left.name}{where} as a whole: its {left.places} seats are sold one by one"


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


def _with_database(chosen: Settings, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run `work` in one transaction on the migrated database."""
    from houseful import data_directory
    from houseful.ledger.migrate import migrate
    from houseful.sql.database import Database
    from houseful.telemetry import log

    log.configure_for_command()
    data_directory.prepare(chosen.data_dir)

    async def run() -> T:
        database = Database(chosen.sql_url())
        try:
            await migrate(database.url, timezone=chosen.timezone)
            return await database.transact(work)
        finally:
            await database.close()

    return asyncio.run(run())
