"""HTTP/1.1 over one kept connection, in as few steps as can be: the generator must not be the
bottleneck. One request at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from houseful.domain.errors import InvalidRequest
from houseful.domain.numbers import whole
from houseful.hammer.client.address import Address
from houseful.wire.codec import decode, encode

ANSWER_WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `json` is None where the body is no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        return self.json.get("data")

    @property
    def code(self) -> str:
        """The error's code, or the status as text."""
        error = self.json.get("error")
        return (
            str(error["code"]) if isinstance(error, dict) and "code" in error else str(self.status)
        )

    @property
    def retry_after_s(self) -> float:
        """What the server asks to wait, at least a second."""
        text = self.headers.get("retry-after", "1")
        return max(1.0, float(whole(text) or 0))


class HttpConnection(asyncio.Protocol):
    """Bytes in, whole answers out."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.waiting: asyncio.Future[Reply] | None = None
        self.is_open = False
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.is_open = cast(asyncio.Transport, transport), True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            parsed = parse_reply(self._buffer)
        except ValueError as error:
            if self.waiting is not None and not self.waiting.done():
                self.waiting.set_exception(ConnectionError(f"no HTTP answer: {error}"))
            self.close()
            return
        if parsed is None:
            return
        reply, keeps = parsed
        self._buffer = b""
        if not keeps:
            self.close()
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(reply)

    def close(self) -> None:
        self.is_open = False
        self.transport.close()


class HttpClient:
    """Connects on first use and whenever the connection is gone."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._wire: HttpConnection | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: str = "",
        within_s: float = ANSWER_WITHIN_S,
    ) -> Reply:
        """The answer to one request; `headers` are whole lines. Raises OSError when cut off."""
        content = b"" if body is None else encode(body)
        kind = "Content-Type: application/json\r\n" if body is not None else ""
        who = f"Authorization: Bearer {token}\r\n" if token else ""
        address = self._address
        message = (
            f"{method} {address.path}{path} HTTP/1.1\r\nHost: {address.authority}\r\n"
            f"{who}{kind}{headers}Content-Length: {len(content)}\r\n\r\n"
        ).encode() + content
        wire = self._wire
        if wire is None or not wire.is_open:
            wire = self._wire = await address.connect(HttpConnection)
        wire.waiting = asyncio.get_running_loop().create_future()
        wire.transport.write(message)
        try:
            async with asyncio.timeout(within_s):
                return await wire.waiting
        except BaseException:
            wire.close()
            raise

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()


def parse_reply(buffer: bytes) -> tuple[Reply, bool] | None:
    """(answer, whether the connection stays) once all of it is there. Raises ValueError."""
    head, separator, rest = buffer.partition(b"\r\n\r\n")
    if not separator:
        if len(head) > 65_536:
            raise ValueError("an endless head")
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(first[:40])
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        joined = parse_chunks(rest)
        if joined is None:
            return None
        content = joined
    else:
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        content = rest[:length]
    keeps = headers.get("connection", "").lower() != "close" and version != "HTTP/1.0"
    return Reply(int(status[:3]), headers, content, parse_json(headers, content)), keeps


def parse_chunks(rest: bytes) -> bytes | None:
    """The body of a chunked answer, which proxies like to send; None while some is missing."""
    content = b""
    while True:
        line, separator, rest = rest.partition(b"\r\n")
        if not separator:
            return None
        size = int(line.partition(b";")[0], 16)
        if len(rest) < size + 2:
            return None
        if size == 0:
            return content
        content += rest[:size]
        rest = rest[size + 2 :]


def parse_json(headers: Mapping[str, str], content: bytes) -> Mapping[str, Any]:
    if not content or not headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        value = decode(content)
    except InvalidRequest as error:
        raise ValueError(error.message) from None
    return value if isinstance(value, dict) else {}
