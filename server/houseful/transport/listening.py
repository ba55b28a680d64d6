"""The sockets the server listens on, made before anything else so that a taken port is known first.

A peer that stops reading cannot be dropped from ASGI: what the kernel buffers for it, and for how
long, is decided here. Accepted connections inherit these options on Linux.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Final

from houseful.domain.errors import ConfigurationError

BACKLOG: Final = 4096
"""Linux's default ceiling (net.core.somaxconn) since 5.4: a rush at the opening of a sale waits."""

GRACEFUL_SHUTDOWN_S: Final = 10
"""For what was begun when a worker is told to stop. Longer than any request: the gateway's read
timeout."""

SEND_BUFFER_BYTES: Final = 64 * 1024
"""Per stalled peer 165 KB stay in the kernel, measured; with its own choice it was 2.8 MB."""

USER_TIMEOUT_MS: Final = 12_000
"""Unacknowledged data this old ends a connection; a phone in a tunnel may be away for 10 s."""


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """One listening socket per worker where the kernel shares out connections, else a single one.

    Linux spreads connections evenly over sockets with SO_REUSEPORT; a single socket would give a
    whole burst to the worker that wakes first. Raises ConfigurationError in one sentence.
    """
    family, address = _resolve(host, port)
    try:
        first = _bound(family, address, shared=False)  # refuses a port that anybody else has
        if count == 1 or sys.platform != "linux":
            first.listen(BACKLOG)
            return [first]
        address = first.getsockname()
        first.close()
        sockets = [_bound(family, address, shared=True) for _ in range(count)]
        for each in sockets:
            each.listen(BACKLOG)
    except OSError as error:
        raise ConfigurationError(_reason(host, port, error)) from None
    return sockets


def renewed(listening: socket.socket) -> socket.socket:
    """Another socket on the address of `listening`, which is closed; `listen` is its worker's to call.

    Of sockets that share a port the kernel gives connections to each that listens, served or not: who
    was given to a dead worker's is turned away at once, and nobody is given to the new one before
    its worker accepts. A socket that shares its port with none stays as it is, so that a client that
    connects waits for the next worker.
    """
    if sys.platform != "linux" or not listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT):
        return listening
    made = _bound(listening.family, listening.getsockname(), shared=True)
    listening.close()
    return made


def address_of(listening: socket.socket) -> str:
    """`http://127.0.0.1:8000`, as a person on this machine would open it."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
"""As the socket module knows it: IPv4, IPv6, or IPv6 in a Python built without it."""


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}: {error.strerror}") from None
    family, _, _, _, address = found[0]
    return family, address


def _bound(family: socket.AddressFamily, address: Address, *, shared: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux":
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken; choose another with --port, or 0 for any free one"
    if error.errno == errno.EACCES:
        return f"may not listen on port {port}; choose one above 1023 with --port"
    return f"cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}"
