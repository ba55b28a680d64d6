"""What every answer carries, whoever gives it: the application, uvicorn, websockets, or the door."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from houseful.web.buyer import bookings
from houseful.web.middleware import content_security_policy, security_headers
from houseful.web.table import OPERATIONS
from tests.security.raw import handshake, raw, request
from tests.security.test_identity import address
from tests.support.serving import Guest, Sale, Server

EXPECTED = {name.decode(): value.decode() for name, value in security_headers(uses_stripe=False)}


@pytest_asyncio.fixture
async def ann(server: Server) -> AsyncIterator[Guest]:
    async with server.user("ann") as guest:
        yield guest


@pytest.fixture(scope="module")
def sale(server: Server) -> Sale:
    return server.add_event()


def carried(head: bytes) -> dict[str, str]:
    """Those of our headers that an answer has; each once."""
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
    names = [name.lower() for name, _, _ in lines]
    assert not [name for name in EXPECTED if names.count(name) > 1], "twice"
    return {name.lower(): value for name, _, value in lines if name.lower() in EXPECTED}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (request("GET", "/"), 200),
        (request("HEAD", "/"), 200),
        (request("GET", "/static/main.js"), 200),
        (request("GET", "/static/none.js"), 404),
        (request("GET", "/nowhere"), 404),
        (request("GET", "/docs"), 200),
        (request("DELETE", "/"), 405),
        (request("OPTIONS", "/bookings"), 405),
        (request("GET", "/bookings"), 401),
        (request("GET", "/config"), 200),
        (request("GET", "/events/1/live"), 426),
        (request("GET", "/healthz", "X: " + "a" * 40_000), 431),
        (b"nothing of HTTP\r\n\r\n", 400),
    ],
    ids=lambda value: str(value)[2:32],
)
async def test_an_answer_over_http_has_them(said: bytes, status: int, server: Server) -> None:
    if status == 426:
        server.add_event()  # only an event that there is has a socket
    async with raw(server) as connection:
        await connection.send(said)
        head = await connection.head()
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    assert carried(head) == EXPECTED


async def test_every_operation_s_refusal_has_them(ann: Guest) -> None:
    for operation in OPERATIONS:
        answer = await ann.http.request(
            operation.method, address(operation.path), headers={"Authorization": "Bearer x"}
        )
        for name, value in EXPECTED.items():
            assert answer.headers.get_list(name) == [value], operation


async def test_an_answer_to_a_bug_has_them_and_tells_nothing(
    ann: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(bookings, "query_number", broken)
    answer = await ann.http.get("/bookings")
    assert answer.status_code == 500
    assert {name: answer.headers[name] for name in EXPECTED} == EXPECTED
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json()["error"]["code"] == "internal"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 101),
        ({"Sec_WebSocket_Version": "12"}, 400),
        ({"Sec_WebSocket_Key": None}, 400),
        ({"Content_Length": "10"}, 400),
    ],
    ids=str,
)
async def test_an_answer_to_a_handshake_has_them(
    changed: dict[str, str | None], status: int, ann: Guest, sale: Sale
) -> None:
    async with raw(ann.server) as connection:
        await connection.send(handshake(ann, sale, **changed) + b"0123456789")
        head = await connection.head()
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    assert carried(head) == EXPECTED


async def test_a_socket_at_an_address_that_has_none_is_refused_with_them(
    ann: Guest, sale: Sale
) -> None:
    async with raw(ann.server) as connection:
        said = handshake(ann, sale).replace(b"/live ", b"/nowhere ", 1)
        await connection.send(said)
        head = await connection.head()
    assert head.startswith(b"HTTP/1.1 404 "), head
    assert carried(head) == EXPECTED


@pytest.mark.parametrize("uses_stripe", [False, True])
def test_the_policy_lets_in_no_script_but_ours_and_stripe_s(uses_stripe: bool) -> None:
    policy = dict(
        part.split(" ", 1) for part in content_security_policy(uses_stripe=uses_stripe).split("; ")
    )
    stripe = ["https://js.stripe.com"] if uses_stripe else []
    assert policy["script-src"].split() == ["'self'", *stripe]
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
