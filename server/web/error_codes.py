"""Every `error.code` there is, for the documents: a client acts on these and never on prose."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain import errors
from server.domain.errors import HousefulError
from server.domain.reasons import RESERVATION_REASONS, SEAT_REASONS

SPECIAL: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "The body is not JSON."),
    "invalid_command": (400, "A message on the socket is no command."),
    "no_seats": (400, "No seat is named."),
    "too_many_seats": (400, "More seats than one person may hold."),
    "duplicate_seat": (400, "A seat is named twice."),
    "token_expired": (401, "The token was good once; get another."),
    "unknown_event": (404, "No such event."),
    "unknown_plan": (404, "No such plan, or it has another address now."),
    "unknown_seat": (404, "The event has no such seat."),
    "unknown_reservation": (404, "No such reservation, or not yours."),
    "method_not_allowed": (405, "The path has other methods; `Allow` names them."),
    "sale_not_open": (409, "The sale has not begun."),
    "sale_closed": (409, "The sale is over."),
    "internal": (500, "A fault of ours; the same request with the same key is safe."),
}
"""Codes beside those of the error classes: code → (status, what it means)."""


def error_codes() -> dict[str, tuple[int, str]]:
    """All codes of whole requests, by status: code → (status, what it means)."""
    found = {
        code: (404 if code == "unknown_reservation" else 409, f"{sentence}.")
        for code, sentence in RESERVATION_REASONS.items()
        if code != "unopened"
    }
    for kind in kinds(HousefulError):
        if kind not in (errors.ConfigurationError, errors.PlanRefused):
            found[kind.code] = (kind.status, " ".join((kind.__doc__ or "").split()))
    found.update(SPECIAL)
    return dict(sorted(found.items(), key=lambda item: (item[1][0], item[0])))


def seat_codes() -> dict[str, str]:
    """The codes of single seats in `failedSeats`: code → sentence."""
    return dict(SEAT_REASONS)


def kinds(base: type[HousefulError]) -> Iterator[type[HousefulError]]:
    """Our error classes; those of single packages have their parents' codes."""
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
        yield from kinds(kind)
