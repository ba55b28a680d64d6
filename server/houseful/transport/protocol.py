"""uvicorn's WebSocket protocol does the handshake; then the application may take the socket over.

Offers one ASGI extension, `scope["extensions"]["houseful.live"]`: called after `websocket.accept`, it
gives a `LiveSocket`, and the application may return while the socket lives on. Under a server that
lacks it, `FallbackSocket` does the same through `receive` and `send`.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from logging import INFO
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request, Response

from houseful.telemetry.log import tell
from houseful.transport.connection_limiter import ConnectionLimiter
from houseful.transport.keepalive import Keepalive
from houseful.transport.live_socket import LiveSocket

EXTENSION: Final = "houseful.live"

JSON: Final = "application/json"
CODES: Final = {403: "forbidden", 426: "upgrade_required", 500: "internal", 503: "unavailable"}
"""Status → code, where the library or uvicorn refuses a handshake in plain text."""


class HandshakeProtocol(WebSocketsSansIOProtocol):
    """For `uvicorn --ws`. Its answers have the security headers; nothing is read before them."""

    def __init__(self, door: ConnectionLimiter, keepalive: Keepalive, **given: Any) -> None:
        super().__init__(**given)
        self._door = door
        self._keepalive = keepalive
        self._server_state = given["server_state"]
        send = self.conn.send_response

        def send_with_headers(response: Response) -> None:
            status = response.status_code
            # uvicorn would take an answer that refuses for an application that forgot to answer
            self.handshake_complete = (
                status != HTTPStatus.SWITCHING_PROTOCOLS or self.handshake_complete
            )
            if status >= HTTPStatus.BAD_REQUEST and response.headers.get("Content-Type") != JSON:
                self._refuse(status, CODES.get(status, "bad_handshake"), first_line(response.body))
                return
            for name, value in door.headers:
                if name not in response.headers:
                    response.headers[name] = value
            send(response)

        # Refused handshakes are made inside the library, past the application and uvicorn.
        self.conn.send_response = send_with_headers  # type: ignore[method-assign]

    def _refuse(self, status: int, code: str, message: str) -> None:
        tell(INFO, "request", status=status, code=code)
        self.transport.write(self._door.answer(status, code, message))

    def data_received(self, data: bytes) -> None:
        """The first data is the whole handshake, made anew by uvicorn's HTTP protocol."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            message = "expected a WebSocket handshake: no body, no header over 8 KiB"
            self._refuse(400, "malformed_http", message)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            extensions: dict[str, Any] = scope["extensions"]
            extensions[EXTENSION] = self.take_over
            self.read_paused = True  # until the application receives
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._door.leave(self.client[0] if self.client else None)

    def take_over(self) -> LiveSocket:
        """The connection as a socket of its own. What is left here goes with the ASGI task."""
        self.stop_keepalive()
        self.connections.discard(self)
        del self.conn.send_response
        del self.scope
        self.request.headers.clear()  # 2 KB that the library's parser holds on to
        host = self.client[0] if self.client else None
        live = LiveSocket(
            self.transport, self.conn, host, self._door, self._keepalive, self._server_state
        )
        self.transport = DetachedTransport(live)
        return live


def first_line(body: bytes | bytearray | memoryview | None) -> str:
    lines = bytes(body or b"").decode("utf-8", "replace").strip().splitlines()
    return lines[0].rstrip(".") if lines else "expected a WebSocket handshake"


class DetachedTransport(asyncio.Transport):
    """What the handshake is left with: nothing to write to, and a close that means "returned"."""

    def __init__(self, live: LiveSocket) -> None:
        super().__init__()
        self._live = live

    def is_closing(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """To nobody."""

    def close(self) -> None:
        self._live.application_returned()
