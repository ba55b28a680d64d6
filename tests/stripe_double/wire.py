"""Breaking a connection in the middle of an answer, which no HTTP framework offers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Find = Callable[[Any], asyncio.Transport | None]
"""The transport of the connection from a client's (host, port)."""


class Broken(Response):
    """No answer: hang until the client goes away, close, or reset the connection."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break, then wait until the server has noticed, so that it sends nothing itself."""
        if not self.kind.startswith("hang"):
            find: Find = scope["app"].state.find_transport
            transport = find(scope["client"])
            if transport is not None:
                _break(transport, reset=self.kind.startswith("reset"))
        while (await receive())["type"] != "http.disconnect":
            pass


def _break(transport: asyncio.Transport, *, reset: bool) -> None:
    if reset:
        # Linger 0 turns the close into a TCP reset.
        sock = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
