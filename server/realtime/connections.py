"""uvicorn's protocols with bounds: who may connect, and what a live socket may send.

uvicorn's `limit_concurrency` lets WebSockets pass and knows no addresses, so each connection is
counted here when it comes; requests are bounded in `guarded_http`.

Owns: this worker's counts of connections.
Never: knows users; behind a proxy a peer is the proxy, and clients are counted in `web`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import State

from server.domain.addresses import Networks, Places, group_of
from server.realtime.protocol import HousefulWebSocketProtocol

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
