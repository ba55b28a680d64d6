"""`houseful hammer`: options in, progress while it runs, the verdict at the end.

Exit code 0: all checks passed; 1: one failed; 2: the run could not be made or finished.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from server.domain.errors import HousefulError, InvalidRequest

if TYPE_CHECKING:
    from server.hammer.gathering import Gathering
    from server.hammer.report import Report

COULD_NOT_RUN: Final = 2
LINE_EVERY_S: Final = 5.0
"""Between two lines of progress where there is no terminal."""


def hammer(
    url: Annotated[str, typer.Argument(help="The server, such as http://127.0.0.1:8000.")],
    viewers: Annotated[int, typer.Option(help="Live sockets that watch.")] = 500,
    buyers: Annotated[int, typer.Option(help="People who reserve, release and pay.")] = 50,
    duration: Annotated[str, typer.Option(help="Such as 60s or 5m.")] = "60s",
    ramp: Annotated[str, typer.Option(help="Time until all have come.")] = "5s",
    processes: Annotated[int, typer.Option(help="Client processes.")] = 1,
    event: Annotated[int | None, typer.Option(help="Default: the one with most free seats.")] = None,
    mix: Annotated[
        str,
        typer.Option(
            help="What becomes of holds, by weight: release, reserve (keep to the end), abandon,"
            " pay, decline, cancel (pay, then cancel)."
        ),
    ] = "release=70,abandon=10,pay=15,decline=5",
    changes_per_second: Annotated[
        float, typer.Option(help="Requests that change seats, in all.")
    ] = 100.0,
    seats_per_hold: Annotated[int, typer.Option(help="At most.")] = 3,
    hot_seats: Annotated[
        float, typer.Option(help="Share of attempts at the 1 % of seats that all want.")
    ] = 0.5,
    stale: Annotated[float, typer.Option(help="Share of attempts with an outdated version.")] = 0.05,
    socket_buyers: Annotated[
        float, typer.Option(help="Share of buyers who reserve over their live socket.")
    ] = 0.5,
    ticket_viewers: Annotated[
        float, typer.Option(help="Share of viewers who come with a ticket, as browsers do.")
    ] = 0.1,
    slow_readers: Annotated[int, typer.Option(help="Viewers who stop reading for 8 s at a time.")] = 0,
    reconnect_storm: Annotated[
        str, typer.Option(help="Cut viewers off all at once, every so often; 0s: never.")
    ] = "0s",
    storm_share: Annotated[float, typer.Option(help="Share of viewers a storm cuts off.")] = 1.0,
    expiry_patience: Annotated[
        str, typer.Option(help="How long to wait at the end for abandoned holds.")
    ] = "15s",
    outage_patience: Annotated[
        str, typer.Option(help="How long the server may be gone before the run is given up.")
    ] = "10s",
    token: Annotated[
        list[str] | None, typer.Option(help="Be this user instead of guests; may be repeated.")
    ] = None,
    jwt_secret: Annotated[
        str,
        typer.Option(
            help="The server's HOUSEFUL_JWT_SECRET: be as many users as wanted.",
            envvar="HOUSEFUL_JWT_SECRET",
            show_envvar=True,
        ),
    ] = "",
    jwt_issuer: Annotated[str, typer.Option(help="The `iss` the server demands.")] = "",
    jwt_audience: Annotated[str, typer.Option(help="The `aud` the server demands.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same wishes.")] = 1,
    json: Annotated[Path | None, typer.Option(help="Write the report as JSON here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page here.")] = None,
    yes_remote: Annotated[
        bool, typer.Option("--yes-remote", help="That server is mine and may be hammered.")
    ] = False,
) -> None:
    """Hammer a server with viewers and buyers, measure, and say whether all was right.

    Exit code 0: all checks passed, 1: one failed, 2: could not run.
    """
    from server.hammer import address
    from server.hammer.plan import Plan, parse_mix, parse_seconds

    with _failing_with_two():
        claims = {"iss": jwt_issuer, "aud": jwt_audience}
        plan = Plan(
            address.parse(url),
            event_id=event,
            viewers=viewers,
            buyers=buyers,
            duration_s=parse_seconds("--duration", duration),
            ramp_s=parse_seconds("--ramp", ramp),
            processes=processes,
            mix=parse_mix(mix),
            changes_per_second=changes_per_second,
            seats_per_hold=seats_per_hold,
            hot_share=hot_seats,
            stale_share=stale,
            socket_share=socket_buyers,
            ticket_share=ticket_viewers,
            slow_readers=slow_readers,
            storm_every_s=parse_seconds("--reconnect-storm", reconnect_storm),
            storm_share=storm_share,
            expiry_patience_s=parse_seconds("--expiry-patience", expiry_patience),
            outage_patience_s=parse_seconds("--outage-patience", outage_patience),
            seed=seed,
            tokens=tuple(token or ()),
            jwt_secret=jwt_secret,
            jwt_claims={name: value for name, value in claims.items() if value},
            allows_remote=yes_remote,
        ).check()
