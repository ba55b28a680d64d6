"""Whole runs against real servers: healthy ones pass, one with a guard taken out does not."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from houseful import paths
from houseful.checkout.correspondence.booking_documents import BookingDocuments
from houseful.domain.errors import Unavailable
from houseful.hammer.aggregator import Aggregator
from houseful.hammer.client import address
from houseful.hammer.plan import RunPlan
from houseful.hammer.report import Report
from houseful.hammer.run import run
from houseful.plans import reader
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore
from houseful.valkey.embedded import EmbeddedValkey
from houseful.wire import frames
from houseful.wire.codec import encode
from tests.support.seat_plans import with_areas
from tests.support.server_process import GUARDS, without
from tests.support.serving import Server, running_server, small_plan
from tests.support.table_charts import table_chart

EVERYTHING = {
    "release": 20.0,
    "abandon": 25.0,
    "pay": 25.0,
    "decline": 10.0,
    "cancel": 10.0,
    "reserve": 10.0,
}
"""A mix of all fates."""

CROWDED: dict[str, Any] = {
    "viewers": 2,
    "buyers": 40,
    "changes_per_second": 500.0,
    "duration_s": 1.5,
    "hot_share": 1.0,
    "stale_share": 0.3,
    "seats_per_hold": 1,
    "mix": {"release": 1.0},
}
"""Everybody wants the same seats, many by a version of long ago."""

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, valkey: EmbeddedValkey) -> Iterator[Server]:
    """A server whose holds are short, with room for attempts."""
    given = {"hold_seconds": 1, "reservations_per_minute": 1_000_000, "redis_url": valkey.url}
    with running_server(tmp_path_factory.mktemp("hammered"), **given) as running:
        yield running


@contextmanager
def unguarded_server(
    guard: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A server of this process with the guard taken out of it; pytest puts it back."""
    monkeypatch.setattr(Scripts, "__init__", Scripts.__init__)
    monkeypatch.setattr(SeatStore, "reserve", SeatStore.reserve)
    without(guard)
    with running_server(directory, reservations_per_minute=1_000_000) as running:
        yield running


def plan_for(url: str, event_id: int, **given: Any) -> RunPlan:
    """A short run that still meets everything; others share the two cores, hence the patience."""
    common = RunPlan(
        address.parse(url),
        event_id=event_id,
        viewers=20,
        buyers=10,
        duration_s=2.0,
        ramp_s=0.2,
        changes_per_second=120.0,
        late_s=3.0,
    )
    return replace(common, **given)


def faults(report: Report, name: str) -> list[str]:
    return next(check.faults for check in report.checks if check.name == name)


async def test_a_healthy_server_passes_every_check(server: Server) -> None:
    sale = server.add_event(with_areas(small_plan(rows=10, seats=20), pit=20, lawn=3))
    report = await run(plan_for(server.url, sale.id, mix=EVERYTHING, slow_readers=2))
    assert report.passed, report.as_json()["verdict"]
    assert report.exit_code == 0
    assert report.errors == {}
    assert report.counts["verdict.maps"] == 21
    assert report.counts["reserve.granted"] > 10
    assert report.counts["reserve.places"] > 0
    assert report.counts["reserve.best"] > 0
    assert report.counts["verdict.areas"] == 2
    for name in ("reserve", "release", "payment", "push", "expiry", "connect"):
        assert report.latencies[name].count > 0, name


@pytest.mark.parametrize("guard", sorted(set(GUARDS) - {"version"}))
async def test_a_server_without_a_guard_fails_by_the_seat_it_sold_twice(
    guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unguarded_server(guard, tmp_path, monkeypatch) as server:
        sale = server.add_event(small_plan(rows=1, seats=2))
        report = await run(plan_for(server.url, sale.id, **CROWDED))
    assert report.passed is False
    assert report.exit_code == 1
    assert faults(report, "double_sale")


async def test_a_server_that_tells_lies_and_sweeps_and_issues_nothing_fails_by_each_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sweep_nothing(*_: object) -> tuple[int, int, None]:
        return 0, 0, None

    async def no_tickets(*_: object) -> list[object]:
        return []

    say_all = frames.changes
    monkeypatch.setattr(frames, "changes", lambda first, rows: say_all(first, list(rows)[1:]))
    monkeypatch.setattr(SeatStore, "sweep", sweep_nothing)
    monkeypatch.setattr(BookingDocuments, "tickets", no_tickets)
    with running_server(tmp_path, hold_seconds=1) as server:
        sale = server.add_event(small_plan(rows=10, seats=20))
        mix = {"abandon": 1.0, "pay": 1.0}
        report = await run(plan_for(server.url, sale.id, mix=mix, late_s=0.5, binary_share=0.0))
    assert report.exit_code == 1
    assert re.search(r"seat \d+ is \w+ at version \d+ for a viewer at", faults(report, "maps")[0])
    late = r"seat \d+ is still held \d\.\d s after its deadline"
    assert any(re.fullmatch(late, fault) for fault in faults(report, "holds"))
    assert re.search(r"BK-\S+ has 0 valid tickets for \d", faults(report, "payments")[0])
    assert faults(report, "versions") == faults(report, "double_sale") == []


def test_the_command_names_the_seat_and_ends_with_1_when_a_guard_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unguarded_server("version", tmp_path, monkeypatch) as server:
        sale = server.add_event(small_plan(rows=2, seats=10))
        options = "--viewers 2 --buyers 10 --duration 1s --ramp 0s --stale 0.5 --mix release"
        done = hammer(server.url, *options.split(), "--event", str(sale.id))
    assert done.returncode == 1, done.stderr
    assert "NOT  no seat was held or sold twice" in done.stdout
    assert re.search(r"seat \d+ was granted to guest-\w+ for version \d+, though", done.stdout)
    assert done.stdout.endswith("FAILED\n")


async def test_a_server_that_dies_is_said_so_and_leaves_no_verdict(
    tmp_path: Path,
) -> None:
    with running_server(tmp_path) as server:
        sale = server.add_event()
        plan = plan_for(server.url, sale.id, duration_s=30.0, outage_patience_s=1.0)
        killer = threading.Thread(target=server.stop)

        def stop_once_people_bought(seen: Aggregator) -> None:
            if seen.counts["reserve.granted"] > 5 and killer.ident is None:
                killer.start()

        report = await run(plan, stop_once_people_bought)
        killer.join()
    assert report.took_s < 15
    assert report.stopped.startswith(f"the server at {server.url} has not answered for")
    assert report.passed is None
    assert report.exit_code == 2
    assert {check.passed for check in report.checks} == {None}


async def test_a_run_cannot_begin_where_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(Unavailable, match=f"cannot reach http://127.0.0.1:{port}"):
        await run(plan_for(f"http://127.0.0.1:{port}", 1))


def test_several_processes_meet_storms_and_slow_readers_and_agree_with_the_server(
    server: Server, tmp_path: Path
) -> None:
    sale = server.add_event(small_plan(rows=10, seats=20))
    options = (
        "--viewers 30 --buyers 10 --duration 2s --ramp 0s --processes 2 --slow-readers 2"
        " --reconnect-storm 700ms --storm-share 0.5 --mix release=6,pay=2,decline=1,cancel=1,abandon=1"
        " --late 3s --ticket-viewers 0.5"
    )
    files = {"--json": tmp_path / "report.json", "--html": tmp_path / "report.html"}
    written = [str(part) for pair in files.items() for part in pair]
    done = hammer(server.url, *options.split(), "--event", str(sale.id), *written)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "watching" in done.stderr
    report = json.loads(files["--json"].read_text())
    schema = json.loads((paths.SCHEMAS / "hammer-report.json").read_text())
    Draft202012Validator(schema).validate(report)
    assert report["passed"] is True
    assert report["counts"]["verdict.maps"] == 30 + 2
    assert report["counts"]["storms"] >= 2
    assert report["counts"]["viewers.resumed"] > 0
    assert report["latenciesMs"]["resync"]["count"] > 0
    page = files["--html"].read_text()
    assert page.count("<figure>") == page.count("</svg></figure>") == 6
    assert "<script" not in page
    assert not re.search(r"(src|href)=|url\(|@import", page)


def hammer(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "houseful", "hammer", url, *options],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=CHECKOUT,
    )


async def test_whole_tables_are_bought_and_never_in_part(server: Server) -> None:
    plan = reader.read(encode(table_chart()))
    sale = server.add_event(plan, prices={"Table": 6_000, "Row": 3_000, "Box": 8_000})
    report = await run(plan_for(server.url, sale.id, mix=EVERYTHING))
    assert report.passed, report.as_json()["verdict"]
    assert report.counts["reserve.units"] > 0
    assert report.counts["verdict.units"] == 2
    assert faults(report, "units") == []
