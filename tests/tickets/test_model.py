"""What a ticket says of its event and seat, in words and local time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from houseful.domain.errors import InvalidRequest
from houseful.domain.zones import told
from houseful.tickets.model import BookingDocument, EventFacts, lines
from houseful.words.de import GERMAN
from houseful.words.en import ENGLISH


@pytest.mark.parametrize(
    ("timezone", "date", "time", "zone"),
    [
        ("UTC", "Friday 9 January 2026", "18:30", "UTC"),
        ("Europe/Vienna", "Friday 9 January 2026", "19:30", "CET"),
        ("America/New_York", "Friday 9 January 2026", "13:30", "EST"),
        ("Asia/Kolkata", "Saturday 10 January 2026", "00:00", "IST"),
        ("Asia/Dubai", "Friday 9 January 2026", "22:30", "GMT+04:00"),
        ("America/Sao_Paulo", "Friday 9 January 2026", "15:30", "GMT-03:00"),
    ],
)
def test_the_start_is_told_on_the_venues_clock(
    booking: BookingDocument, timezone: str, date: str, time: str, zone: str
) -> None:
    event = replace(booking.event, timezone=timezone)
    at = event.starts_at
    assert (ENGLISH.date(at), ENGLISH.time(at)) == (date, f"{time} {zone}")
    assert told(event.starts_at_ms, timezone).endswith(f" {time} {zone}")  # without a language


def test_summer_time_is_kept(booking: BookingDocument) -> None:
    july = replace(booking.event, starts_at_ms=1_783_535_400_000)
    assert ENGLISH.time(july.starts_at) == "20:30 CEST"
    assert GERMAN.moment(july.starts_at) == "Mittwoch, 8. Juli 2026, 20:30 Uhr (MESZ)"


@pytest.mark.parametrize("timezone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(timezone: str) -> None:
    with pytest.raises(InvalidRequest, match="expected a time zone"):
        EventFacts(id=1, name="", venue="", starts_at_ms=0, timezone=timezone)


def test_a_booking_without_tickets_is_refused(booking: BookingDocument) -> None:
    with pytest.raises(InvalidRequest, match="at least one ticket in BK-2026-001234"):
        replace(booking, tickets=())


def test_a_place_reads_as_one_would_say_it(booking: BookingDocument) -> None:
    ticket = booking.tickets[0]
    assert ticket.place(ENGLISH) == "Orchestra, row A, seat 1"
    assert (
        replace(ticket, row_kind="table", row="12").place(ENGLISH) == "Orchestra, table 12, seat A1"
    )
    assert replace(ticket, row="").place(ENGLISH) == "Orchestra, seat A1"


def test_notices_name_what_holds_and_nothing_else(booking: BookingDocument) -> None:
    plain, _, restricted = booking.tickets
    assert plain.notices(ENGLISH) == ()
    assert restricted.notices(ENGLISH) == ("Restricted view",)
    every = replace(restricted, is_accessible=True, is_companion=True)
    assert every.notices(ENGLISH) == ("Restricted view", "Wheelchair accessible", "Companion seat")


def test_places_of_a_standing_area_are_one_line_with_all_their_codes(
    booking: BookingDocument,
) -> None:
    seat, *others = booking.tickets
    places = [
        replace(one, section="Floor", row="", row_kind="standing", has_restricted_view=False)
        for one in others
    ]
    (alone, one), (floor, two) = lines([places[0], seat, places[1]])[::-1]
    assert (alone, one, two) == (seat, 1, 2)
    assert floor.place(ENGLISH).startswith("Floor × 2")
    assert floor.price_minor == 15000
    assert floor.code == f"{places[0].code}, {places[1].code}"
    child = replace(places[1], category="CHILD")
    assert [count for _, count in lines([places[0], child])] == [1, 1]
