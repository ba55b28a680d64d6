"""Ports for what must be told its port before it starts.

They lie below what systems give to outgoing connections (32768 and up on Linux, 49152 and up by
IANA): a port from that range can be free when probed and be some client's a moment later.
"""

from __future__ import annotations

import random
import socket

FIRST, LAST = 10_000, 22_000
BUS_OFFSET = 10_000
"""A node of a Redis Cluster listens on its port and on this much above it as well."""

_given: set[int] = set()
_any = random.SystemRandom()


def free_port() -> int:
    """A port of 127.0.0.1 that is free now, as is its bus port; this process gets each only once."""
    while True:
        port = _any.randrange(FIRST, LAST)
        if port not in _given and _is_free(port) and _is_free(port + BUS_OFFSET):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
