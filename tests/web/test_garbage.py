"""Requests and connections leave nothing that only the collector could free: its runs of 20 ms were
every hundredth buyer's wait."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from houseful.transport.guarded_http import GuardedHttp
from houseful.transport.live_socket import LiveSocket
from houseful.web import dispatch
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, Server

TIMES = 20
SETTLING_S = 0.3
"""Until the server's thread has heard that a client hung up."""


@pytest.mark.parametrize("path", ["/events/{}/seats", "/no/such/path"])
async def test_a_request_is_freed_when_it_is_answered(
    server: Server, quiet_sale: Sale, path: str
) -> None:
    assert await requests_left_behind(server, path.format(quiet_sale.id)) == 0


async def test_a_connection_is_freed_when_it_ends_or_becomes_a_socket(
    server: Server, quiet_sale: Sale
) -> None:
    async def come_and_go() -> None:
        client = PlainClient(server.url, server.token("reader"))
        await client.ask("GET", "/healthz")
        await client.close()
        async with server.user() as viewer, viewer.live(quiet_sale) as live:
            await live.next("hello")

    assert await left_behind(come_and_go, GuardedHttp, LiveSocket) == 0


async def test_the_collector_s_requests_are_seen_here(
    server: Server, quiet_sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: what knows the request stays in it, under another name."""
    monkeypatch.setattr(dispatch, "EXTENSION", "another")
    path = f"/events/{quiet_sale.id}/seats"
    assert await requests_left_behind(server, path) >= TIMES // 2


async def requests_left_behind(server: Server, path: str) -> int:
    """After some on one connection."""
    client = PlainClient(server.url, server.token("reader"))
    try:
        return await left_behind(lambda: client.ask("GET", path), RequestResponseCycle)
    finally:
        await client.close()


async def left_behind(act: Callable[[], Awaitable[object]], *kinds: type) -> int:
    """How many objects of these kinds the collector finds after `TIMES` times `act`."""
    await act()
    await asyncio.sleep(SETTLING_S)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(TIMES):
            await act()
        await asyncio.sleep(SETTLING_S)
        gc.collect()
        return sum(isinstance(one, kinds) for one in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()
