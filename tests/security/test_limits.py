"""How much one client may have, counted by where it comes from, and who cannot get around it.

All of 127/8 is this machine's, so that each test comes from addresses of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from houseful.settings import Settings, load
from houseful.web.middleware import security_headers
from tests.security.raw import TEXT, Raw, frame, handshake, opened, raw, request
from tests.support.serving import Guest, Sale, Server, eventually, running_server

PROXY = "127.9.9.9"
PER_ADDRESS, SOCKETS, GUESTS, REQUESTS, EVERYBODY = 6, 3, 4, 8, 30
HELD = 5
sources = (f"127.1.{number // 250}.{number % 250 + 1}" for number in count())
clients = (f"203.0.113.{number}" for number in count(1))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    """A strict server for which this machine is like any other, behind one proxy it trusts."""
    with running_server(
        tmp_path_factory.mktemp("limits"),
        valkey_binary=redis_binary,
        uncounted_addresses=(),
        trusted_proxies=(PROXY,),
        max_connections=EVERYBODY,
        connections_per_address=PER_ADDRESS,
        sockets_per_address=SOCKETS,
        sockets_per_user=2,
        guests_per_minute=GUESTS,
        public_requests_per_minute=REQUESTS,
        max_header_bytes=2048,
        max_body_bytes=4096,
        max_message_bytes=1024,
        held_seats_per_address=HELD,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def sale(server: Server) -> Sale:
    return server.add_event()


@pytest_asyncio.fixture
async def ann(server: Server) -> AsyncIterator[Guest]:
    async with server.user("ann") as guest:
        yield guest


async def ask(server: Server, source: str, method: str, path: str, *headers: str) -> bytes:
    """The whole answer to one request from there."""
    async with raw(server, source) as connection:
        await connection.send(request(method, path, *headers, "Connection: close"))
        return await connection.rest()


async def statuses(server: Server, source: str, times: int, *headers: str) -> list[int]:
    """Of so many guests."""
    answers = [await ask(server, source, "POST", "/auth/guest", *headers) for _ in range(times)]
    return [int(answer.split()[1]) for answer in answers]


# --- connections ---


async def enter(stack: AsyncExitStack, server: Server, source: str) -> Raw:
    """A connection that was let in: it is answered."""
    connection = await stack.enter_async_context(raw(server, source))
    await connection.send(request("GET", "/healthz"))
    assert (await connection.head()).startswith(b"HTTP/1.1 200 ")
    return connection


async def test_one_address_has_a_bounded_number_of_connections(server: Server) -> None:
    source = next(sources)
    async with AsyncExitStack() as stack:
        for _ in range(PER_ADDRESS):
            await enter(stack, server, source)
        async with raw(server, source) as one_more:
            refused = await one_more.rest()
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b'"code":"too_many_connections"' in refused
        assert b"\r\nretry-after: " in refused
        for name, value in security_headers(uses_stripe=False):
            assert b"\r\n" + name + b": " + value + b"\r\n" in refused
        await enter(stack, server, next(sources))

    async def room() -> bool:
        return (await ask(server, source, "GET", "/healthz")).startswith(b"HTTP/1.1 200 ")

    await eventually(room)


async def test_a_live_socket_counts_as_a_connection_until_it_ends(
    server: Server, ann: Guest, sale: Sale
) -> None:
    source = next(sources)
    async with AsyncExitStack() as stack:
        async with opened(ann, sale, source):
            for _ in range(PER_ADDRESS - 1):
                await enter(stack, server, source)
            async with raw(server, source) as one_more:
                assert b"too_many_connections" in await one_more.rest()

        async def room() -> bool:
            return (await ask(server, source, "GET", "/healthz")).startswith(b"HTTP/1.1 200 ")

        await eventually(room)


async def test_all_together_have_a_bounded_number_of_connections(server: Server) -> None:
    async with AsyncExitStack() as stack:
        inside: list[Raw] = []
        refused = b""
        while not refused and len(inside) <= EVERYBODY:
            connection = await stack.enter_async_context(raw(server, next(sources)))
            await connection.send(request("GET", "/healthz"))
            head = await connection.head()
            if head.startswith(b"HTTP/1.1 200 "):
                inside.append(connection)
            else:
                refused = head
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert EVERYBODY - PER_ADDRESS < len(inside) <= EVERYBODY


async def test_a_trusted_proxy_brings_as_many_connections_as_it_likes(server: Server) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(PER_ADDRESS + 4):
            await enter(stack, server, PROXY)


# --- live sockets ---


async def close_code(user: str, server: Server, sale: Sale, source: str, **headers: str) -> int:
    """With which code one more socket is turned away; 0 when it is not."""
    async with server.user(user) as guest, raw(server, source) as connection:
        await connection.send(handshake(guest, sale, **headers))
        await connection.head()
        opcode, payload = await connection.frame()
        return int.from_bytes(payload[:2], "big") if opcode == 8 else 0


async def test_one_address_has_a_bounded_number_of_live_sockets(server: Server, sale: Sale) -> None:
    source = next(sources)
    async with AsyncExitStack() as stack:
        for number in range(SOCKETS):
            guest = await stack.enter_async_context(server.user(f"user-{number}"))
            await stack.enter_async_context(opened(guest, sale, source))
        assert await close_code("one-more", server, sale, source) == 4030
        assert await close_code("one-more", server, sale, next(sources)) == 0


async def test_many_sockets_of_a_user_at_once_do_not_pass_together(
    server: Server, sale: Sale
) -> None:
    """The count is taken before the handshake is answered."""
    async with AsyncExitStack() as stack:
        guest = await stack.enter_async_context(server.user("hurried"))
        rush = [await stack.enter_async_context(raw(server, next(sources))) for _ in range(8)]
        await asyncio.gather(*(each.send(handshake(guest, sale)) for each in rush))
        heads = [await each.head() for each in rush]
        assert all(head.startswith(b"HTTP/1.1 101 ") for head in heads)
        first = [await each.frame() for each in rush]
        assert sorted(opcode for opcode, _ in first) == [1, 1, 8, 8, 8, 8, 8, 8]


# --- requests without a token ---


async def test_one_address_makes_a_bounded_number_of_guests(server: Server) -> None:
    source = next(sources)
    assert await statuses(server, source, GUESTS + 1) == [*[201] * GUESTS, 429]
    assert await statuses(server, next(sources), 1) == [201]


async def test_one_address_makes_a_bounded_number_of_requests_without_a_token(
    server: Server, ann: Guest, sale: Sale
) -> None:
    source = next(sources)
    paths = ["/config", "/openapi.json", "/docs", "/plans/1/x.json"] * 2
    for path in paths:
        assert b" 429 " not in (await ask(server, source, "GET", path))[:20]
    refused = await ask(server, source, "GET", "/config")
    assert refused.startswith(b"HTTP/1.1 429 ")
    assert b"\r\nretry-after: " in refused
    healthy = await ask(server, source, "GET", "/healthz")
    assert healthy.startswith(b"HTTP/1.1 200 "), "who watches the server is not counted"
    token = f"Authorization: Bearer {ann.token}"
    mine = await ask(server, source, "GET", f"/events/{sale.id}", token)
    assert mine.startswith(b"HTTP/1.1 200 "), "users have limits of their own"


# --- proxies ---


async def test_a_spoofed_forwarded_address_lifts_no_limit(server: Server) -> None:
    source = next(sources)
    for _ in range(GUESTS):
        assert await statuses(server, source, 1, f"X-Forwarded-For: {next(clients)}") == [201]
    for spoofed in (next(clients), "127.0.0.1", "::1", f"{next(clients)}, {PROXY}", "unknown"):
        assert await statuses(server, source, 1, f"X-Forwarded-For: {spoofed}") == [429], spoofed


async def test_behind_a_trusted_proxy_clients_are_counted_and_not_the_proxy(
    server: Server,
) -> None:
    first, second = next(clients), next(clients)
    said = f"X-Forwarded-For: {first}"
    assert await statuses(server, PROXY, GUESTS + 1, said) == [*[201] * GUESTS, 429]
    assert await statuses(server, PROXY, 1, f"X-Forwarded-For: {second}") == [201]


async def test_what_a_client_tells_its_proxy_counts_for_nothing(server: Server) -> None:
    """A proxy appends the address it saw to what the client had written."""
    seen = next(clients)
    for number in range(GUESTS + 1):
        said = f"X-Forwarded-For: 10.0.0.{number}, {seen}"
        expected = 201 if number < GUESTS else 429
        assert await statuses(server, PROXY, 1, said) == [expected]


async def test_live_sockets_behind_a_proxy_are_counted_by_client(
    server: Server, sale: Sale
) -> None:
    seen = next(clients)
    async with AsyncExitStack() as stack:
        for number in range(SOCKETS):
            guest = await stack.enter_async_context(server.user(f"behind-{number}"))
            connection = await stack.enter_async_context(raw(server, PROXY))
            await connection.send(handshake(guest, sale, X_Forwarded_For=seen))
            assert (await connection.frame_after_head())[0] == 1
        more = {"X_Forwarded_For": seen}
        assert await close_code("more", server, sale, PROXY, **more) == 4030
        other = {"X_Forwarded_For": next(clients)}
        assert await close_code("more", server, sale, PROXY, **other) == 0


# --- sizes ---


async def test_the_sizes_are_those_of_the_settings(server: Server, ann: Guest, sale: Sale) -> None:
    path = f"/events/{sale.id}/quote"
    for size, status in ((4000, 400), (4200, 413)):
        content = json.dumps({"seatIds": [], "x": "y" * (size - 26)})
        answer = await ann.http.post(
            path, content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status
    source = next(sources)
    for size, line in ((1800, b"HTTP/1.1 200 "), (2100, b"HTTP/1.1 431 ")):
        answered = await ask(server, source, "GET", "/healthz", "X: " + "a" * size)
        assert answered.startswith(line)
    async with opened(ann, sale, source) as connection:
        await connection.send(frame(TEXT, b"{" + b" " * 1022 + b"}"))
        await connection.frame()
        assert b"refused" in (await connection.frame())[1]
        await connection.send(frame(TEXT, b"{" + b" " * 1023 + b"}"))
        assert await connection.close_code() == 4509


# --- seats ---


async def test_guests_of_one_network_hold_a_bounded_number_of_seats_whichever_door_they_take(
    server: Server,
) -> None:
    """Each guest costs nothing, so what counts is where they come from."""
    sale = server.add_event()
    seats = iter(sale.seats)
    async with server.user("first") as first, server.user("second") as second:
        await first.held(sale, *(next(seats) for _ in range(HELD)))
        answer = await second.reserve(sale, next(seats))
        assert answer.status_code == 409
        assert [seat["code"] for seat in answer.json()["data"]["failedSeats"]] == ["address_limit"]
        version = (await second.seats(sale))[sale.seats[-1]]["version"]
        wanted = [{"seatId": sale.seats[-1], "version": version}]
        async with second.live(sale) as live:
            refused = await live.ask(type="reserve", ref="r", seats=wanted, sessionId="s")
            assert refused["data"]["failedSeats"][0]["code"] == "address_limit"


async def test_staff_see_what_one_network_holds_and_give_all_of_it_back(server: Server) -> None:
    sale = server.add_event()
    seats = iter(sale.seats)
    async with (
        server.user("ann") as ann,
        server.user("bob") as bob,
        server.user("eve", "venue") as eve,
    ):
        for guest, count in ((ann, 2), (bob, 1)):
            await guest.held(sale, *(next(seats) for _ in range(count)))
        path = f"/events/{sale.id}/holds"
        holds = (await eve.http.get(path)).json()["data"]
        assert {(one["address"], one["addressSeats"]) for one in holds} == {("127.0.0.1", 3)}
        done = await eve.http.post(
            f"{path}/release", json={"address": "127.0.0.1", "reason": "hoarding"}
        )
        assert done.status_code == 200, done.text
        assert len(done.json()["data"]["releasedSeatIds"]) == 3
        assert (await eve.http.get(path)).json()["data"] == []
        acts = (await eve.http.get(f"/events/{sale.id}/audit")).json()["data"]
        assert [act["act"] for act in acts] == ["release_hold", "release_hold"]


# --- defaults ---


def test_by_default_this_machine_is_not_counted_and_a_crowd_has_room() -> None:
    chosen = Settings()
    assert chosen.uncounted_addresses == ("127.0.0.0/8", "::1")
    assert (chosen.max_connections, chosen.connections_per_address) == (20_000, 2_000)
    assert (chosen.sockets_per_address, chosen.sockets_per_user) == (2_000, 20)
    assert (chosen.guests_per_minute, chosen.public_requests_per_minute) == (6_000, 12_000)
    assert chosen.held_seats_per_address == 150, "37 families of four at the same moment"
    assert chosen.withheld_seat_minutes_per_address == 3_000
    assert (chosen.max_header_bytes, chosen.max_body_bytes) == (32_768, 65_536)
    assert (chosen.max_message_bytes, chosen.header_seconds, chosen.body_seconds) == (
        16_384,
        10,
        20,
    )


def test_nobody_is_uncounted_when_it_says_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEFUL_UNCOUNTED_ADDRESSES", "none")
    assert load().uncounted_addresses == ()
