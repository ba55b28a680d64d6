"""uvicorn's HTTP with bounds on how long and large a request may be, and answers in one write.

uvicorn waits for ever for a request's head and body, and buffers a head of any size; so each
connection has a deadline whenever the peer owes us something. ASGI's `send` looks at every header of
every answer and writes twice; `EXTENSION` takes an answer whose head was made beforehand.

Owns: the clocks of requests that are still arriving.
Never: knows users; behind a proxy a peer is the proxy, and clients are counted in `web`.
"""

from __future__ import annotations

import asyncio
import re
import select
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from logging import INFO
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from houseful.telemetry.log import tell
from houseful.transport.connection_limiter import ConnectionLimiter

EXTENSION: Final = "houseful.answer"
"""ASGI extension: `await answer(status, head, body)`, `head` being lines that end in CRLF."""

ONE_WRITE_BYTES: Final = 64 * 1024
"""A longer body costs more to copy behind its head than a second piece costs to send."""

LEAST_BYTES_PER_SECOND: Final = 8 * 1024
"""A body may take longer than its seconds by what it brings at this rate: a large plan, a slow line."""

LINGER_BYTES: Final = 1024 * 1024
"""What a client may still send after its answer, so that it reads the answer and not a reset."""

MOST_FRAMING: Final = 8
"""Bytes on the wire per byte of body; chunks of one byte make it 6, endless trailers more."""


HOST: Final = re.compile(rb"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
"""RFC 3986 §3.2.2, of which DNS and addresses use this much."""


class Phase(Enum):
    """What we wait for: the next request, the rest of its head, the rest of its body."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()


class GuardedHttp(HttpToolsProtocol):
    """HTTP whose requests arrive in time and in bounds, or are answered 400, 408, 431 or 503."""

    def __init__(self, door: ConnectionLimiter, **given: Any) -> None:
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
        self._drop_parser()

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
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """As uvicorn's, without a call more for each header."""
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self._door.header_bytes:
            self._count_head(0)
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._require_host()
        self._phase = Phase.BODY
        self._raw_bytes = 0
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:  # else it becomes a WebSocket
            extensions: dict[str, Any] = {EXTENSION: partial(answer, self.cycle)}
            self.scope["extensions"] = extensions

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

    def _require_host(self) -> None:
        """RFC 9112 §3.2: a request without Host, or with more than one, is answered 400."""
        hosts = [value for name, value in self.headers if name == b"host"]
        is_old = not hosts and self.parser.get_http_version() == "1.0"
        if not is_old and (len(hosts) != 1 or not HOST.fullmatch(hosts[0])):
            message = f"expected one Host header with a host[:port], got {len(hosts)}"
            self._refusal = (400, "malformed_http", message)
            raise ValueError(message)

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
        """When its turn comes; nothing is read meanwhile. Who has the connection then leaves the door."""
        self._disarm()
        self._is_inside = False
        self.transport.pause_reading()
        self._door.admissions.admit(partial(self._upgrade, super().handle_websocket_upgrade))

    def _upgrade(self, upgrade: Callable[[], None]) -> None:
        if self.transport.is_closing() or has_hung_up(self.transport):
            self._door.leave(self._host)
            self.transport.close()
        else:
            self.transport.resume_reading()
            upgrade()
        self._drop_parser()

    def _drop_parser(self) -> None:
        """No more requests come. It knows us and we know it, which only the collector could undo."""
        self.__dict__.pop("parser", None)

    # Refusals

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(self._refusal or (400, "malformed_http", msg)))

    def _refuse(self, status: int, code: str, message: str) -> None:
        if not self.transport.is_closing():
            tell(INFO, "request", status=status, code=code)
            self.transport.write(self._door.answer(status, code, message))
            self.transport.close()


def has_hung_up(transport: asyncio.BaseTransport) -> bool:
    """Whether the peer of a connection that is not read will send nothing more, as far as the
    system can tell: who waited in vain is let in no more."""
    found = transport.get_extra_info("socket")
    if found is None or not hasattr(select, "POLLRDHUP"):
        return False
    poll = select.poll()
    poll.register(found.fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))


async def answer(cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> None:
    """A whole answer to a request that is neither HEAD nor answered yet; then its cycle is over.

    `head` says how long the body is, and nothing of the connection.
    """
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.response_started = cycle.response_complete = True
    parts = [STATUS_LINE[status]]
    for name, value in cycle.default_headers:
        parts += (name, b": ", value, b"\r\n")
    parts += (head, b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
    if len(body) <= ONE_WRITE_BYTES:
        parts.append(body)
        cycle.transport.write(b"".join(parts))
    else:
        cycle.transport.write(b"".join(parts))
        cycle.transport.write(body)
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
