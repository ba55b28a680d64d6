"""The `houseful` command. What goes wrong is one sentence on standard error and exit code 1.

Each command imports what it needs when it runs: the whole server takes two seconds to load, and
`--version`, `--help` or a mistyped option should not wait for it.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from houseful import __version__
from houseful.cli import bookings, discounts, hammer, reports, table_commands, upkeep
from houseful.cli.database import with_database
from houseful.cli.upkeep import DataDir
from houseful.domain.errors import ConfigurationError, HousefulError, InvalidRequest
from houseful.domain.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from houseful.process.early import EarlyWorker
    from houseful.settings import Settings

STAFF_LINK_S = 24 * 3600

app = typer.Typer(
    help="Sell reserved seats live.",
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help, without loading rich for it
)
app.add_typer(table_commands.app, name="event")
app.add_typer(discounts.app, name="discount")
app.add_typer(bookings.app, name="booking")
app.command()(hammer.hammer)
app.command()(reports.report)
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
    from houseful.process.early import EarlyWorker

    # more than one share their metrics, which they must know before they load
    is_one = workers in (None, 1) and "HOUSEFUL_WORKERS" not in os.environ
    with ExitStack() as stack:
        early = EarlyWorker() if is_one else None
        if early is not None:
            stack.callback(early.end)
        _serve(stack, early, host, port, workers, data_dir)


def _serve(
    stack: ExitStack,
    early: EarlyWorker | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    data_dir: Path | None,
) -> None:
    from houseful import lean, settings

    lean.load("structlog", without="rich")
    from houseful.telemetry import log
    from houseful.transport.listening import address_of, listen

    chosen = settings.load(host=host, port=port, workers=workers, data_dir=data_dir)
    log.configure(chosen.log_format, chosen.log_level)
    sockets = listen(chosen.host, chosen.port, chosen.workers)
    address = address_of(sockets[0])
    from houseful import data_directory
    from houseful.process.supervisor import Supervisor
    from houseful.telemetry import shared_metrics
    from houseful.valkey.embedded import EmbeddedValkey

    data_directory.prepare(chosen.data_dir)
    valkey = None
    if chosen.redis_url is None:
        valkey = EmbeddedValkey(chosen.data_dir)
        stack.callback(valkey.stop)
        valkey.launch()
    environment = {
        **os.environ,
        "REDIS_URL": valkey.url if valkey else settings.revealed(chosen.redis_url),
        settings.variable("data_dir"): str(chosen.data_dir.absolute()),
        settings.variable("host"): chosen.host,
        settings.variable("port"): str(sockets[0].getsockname()[1]),
        settings.variable("workers"): str(chosen.workers),
    }
    if chosen.workers > 1:
        environment |= shared_metrics.share(chosen.data_dir.absolute() / "metrics")
    early = early if chosen.workers == 1 else None
    supervisor = Supervisor(sockets, chosen.workers, environment, valkey=valkey, early=early)
    told = [f"Houseful {__version__} is at {address}"]
    if chosen.is_demo:
        reached = (chosen.public_url or address).rstrip("/")
        told.append(f"For staff: {reached}/#/venue?token={_staff_token(chosen)}")
    supervisor.run(lambda: print(*told, sep="\n", flush=True))


@app.command()
def work(data_dir: DataDir = None) -> None:
    """Only the work behind the pages, with no port: unfinished checkouts, e-mail, lapsed holds."""
    import asyncio

    from houseful import app as application
    from houseful import data_directory, settings
    from houseful.process import preparation
    from houseful.telemetry import log

    chosen = settings.load(data_dir=data_dir)
    if chosen.redis_url is None:
        raise ConfigurationError("expected REDIS_URL: this works for servers that share a Redis")
    log.configure(chosen.log_format, chosen.log_level)
    data_directory.prepare(chosen.data_dir)
    # Demo events are the servers' to make: two at once would make them twice.
    asyncio.run(preparation.prepare(chosen, keeps_demo=False))
    asyncio.run(application.work(chosen, lambda: print("Houseful works", flush=True)))


@app.command()
def token(
    user: Annotated[str, typer.Option(help="Whom it speaks for: the `sub`.")],
    role: Annotated[Literal["customer", "venue", "admin", "door"], typer.Option()] = "customer",
    event: Annotated[int | None, typer.Option(help="The one event of a door.")] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds until it expires.")] = 3600,
    data_dir: DataDir = None,
) -> None:
    """Print a signed token, for `Authorization: Bearer`; on standard error, until when it holds."""
    from houseful import data_directory, lean, settings

    lean.load("jwt", without="cryptography")
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
    from houseful.ledger.upkeep import house

    known = with_database(settings.load(data_dir=data_dir), house.renew if new else house.get)
    mode = "live" if known.is_live else "test"
    account = (
        f"{known.gateway} {known.account} ({mode} mode)" if known.gateway else "no account yet"
    )
    print(f"house {known.house_id}: {account}")


def _staff_token(chosen: Settings) -> str:
    """A day's pass to the demo's staff page, for the person at this terminal."""
    from houseful import lean

    lean.load("jwt", without="cryptography")
    from houseful.web.auth import Tokens

    return Tokens(chosen).issue("staff", "venue", STAFF_LINK_S)[0]
