"""Who waits at the door unread: still there, or gone."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys

import pytest

from houseful.transport.guarded_http import has_hung_up
from tests.support.serving import eventually


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell nothing of an unread peer")
@pytest.mark.parametrize("goodbye", ["close", "reset"])
async def test_a_peer_that_hung_up_is_told_from_one_that_waits(goodbye: str) -> None:
    waiting: list[asyncio.Transport] = []

    class Unread(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.pause_reading()
            waiting.append(transport)

    async def both_came() -> bool:
        return len(waiting) == 2

    async def is_gone() -> bool:
        return has_hung_up(leaver)

    server = await asyncio.get_running_loop().create_server(Unread, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    with socket.create_connection(address) as goes, socket.create_connection(address) as stays:
        await eventually(both_came)
        leaver = next(t for t in waiting if t.get_extra_info("peername") == goes.getsockname())
        other = next(t for t in waiting if t is not leaver)
        goes.sendall(b"asked something")
        assert not has_hung_up(leaver)
        if goodbye == "reset":
            goes.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        goes.close()
        await eventually(is_gone)
        stays.sendall(b"asked something")
        assert not has_hung_up(other)
    for transport in waiting:
        transport.abort()
    server.close()
    await server.wait_closed()
