"""uvicorn's protocols with bounds: who may connect, and how long and large a request may be.

uvicorn waits for ever for a request's head and body, buffers a head of any size, and its
`limit_concurrency` lets WebSockets pass and knows no addresses. So each connection is counted here
when it comes, and has a deadline whenever the peer owes us something.

Owns: this worker's counts of connections, the clocks of requests that are still arriving.
Never: knows users; behind a proxy a peer is the proxy, and clients are counted in `web`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import State

from server.domain.addresses import Networks, Places, group_of
from server.realtime.protocol import HousefulWebSocketProtocol

LEAST_BYTES_PER_SECOND: Final = 8 * 1024
"""A body may take longer than its seconds by what it brings at this rate: a large plan, a slow line."""

LINGER_BYTES: Final = 1024 * 1024
"""What a client may still send after its answer, so that it reads the answer and not a reset."""

MOST_FRAMING: Final = 8
"""Bytes on the wire per byte of body; chunks of one byte make it 6, endless trailers more."""

FRAME_BURST: Final = 100.0
FRAMES_PER_SECOND: Final = 20.0
"""Pings, pongs and pieces of messages, which cost no command; a browser sends one in 20 s."""

MOST_OWED_BYTES: Final = 256 * 1024
"""Pongs pile up for a peer that pings and does not read."""

NOT_UTF8: Final = 1007
TOO_FAST: Final = 4029

Answer = Callable[[int, str, str], bytes]
"""(status, code, message) → a whole answer for a request that never reached the application."""


@dataclass
class Door:
    """What the connections of one worker are counted against. A count of 0 means any number."""

    answer: Answer
    headers: Sequence[tuple[str, str]] = ()
    most: int = 0
    per_address: int = 0
    uncounted: Networks = field(default_factory=lambda: Networks(()))
    header_bytes: int = 32 * 1024
    header_seconds: float = 10.0
    body_seconds: float = 20.0

    def __post_init__(self) -> None:
        self._everyone = Places(self.most)
        self._by_address = Places(self.per_address)

    def enter(self, host: str | None) -> bool:
        if not self._everyone.take(""):
            return False
        if host not in self.uncounted and not self._by_address.take(group_of(host)):
            self._everyone.give_back("")
            return False
        return True

    def leave(self, host: str | None) -> None:
        self._everyone.give_back("")
        if host not in self.uncounted:
            self._by_address.give_back(group_of(host))


class Phase(Enum):
    """What we wait for: the next request, the rest of its head, the rest of its body."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()


class GuardedHttp(HttpToolsProtocol):
    """HTTP whose requests arrive in time and in bounds, or are answered 400, 408, 431 or 503."""

    def __init__(self, door: Door, **given: Any) -> None:
        super().__init__(**given)
        self._door = door
        self._is_inside = False
        self._phase = Phase.IDLE
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._head_bytes = 0
        self._raw_bytes = 0
        self._body_bytes = 0
        self._refusal: tuple[int, str, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._is_inside = self._door.enter(self._host)
        if self._is_inside:
            self._allow(self._door.header_seconds)
        else:
            self._refuse(503, "too_many_connections", "too many connections; come back later")

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._is_inside:
            self._is_inside = False
            self._door.leave(self._host)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        before = self._phase
        super().data_received(data)
        if self.transport.is_closing() or not self._is_inside:
            return  # refused, or a WebSocket's from now on
        if self._phase is before is not Phase.IDLE:
            self._raw_bytes += len(data)
            if self._is_too_much():
                self._refuse(431, "header_too_large", "expected less around the body")
                return
        self._watch(before)

    @property
    def _host(self) -> str | None:
        return self.client[0] if self.client else None

    # What the parser tells

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = Phase.HEAD
        self._disarm()
        self._head_bytes = self._raw_bytes = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._phase = Phase.BODY
        self._raw_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = Phase.IDLE
        self._disarm()
        super().on_message_complete()

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self._door.header_bytes:
            message = f"expected a request head of at most {self._door.header_bytes} bytes"
            self._refusal = (431, "header_too_large", message)
            raise ValueError(message)  # ends the parse; `send_400_response` has the say then

    def _is_too_much(self) -> bool:
        """A head line without an end, framing without a body, or a body nobody reads any more."""
        if self._phase is Phase.HEAD:
            return self._raw_bytes > self._door.header_bytes
        framing = MOST_FRAMING * self._body_bytes + self._door.header_bytes
        answered = self.cycle is not None and self.cycle.response_complete
        return self._raw_bytes > framing or (answered and self._raw_bytes > LINGER_BYTES)

    # Clocks

    def _watch(self, before: Phase) -> None:
        """Set the clock that fits: none while the answer is ours to give."""
        if self._phase is Phase.BODY:
            if before is not Phase.BODY:
                self._allow(self._door.body_seconds)
        elif self._phase is Phase.HEAD or not self._owes_answer():
            if self._timer is None:
                self._allow(self._door.header_seconds)
        else:
            self._disarm()

    def _owes_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _allow(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.time() + seconds
        self._timer = self.loop.call_later(seconds, self._look)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Time is up, but for a body that brought enough meanwhile."""
        self._timer = None
        extra = self._body_bytes / LEAST_BYTES_PER_SECOND if self._phase is Phase.BODY else 0.0
        left = self._deadline + extra - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._look)
        elif self._phase is Phase.IDLE and self._owes_answer():
            return
        elif self.cycle is not None and self.cycle.response_started and self._phase is Phase.BODY:
            self.transport.close()
        else:
            self._refuse(408, "too_slow", "the request took too long to arrive")

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        self._is_inside = False  # the WebSocket protocol leaves the door when it ends
        super().handle_websocket_upgrade()

    # Refusals

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(self._refusal or (400, "malformed_http", msg)))

    def _refuse(self, status: int, code: str, message: str) -> None:
        if not self.transport.is_closing():
            self.transport.write(self._door.answer(status, code, message))
            self.transport.close()


class GuardedWebSocket(HousefulWebSocketProtocol):
    """The live socket's protocol: frames that cost no command are counted, answers have headers."""

    def __init__(self, door: Door, **given: Any) -> None:
        super().__init__(**given)
        self._door = door
        self._tokens = FRAME_BURST
        self._counted_at = self.loop.time()
        send = self.conn.send_response

        def send_with_headers(response: Response) -> None:
            for name, value in door.headers:
                if name not in response.headers:
                    response.headers[name] = value
            send(response)

        # Refused handshakes are made inside the library, past the application and uvicorn.
        self.conn.send_response = send_with_headers  # type: ignore[method-assign]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._door.leave(self.client[0] if self.client else None)

    def data_received(self, data: bytes) -> None:
        """The first data is the whole handshake, made anew by uvicorn's HTTP protocol."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            message = "expected a WebSocket handshake: no body, no header over 8 KiB"
            self.transport.write(self._door.answer(400, "malformed_http", message))
            self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """uvicorn logs a trace for each message that is not UTF-8, and stumbles if a close follows."""
        if self.curr_msg_data_type == "text" and not is_utf8(b"".join(self.frames)):
            self.frames = []
            self.say_goodbye(NOT_UTF8, "expected UTF-8")
        else:
            super().send_receive_event_to_app()

    def say_goodbye(self, code: int, reason: str) -> None:
        if self.conn.state is State.OPEN:  # else the peer's own close is the next to be handled
            super().say_goodbye(code, reason)

    def handle_ping(self) -> None:
        if self._goes_on():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._goes_on():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if self._goes_on():
            super().handle_cont(event)

    def _goes_on(self) -> bool:
        """Count one frame. False when it is not to be answered, or was one too many."""
        if self.close_sent:
            self.conn.data_to_send()  # pongs that nobody waits for
            return False
        now = self.loop.time()
        gained = (now - self._counted_at) * FRAMES_PER_SECOND
        self._tokens = min(FRAME_BURST, self._tokens + gained) - 1
        self._counted_at = now
        if self.transport.get_write_buffer_size() > MOST_OWED_BYTES:
            self.transport.abort()
            return False
        if self._tokens < 0:
            self.frames = []
            self.say_goodbye(TOO_FAST, "too many frames")
            return False
        return True


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
