"""uvicorn's WebSocket protocol with one ASGI extension more: write a prepared frame.

ASGI's `send` encodes, goes through a protocol object and awaits, for each client; a frame that is
the same for thousands is made once and handed to their transports. Under a server that lacks the
extension, `FallbackSocket` does the same through `send`.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.realtime import frames
from server.realtime.group import Viewer

EXTENSION: Final = "houseful.prepared"
GOING_AWAY: Final = 4000
"""To 4004, at random, so that not everybody comes back in the same second."""

FALLBACK_QUEUE: Final = 256
"""Frames a client of a foreign server may owe before it is dropped."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class PreparedSocket:
    """Direct way to one viewer's transport. Never waits, never raises for a peer that is gone."""

    __slots__ = ("_fd", "_protocol", "_viewer")

    def __init__(self, protocol: HousefulWebSocketProtocol) -> None:
        self._protocol = protocol
        self._viewer: Viewer | None = None
        transport = protocol.transport
        found = transport.get_extra_info("socket")
        is_plain = transport.get_extra_info("sslcontext") is None and sys.platform != "win32"
        self._fd: int | None = found.fileno() if found is not None and is_plain else None
        # `pause_writing` with the first byte that has to wait, `resume_writing` with the last:
        # between the two nothing may be written past the transport.
        transport.set_write_buffer_limits(high=0)

    def write(self, frame: bytes) -> None:
        if self._is_open():
            self._protocol.transport.write(frame)

    def write_together(self, several: Sequence[bytes]) -> None:
        """One system call for all of them."""
        self.write(b"".join(several))

    def buffered(self) -> int:
        return self._protocol.transport.get_write_buffer_size()

    def descriptor(self) -> int | None:
        return self._fd if self._is_open() and not self.buffered() else None

    def attend(self, viewer: Viewer | None) -> None:
        self._viewer = viewer

    def give_up_descriptor(self) -> None:
        """From here on only the transport writes, or nobody."""
        if self._viewer is not None:
            self._viewer.descriptor_lost()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye; the peer's reply, or the protocol's timer, ends the connection."""
        self._protocol.say_goodbye(code, reason)

    def abort(self) -> None:
        """Drop the connection and what it is owed, now."""
        self._protocol.transport.abort()

    def _is_open(self) -> bool:
        protocol = self._protocol
        return not (protocol.close_sent or protocol.disconnected or protocol.transport.is_closing())


class HousefulWebSocketProtocol(WebSocketsSansIOProtocol):
    """For `uvicorn --ws`; offers `scope["extensions"]["houseful.prepared"]`, a `PreparedSocket`."""

    prepared: PreparedSocket | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            self.prepared = PreparedSocket(self)
            extensions: dict[str, Any] = scope["extensions"]
            extensions[EXTENSION] = self.prepared

    def start_keepalive(self) -> None:
        """The handshake is done: its request and response, 5 KB, are of no more use."""
        super().start_keepalive()
        vars(self).pop("request", None)
        vars(self).pop("response", None)

    def data_received(self, data: bytes) -> None:
        """After the peer's close frame and our reply to it, no frame may follow (RFC 6455, 5.5.1)."""
        super().data_received(data)
        if self.close_sent or self.transport.is_closing():
            self._give_up_descriptor()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._give_up_descriptor()

    def connection_lost(self, exc: Exception | None) -> None:
        """The loop closes the descriptor after this call, never before it."""
        super().connection_lost(exc)
        self._give_up_descriptor()

    def _give_up_descriptor(self) -> None:
        if self.prepared is not None:
            self.prepared.give_up_descriptor()

    def say_goodbye(self, code: int, reason: str) -> None:
        """Send a close frame from outside the application's own `send`."""
        if self.close_sent or self.disconnected or not self.handshake_complete:
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._give_up_descriptor()
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

    def write_together(self, several: Sequence[bytes]) -> None:
        for frame in several:
            self.write(frame)

    def buffered(self) -> int:
        return self._size

    def descriptor(self) -> None:
        """The server's own; nobody writes past it."""

    def attend(self, viewer: Viewer | None) -> None:
        """There is no descriptor that could become unfit."""

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
            payload = frames.payload_of(item)
            is_text = item[0] == frames.TEXT
            body = {"text": payload.decode()} if is_text else {"bytes": payload}
            await self._send({"type": "websocket.send", **body})
