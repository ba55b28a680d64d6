"""The calendar file, read back by the `icalendar` package."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.tickets import calendar
from houseful.tickets.model import BookingDocument, EventFacts, Ticket
from houseful.words.de import GERMAN

STAMPED_AT_MS = 1_767_960_000_000
"""2026-01-09T12:00:00Z."""


def read(data: bytes) -> Any:
    """The only VEVENT in the file."""
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return event


def rendered(booking: BookingDocument) -> Any:
    return read(calendar.render(booking))


def test_the_entry_says_what_when_and_where(booking: BookingDocument) -> None:
    entry = rendered(booking)
    assert entry["SUMMARY"] == "The Night Train"
    assert entry["LOCATION"] == "Riverside Hall, 4 Quay Street"
    assert entry.decoded("DTSTART") == datetime(2026, 1, 9, 18, 30, tzinfo=UTC)
    assert entry.decoded("DTEND") == datetime(2026, 1, 9, 20, 30, tzinfo=UTC)
    assert entry.decoded("DTSTAMP") == datetime(2026, 1, 9, 12, 0, tzinfo=UTC)
    assert entry["URL"] == booking.url
    assert "Orchestra, row A, seat 2" in entry["DESCRIPTION"]
    assert "BK-2026-001234" in entry["DESCRIPTION"]


def test_an_event_with_a_known_end_ends_then(booking: BookingDocument) -> None:
    event = replace(booking.event, ends_at_ms=booking.event.starts_at_ms + 5_400_000)
    entry = rendered(replace(booking, event=event))
    assert entry.decoded("DTEND") == datetime(2026, 1, 9, 20, 0, tzinfo=UTC)


def test_a_booking_keeps_its_uid_and_its_bytes(booking: BookingDocument) -> None:
    once = calendar.render(booking)
    again = calendar.render(booking)
    assert once == again
    assert read(once)["UID"] == "BK-2026-001234@houseful"


def test_a_moved_event_is_the_same_entry_with_a_higher_sequence(booking: BookingDocument) -> None:
    moved = rendered(
        replace(
            booking,
            event=replace(booking.event, starts_at_ms=booking.event.starts_at_ms + 86_400_000),
            revision=1,
            revised_at_ms=STAMPED_AT_MS + 1000,
        )
    )
    assert moved["UID"] == rendered(booking)["UID"]
    assert (rendered(booking)["SEQUENCE"], moved["SEQUENCE"]) == (0, 1)
    assert moved.decoded("DTSTART") == datetime(2026, 1, 10, 18, 30, tzinfo=UTC)
    assert moved.decoded("DTSTAMP") == datetime(2026, 1, 9, 12, 0, 1, tzinfo=UTC)


def test_a_cancelled_booking_takes_its_entry_back(booking: BookingDocument) -> None:
    cancelled = replace(booking, is_cancelled=True, revision=2)
    data = calendar.render(cancelled)
    assert icalendar.Calendar.from_ical(data)["METHOD"] == "CANCEL"
    entry = read(data)
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 2)
    assert entry["UID"] == rendered(booking)["UID"]
    assert entry["TRANSP"] == "TRANSPARENT"
    kept = icalendar.Calendar.from_ical(calendar.render(booking))
    assert (kept["METHOD"], rendered(booking)["STATUS"]) == ("PUBLISH", "CONFIRMED")


def test_the_entry_speaks_the_buyers_language(booking: BookingDocument) -> None:
    entry = rendered(replace(booking, words=GERMAN, is_demo=True))
    assert "Buchung BK-2026-001234" in entry["DESCRIPTION"]
    assert "Orchestra, Reihe A, Platz 2" in entry["DESCRIPTION"]
    assert "es wurde nichts bezahlt" in entry["DESCRIPTION"]


def test_two_bookings_have_two_uids(booking: BookingDocument) -> None:
    assert rendered(booking)["UID"] != rendered(replace(booking, reference="BK-2026-001235"))["UID"]


def test_a_demo_booking_says_so(booking: BookingDocument) -> None:
    assert "DEMO" in rendered(replace(booking, is_demo=True))["DESCRIPTION"]
    assert "DEMO" not in rendered(booking)["DESCRIPTION"]


def test_a_crowd_is_counted_and_not_listed(booking: BookingDocument) -> None:
    entry = rendered(replace(booking, tickets=booking.tickets * 10))
    assert "and 10 more" in entry["DESCRIPTION"]


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
        min_size=1,
        max_size=200,
    )
)
def test_any_name_survives_folding_and_escaping(name: str) -> None:
    data = calendar.render(_booking(name))
    assert read(data)["SUMMARY"] == name
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    for line in lines:
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\r\n "])
def test_a_name_cannot_add_a_line_of_its_own(break_: str) -> None:
    booking = _booking(f"Evil{break_}ATTENDEE:mailto:x@example.org{break_}END:VEVENT")
    booking = replace(booking, url=f"https://example.org/{break_}ATTENDEE:mailto:x@example.org")
    data = calendar.render(booking)
    entry = read(data)
    assert "ATTENDEE" not in entry
    assert data.count(b"\r\nEND:VEVENT\r\n") == 1


def _booking(name: str) -> BookingDocument:
    ticket = Ticket(
        id=1,
        code="",
        qr="",
        seat_id=1,
        section="A; B, C\\D",
        row="1",
        seat="1",
        category="X",
        price_minor=1,
        paid_minor=1,
    )
    return BookingDocument(
        reference="BK-2026-000001",
        event=EventFacts(id=1, name=name, venue=name, starts_at_ms=STAMPED_AT_MS),
        tickets=(ticket,),
        currency="EUR",
        total_minor=1,
        holder="",
    )
