"""Who may: tokens that lie, sockets that outlive them, roles, and pages of other sites."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
import pytest_asyncio

from houseful.redis import connection
from houseful.store.ws_tickets import key_of
from houseful.web.table import OPERATIONS
from tests.security.raw import handshake, raw, request
from tests.support.serving import Guest, Sale, Server, eventually
from tests.web.wire import check_answer, check_frame

NOW = int(time.time())
LONGEST_HEADER = 8_000
"""websockets reads no longer ones in a handshake, and we answer 400."""


@pytest.fixture(scope="module")
def sale(server: Server) -> Sale:
    return server.add_event()


@pytest_asyncio.fixture
async def ann(server: Server) -> AsyncIterator[Guest]:
    async with server.user("ann", check_answer=check_answer, check_frame=check_frame) as guest:
        yield guest


# --- tokens ---


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


CLAIMS: dict[str, Any] = {"sub": "ann", "role": "admin", "exp": NOW + 86_400}


def signed(server: Server, algorithm: str = "HS256", **changed: Any) -> str:
    payload = json.dumps(CLAIMS | changed).encode()
    return jwt.api_jws.encode(payload, server.settings.signing_secret(), algorithm)


def lies(server: Server) -> dict[str, str]:
    """Tokens for an admin that nobody made one."""
    good = signed(server)
    header, payload, signature = good.split(".")
    customer = server.token("mallory").split(".")
    return {
        "alg none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "alg none with a signature": f"{part({'alg': 'none'})}.{payload}.{signature}",
        "alg in capitals": f"{part({'alg': 'NONE'})}.{payload}.",
        "no alg": f"{part({'typ': 'JWT'})}.{payload}.{signature}",
        "another hash": signed(server, "HS512"),
        "an algorithm without its key": f"{part({'alg': 'RS256'})}.{payload}.{signature}",
        "a key inside": f"{part({'alg': 'HS256', 'jwk': {'kty': 'oct', 'k': 'YQ'}})}.{payload}.x",
        "an address of a key": f"{part({'alg': 'RS256', 'jku': 'http://127.0.0.1/k'})}.{payload}.x",
        "a kid that is a path": f"{part({'alg': 'HS256', 'kid': '/dev/null'})}.{payload}.",
        "another secret": jwt.encode(CLAIMS, "a secret of somebody else, 32 bytes long", "HS256"),
        "an empty secret": f"{header}.{payload}.",
        "claims of one, signature of another": f"{customer[0]}.{payload}.{customer[2]}",
        "expired": signed(server, exp=NOW - 60),
        "expired for ever": signed(server, exp=-1),
        "for later": signed(server, nbf=NOW + 43_200),
        "no end": signed(server, exp=None),
        "an end that is none": signed(server, exp="soon"),
        "an infinite end": signed(server, exp=float("inf")),
        "an end that is not a number": signed(server, exp=float("nan")),
        "nobody": signed(server, sub=""),
        "a role that is none": signed(server, role="root"),
        "several roles": signed(server, role=["customer", "admin"]),
        "lists without end": f"{part('[' * 12_000)}.{payload}.{signature}",
        "a payload without end": f"{header}.{part('[' * 12_000)}.{signature}",
        "no JSON": f"{part('x')}.{part('y')}.{part('z')}",
        "two parts": f"{header}.{payload}",
        "a lot of dots": "." * 10_000,
        "20 KB": "a" * 20_000,
    }


async def test_no_lie_is_believed(server: Server, ann: Guest, sale: Sale) -> None:
    for name, token in lies(server).items():
        for path in ("/bookings", f"/events/{sale.id}/seats"):
            answer = await ann.http.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401, name
        if len(token) > LONGEST_HEADER:
            continue
        async with ann.live(sale, additional_headers={"Authorization": f"Bearer {token}"}) as live:
            assert await live.close_code() == 4501, name
    honest = {"Authorization": f"Bearer {signed(server)}"}
    assert (await ann.http.get("/bookings", headers=honest)).status_code == 200


async def test_a_huge_token_is_refused_with_the_head_it_stands_in(server: Server) -> None:
    async with raw(server) as peer:
        await peer.send(request("GET", "/bookings", "Authorization: Bearer " + "a" * 60_000))
        assert (await peer.rest()).startswith((b"HTTP/1.1 431 ", b""))


async def test_a_token_good_for_a_billion_years_is_good(
    server: Server, ann: Guest, sale: Sale
) -> None:
    for exp in (10**12, 10**18, 10**400):
        token = signed(server, exp=exp)
        async with ann.live(sale, additional_headers={"Authorization": f"Bearer {token}"}) as live:
            await live.next("hello")


# --- sockets and tickets ---


async def test_a_ticket_opens_one_socket_and_none_after_its_time(
    server: Server, ann: Guest, sale: Sale
) -> None:
    used, late = await ann.ticket(), await ann.ticket()
    async with ann.live(sale, **by_ticket(used)) as live:
        await live.next("hello")
        async with ann.live(sale, **by_ticket(used)) as again:
            assert await again.close_code() == 4501
    client = connection.connect(server.redis_url)
    await client.pexpire(key_of(late), 1)

    async def gone() -> bool:
        return not await client.exists(key_of(late))

    await eventually(gone)
    await client.aclose()
    async with ann.live(sale, **by_ticket(late)) as live:
        assert await live.close_code() == 4501


def by_ticket(ticket: str) -> dict[str, Any]:
    return {"subprotocols": ["houseful.v1", f"ticket.{ticket}"], "additional_headers": {}}


async def test_a_ticket_ends_with_the_token_that_it_was_made_with(
    server: Server, ann: Guest, sale: Sale
) -> None:
    """A token in its last seconds makes no sockets that outlive it, nor shows them anything."""
    ann.http.headers["Authorization"] = f"Bearer {server.token('ann', ttl_s=-5)}"  # the leeway's
    ticket = await ann.ticket()
    async with ann.live(sale, **by_ticket(ticket)) as live:
        assert await live.close_code() == 4501
        assert live.seen == []


@pytest.mark.parametrize("way", ["header", "ticket"])
async def test_a_socket_ends_when_its_token_does(
    way: str, server: Server, ann: Guest, sale: Sale
) -> None:
    ann.token = server.token("ann", ttl_s=2)
    ann.http.headers["Authorization"] = f"Bearer {ann.token}"
    options = by_ticket(await ann.ticket()) if way == "ticket" else {}
    async with ann.live(sale, **options) as live:
        await live.next("hello")
        assert await live.close_code() == 4501
    expires_at = jwt.decode(ann.token, options={"verify_signature": False})["exp"]
    assert 0 <= time.time() - expires_at < 2


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://user@{host}",
        "http://{host}.evil.example",
        "http://evil.example/{host}",
        "http://evil.example#{host}",
        "{host}",
        "file://",
    ],
)
async def test_a_page_of_another_site_opens_no_socket(
    origin: str, server: Server, ann: Guest, sale: Sale
) -> None:
    async with raw(server) as peer:
        await peer.send(handshake(ann, sale, Origin=origin.replace("{host}", server.host)))
        await peer.head()
        assert await peer.close_code() == 4503
    async with raw(server) as peer:
        await peer.send(handshake(ann, sale, Origin=server.url))
        assert (await peer.frame_after_head())[0] == 1, "a page of our own does"


# --- roles ---


async def test_each_operation_asks_for_a_token_and_its_role(server: Server, ann: Guest) -> None:
    """All that is not for everybody, in the table as it is now."""
    for operation in OPERATIONS:
        path = address(operation.path)
        nobody = await ann.http.request(operation.method, path, headers={"Authorization": ""})
        customer = await ann.http.request(operation.method, path)
        if operation.role == "public":
            continue
        assert nobody.status_code == 401, operation
        if operation.role != "customer":
            assert customer.status_code == 403, operation


def address(path: str) -> str:
    """Ids that do not exist: who may not is told so before anything is looked up."""
    filled = path
    while "{" in filled:
        begin, end = filled.index("{"), filled.index("}")
        filled = filled[:begin] + "999999" + filled[end + 1 :]
    return filled


async def test_a_role_is_the_token_s_and_not_the_user_s(
    server: Server, ann: Guest, sale: Sale
) -> None:
    """Who was staff yesterday may with yesterday's token only, and until it expires."""
    async with server.user("boss", "admin") as boss, server.user("boss") as former:
        booking = await ann.bought(sale, sale.seats[0])
        path = f"/bookings/{booking['bookingReference']}"
        assert (await boss.http.get(path)).status_code == 200
        assert (await former.http.get(path)).status_code == 404
        assert (await boss.http.get(path)).status_code == 200


async def test_metrics_are_for_this_machine_and_not_for_a_proxy_on_it(ann: Guest) -> None:
    """One that we were not told of: whoever comes through it looks like this machine."""
    assert (await ann.http.get("/metrics")).status_code == 200
    through = await ann.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert through.status_code == 403
