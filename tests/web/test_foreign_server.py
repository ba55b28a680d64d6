"""The live sockets under a server that lacks our ASGI extension: uvicorn's own protocol, as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from websockets.asyncio.client import connect

from tests.support.serving import Guest, Live, Sale, Server, eventually, serving
from tests.web.conftest import Join


@pytest.fixture(scope="module")
def foreign(server: Server) -> Iterator[Server]:
    with serving(server.settings, ws="websockets-sansio") as (url, stop):
        yield replace(server, url=url, stop=stop)


@pytest.fixture
def there(ann: Guest, foreign: Server) -> Guest:
    return replace(ann, server=foreign)


async def test_commands_are_answered_in_order_and_their_changes_pushed(
    join: Join, there: Guest, foreign: Server, sale: Sale
) -> None:
    buyer = replace(await join(), server=foreign)
    async with buyer.live(sale) as live, there.live(sale) as other:
        assert (await live.next())["type"] == "hello"
        wanted = [{"seatId": sale.seats[0], "version": 1_000_000}]
        await live.say(type="reserve", ref=1, seats=wanted, sessionId="s")
        await live.say(type="release", ref=2, seatIds=[sale.seats[0]])
        assert (await live.next("ok"))["ref"] == 1
        assert (await live.next("ok"))["ref"] == 2
        assert [row[:2] for row in (await other.next("seats"))["changes"]]


async def test_a_socket_that_leaves_is_forgotten(there: Guest, sale: Sale) -> None:
    async with there.live(sale) as live:
        await live.next("hello")

    async def alone() -> bool:
        async with there.live(sale) as live:
            return (await live.next("hello"))["viewers"] == 1

    await eventually(alone)


async def test_what_is_no_command_closes_with_the_same_codes(
    there: Guest, quiet_sale: Sale
) -> None:
    async with there.live(quiet_sale) as live:
        await live.socket.send(b"{}")
        assert await live.close_code() == 4500
    async with there.live(quiet_sale) as live:
        await live.socket.send(" " * 17 * 1024)
        assert await live.close_code() == 4509
    async with there.live(Sale(999_999, range(0))) as live:
        assert await live.close_code() == 4504


async def test_the_socket_ends_with_its_token(
    join: Join, quiet_sale: Sale, foreign: Server
) -> None:
    dan = replace(await join("dan"), server=foreign, token=foreign.token("dan", ttl_s=1))
    async with dan.live(quiet_sale) as live:
        assert (await live.next())["type"] == "hello"
        assert await live.close_code() == 4501


async def test_staff_watch_the_house(foreign: Server, sale: Sale) -> None:
    token = foreign.token("boss", role="venue")
    url = f"ws://{foreign.host}/events/{sale.id}/occupancy"
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(url, proxy=None, additional_headers=headers) as socket:
        live = Live(socket)
        assert (await live.next())["type"] == "hello"
        assert (await live.next())["type"] == "occupancy"
        await socket.send("{}")
        assert await live.close_code() == 4500
