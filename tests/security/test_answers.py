"""Answers that skip uvicorn's own `send` keep the connection as HTTP wants it; reports are bounded."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
import structlog
from pydantic import SecretStr

from houseful.app import create_app
from houseful.settings import Settings
from houseful.web.buyer import analytics
from houseful.web.envelope import line
from houseful.web.middleware import security_headers
from tests.security.raw import raw, request
from tests.support.serving import PATIENCE_S, Server

PATHS = ("/healthz", "/nothing", "/healthz", "/config")


async def test_requests_sent_at_once_are_answered_in_their_order(server: Server) -> None:
    async with raw(server) as connection:
        asked = [request("GET", path, f"X-Request-Id: nth-{n}") for n, path in enumerate(PATHS)] + [
            request("GET", "/healthz", "Connection: close")
        ]
        await connection.send(b"".join(asked))
        said = await connection.rest()
    heads = [part for part in said.split(b"HTTP/1.1 ") if part]
    assert [head[:3] for head in heads] == [b"200", b"404", b"200", b"200", b"200"]
    for number in range(len(PATHS)):
        assert b"\r\nx-request-id: nth-%d\r\n" % number in heads[number]
    for head in heads:
        names = head.partition(b"\r\n\r\n")[0].lower()
        assert names.count(b"\r\ndate: ") == names.count(b"\r\ncontent-length: ") == 1
    assert [b"\r\nconnection: close\r\n" in head for head in heads] == [False] * 4 + [True]


async def test_http_1_0_is_answered_and_hung_up_on(server: Server) -> None:
    async with raw(server) as connection:
        await connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        said = await connection.rest()
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close\r\n" in said


async def test_head_is_the_head_of_get(server: Server) -> None:
    async with raw(server) as connection:
        await connection.send(request("HEAD", "/healthz") + request("GET", "/healthz"))
        first, second = await connection.head(), await connection.head()
        size = int(second.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        async with asyncio.timeout(PATIENCE_S):
            assert len(await connection.reader.readexactly(size)) == size
    assert b"content-length: %d\r\n" % size in first.lower()


async def test_a_bug_is_answered_like_everything_else() -> None:
    """An application that was never started has no context: every operation stumbles over that."""
    app = create_app(Settings(redis_url=SecretStr("redis://127.0.0.1:1")))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/events", headers={"X-Request-Id": "r1"})
    assert answer.status_code == answer.json()["statusCode"] == 500
    assert answer.json()["error"] == {"code": "internal", "retryable": True, "sameKey": True}
    assert answer.headers["x-request-id"] == "r1"
    for name, value in security_headers(uses_stripe=False):
        assert answer.headers[name.decode()] == value.decode()


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\0"])
def test_no_value_becomes_a_header_more(value: bytes) -> None:
    assert line(b"etag", b'"1"') == b'etag: "1"\r\n'
    with pytest.raises(ValueError, match="fits into a header"):
        line(b"etag", value)


async def test_what_a_page_reports_is_bounded_in_length_and_number(server: Server) -> None:
    def event(**facts: object) -> dict[str, object]:
        return {"name": "seat_selected", "facts": facts}

    too_much = (
        [event()] * 51,
        [event(**{f"fact{n}": n for n in range(13)})],
        [event(reason="x" * 101)],
        [event(**{"x" * 41: 1})],
        [event(seats=list(range(101)))],
        [{"name": "seat_selected", "at": "x" * 41}],
    )
    async with server.user("reporter") as guest:
        for events in too_much:
            answer = await guest.http.post("/analytics", json={"events": events})
            assert answer.status_code == 400, events
        good = {"events": [event(reason="a\x1b[31m\u202eb")]}
        said = [
            (await guest.http.post("/analytics", json=good)).status_code
            for _ in range(analytics.REPORTS_PER_MINUTE + 1)
        ]
    assert said[0] == 202
    assert said[-1] == 429


def test_reports_fill_a_log_so_far_and_no_further() -> None:
    budget = analytics.LineBudget(most=3)
    with structlog.testing.capture_logs() as lines:
        assert [budget.take(0.0) for _ in range(5)] == [True, True, True, False, False]
        assert budget.take(60.0)
    assert [(line["event"], line["count"]) for line in lines] == [("page_events_not_logged", 2)]
