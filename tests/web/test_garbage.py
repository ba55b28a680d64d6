"""Requests leave nothing that only the collector could free: its runs of 20 ms were every hundredth
buyer's wait."""

from __future__ import annotations

import gc

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from server.web import dispatch
from tests.plain_http import PlainClient
from tests.serving import Sale, Server

REQUESTS = 20


@pytest.mark.parametrize("path", ["/events/{}/seats", "/no/such/path"])
async def test_a_request_is_freed_when_it_is_answered(
    server: Server, quiet_sale: Sale, path: str
) -> None:
    assert await left_behind(server, path.format(quiet_sale.id)) == 0


async def test_the_collector_s_requests_are_seen_here(
    server: Server, quiet_sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: what knows the request stays in it, under another name."""
    monkeypatch.setattr(dispatch, "EXTENSION", "another")
    assert await left_behind(server, f"/events/{quiet_sale.id}/seats") >= REQUESTS // 2


async def left_behind(server: Server, path: str) -> int:
    """How many requests the collector finds after some on one connection."""
    client = PlainClient(server.url, server.token("reader"))
    await client.ask("GET", path)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(REQUESTS):
            await client.ask("GET", path)
        gc.collect()
        return sum(isinstance(one, RequestResponseCycle) for one in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()
        await client.close()
