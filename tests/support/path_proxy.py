"""A reverse proxy that gives a server a path, as nginx does with `location /tickets/` and
`proxy_pass http://houseful/;`: takes the path off, passes everything else on, sockets too."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

REQUEST_LINE = re.compile(rb"^([A-Z]+) (\S+) HTTP/1\.1\r\n")
NOT_HERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class PathProxy:
    """`address` is known before the server behind it is: that one must be told of it."""

    path: str
    address: str = ""
    upstream: str = ""
    strays: list[str] = field(default_factory=list)
    """What was asked for outside of the path."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            found = REQUEST_LINE.match(head)
            assert found is not None, head[:80]
            asked = found[2].decode()
            if not asked.startswith(f"{self.path}/"):
                self.strays.append(asked)
                writer.write(NOT_HERE)
                await writer.drain()
                writer.close()
                return
            line = b"%b %b HTTP/1.1\r\n" % (found[1], asked.removeprefix(self.path).encode())
            head = line + head[found.end() :]
            if b"upgrade: websocket" not in head.lower():
                head = re.sub(rb"(?im)^connection: [^\r]*\r\n", b"", head)
                head = head[:-2] + b"Connection: close\r\n\r\n"
            host, _, port = self.upstream.removeprefix("http://").partition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            far_writer.write(head)
            await asyncio.gather(pour(reader, far_writer), pour(far_reader, writer))


@asynccontextmanager
async def path_proxy(path: str) -> AsyncIterator[PathProxy]:
    """A proxy that listens; its `upstream` is to be set."""
    proxy = PathProxy(path)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
    try:
        yield proxy
    finally:
        server.close()


async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    with suppress(ConnectionError, RuntimeError):
        sink.close()
