"""A house below a path answers with the path and without, and never redirects to another host."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import httpx2 as httpx
import pytest

from houseful.app import SOCKETS
from houseful.domain.public_url import OWN_PATHS, fault_of, path_of
from houseful.web.public_path import PublicPath
from houseful.web.table import OPERATIONS
from tests.security.raw import raw
from tests.support.serving import Guest


async def echo(scope: MutableMapping[str, Any], _receive: Any, send: Any) -> None:
    """Answers with the path it was asked for."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("/tickets/", "/"),
        ("/tickets/events/1", "/events/1"),
        ("/events/1", "/events/1"),
        ("/ticketsale", "/ticketsale"),
    ],
)
async def test_a_path_is_understood_with_the_prefix_and_without(
    asked: str, understood: str
) -> None:
    transport = httpx.ASGITransport(app=PublicPath(echo, "/tickets"))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://house.test") as client:
        assert (await client.get(asked)).text == understood


async def test_the_bare_path_leads_to_the_page_on_whatever_host_it_was_asked() -> None:
    transport = httpx.ASGITransport(app=PublicPath(echo, "/tickets"))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.test") as client:
        answer = await client.get("/tickets")
    assert (answer.status_code, answer.headers["location"]) == (308, "/tickets/")


def test_the_server_s_own_paths_are_known() -> None:
    paths = [one.path for one in OPERATIONS] + list(SOCKETS)
    assert {path.split("/")[1] for path in paths} <= OWN_PATHS | {""}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "https://a.example/",
        "http://[::1]:8000/tickets",
        "https://a.example/a/b/",
    ],
)
def test_an_address_with_a_plain_path_is_taken(url: str) -> None:
    assert fault_of(url) is None
    assert path_of(url) == url.rstrip("/").partition("example")[2].removeprefix("]") or "[" in url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://a.example/events", "server's own"),
        ("https://a.example/static/x", "server's own"),
        ("https://a.example/a?b", "more than"),
        ("https://a.example/#x", "more than"),
        ("https://user:pw@a.example", "more than"),
        ("https://a.example/a//b", "plain letters"),
        ("https://a.example/../b", "plain letters"),
        ("https://a.example/a b", "plain letters"),
        ("ftp://a.example", "not http"),
        ("https://", "not http"),
        ("https://a.example:99999", "not an address"),
    ],
)
def test_an_address_that_cannot_work_says_why(url: str, why: str) -> None:
    assert why in (fault_of(url) or "")


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Host: a.example\r\nHost: b.example\r\n",
        "Host: a.example/x\r\n",
        "Host: \r\n",
        "Host: a b\r\n",
    ],
)
async def test_a_request_without_one_good_host_is_400(headers: str, ann: Guest) -> None:
    async with raw(ann.server) as connection:
        await connection.send(f"GET /healthz HTTP/1.1\r\n{headers}\r\n".encode())
        answer = await connection.rest(10)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"malformed_http" in answer


@pytest.mark.parametrize("host", ["a.example", "a.example:8000", "[::1]:8000", "127.0.0.1"])
async def test_a_request_with_one_good_host_is_answered(host: str, ann: Guest) -> None:
    async with raw(ann.server) as connection:
        await connection.send(
            f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        assert (await connection.rest(10)).startswith(b"HTTP/1.1 200 ")


async def test_no_redirect_is_built_from_the_host_that_was_asked(ann: Guest) -> None:
    for path in ("/events/", "/docs/", "/healthz/", "/static"):
        answer = await ann.http.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in str(answer.headers)
        assert answer.status_code == 404
