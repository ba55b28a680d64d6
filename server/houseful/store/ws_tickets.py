"""One-time tickets with which a browser opens a WebSocket, since it cannot send a header there."""

from __future__ import annotations

import hashlib
import secrets

from houseful.redis.command_router import Client, CommandRouter
from houseful.redis.connection import translated

TICKET_TTL_S = 60


def key_of(ticket: str) -> str:
    """Redis holds only the digest, so that a dump of it opens no sockets."""
    return f"ws-ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"


class WsTickets:
    """Issues tickets that carry a payload and hold once, for a minute."""

    def __init__(self, client: Client) -> None:
        self._lanes = CommandRouter(client)

    async def issue(self, payload: bytes) -> str:
        ticket = secrets.token_urlsafe(24)
        with translated():
            key = key_of(ticket)
            await self._lanes.send(key, "SET", key, payload, "EX", TICKET_TTL_S)
        return ticket

    async def redeem(self, ticket: str) -> str | None:
        """The payload, once; None for a ticket that is unknown, used or too old."""
        with translated():
            key = key_of(ticket)
            payload = await self._lanes.send(key, "GETDEL", key)
        return payload.decode() if isinstance(payload, bytes) else payload
