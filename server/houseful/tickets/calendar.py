"""The calendar entry of a booking, written as RFC 5545 says.

Lines end in CRLF and are folded at 75 octets, never inside a character; times are UTC, so no
time zone has to be described; the UID stays the same for a booking, so that importing it again
changes the entry instead of adding a second one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from houseful.tickets.model import DEFAULT_DURATION_MS, BookingDocument, lines

LINE_OCTETS: Final = 75
"""RFC 5545 §3.1: a line is at most this long, its break not counted."""
UID_DOMAIN: Final = "houseful"
SEATS_NAMED: Final = 20
"""More tickets than these are counted, not listed, in the description."""


METHODS: Final = {False: ("PUBLISH", "CONFIRMED"), True: ("CANCEL", "CANCELLED")}
"""By `is_cancelled`: METHOD of the calendar (RFC 5546 §3.2.1, §3.2.5) and STATUS of the entry."""


def method(document: BookingDocument) -> str:
    """The file's METHOD, which its Content-Type names too (RFC 6047 §2.4)."""
    return METHODS[document.is_cancelled][0]


def render(document: BookingDocument) -> bytes:
    """One VEVENT as a `text/calendar` file.

    SEQUENCE is the booking's revision and DTSTAMP when it came to be, so that the file of an
    unchanged booking never changes, and a calendar takes a later one for what now holds.
    """
    event, words = document.event, document.words
    ends_at_ms = event.ends_at_ms or event.starts_at_ms + DEFAULT_DURATION_MS
    said, status = METHODS[document.is_cancelled]
    name = f"{words.calendar_cancelled}: {event.name}" if document.is_cancelled else event.name
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Houseful//Tickets//{words.language.upper()}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{said}",
        "BEGIN:VEVENT",
        f"UID:{document.reference}@{UID_DOMAIN}",
        f"SEQUENCE:{document.revision}",
        f"DTSTAMP:{_utc(document.revised_at_ms)}",
        f"DTSTART:{_utc(event.starts_at_ms)}",
        f"DTEND:{_utc(ends_at_ms)}",
        f"SUMMARY:{_text(name)}",
        f"LOCATION:{_text(', '.join(part for part in (event.venue, event.address) if part))}",
        f"DESCRIPTION:{_text(_description(document))}",
        f"STATUS:{status}",
        f"TRANSP:{'TRANSPARENT' if document.is_cancelled else 'OPAQUE'}",
        *([f"URL:{_uri(document.url)}"] if document.url else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _description(document: BookingDocument) -> str:
    words = document.words
    said = [words.calendar_booking.format(reference=document.reference)]
    if document.is_demo:
        said.append(words.calendar_demo)
    listed = lines(document.tickets)
    said += [ticket.place(words) for ticket, _ in listed[:SEATS_NAMED]]
    if more := sum(count for _, count in listed[SEATS_NAMED:]):
        said.append(words.calendar_more.format(count=more))
    return "\n".join(said)


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
