"""uvicorn's WebSocket protocol with one ASGI extension more: write a prepared frame.

ASGI's `send` encodes, goes through a protocol object and awaits, for each client; a frame that is
the same for thousands is made once and handed to their transports. Under a server that lacks the
extension, `FallbackSocket` does the same through `send`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.realtime import frames

EXTENSION: Final = "houseful.prepared"
GOING_AWAY: Final = 4000
"""To 4004, at random, so that not everybody comes back in the same second."""

FALLBACK_QUEUE: Final = 256
"""Frames a client of a foreign server may owe before it is dropped."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class PreparedSocket:
    """Direct way to one viewer's transport. Never waits, never raises for a peer that is gone."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: HousefulWebSocketProtocol) -> None:
        self._protocol = protocol

    def write(self, frame: bytes) -> None:
        protocol = self._protocol
        if not (protocol.close_sent or protocol.disconnected):
            protocol.transport.write(frame)

    def buffered(self) -> int:
        return self._protocol.transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye; the peer's reply, or the protocol's timer, ends the connection."""
        self._protocol.say_goodbye(code, reason)

    def abort(self) -> None:
        """Drop the connection and what it is owed, now."""
        self._protocol.transport.abort()


class HousefulWebSocketProtocol(WebSocketsSansIOProtocol):
    """For `uvicorn --ws`; offers `scope["extensions"]["houseful.prepared"]`, a `PreparedSocket`."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            extensions: dict[str, Any] = scope["extensions"]
            extensions[EXTENSION] = PreparedSocket(self)

    def say_goodbye(self, code: int, reason: str) -> None:
        """Send a close frame from outside the application's own `send`."""
        if self.close_sent or self.disconnected or not self.handshake_complete:
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def shutdown(self) -> None:
        """The server stops: a close code that says when to come back, not uvicorn's own 1012."""
        self.say_goodbye(GOING_AWAY + random.randrange(5), "the server is restarting")
        super().shutdown()


class FallbackSocket:
    """The same through plain ASGI: a bounded queue and a task that sends."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[bytes | tuple[int, str]] = asyncio.Queue(FALLBACK_QUEUE)
        self._size = 0
        self._task = asyncio.create_task(self._drain(), name="fallback-socket")

    def write(self, frame: bytes) -> None:
        if self._task.done():
            return
        if self._queue.full():
            self.abort()
            return
        self._size += len(frame)
        self._queue.put_nowait(frame)

    def buffered(self) -> int:
        return self._size

    def close(self, code: int, reason: str) -> None:
        if self._queue.full():
            self.abort()
        else:
            self._queue.put_nowait((code, reason))

    def abort(self) -> None:
        self._task.cancel()

    async def _drain(self) -> None:
        while True:
            item = await self._queue.get()
            if isinstance(item, tuple):
                await self._send({"type": "websocket.close", "code": item[0], "reason": item[1]})
                return
            self._size -= len(item)
            text = frames.payload_of(item).decode()
            await self._send({"type": "websocket.send", "text": text})
