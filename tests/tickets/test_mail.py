"""The mail as the buyer's program reads it, parsed back from its bytes."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import icalendar
import pytest

from houseful.domain.errors import InvalidRequest
from houseful.tickets import calendar
from houseful.tickets.mail import Occasion, compose
from houseful.tickets.model import BookingDocument
from houseful.words.de import GERMAN

SENT_AT_MS = 1_767_960_000_000
"""2026-01-09T12:00:00Z."""


TICKETS = Occasion()


def received(
    booking: BookingDocument,
    *,
    to: str = "ada@example.org",
    sender: str = "tickets@houseful.example",
    delivery_id: str = "17",
    occasion: Occasion = TICKETS,
) -> EmailMessage:
    message = compose(
        booking,
        occasion,
        to=to,
        sender=sender,
        sent_at_ms=SENT_AT_MS,
        delivery_id=delivery_id,
        pdf=b"%PDF-1.4 \x00\xff",
        ics=b"BEGIN:VCALENDAR\r\nSUMMARY:\xc3\xa9\r\nEND:VCALENDAR\r\n",
    )
    return cast(EmailMessage, message_from_bytes(message.as_bytes(), policy=default))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_headers_say_who_what_and_when(booking: BookingDocument) -> None:
    message = received(booking)
    assert message["From"] == "Riverside Hall <tickets@houseful.example>"
    assert message["To"] == "Ada Example <ada@example.org>"
    assert message["Subject"] == "Your tickets for The Night Train"
    assert message["Date"].datetime.timestamp() * 1000 == SENT_AT_MS
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_sender_may_have_a_name_of_its_own(booking: BookingDocument) -> None:
    message = received(booking, sender="Box Office <box@houseful.example>")
    assert message["From"] == "Box Office <box@houseful.example>"


def test_a_delivery_tried_again_keeps_its_message_id(booking: BookingDocument) -> None:
    assert received(booking)["Message-ID"] == "<BK-2026-001234.17@houseful.example>"
    assert received(booking)["Message-ID"] == received(booking)["Message-ID"]
    assert received(booking)["Message-ID"] != received(booking, delivery_id="18")["Message-ID"]


def test_the_pdf_and_the_calendar_entry_arrive_byte_for_byte(booking: BookingDocument) -> None:
    pdf, ics = received(booking).iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == "BK-2026-001234.pdf"
    assert pdf.get_payload(decode=True) == b"%PDF-1.4 \x00\xff"
    assert ics.get_content_type() == "text/calendar"
    assert ics["Content-Type"].params["method"] == "PUBLISH"
    assert ics.get_filename() == "BK-2026-001234.ics"
    assert ics.get_content() == "BEGIN:VCALENDAR\r\nSUMMARY:é\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_tell_the_whole_booking(booking: BookingDocument, kind: str) -> None:
    text = body(received(booking), kind)
    for words in (
        "Ada Example",
        "The Night Train",
        "Friday 9 January 2026, 19:30 CET",
        "Riverside Hall, 4 Quay Street",
        "BK-2026-001234",
        "Orchestra, row A, seat 3",
        "Restricted view",
        "75.00 EUR",
        "-22.50 EUR",
        "202.50 EUR",
        booking.url,
        *(ticket.code for ticket in booking.tickets),
    ):
        assert words in text


def standing(booking: BookingDocument) -> BookingDocument:
    """Three places of the floor."""
    places = (
        replace(one, section="Floor", row="", row_kind="standing", has_restricted_view=False)
        for one in booking.tickets
    )
    return replace(booking, tickets=tuple(places))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_places_of_a_standing_area_are_told_by_number_with_every_code(
    booking: BookingDocument, kind: str
) -> None:
    floor = standing(booking)
    text = body(received(floor), kind)
    assert text.count("Floor") == 1
    for words in ("Floor × 3, entrance Door 2", "225.00 EUR", *(one.code for one in floor.tickets)):
        assert words in text
    assert (
        "Floor × 3" in icalendar.Calendar.from_ical(calendar.render(floor)).events[0]["DESCRIPTION"]
    )


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_moved_event_is_told_with_both_times(booking: BookingDocument, kind: str) -> None:
    moved = Occasion("moved", before_ms=booking.event.starts_at_ms - 86_400_000)
    message = received(booking, occasion=moved)
    assert message["Subject"] == "New date: The Night Train"
    text = " ".join(body(message, kind).split())
    assert "Thursday 8 January 2026, 19:30 CET" in text
    assert "Friday 9 January 2026, 19:30 CET" in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_tickets_given_back_are_named_with_their_money_and_the_others_stay(
    booking: BookingDocument, kind: str
) -> None:
    returned = replace(booking, returned_minor=7500, last_refund_minor=7500)
    occasion = Occasion("returned", places=("Orchestra, row A, seat 9",), amount_minor=7500)
    message = received(returned, occasion=occasion)
    assert message["Subject"] == "Tickets given back: The Night Train"
    text = " ".join(body(message, kind).split())
    assert "given back: Orchestra, row A, seat 9." in text
    assert "75.00 EUR goes back the way you paid" in text
    assert booking.tickets[0].code in text


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_cancelled_booking_is_told_with_its_money_and_without_codes(
    booking: BookingDocument, kind: str
) -> None:
    ended = replace(booking, is_cancelled=True, returned_minor=20250, last_refund_minor=20250)
    message = received(ended, occasion=Occasion("cancelled"))
    assert message["Subject"] == "Cancelled: your booking for The Night Train"
    text = " ".join(body(message, kind).split())
    assert "202.50 EUR goes back the way you paid" in text
    assert booking.tickets[0].code not in text
    *_, ics = message.iter_attachments()
    assert ics["Content-Type"].params["method"] == "CANCEL"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_mail_speaks_the_language_of_its_buyer(booking: BookingDocument, kind: str) -> None:
    message = received(replace(booking, words=GERMAN))
    assert message["Subject"] == "Ihre Karten für The Night Train"
    assert message["Content-Language"] == "de"
    text = " ".join(body(message, kind).split())
    for words in (
        "Guten Tag Ada Example,",
        "Freitag, 9. Januar 2026, 19:30 Uhr (MEZ)",
        "Orchestra, Reihe A, Platz 3, Eingang Door 2",
        "Eingeschränkte Sicht",
        "-22,50 EUR",
        "202,50 EUR",
    ):
        assert words in text


@pytest.mark.parametrize(
    "name",
    [
        "Win at http://evil.example now",
        "evil.example",
        "Ada www.evil.example",
        "evil。example",
        "mailto:eve@evil.example",
        "eve@evil.example",
        "//evil/x",
        "x" * 81,
    ],
)
def test_a_name_that_a_program_might_make_a_link_of_is_left_out(
    booking: BookingDocument, name: str
) -> None:
    message = received(replace(booking, holder=name, tickets=booking.tickets))
    assert message["To"] == "ada@example.org"
    for kind in ("plain", "html"):
        text = body(message, kind)
        assert name not in text
        assert "Hello," in text


@pytest.mark.parametrize("name", ["J. R. R. Tolkien", "Dr. Łukasz", "O'Neil-Smith, Jr.", "李小龍"])
def test_an_ordinary_name_is_greeted(booking: BookingDocument, name: str) -> None:
    assert f"Hello {name}," in body(received(replace(booking, holder=name)), "plain")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_only_a_demo_booking_says_that_no_money_was_paid(
    booking: BookingDocument, kind: str
) -> None:
    assert "No money was paid" in body(received(replace(booking, is_demo=True)), kind)
    assert "No money was paid" not in body(received(booking), kind)


def test_names_in_any_script_arrive(booking: BookingDocument) -> None:
    named = replace(booking, holder="王小明", event=replace(booking.event, name="Ночь – Νύχτα 🎭"))
    message = received(named)
    assert message["Subject"] == "Your tickets for Ночь – Νύχτα 🎭"
    assert message["To"].addresses[0].display_name == "王小明"
    assert "王小明" in body(message, "plain")


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\r\n\r\n", "\x00", "\u2028", "\x85"])
def test_no_name_can_add_a_header_or_a_recipient(booking: BookingDocument, break_: str) -> None:
    evil = f"Evil{break_}Bcc: victim@example.org{break_}X-Evil: 1"
    named = replace(booking, holder=evil, event=replace(booking.event, name=evil, venue=evil))
    message = received(named, delivery_id=evil)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.org"]
    assert len(list(message.iter_attachments())) == 2


def test_a_name_that_looks_like_an_address_adds_no_recipient(booking: BookingDocument) -> None:
    named = replace(booking, holder='"x" <victim@example.org>, b@example.org')
    to = received(named)["To"].addresses
    assert [address.addr_spec for address in to] == ["ada@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example.org\r\nBcc: x@example.org",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "a da@example.org",
        "ada@exa mple.org",
        "ada@-example.org",
        "ada@example..org",
        "a..b@example.org",
        "a" * 250 + "@example.org",
        "ada@" + "ä" * 300 + ".org",
    ],
)
def test_what_is_no_single_address_is_refused(booking: BookingDocument, address: str) -> None:
    with pytest.raises(InvalidRequest, match="expected an e-mail address") as refusal:
        received(booking, to=address)
    assert refusal.value.code == "invalid_address"


def test_markup_in_names_stays_text(booking: BookingDocument) -> None:
    evil = '<script>alert(1)</script>"&'
    ticket = replace(booking.tickets[0], section=evil)
    named = replace(
        booking, holder=evil, event=replace(booking.event, name=evil), tickets=(ticket,)
    )
    html = body(received(named), "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.example/\r\nX: 1", ""])
def test_only_a_web_address_becomes_a_link(booking: BookingDocument, url: str) -> None:
    message = received(replace(booking, url=url))
    assert "href" not in body(message, "html")
    assert "Your booking:" not in body(message, "plain")
    assert 'href="https://' in body(received(booking), "html")


def test_no_line_is_longer_than_smtp_allows(booking: BookingDocument) -> None:
    long = replace(booking, holder="Ж" * 400, event=replace(booking.event, name="Ж " * 400))
    data = compose(
        long,
        TICKETS,
        to="ada@example.org",
        sender="tickets@houseful.example",
        sent_at_ms=SENT_AT_MS,
        delivery_id="1",
        pdf=bytes(5000),
        ics=b"x\r\n",
    ).as_bytes()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
