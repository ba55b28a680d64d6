"""One-time tickets with which a browser opens a WebSocket, since it cannot send a header there."""

from __future__ import annotations

import hashlib
import secrets

from redis.asyncio import Redis

from server.store.connection import translated

TICKET_TTL_S = 60


def key_of(ticket: str) -> str:
    """Redis holds only the digest, so that a dump of it opens no sockets."""
    return f"ws-ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"


class WsTickets:
    """Issues tickets that carry a payload and hold once, for a minute."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def issue(self, payload: bytes) -> str:
        ticket = secrets.token_urlsafe(24)
        with translated():
            await self._client.set(key_of(ticket), payload, ex=TICKET_TTL_S)
        return ticket

    async def redeem(self, ticket: str) -> str | None:
        """The payload, once; None for a ticket that is unknown, used or too old."""
        with translated():
            payload = await self._client.getdel(key_of(ticket))
        return payload.decode() if isinstance(payload, bytes) else payload
