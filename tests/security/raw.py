"""Clients that say what no library would: bytes on a connection, and what came back."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.serving import PATIENCE_S, Guest, Sale, Server

TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """A peer that hung up is no error here; what it said is still to be read."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def rest(self, within_s: float = PATIENCE_S) -> bytes:
        """All until the server hangs up; fails when it does not."""
        said = bytearray()
        async with asyncio.timeout(within_s):
            with contextlib.suppress(ConnectionError):
                while more := await self.reader.read(65536):
                    said += more
        return bytes(said)

    async def head(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def frame(self) -> tuple[int, bytes]:
        """(opcode, payload) of the next frame. Raises IncompleteReadError at the end."""
        async with asyncio.timeout(PATIENCE_S):
            first, size = await self.reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(size)

    async def frame_after_head(self) -> tuple[int, bytes]:
        """The first frame after the answer to a handshake."""
        await self.head()
        return await self.frame()

    async def close_code(self) -> int | None:
        """The code of the server's close frame, replied to; None when it hangs up without."""
        try:
            while True:
                opcode, payload = await self.frame()
                if opcode == CLOSE:
                    await self.send(frame(CLOSE, payload))
                    await self.rest()
                    return int(struct.unpack("!H", payload[:2])[0]) if payload else 1005
        except (asyncio.IncompleteReadError, ConnectionError):
            return None


@asynccontextmanager
async def raw(server: Server, source: str = "127.0.0.1") -> AsyncIterator[Raw]:
    """A connection from one of this machine's addresses; those of 127/8 are all ours."""
    host, _, port = server.host.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def handshake(guest: Guest, sale: Sale, **changed: str | None) -> bytes:
    """A good handshake; `changed` headers replace, None leaves out."""
    headers: dict[str, str | None] = {
        "Host": guest.server.host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "houseful.v1",
        "Authorization": f"Bearer {guest.token}",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"GET /events/{sale.id}/live HTTP/1.1", *lines, "", ""]).encode()


@asynccontextmanager
async def opened(guest: Guest, sale: Sale, source: str = "127.0.0.1") -> AsyncIterator[Raw]:
    """A live socket whose frames the test makes itself."""
    async with raw(guest.server, source) as connection:
        await connection.send(handshake(guest, sale))
        assert (await connection.head()).startswith(b"HTTP/1.1 101 ")
        yield connection


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True
) -> bytes:
    """A frame, whether the protocol allows it or not."""
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, flag | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack("!BBH", first, flag | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, flag | 127, len(payload))
    return head + (b"\0\0\0\0" if masked else b"") + payload  # a mask of zeros changes nothing
