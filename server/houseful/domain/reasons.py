"""Why a seat or a reservation was refused: the one vocabulary.

Lua replies, HTTP and WebSocket bodies, schemas and the page all use these codes. The sentences are
what people read; the first three sentences are fixed by the contract.
"""

from __future__ import annotations

from typing import Final

SEAT_REASONS: Final[dict[str, str]] = {
    "reserved": "Seat is reserved",
    "booked": "Seat is booked",
    "stale_version": "Seat was modified by another user (stale version)",
    "blocked": "Seat is blocked",
    "unknown_seat": "Seat does not exist in this event",
    "limit_reached": "Seat limit per person reached",
    "address_limit": "Too many seats are held from your network",
    "whole_unit_only": "Table or box is only sold whole",
    "not_held": "Seat is not reserved by you",
    "paying": "Seat is being paid for",
}
"""Per-seat reasons: code → sentence."""

AREA_REASONS: Final[dict[str, str]] = {
    "area_full": "Not so many places are free in this area",
    "unknown_area": "Area does not exist in this event",
    "limit_reached": SEAT_REASONS["limit_reached"],
    "address_limit": SEAT_REASONS["address_limit"],
}
"""Reasons that concern a standing area: code → sentence."""

RESERVATION_REASONS: Final[dict[str, str]] = {
    "unopened": "The event is not open in the seat store yet",
    "unknown_reservation": "No such reservation",
    "expired": "Reservation expired",
    "released": "Reservation was released",
    "already_booked": "Reservation is already booked",
    "in_payment": "Reservation is being paid for",
    "extension_limit": "Reservation cannot be extended any further",
}
"""Reasons that concern a whole reservation or event: code → sentence."""


def sentence(code: str) -> str:
    """What a person reads for `code`; raises KeyError for a code outside the vocabulary."""
    return SEAT_REASONS[code] if code in SEAT_REASONS else RESERVATION_REASONS[code]
