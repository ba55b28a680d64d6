"""Whatever staff can do, a customer cannot: every path of the table is tried, and every socket."""

from __future__ import annotations

import re
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from houseful.app import SOCKETS
from houseful.web.operations import Operation
from houseful.web.table import OPERATIONS
from tests.support.serving import Guest, Live, Sale, Server
from tests.support.staff import audit, given, refused

STAFF = [operation for operation in OPERATIONS if operation.role in ("door", "venue", "admin")]
STAFF_SOCKETS = [path for path in SOCKETS if "occupancy" in path]
EXPECTED = {
    "block",
    "unblock",
    "blocks",
    "holds",
    "release",
    "bookings",
    "bookings.csv",
    "refund",
    "refund-terms",
    "retry",
    "cancel",
    "cancellation",
    "email",
    "check-ins",
    "undo",
    "read",
    "door-passes",
    "readiness",
    "payment-problems",
    "remove",
    "plan",
    "plans",
    "events",
    "1",
    "discounts",
    "end",
    "audit",
    "price-lists",
    "withdraw",
    "occupancy",
    "history",
    "revenue",
    "revenue.csv",
}


def address(path: str, sale: Sale) -> str:
    filled = re.sub(r"\{event_id:int\}", str(sale.id), path)
    return re.sub(r"\{\w+(:int)?\}", "1", filled)


def named(operation: Operation) -> str:
    return operation.handler.__name__


def test_the_table_has_every_staff_path() -> None:
    last = {address(one.path, Sale(1, range(1))).rpartition("/")[2] for one in STAFF}
    assert last == EXPECTED
    assert STAFF_SOCKETS == ["/events/{event_id:int}/occupancy", "/occupancy"]


@pytest.mark.parametrize("operation", STAFF, ids=named)
async def test_a_customer_gets_403_and_nobody_401(
    operation: Operation, server: Server, ann: Guest, quiet_sale: Sale
) -> None:
    path = address(operation.path, quiet_sale)
    answer = await ann.http.request(operation.method, path, json={"reason": "x"})
    refused(answer, 403, "forbidden")
    del ann.http.headers["Authorization"]
    answer = await ann.http.request(operation.method, path, json={"reason": "x"})
    refused(answer, 401, "unauthenticated")


async def test_none_of_it_was_written_down(venue: Guest, quiet_sale: Sale) -> None:
    assert await audit(venue, quiet_sale) == []


async def test_staff_are_let_in_on_each_of_these_paths(venue: Guest, sale: Sale) -> None:
    """The control of the above: it is the role that was refused, and not the request."""
    for operation in STAFF:
        if operation.handler.__name__ == "remove_event" or operation.role == "admin":
            continue  # the paths after it would find no event; an admin's act is not staff's
        path = address(operation.path, sale)
        answer = await venue.http.request(operation.method, path, json={"reason": "x"})
        assert answer.status_code in (200, 201, 202, 400, 404, 409, 415), (path, answer.text)


async def open_socket(url: str, protocols: list[str], headers: dict[str, str]) -> tuple[Any, ...]:
    async with connect(
        url,
        proxy=None,
        subprotocols=protocols or None,  # type: ignore[arg-type]
        additional_headers=headers,
    ) as socket:
        live = Live(socket)
        try:
            first = await live.next()
        except ConnectionClosed:
            return "closed", await live.close_code()
        return "open", first["type"]


@pytest.mark.parametrize("path", STAFF_SOCKETS)
async def test_a_customer_s_socket_is_closed_with_4503_and_nobody_s_with_4501(
    path: str, server: Server, ann: Guest, venue: Guest, quiet_sale: Sale
) -> None:
    url = f"ws://{server.host}{address(path, quiet_sale)}"
    for guest, expected in ((ann, ("closed", 4503)), (venue, ("open",))):
        by_ticket = ["houseful.v1", f"ticket.{await guest.ticket()}"]
        by_header = {"Authorization": f"Bearer {guest.token}"}
        assert (await open_socket(url, by_ticket, {}))[: len(expected)] == expected
        assert (await open_socket(url, [], by_header))[: len(expected)] == expected
    assert await open_socket(url, ["houseful.v1"], {}) == ("closed", 4501)
    foreign = {"Authorization": f"Bearer {venue.token}", "Origin": "https://elsewhere.example"}
    assert await open_socket(url, [], foreign) == ("closed", 4503)


async def test_an_admin_may_do_what_staff_may(server: Server, quiet_sale: Sale) -> None:
    async with server.user("boss", "admin") as boss:
        found = await given(await boss.http.get(f"/events/{quiet_sale.id}/occupancy"))
        assert found["totals"]["total"] == 80


async def test_a_socket_on_an_event_that_is_none_is_closed_with_4504(
    server: Server, venue: Guest
) -> None:
    headers = {"Authorization": f"Bearer {venue.token}"}
    url = f"ws://{server.host}/events/987654/occupancy"
    assert await open_socket(url, [], headers) == ("closed", 4504)
