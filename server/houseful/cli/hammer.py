"""`houseful hammer`: options in, progress while it runs, the verdict at the end.

Exit code 0: all checks passed; 1: one failed; 2: the run could not be made or finished.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from houseful.domain.errors import HousefulError, InvalidRequest

if TYPE_CHECKING:
    from houseful.hammer.aggregator import Aggregator
    from houseful.hammer.plan import RunPlan
    from houseful.hammer.report import Report
    from houseful.hammer.statistics import Histogram

COULD_NOT_RUN: Final = 2
NOT_INSTALLED: Final = (
    "the load test is not installed; get it with: pip install 'houseful[hammer]'"
    " (from a checkout: pip install ./server/houseful/hammer)"
)
PLACES: Final = {
    "": "starting",
    "quiet": "settling",
    "given back": "settling",
    "settled": "judging",
    "examined": "done",
}
"""What follows after a place that all processes have come to."""

LINE_EVERY_S: Final = 5.0
"""Between two lines of progress where there is no terminal."""


def hammer(
    url: Annotated[str, typer.Argument(help="The server, such as http://127.0.0.1:8000.")],
    viewers: Annotated[int, typer.Option(help="Live sockets that watch.")] = 500,
    buyers: Annotated[int, typer.Option(help="People who reserve, release and pay.")] = 50,
    duration: Annotated[str, typer.Option(help="Such as 60s or 5m.")] = "60s",
    ramp: Annotated[str, typer.Option(help="Time until all have come.")] = "5s",
    processes: Annotated[int, typer.Option(help="Client processes.")] = 1,
    event: Annotated[
        int | None, typer.Option(help="Default: the one with most free seats.")
    ] = None,
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
    standing: Annotated[
        float, typer.Option(help="Share of attempts at standing places, where there are any.")
    ] = 0.2,
    best: Annotated[float, typer.Option(help="Share of attempts at the best available.")] = 0.1,
    stale: Annotated[
        float, typer.Option(help="Share of attempts with an outdated version.")
    ] = 0.05,
    socket_buyers: Annotated[
        float, typer.Option(help="Share of buyers who reserve over their live socket.")
    ] = 0.5,
    ticket_viewers: Annotated[
        float, typer.Option(help="Share of viewers who come with a ticket, as browsers do.")
    ] = 0.1,
    binary_viewers: Annotated[
        float, typer.Option(help="Share of viewers who ask for binary frames.")
    ] = 0.3,
    slow_readers: Annotated[
        int, typer.Option(help="Viewers who stop reading for 5 to 20 s at a time.")
    ] = 0,
    reconnect_storm: Annotated[
        str, typer.Option(help="Cut viewers off all at once, every so often; 0s: never.")
    ] = "0s",
    storm_share: Annotated[float, typer.Option(help="Share of viewers a storm cuts off.")] = 1.0,
    expiry_patience: Annotated[
        str, typer.Option(help="How long to wait at the end for abandoned holds.")
    ] = "15s",
    late: Annotated[
        str, typer.Option(help="How long after its deadline a hold may still show.")
    ] = "1s",
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
    _require_extra()
    import asyncio

    from houseful.hammer.client import address
    from houseful.hammer.plan import RunPlan, parse_mix, parse_seconds
    from houseful.hammer.processes import loop_factory

    with _failing_with_two():
        claims = {"iss": jwt_issuer, "aud": jwt_audience}
        plan = RunPlan(
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
            standing_share=standing,
            best_share=best,
            stale_share=stale,
            socket_share=socket_buyers,
            ticket_share=ticket_viewers,
            binary_share=binary_viewers,
            slow_readers=slow_readers,
            storm_every_s=parse_seconds("--reconnect-storm", reconnect_storm),
            storm_share=storm_share,
            expiry_patience_s=parse_seconds("--expiry-patience", expiry_patience),
            late_s=parse_seconds("--late", late),
            outage_patience_s=parse_seconds("--outage-patience", outage_patience),
            seed=seed,
            tokens=tuple(token or ()),
            jwt_secret=jwt_secret,
            jwt_claims={name: value for name, value in claims.items() if value},
            allows_remote=yes_remote,
        ).check()
        for file in (json, html):
            _require_writable(file)
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            report = runner.run(_run(plan))
        _write(report, json, html)
    print("\n".join(summary(report)))
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _require_extra() -> None:
    if find_spec("houseful.hammer") is None:
        print(f"houseful: {NOT_INSTALLED}", file=sys.stderr)
        raise typer.Exit(COULD_NOT_RUN)


@contextmanager
def _failing_with_two() -> Iterator[None]:
    """What is wrong before there is a verdict, is one sentence and exit code 2."""
    try:
        yield
    except HousefulError as error:
        print(f"houseful: {error.told}", file=sys.stderr)
        raise typer.Exit(COULD_NOT_RUN) from None
    except KeyboardInterrupt:
        print("houseful: interrupted, no verdict", file=sys.stderr)
        raise typer.Exit(COULD_NOT_RUN) from None


async def _run(plan: RunPlan) -> Report:
    from houseful.hammer.run import run

    with _progress(plan) as show:
        return await run(plan, show)


@contextmanager
def _progress(plan: RunPlan) -> Iterator[Callable[[Aggregator], None]]:
    """A line that changes on a terminal, else a new line now and then."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    if console.is_terminal:
        with Live(console=console, transient=True, refresh_per_second=4) as live:
            yield lambda seen: live.update(Text(progress_line(plan, seen)))
        return
    told_s = 0.0

    def tell(seen: Aggregator) -> None:
        nonlocal told_s
        if time.monotonic() - told_s >= LINE_EVERY_S:
            told_s = time.monotonic()
            print(progress_line(plan, seen), file=sys.stderr, flush=True)

    yield tell


def progress_line(plan: RunPlan, seen: Aggregator) -> str:
    """Where the run is and what it sees."""
    from houseful.hammer.aggregator import Second

    passed_s = time.time() - seen.begun_s
    last = seen.seconds[max(seen.seconds)] if seen.seconds else Second()
    doing = PLACES.get(seen.place, "")
    parts = [
        f"{doing:>14}" if doing else f"{passed_s:5.0f} s of {plan.duration_s:g}",
        f"{seen.watching:,} watching",
        f"{last.frames:,} frames/s",
        f"{last.attempts:,} attempts/s",
        f"reserve p99 {milliseconds_text(seen.latencies.get('reserve'))}",
        f"push p99 {milliseconds_text(seen.latencies.get('push'))}",
        f"{sum(seen.errors.values()):,} errors",
    ]
    return "  ".join(parts)


def milliseconds_text(histogram: Histogram | None) -> str:
    seconds = histogram.percentile(0.99) if histogram else None
    return "–" if seconds is None else f"{seconds * 1000:.1f} ms"


def summary(report: Report) -> list[str]:
    """The end of a run in plain lines."""
    from houseful.hammer.report import MEASURED

    view = report.as_json()
    lines = [f"{'':<58}{'count':>9}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}  ms"]
    for name, found in view["latenciesMs"].items():
        numbers = "".join(f"{found[at]:>9.1f}" for at in ("p50", "p90", "p99", "max"))
        lines.append(f"{MEASURED[name]:<58}{found['count']:>9,}{numbers}")
    rates = (f"{rate:,g} {name}" for name, rate in view["perSecond"].items())
    lines += ["", f"per second: {', '.join(rates)}"]
    if view["errors"]:
        errors = (f"{reason} {count:,}" for reason, count in view["errors"].items())
        lines.append(f"errors: {', '.join(errors)}")
    lines += [f"note: {warning}" for warning in report.warnings]
    lines.append("")
    for check in report.checks:
        said = {True: "ok ", False: "NOT", None: "?  "}[check.passed]
        lines.append(f"{said}  {check.sentence}" + (f" ({check.note})" if check.note else ""))
        lines += [f"       {fault}" for fault in check.faults]
        if check.count > len(check.faults):
            lines.append(f"       and {check.count - len(check.faults):,} more")
    if report.stopped:
        lines.append(f"stopped after {report.took_s:.0f} s: {report.stopped}")
    lines.append({True: "passed", False: "FAILED", None: "no verdict"}[report.passed])
    return lines


def _require_writable(file: Path | None) -> None:
    """Before a minute of work, not after. Raises InvalidRequest."""
    try:
        if file is not None:
            file.open("ab").close()
    except OSError as error:
        raise InvalidRequest(f"cannot write {file}: {error.strerror}") from None


def _write(report: Report, json: Path | None, html: Path | None) -> None:
    """Raises InvalidRequest where a file cannot be written."""
    from houseful.hammer import page
    from houseful.wire import codec

    try:
        if json is not None:
            json.write_bytes(codec.encode(report.as_json()) + b"\n")
        if html is not None:
            html.write_text(page.render(report), encoding="utf-8")
    except OSError as error:
        raise InvalidRequest(f"cannot write {error.filename}: {error.strerror}") from None
