"""A keep-alive HTTP client of a few lines, for crowds: a library's costs more than the server."""

from __future__ import annotations

import asyncio
import json
from typing import Any


class PlainClient:
    """One connection to one server; one request at a time."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        host, _, port = url.removeprefix("http://").partition(":")
        self._host, self._port = host, int(port)
        self._head = f"Host: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: object = None, headers: str = ""
    ) -> tuple[int, Any]:
        """(status, parsed body or None). Connects on first use; raises OSError when cut off."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        kind = "Content-Type: application/json\r\n" if content else ""
        writer.write(
            f"{method} {path} HTTP/1.1\r\n{self._head}{kind}{headers}"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").lower().split("\r\n")
            length = next((int(x[15:]) for x in lines if x.startswith("content-length:")), 0)
            answer = await reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            await self.close()
            raise ConnectionResetError("the server hung up") from error
        return int(lines[0].split()[1]), json.loads(answer) if answer else None

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
