"""Which Houseful is hammered, and how a connection to it is opened."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlsplit

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown

P = TypeVar("P", bound=asyncio.Protocol)

PORTS: Final = {"http": 80, "https": 443}
CONNECT_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Address:
    """`path` is what stands before Houseful's own paths behind some proxies, mostly empty."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine for certain: names are not looked up."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    async def connect(self, make: Callable[[], P], receive_buffer: int = 0) -> P:
        """A protocol on a new connection; a small `receive_buffer` makes a reader really slow.

        Raises OSError, TimeoutError among them.
        """
        loop = asyncio.get_running_loop()
        secure = ssl.create_default_context() if self.scheme == "https" else None
        async with asyncio.timeout(CONNECT_WITHIN_S):
            if not receive_buffer:
                return (await loop.create_connection(make, self.host, self.port, ssl=secure))[1]
            found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
            raw = socket.socket(*found[0][:3])
            try:
                raw.setblocking(False)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
                await loop.sock_connect(raw, found[0][4])
                name = self.host if secure else None
                return (
                    await loop.create_connection(make, sock=raw, ssl=secure, server_hostname=name)
                )[1]
            except BaseException:
                raw.close()
                raise


def parse(text: str) -> Address:
    """`http://127.0.0.1:8000` → Address. Raises InvalidRequest."""
    expected = f"expected an address such as http://127.0.0.1:8000, got {shown(text, 80)}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise InvalidRequest(expected) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
        raise InvalidRequest(expected)
    if parts.username or parts.password:
        raise InvalidRequest("expected an address without user and password; use --token")
    path = parts.path.rstrip("/")
    return Address(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)
