"""The map of 50,000 seats: cold, warm and not at all (304), beside an empty Starlette route.

    python -m tests.bench cold_map [--quick]

Cold: a seat in every section has changed, so that nothing that was encoded or compressed is of use.
Sizes are gzipped, as they travel; what a page takes is the geometry once and then the status.
"""

from __future__ import annotations

import gzip
import socket
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from houseful.domain.plan import Plan
from houseful.domain.seats import Changed
from houseful.plans.generator import stadium
from houseful.redis import connection
from houseful.store.seats import SeatStore
from tests.bench.load import Target, cut_http, http_request, same
from tests.bench.reserve import CLIENTS, Crew, Rate, in_turns
from tests.bench.rig import Numbers, Stage, cpu_seconds, median, percent, stage, worker
from tests.support.serving import Sale, in_thread

GZIP = "Accept-Encoding: gzip\r\n"
WHOLE = "seat map, warm"
"""Comes after what is compared with the empty route: a third of a megabyte each leaves no cache warm."""


@dataclass(frozen=True)
class Answer:
    """One answer, with what it cost."""

    raw: bytes
    wall_ms: float
    cpu_ms: float

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    def header(self, name: bytes) -> str:
        line = self.raw.lower().partition(name + b": ")[0]
        return self.raw[len(line) + len(name) + 2 :].partition(b"\r\n")[0].decode()


def asked(scene: Stage, path: str, head: str) -> Answer:
    """One request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", scene.process.port)) as sock:
        wall, cpu = time.monotonic(), cpu_seconds(scene.process.pid)
        sock.sendall(http_request("GET", path, head))
        answer, rest = None, b""
        while answer is None:
            answer, rest = cut_http(rest + sock.recv(1 << 20))
        wall, cpu = time.monotonic() - wall, cpu_seconds(scene.process.pid) - cpu
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    return Answer(answer, wall * 1000, cpu * 1000)


def change_every_section(scene: Stage, sale: Sale, plan: Plan, nth: int) -> None:
    """The nth seat of each section is blocked."""
    seats, first = [], sale.seats[0]
    for section in plan.sections:
        seats.append(first + nth)
        first += sum(len(row.seats) for row in section.rows)

    async def change() -> None:
        client = connection.connect(scene.server.redis_url)
        answer = await SeatStore(client).block(sale.id, seats)
        assert isinstance(answer, Changed)
        await client.aclose()

    in_thread(change())


def fresh(scene: Stage, path: str, head: str, before: str) -> str:
    """The new ETag, once the server knows of the change; asked of the status, which is cheap."""
    while True:
        tag = asked(scene, path, head).header(b"etag")
        if tag != before:
            return tag
        time.sleep(0.01)


def cold(numbers: Numbers, scene: Stage, sale: Sale, plan: Plan, head: str, times: int) -> None:
    seats, status = f"/events/{sale.id}/seats", f"/events/{sale.id}/status"
    first = asked(scene, seats, head + GZIP)
    tag = asked(scene, status, head).header(b"etag")
    found: list[Answer] = []
    for nth in range(times):
        change_every_section(scene, sale, plan, nth)
        tag = fresh(scene, status, head, tag)
        found.append(asked(scene, seats, head + GZIP))
    geometry = len(gzip.compress(asked(scene, plan_url(scene, sale, head), head).body, 9))
    size = len(asked(scene, status, head + GZIP).body)
    numbers.add(
        f"map of {len(sale.seats):,} seats, cold, gzipped",
        f"{median([answer.cpu_ms for answer in found]):.0f} ms of server time"
        f" ({median([answer.wall_ms for answer in found]):.0f} ms until the last byte)",
        f"the first ever, with house, snapshot and all: {first.cpu_ms:.0f} ms;"
        f" geometry {geometry / 1000:.0f} KB once, status {size / 1000:.1f} KB",
        "cold_map",
    )


def plan_url(scene: Stage, sale: Sale, head: str) -> str:
    body = asked(scene, f"/events/{sale.id}", head).body
    return body.partition(b'"planUrl":"')[2].partition(b'"')[0].decode()


def warm(
    numbers: Numbers, stack: ExitStack, scene: Stage, sale: Sale, head: str, *, quick: bool
) -> None:
    seats, status = f"/events/{sale.id}/seats", f"/events/{sale.id}/status"
    whole = asked(scene, seats, head + GZIP)
    tag = whole.header(b"etag")
    requests = {
        "seat map, 304": http_request("GET", seats, f"{head}{GZIP}If-None-Match: {tag}\r\n"),
        "status, warm": http_request("GET", status, head + GZIP),
    }
    map_request = http_request("GET", seats, head + GZIP)
    here = Target(("127.0.0.1", scene.process.port), "http")
    crews = {
        name: Crew(stack, scene.process.pid, here, same, [(request,)] * CLIENTS)
        for name, request in requests.items()
    }
    empty = stack.enter_context(worker("tests.bench.workers.empty_worker"))
    there = Target(("127.0.0.1", empty.port), "http")
    nothing = [(http_request("GET", "/", head + GZIP),)] * CLIENTS
    crews["empty"] = Crew(stack, empty.pid, there, same, nothing)
    crews[WHOLE] = Crew(stack, scene.process.pid, here, same, [(map_request,)] * CLIENTS)
    crews["bytes"] = bytes_crew(stack, whole.body)
    found = in_turns(crews, 1.0 if quick else 2.0, 2 if quick else 4)
    for name in (*requests, WHOLE):
        tell(numbers, name, found[name], "an empty Starlette GET", found["empty"])
    bare = f"a bare ASGI function that sends the same {len(whole.body) / 1000:.0f} KB"
    tell(numbers, WHOLE, found[WHOLE], bare, found["bytes"])


def bytes_crew(stack: ExitStack, body: bytes) -> Crew:
    """Clients of a server that does nothing but send `body`."""
    file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "body"
    file.write_bytes(body)
    process = stack.enter_context(
        worker("tests.bench.workers.bytes_worker", {"BENCH_BODY": str(file)})
    )
    there = Target(("127.0.0.1", process.port), "http")
    return Crew(stack, process.pid, there, same, [(http_request("GET", "/", GZIP),)] * CLIENTS)


def tell(numbers: Numbers, name: str, ours: list[Rate], beside: str, theirs: list[Rate]) -> None:
    cpu, wall = (median([getattr(rate, by) for rate in ours]) for by in ("by_cpu", "by_wall"))
    other_cpu, other_wall = (
        median([getattr(rate, by) for rate in theirs]) for by in ("by_cpu", "by_wall")
    )
    numbers.add(
        f"{name}, {CLIENTS} clients",
        f"{wall:,.0f} requests/s ({cpu:,.0f} per CPU second)",
        f"{percent(wall, other_wall)} of {beside} ({other_wall:,.0f}/s);"
        f" {percent(cpu, other_cpu)} by CPU time",
        "cold_map",
    )


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        plan = stadium()
        prices = {category.name: 5000 for category in plan.categories}
        sale = scene.server.add_event(plan, prices=prices)
        head = f"Authorization: Bearer {scene.server.token('reader')}\r\n"
        cold(numbers, scene, sale, plan, head, 3 if quick else 7)
        warm(numbers, stack, scene, sale, head, quick=quick)
