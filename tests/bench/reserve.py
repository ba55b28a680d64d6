"""Reserving and giving back three seats: over HTTP beside an empty Starlette POST, over the live
socket beside the bare Lua scripts.

    python -m tests.bench reserve [--quick]

Fifty clients, each with seats of its own and its next request sent when the last is answered; a
reserve and a release are two requests. Delays at half load: the same clients at half the rate just
found, counted from when a request was due.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from redis import Redis

from houseful import paths
from houseful.store.scripts import link
from houseful.store.seats import event_keys
from tests.bench.load import (
    Target,
    http_buyer,
    http_request,
    load,
    same,
    script_buyer,
    socket_buyer,
)
from tests.bench.rig import Helper, Numbers, Stage, at, cpu_seconds, median, percent, stage, worker
from tests.support.serving import Sale, small_plan

CLIENTS = 50
SEATS = 3
RESTING_S = 1.0
MANY = {"reservations_per_minute": 1_000_000, "max_seats": 10}
"""The limit on attempts is counted, but never met."""


@dataclass(frozen=True)
class Rate:
    """Requests per second of wall time, and of the CPU time that the process takes to answer."""

    by_wall: float
    by_cpu: float
    late: list[float]


class Crew:
    """Clients of one kind and the process they load.

    What that process takes while nobody asks is not counted: on a machine that others use too, a
    request may wait long enough for it to weigh.
    """

    def __init__(
        self, stack: ExitStack, pid: int, target: Target, talk: Any, given: list[Any]
    ) -> None:
        self.pid = pid
        self.resting = 0.0
        self.helper = stack.enter_context(Helper(load, target, talk, given))
        self.run(0.5)  # at once: a connection that asks for nothing is hung up on

    def run(self, seconds: float, rate: float | None = None) -> Rate:
        wall, cpu = time.monotonic(), cpu_seconds(self.pid)
        late: list[float] = self.helper.ask(seconds, rate)
        wall, cpu = time.monotonic() - wall, cpu_seconds(self.pid) - cpu
        return Rate(len(late) / wall, len(late) / (cpu - self.resting * wall), late)

    def rest(self) -> None:
        """Find out what the process takes per second of wall time when nobody asks."""
        begin, cpu = time.monotonic(), cpu_seconds(self.pid)
        time.sleep(RESTING_S)
        self.resting = (cpu_seconds(self.pid) - cpu) / (time.monotonic() - begin)


def buyers(scene: Stage, sale: Sale) -> list[tuple[Any, ...]]:
    version = 1_000_000
    seats = list(sale.seats)
    return [
        (
            sale.id,
            scene.server.token(f"buyer-{n}"),
            seats[n * SEATS : (n + 1) * SEATS],
            version,
        )
        for n in range(CLIENTS)
    ]


def opened_sale(scene: Stage) -> Sale:
    sale = scene.server.add_event(small_plan(rows=10, seats=20))
    scene.open_event(sale.id)
    return sale


def http_crew(stack: ExitStack, scene: Stage) -> Crew:
    sale = opened_sale(scene)
    address = ("127.0.0.1", scene.process.port)
    given = buyers(scene, sale)
    return Crew(stack, scene.process.pid, Target(address, "http"), http_buyer, given)


def socket_crew(stack: ExitStack, scene: Stage) -> Crew:
    sale = opened_sale(scene)
    given = buyers(scene, sale)
    headers = [
        f"Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: houseful.v1\r\n"
        for _, token, _, _ in given
    ]
    address = ("127.0.0.1", scene.process.port)
    target = Target(address, "socket", f"/events/{sale.id}/live", headers)
    return Crew(stack, scene.process.pid, target, socket_buyer, given)


def script_crew(stack: ExitStack, scene: Stage) -> Crew:
    """On an event of its own that the server does not watch."""
    sale = opened_sale(scene)
    digests = tuple(link(paths.LUA, name).digest for name in ("reserve", "release"))
    incarnation = str(Redis.from_url(scene.valkey.url).info("server")["run_id"])
    given = [
        (digests, event_keys(sale.id), f"buyer-{n}", seats, version, incarnation)
        for n, (_, _, seats, version) in enumerate(buyers(scene, sale))
    ]
    path = scene.valkey.url.removeprefix("unix://")
    return Crew(stack, scene.valkey.pid, Target(path, "redis"), script_buyer, given)


def empty_crew(stack: ExitStack) -> Crew:
    process = stack.enter_context(worker("tests.bench.workers.empty_worker"))
    body = {"seats": [{"seatId": n, "version": 1_000_000} for n in range(SEATS)], "sessionId": "s"}
    request = http_request("POST", "/", "", body)
    target = Target(("127.0.0.1", process.port), "http")
    return Crew(stack, process.pid, target, same, [(request,)] * CLIENTS)


def in_turns(
    crews: dict[str, Crew], seconds: float, turns: int, rates: Mapping[str, float] | None = None
) -> dict[str, list[Rate]]:
    """A B A B; at `rates` requests a second, else as fast as they go."""
    found: defaultdict[str, list[Rate]] = defaultdict(list)
    for crew in crews.values():
        crew.rest()
    for _ in range(turns):
        for name, crew in crews.items():
            found[name].append(crew.run(seconds, rates[name] if rates else None))
    return found


def tell(numbers: Numbers, what: str, ours: list[Rate], beside: str, theirs: list[Rate]) -> None:
    cpu, wall = (median([getattr(rate, by) for rate in ours]) for by in ("by_cpu", "by_wall"))
    other_cpu, other_wall = (
        median([getattr(rate, by) for rate in theirs]) for by in ("by_cpu", "by_wall")
    )
    numbers.add(
        what,
        f"{wall:,.0f} requests/s ({cpu:,.0f} per CPU second)",
        f"{percent(wall, other_wall)} of {beside} ({other_wall:,.0f}/s);"
        f" {percent(cpu, other_cpu)} by CPU time",
        "reserve",
    )


def half_load(numbers: Numbers, what: str, full: list[Rate], half: list[Rate]) -> None:
    """Medians of the turns: one in which the host takes a core away for a while says nothing."""
    late = [[one * 1000 for one in turn.late] for turn in half]
    p50, p99, most = (median([at(share, turn) for turn in late]) for share in (0.5, 0.99, 1.0))
    numbers.add(
        f"{what} at half load ({half_of(full):,.0f} requests/s)",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.0f} ms",
        f"p99 is {p99 / p50:.1f} × p50",
        "reserve",
    )


def half_of(full: list[Rate]) -> float:
    return median([each.by_wall for each in full]) / 2


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    seconds, turns = (1.5, 2) if quick else (3.0, 4)
    with ExitStack() as stack:
        scene = stack.enter_context(stage("tests.bench.workers.open_worker", **MANY))
        crews = {
            "http": http_crew(stack, scene),
            "empty": empty_crew(stack),
            "socket": socket_crew(stack, scene),
            "script": script_crew(stack, scene),
        }
        found = in_turns(crews, seconds, turns)
        over_http, over_socket = f"{SEATS} seats over HTTP", f"{SEATS} seats over the live socket"
        tell(
            numbers,
            f"reserve and release of {over_http}, {CLIENTS} clients",
            found["http"],
            "an empty Starlette POST",
            found["empty"],
        )
        tell(
            numbers,
            f"the same of {over_socket}",
            found["socket"],
            "the Lua scripts alone",
            found["script"],
        )
        rates = {name: half_of(full) for name, full in found.items()}
        half = in_turns(crews, seconds, turns, rates)
        for name, what in (
            ("http", over_http),
            ("empty", "an empty Starlette POST"),
            ("socket", over_socket),
            ("script", "the Lua scripts alone"),
        ):
            half_load(numbers, what, found[name], half[name])
