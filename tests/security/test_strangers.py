"""One customer's things and another customer: every operation that names a thing, as it is now.

The walk takes the operations from the server's own table, so that new ones are walked too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from houseful.web.documents.examples import golden_request
from houseful.web.documents.openapi import camel
from houseful.web.operations import Operation
from houseful.web.table import OPERATIONS
from tests.support.serving import Guest, Sale, Server, eventually, running_server

EVERYBODY_S = {"event_id", "plan_id", "tag"}
"""Names of things that are for everybody to see."""

BY_THEMSELVES = {"outbox", "delivery", "webhook_event", "worker", "event_minute", "counter"}
"""Tables that background tasks write to when nobody asks."""

PRIVATE = "private-address@example.com"


def names_in(path: str) -> set[str]:
    pieces = [piece.partition("}")[0] for piece in path.split("{")[1:]]
    return {piece.partition(":")[0] for piece in pieces}


NAMING = [operation for operation in OPERATIONS if names_in(operation.path)]
SOMEBODY_S = [
    operation
    for operation in NAMING
    if names_in(operation.path) - EVERYBODY_S or operation.role in ("venue", "admin")
]


@dataclass
class Belongings:
    """What ann has, by the names of path parameters; all else is asked for by a made-up id."""

    sale: Sale
    ids: dict[str, object]
    held: list[int]

    def path(self, operation: Operation) -> str:
        filled = operation.path.replace(":int}", "}")
        for name in names_in(operation.path):
            filled = filled.replace("{" + name + "}", str(self.ids.get(name, "1")))
        return filled

    def body(self, operation: Operation) -> Any:
        """A good body that names ann's seats, so that only who asks can be wrong."""
        if operation.request is None or isinstance(operation.request, str):
            return None
        body = dict(next(iter(golden_request(operation.request).values())))
        return body | ({"seatIds": self.held[:1]} if "seatIds" in body else {})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("strangers"),
        valkey_binary=redis_binary,
        reservations_per_minute=1_000_000,
        seller_name="Town hall",
    ) as running:
        yield running


@pytest_asyncio.fixture
async def ann(server: Server) -> AsyncIterator[Guest]:
    async with server.user("ann-the-owner") as guest:
        yield guest


@pytest_asyncio.fixture
async def mallory(server: Server) -> AsyncIterator[Guest]:
    async with server.user("mallory") as guest:
        yield guest


@pytest_asyncio.fixture
async def hers(server: Server, ann: Guest) -> Belongings:
    sale = server.add_event()
    held = await ann.held(sale, sale.seats[0])
    answer = await ann.pay(sale, sale.seats[0], contact={"name": "Ann", "email": PRIVATE})
    booking = answer.json()["data"]
    path = f"/bookings/{booking['bookingReference']}"

    async def papers() -> dict[str, Any] | None:
        found: dict[str, Any] = (await ann.http.get(path)).json()["data"]
        return found if found["receipts"] else None

    tickets = (await eventually(papers))["tickets"]
    plan = (await ann.http.get(f"/events/{sale.id}")).json()["data"]["planUrl"]
    seats = list(sale.seats[1:4])
    held = await ann.held(sale, *seats)
    ids = {
        "event_id": sale.id,
        "reservation_id": held["id"],
        "reference": booking["bookingReference"],
        "ticket_id": tickets[0]["id"],
        "plan_id": plan.split("/")[2],
        "tag": plan.split("/")[3].removesuffix(".json"),
    }
    return Belongings(sale, ids, seats)


def in_sql(server: Server) -> dict[str, list[Any]]:
    """Every row that only people's requests change."""
    with closing(sqlite3.connect(server.settings.data_dir / "houseful.db")) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = sorted({name for (name,) in tables} - BY_THEMSELVES)
        return {
            name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in names
        }


async def ask(guest: Guest, operation: Operation, hers: Belongings) -> httpx2.Response:
    body = hers.body(operation)
    return await guest.http.request(
        operation.method, hers.path(operation), **({} if body is None else {"json": body})
    )


@pytest.mark.parametrize("operation", SOMEBODY_S, ids=lambda each: camel(each.handler.__name__))
async def test_a_stranger_gets_nothing_and_changes_nothing(
    operation: Operation, server: Server, ann: Guest, mallory: Guest, hers: Belongings
) -> None:
    seats, rows = await ann.seats(hers.sale), in_sql(server)
    mine = (await ann.http.get(f"/events/{hers.sale.id}/reservations")).json()["data"]
    answer = await ask(mallory, operation, hers)
    assert answer.status_code in (403, 404), (answer.status_code, answer.text)
    assert PRIVATE not in answer.text
    assert ann.name not in answer.text
    assert await ann.seats(hers.sale) == seats
    assert in_sql(server) == rows
    again = (await ann.http.get(f"/events/{hers.sale.id}/reservations")).json()["data"]
    assert without_countdown(again) == without_countdown(mine)


def without_countdown(reservations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in each.items() if name != "expiresInSeconds"}
        for each in reservations
    ]


async def test_what_is_everybody_s_shows_nobody(
    mallory: Guest, ann: Guest, hers: Belongings
) -> None:
    for operation in NAMING:
        if operation not in SOMEBODY_S:
            answer = await ask(mallory, operation, hers)
            assert answer.status_code < 500
            for secret in (PRIVATE, ann.name, str(hers.ids["reference"])):
                assert secret not in answer.text, operation


async def test_the_walk_meets_an_open_door_when_there_is_one(
    server: Server, ann: Guest, hers: Belongings
) -> None:
    """The positive control: she herself, and those who may see everything, get what is asked."""
    reads = [each for each in SOMEBODY_S if each.method == "GET" and each.role == "customer"]
    assert len(reads) >= 5
    async with server.user("boss", "admin") as boss:
        for operation in reads:
            assert (await ask(ann, operation, hers)).status_code == 200, operation
        seen = [(await ask(boss, operation, hers)).status_code for operation in reads]
    assert 200 in seen
