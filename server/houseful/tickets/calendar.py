"""The calendar entry of a booking, written as RFC 5545 says.

Lines end in CRLF and are folded at 75 octets, never inside a character; times are UTC, so no
time zone has to be described; the UID stays the same for a booking, so that importing it again
changes the entry instead of adding a second one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from houseful.tickets.model import DEFAULT_DURATION_MS, BookingDocument

LINE_OCTETS: Final = 75
"""RFC 5545 §3.1: a line is at most this long, its break not counted."""
UID_DOMAIN: Final = "houseful"
SEATS_NAMED: Final = 20
"""More tickets than these are counted, not listed, in the description."""


def render(document: BookingDocument, *, stamped_at_ms: int, sequence: int = 0) -> bytes:
    """One VEVENT as a `text/calendar` file.

    `stamped_at_ms`: when the booking was confirmed or last changed, not now, so that the file of
    an unchanged booking never changes. `sequence` rises with each change.
    """
    event = document.event
    ends_at_ms = event.ends_at_ms or event.starts_at_ms + DEFAULT_DURATION_MS
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Houseful//Tickets//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{document.reference}@{UID_DOMAIN}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_utc(stamped_at_ms)}",
        f"DTSTART:{_utc(event.starts_at_ms)}",
        f"DTEND:{_utc(ends_at_ms)}",
        f"SUMMARY:{_text(event.name)}",
        f"LOCATION:{_text(', '.join(part for part in (event.venue, event.address) if part))}",
        f"DESCRIPTION:{_text(_description(document))}",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        *([f"URL:{_uri(document.url)}"] if document.url else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _description(document: BookingDocument) -> str:
    tickets = document.tickets
    lines = [f"Booking {document.reference}"]
    if document.is_demo:
        lines.append("DEMO: no money was paid")
    lines += [ticket.place for ticket in tickets[:SEATS_NAMED]]
    if len(tickets) > SEATS_NAMED:
        lines.append(f"and {len(tickets) - SEATS_NAMED} more")
    return "\n".join(lines)


def _utc(at_ms: int) -> str:
    """RFC 5545 §3.3.5, form 2."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """RFC 5545 §3.3.11; control characters have no place in TEXT and become spaces."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = "".join(
        character if (character >= " " and character != "\x7f") or character in "\n\t" else " "
        for character in value
    )
    for character in ("\\", ";", ","):
        value = value.replace(character, f"\\{character}")
    return value.replace("\n", "\\n")


def _uri(value: str) -> str:
    """A URI is not escaped, so nothing that could end its line may be in it."""
    return "".join(character for character in value if character > " " and character != "\x7f")


def _folded(line: str) -> bytes:
    """`line` in pieces of at most 75 octets; each but the first starts with a space."""
    pieces = [b""]
    for character in line:
        octets = character.encode()
        if len(pieces[-1]) + len(octets) > LINE_OCTETS:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"
