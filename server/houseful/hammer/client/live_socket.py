"""The client's end of a live socket: RFC 6455 with what Houseful uses of it, on a bare transport.

A library would itself be the limit (`tests/bench/hammer.py` compares). Here a whole data frame,
header and all, is handed on as the bytes that came: the same change has the same bytes for every
viewer, so that it need be understood only once.

Owns: handshake, frames, masks, pings. Never: what a message means.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from typing import Any, Final, Protocol, cast

from houseful.domain.wording import shown
from houseful.hammer.client.address import CONNECT_WITHIN_S, Address
from houseful.wire.codec import decode, encode

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
JSON_PROTOCOL: Final = "houseful.v1"
BINARY_PROTOCOL: Final = "houseful.v1.bin"
"""Seats as a compact binary frame, all else as JSON."""

TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
DATA: Final = (TEXT, BINARY)
ABNORMAL: Final = 1006
"""The close code of a connection that ended without one, RFC 6455 section 7.1.5."""


class Refused(OSError):
    """The handshake was answered with something else than 101."""


class Reader(Protocol):
    """Who gets what a socket says."""

    def got(self, frame: bytes) -> None:
        """A whole text or binary frame, header and all."""

    def closed(self, code: int, reason: str) -> None:
        """Nothing more will come."""


class ClientSocket(asyncio.Protocol):
    """One connection. `reader` is called for each frame, from the loop."""

    def __init__(self, reader: Reader) -> None:
        self.transport: asyncio.Transport
        self.is_closed = False
        self._reader = reader
        self._buffer = b""
        self._opening: asyncio.Future[None] | None = None
        self._accept = b""
        self._code, self._reason = ABNORMAL, ""

    async def open(self, address: Address, path: str, offered: str, header: str = "") -> None:
        """Ask for the socket; `header` is a whole line or empty. Raises OSError, Refused."""
        key = base64.b64encode(os.urandom(16))
        self._accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        self._opening = asyncio.get_running_loop().create_future()
        self.transport.write(
            f"GET {address.path}{path} HTTP/1.1\r\nHost: {address.authority}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Protocol: {offered}\r\n"
            f"{header}\r\n".encode()
        )
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await self._opening
        except BaseException:
            self.abort()
            raise

    @property
    def is_closing(self) -> bool:
        """Whether nothing that is said here can be answered any more."""
        return self.is_closed or self.transport.is_closing()

    def say(self, message: object) -> None:
        """Send one command; to a closed socket nothing is sent."""
        self._write(TEXT, encode(message))

    def close(self, code: int = 1000) -> None:
        self._write(CLOSE, code.to_bytes(2, "big"))
        self.transport.close()

    def abort(self) -> None:
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._opening is not None and not self._opening.done():
            self.is_closed = True
            self._opening.set_exception(ConnectionResetError("hung up during the handshake"))
        else:
            self._end()

    def _end(self) -> None:
        """Tell the reader, once."""
        if not self.is_closed:
            self.is_closed = True
            self._reader.closed(self._code, self._reason)

    def data_received(self, data: bytes) -> None:
        if self._accept:
            self._shake_hands(data)
            return
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        elif data[0] in DATA and len(data) == frame_length(data, 0):
            self._reader.got(data)
            return
        self._take_apart(data)

    def _take_apart(self, data: bytes) -> None:
        """Several frames, or less than one, or one that is no text."""
        begin = 0
        while not self.is_closed:
            length = frame_length(data, begin)
            if not length or begin + length > len(data):
                break
            frame = data[begin : begin + length]
            begin += length
            if frame[0] in DATA:
                self._reader.got(frame)
            else:
                self._control(frame[0], payload_of(frame))
        self._buffer = data[begin:]

    def _control(self, first: int, payload: bytes) -> None:
        if first == PING:
            self._write(PONG, payload)
        elif first == CLOSE:
            self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self._reason = payload[2:].decode(errors="replace")
            self.close(self._code if len(payload) >= 2 else 1000)
            self._end()  # nothing is answered now, however long the connection takes to go
        elif first != PONG:
            self._reason = f"a frame that begins with {first:#04x}"
            self.abort()

    def _shake_hands(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        if self._opening is None or self._opening.done():
            return
        lines = head.split(b"\r\n")
        if b" 101 " not in lines[0] or not head.count(self._accept):
            status = lines[0].decode("latin-1")
            self._opening.set_exception(Refused(f"expected a live socket, got {shown(status)}"))
            self.abort()
            return
        self._opening.set_result(None)
        self._accept = self._buffer = b""
        if rest:
            self._take_apart(rest)

    def _write(self, first: int, payload: bytes) -> None:
        if self.transport.is_closing():
            return
        size, mask = len(payload), os.urandom(4)
        if size < 126:
            head = bytes((first, 0x80 | size))
        elif size < 65_536:
            head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
        else:
            head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
        whole = (mask * (size // 4 + 1))[:size]
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")
        self.transport.write(head + mask + masked.to_bytes(size, "big"))


def frame_length(data: bytes, begin: int) -> int:
    """Of the whole frame that begins there; 0 while its header is incomplete."""
    left = len(data) - begin
    if left < 2:
        return 0
    size = data[begin + 1]
    if size < 126:
        return size + 2
    if size == 126:
        return int.from_bytes(data[begin + 2 : begin + 4], "big") + 4 if left >= 4 else 0
    return int.from_bytes(data[begin + 2 : begin + 10], "big") + 10 if left >= 10 else 0


def payload_of(frame: bytes) -> bytes:
    size = frame[1]
    return frame[4:] if size == 126 else frame[10:] if size == 127 else frame[2:]


def message_of(frame: bytes) -> dict[str, Any]:
    """The JSON of a text frame. Raises InvalidRequest, ValueError."""
    message = decode(payload_of(frame))
    if not isinstance(message, dict):
        raise ValueError("expected an object")
    return message


async def open_socket(
    address: Address,
    event_id: int,
    reader: Reader,
    *,
    token: str,
    ticket: str = "",
    since: tuple[str, int] | None = None,
    is_binary: bool = False,
    receive_buffer: int = 0,
) -> ClientSocket:
    """A live socket of one event, by ticket where there is one; `since` is (epoch, seq) to resume."""
    path = f"/events/{event_id}/live"
    if since is not None:
        path += f"?epoch={since[0]}&since={since[1]}"
    socket = await address.connect(lambda: ClientSocket(reader), receive_buffer)
    protocols = [BINARY_PROTOCOL] * is_binary + [JSON_PROTOCOL]
    if ticket:
        await socket.open(address, path, ", ".join((*protocols, f"ticket.{ticket}")))
    else:
        header = f"Authorization: Bearer {token}\r\n"
        await socket.open(address, path, ", ".join(protocols), header)
    return socket
