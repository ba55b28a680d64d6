"""A WebSocket after its handshake: it has no task and no queue, only a listener.

An ASGI application keeps a coroutine per connection, some ten kilobytes deep, for a viewer who says
nothing all evening. Here messages go straight to a listener, and a task is there only while one is
being dealt with. The bytes are still parsed by the `websockets` library.

Owns: one connection from the handshake to its end: its frames and how many may come, its close.
Never: knows what a message means.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Sequence
from typing import Final

from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from houseful.realtime.viewer_batch import Viewer
from houseful.transport.connection_limiter import ConnectionLimiter
from houseful.transport.inbound_queue import InboundQueue
from houseful.transport.keepalive import Keepalive, Ping
from houseful.wire.close_codes import TOO_FAST

GOING_AWAY: Final = 4000
"""To 4004, at random, so that not everybody comes back in the same second."""

NOT_UTF8, INTERNAL = 1007, 1011

FRAME_BURST: Final = 100.0
FRAMES_PER_SECOND: Final = 20.0
"""Pings, pongs and pieces of messages, which cost no command; a browser sends one in 20 s."""

MOST_OWED_BYTES: Final = 256 * 1024
"""Pongs pile up for a peer that pings and does not read."""

GOODBYE_S: Final = 10.0
"""How long the peer may take to answer our close frame."""


class LiveSocket(InboundQueue):
    """Written to without waiting, and never raises for a peer that is gone."""

    __slots__ = (
        "_close_sent",
        "_close_timer",
        "_conn",
        "_counted_at",
        "_door",
        "_fd",
        "_host",
        "_is_text",
        "_keepalive",
        "_pieces",
        "_tokens",
        "_viewer",
        "turn",
        "unanswered",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        conn: ServerProtocol,
        host: str | None,
        door: ConnectionLimiter,
        keepalive: Keepalive,
        server: ServerState,
    ) -> None:
        super().__init__(transport, server, keepalive.interval_s)
        self._conn = conn
        self._host = host
        self._door = door
        self._keepalive = keepalive
        self._viewer: Viewer | None = None
        self._pieces: list[bytes] | None = None
        self._is_text = True
        self._close_sent = False
        self._close_timer: asyncio.TimerHandle | None = None
        self._tokens = FRAME_BURST
        self._counted_at = asyncio.get_running_loop().time()
        self._fd = descriptor_of(transport)
        self.unanswered: Ping | None = None
        self.turn = 0
        # `pause_writing` with the first byte that has to wait, `resume_writing` with the last:
        # between the two nothing may be written past the transport.
        transport.set_write_buffer_limits(high=0)
        server.connections.add(self)  # type: ignore[arg-type]  # has what uvicorn asks of them
        keepalive.add(self)
        transport.set_protocol(self)

    # The application's side

    def application_returned(self) -> None:
        """Somebody must listen by now."""
        if self._listener is None:
            self.close(INTERNAL, "internal error")

    def write(self, frame: bytes) -> None:
        if self._is_open():
            self._transport.write(frame)

    def write_together(self, several: Sequence[bytes]) -> None:
        """One system call for all of them."""
        self.write(b"".join(several))

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    def descriptor(self) -> int | None:
        return self._fd if self._is_open() and not self.buffered() else None

    def ask(self) -> Ping | None:
        if self.unanswered is None:
            self._send_ping(self._keepalive.ping())
        return self.unanswered

    def owes(self) -> Ping | None:
        return self.unanswered

    def attend(self, viewer: Viewer | None) -> None:
        self._viewer = viewer

    def close(self, code: int, reason: str) -> None:
        """Say goodbye; the peer's reply, or a timer, ends the connection."""
        if not self._is_open() or self._conn.state is not State.OPEN:
            return  # it has ended, or the peer's own close is the next to be handled
        self._conn.send_close(code, reason)
        self._transport.write(b"".join(self._conn.data_to_send()))
        self._close_sent = True
        self._give_up_descriptor()
        self._drop_waiting()
        loop = asyncio.get_running_loop()
        self._close_timer = loop.call_later(GOODBYE_S, self._transport.close)
        self._hear_no_more()

    def abort(self) -> None:
        """Drop the connection and what it is owed, now."""
        self._transport.abort()

    def _is_open(self) -> bool:
        return not (self._close_sent or self._transport.is_closing())

    # The loop's and the server's side

    def data_received(self, data: bytes) -> None:
        """After the peer's close frame and our reply to it, no frame may follow (RFC 6455, 5.5.1)."""
        conn = self._conn
        conn.receive_data(data)
        if conn.parser_exc is not None:
            self._hang_up()
        else:
            for event in conn.events_received():
                self._take(event)  # type: ignore[arg-type]  # the handshake is over
        if not self._is_open():
            self._give_up_descriptor()

    def pause_writing(self) -> None:
        self._give_up_descriptor()

    def connection_lost(self, exc: Exception | None) -> None:
        """The loop closes the descriptor after this call, never before it."""
        self._keepalive.remove(self)
        self._server.connections.discard(self)
        self._door.leave(self._host)
        self._forget_close_timer()
        self._give_up_descriptor()
        self._hear_no_more()

    def shutdown(self) -> None:
        """The server stops: a close code that says when to come back, not uvicorn's own 1012."""
        self.close(GOING_AWAY + random.randrange(5), "the server is restarting")
        self._forget_close_timer()
        self._transport.close()

    def look(self, ping: Ping) -> None:
        if self.unanswered is None:
            self._send_ping(ping)
        self._end_in_time()

    def fall_silent(self) -> None:
        if self._is_open():
            self._conn.fail(INTERNAL, "keepalive ping timeout")
            self._hang_up()
            self._give_up_descriptor()

    def _send_ping(self, ping: Ping) -> None:
        if self._is_open():
            self.unanswered = ping
            self._transport.write(ping.frame)

    def _forget_close_timer(self) -> None:
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None

    def _give_up_descriptor(self) -> None:
        """From here on only the transport writes, or nobody."""
        if self._viewer is not None:
            self._viewer.descriptor_lost()

    # Frames

    def _take(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.CLOSE:
            self._take_close()
        elif opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            self._is_text = opcode is Opcode.TEXT
            self._take_piece([], frame)
        elif self._goes_on():
            if opcode is Opcode.CONT:
                self._take_piece(self._pieces or [], frame)
            elif opcode is Opcode.PING:
                self._transport.write(b"".join(self._conn.data_to_send()))
            elif self.unanswered is not None and frame.data == self.unanswered.payload:
                self.unanswered = None

    def _take_close(self) -> None:
        if self._close_sent:
            self._forget_close_timer()
            self._transport.close()
        elif not self._transport.is_closing():
            self._hang_up()

    def _hang_up(self) -> None:
        """Send what the library has to say at the end of a connection, and end it."""
        self._transport.write(b"".join(self._conn.data_to_send()))
        self._close_sent = True
        self._transport.close()
        self._hear_no_more()

    def _take_piece(self, before: list[bytes], frame: Frame) -> None:
        before.append(frame.data)  # type: ignore[arg-type]
        if not frame.fin:
            self._pieces = before
            return
        self._pieces = None
        if self._close_sent:
            return
        message = b"".join(before)
        if not self._is_text:
            self._hear(message)
            return
        try:
            text = message.decode()
        except UnicodeDecodeError:
            self.close(NOT_UTF8, "expected UTF-8")
        else:
            self._hear(text)

    def _goes_on(self) -> bool:
        """Count one frame. False when it is not to be answered, or was one too many."""
        if self._close_sent:
            self._conn.data_to_send()  # pongs that nobody waits for
            return False
        now = asyncio.get_running_loop().time()
        gained = (now - self._counted_at) * FRAMES_PER_SECOND
        self._tokens = min(FRAME_BURST, self._tokens + gained) - 1
        self._counted_at = now
        if self._transport.get_write_buffer_size() > MOST_OWED_BYTES:
            self._transport.abort()
            return False
        if self._tokens < 0:
            self._pieces = None
            self.close(TOO_FAST, "too many frames")
            return False
        return True


def descriptor_of(transport: asyncio.Transport) -> int | None:
    """What `os.write` may be called on; None under TLS and where sockets are no files."""
    found = transport.get_extra_info("socket")
    is_plain = transport.get_extra_info("sslcontext") is None and sys.platform != "win32"
    return found.fileno() if found is not None and is_plain else None
