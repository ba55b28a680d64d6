"""How much of us one client may have: the part of the settings that bounds everything.

Counts of connections and sockets are per worker; requests are counted in Redis, over all workers.
"""

from __future__ import annotations

from pydantic import BaseModel, Field


class Limits(BaseModel):
    """Bounds with defaults that a crowd behind one venue's address does not meet."""

    max_connections: int = Field(
        20_000,
        ge=0,
        le=1_000_000,
        title="connections of one worker; more are answered 503",
        description="0 (any) to 1000000 connections per worker",
    )
    connections_per_address: int = Field(
        2_000,
        ge=0,
        le=1_000_000,
        title="connections of one peer and worker; trusted proxies are not counted",
        description="0 (any) to 1000000 connections per peer and worker",
    )
    sockets_per_address: int = Field(
        2_000,
        ge=0,
        le=1_000_000,
        title="live sockets of one client address and worker; more are closed with 4030",
        description="0 (any) to 1000000 sockets per client and worker",
    )
    sockets_per_user: int = Field(
        20,
        ge=1,
        le=10_000,
        title="live sockets of one user on one event and worker",
        description="1 to 10000 sockets per user, event and worker",
    )
    guests_per_minute: int = Field(
        6_000,
        ge=0,
        le=1_000_000,
        title="new guests of one client address, over all workers",
        description="0 (any) to 1000000 new guests per client and minute",
    )
    public_requests_per_minute: int = Field(
        12_000,
        ge=0,
        le=10_000_000,
        title="requests without a token of one client address, over all workers",
        description="0 (any) to 10000000 requests without a token per client and minute",
    )
    held_seats_per_address: int = Field(
        150,
        ge=0,
        le=1_000_000,
        title="seats of one event held at once from one address",
        description="0 (any) to 1000000 seats per client and event",
    )
    withheld_seat_minutes_per_address: int = Field(
        3_000,
        ge=0,
        le=10_000_000,
        title="seats times minutes held from one address and not bought, per event and hour",
        description="0 (any) to 10000000 seats x minutes held and not bought, per client, event and"
        " hour",
    )
    max_header_bytes: int = Field(
        32 * 1024,
        ge=1024,
        le=1024 * 1024,
        title="largest head of a request",
        description="1024 to 1048576 bytes of request head",
    )
    max_body_bytes: int = Field(
        64 * 1024,
        ge=4096,
        le=16 * 1024 * 1024,
        title="largest body; plans and blocks have limits of their own",
        description="4096 to 16777216 bytes of body",
    )
    max_message_bytes: int = Field(
        16 * 1024,
        ge=1024,
        le=1024 * 1024,
        title="largest message on a socket",
        description="1024 to 1048576 bytes of socket message",
    )
    header_seconds: float = Field(
        10.0,
        gt=0,
        le=3600,
        title="how long a request's head may take",
        description="seconds for a request's head, above 0 up to 3600",
    )
    body_seconds: float = Field(
        20.0,
        gt=0,
        le=3600,
        title="how long a request's body may take; longer by what it brings at 8 KiB a second",
        description="seconds for a request's body, above 0 up to 3600",
    )
