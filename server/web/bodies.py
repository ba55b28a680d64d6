"""Requests and answers over HTTP, as models: what is checked, and what the documents say.

Field names are the wire's. `server.web.documents` makes the OpenAPI document of these.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from server.realtime.commands import SeatChoice, SeatId, SessionId

Instant = Annotated[str, Field(description="RFC 3339, UTC, `Z`", examples=["2026-01-09T12:10:00Z"])]
Decimal = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$", examples=["75.00"])]
WireStatus = Literal["AVAILABLE", "RESERVED", "BOOKED", "BLOCKED"]


class ReserveRequest(BaseModel):
    """Seats to hold, each with the version the buyer saw."""

    seats: Annotated[list[SeatChoice], Field(min_length=1, max_length=1000)]
    sessionId: SessionId


class ExtendRequest(BaseModel):
    """Ask for another hold; an empty body means the same."""

    extend: Literal[True] = True

    @field_validator("extend", mode="before")
    @classmethod
    def _no_number(cls, value: object) -> object:
        """1 equals True in Python; on the wire it does not."""
        if not isinstance(value, bool):
            raise ValueError("expected true")
        return value


class SeatBody(BaseModel):
    id: int
    seatNumber: str
    rowNumber: str
    seatType: str
    price: Decimal
    status: WireStatus
    version: int
    reservedUntil: Instant | None


class SectionBody(BaseModel):
    name: str
    seats: list[SeatBody]
    totalSeats: int
    availableSeats: int
    minPrice: Decimal
    maxPrice: Decimal


class SeatMapBody(BaseModel):
    """Every seat as it is now, grouped by section."""

    eventId: int
    sections: list[SectionBody]
    totalSeats: int
    availableSeats: int
    timestamp: Instant


class FailedSeatBody(BaseModel):
    """A seat that could not be had: the sentence people read, and its code."""

    seatId: int
    reason: str
    code: str


class GrantedBody(BaseModel):
    """A hold. `failedSeats` stands only where some seats could not be had."""

    id: int
    reservedSeatIds: list[int]
    expiresAt: Instant
    expiresInSeconds: int
    failedSeats: list[FailedSeatBody] | None = None


class FailedSeatsBody(BaseModel):
    failedSeats: list[FailedSeatBody]


class ReservationBody(BaseModel):
    id: int
    eventId: int
    status: Literal["ACTIVE", "PAYING", "BOOKED", "EXPIRED", "RELEASED"]
    seatIds: list[int]
    createdAt: Instant
    expiresAt: Instant
    expiresInSeconds: int


class ReleasedBody(BaseModel):
    id: int
    releasedSeatIds: list[int]


class EventBody(BaseModel):
    """An event in the list."""

    id: int
    name: str
    venue: str
    startsAt: Instant
    onSaleAt: Instant | None
    offSaleAt: Instant | None
    currency: str
    totalSeats: int
    availableSeats: int
    minPrice: Decimal
    maxPrice: Decimal


class CategoryBody(BaseModel):
    name: str
    color: str
    price: Decimal


class EventDetailBody(EventBody):
    """One event, with what the page needs to sell it."""

    holdSeconds: int
    maxSeats: int
    saleState: Literal["upcoming", "open", "closed"]
    serverTime: Instant
    categories: list[CategoryBody]
    planUrl: str


class GuestBody(BaseModel):
    token: str
    expiresAt: Instant
    userId: str


class TicketBody(BaseModel):
    """A one-time ticket for a WebSocket, good for a minute."""

    ticket: str
    expiresAt: Instant


class ConfigBody(BaseModel):
    gateway: Literal["demo", "stripe"]
    stripePublishableKey: str | None
    maxSeats: int
    holdSeconds: int
    version: str


class SeatIdsRequest(BaseModel):
    seatIds: Annotated[list[SeatId], Field(min_length=1, max_length=10_000)]


class HealthBody(BaseModel):
    status: Literal["ok"]


class PartsBody(BaseModel):
    """What we stand on: `ok`, or what is wrong with it."""

    parts: dict[str, str]


class ReadyBody(PartsBody):
    status: Literal["ready"]
