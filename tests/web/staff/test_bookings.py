"""Staff find bookings, refund them, send tickets again, and take all of it away as a table."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.serving import Guest, Sale, Server, eventually
from tests.support.staff import act, audit, given, refused, statuses
from tests.web.staff.test_events import new_event, pretix_plan


async def buy(guest: Guest, sale: Sale, *seats: int, **contact: str) -> dict[str, Any]:
    """Reserve and pay with a contact."""
    await guest.held(sale, *seats)
    answer = await guest.pay(sale, *seats, contact={"name": "", "email": "", **contact})
    booking: dict[str, Any] = await given(answer, 201)
    return booking


async def found(venue: Guest, sale: Sale, **query: str) -> list[str]:
    answer = await venue.http.get(f"/events/{sale.id}/bookings", params=query)
    return [one["bookingReference"] for one in await given(answer)]


async def test_a_booking_is_found_by_reference_name_mail_or_seat(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    hers = await buy(ann, sale, *sale.seats[:2], name="Ada Öztürk", email="Ada@Example.org")
    his = await buy(ben, sale, sale.seats[11], name="100% Ben_O'Neil", email="ben@example.org")
    ada, ben_ = hers["bookingReference"], his["bookingReference"]
    for text in (ada, ada[-6:], ada.lower(), "ada", "ÖZTÜRK", "öztü", "ada@example", "a2", " A-1 "):
        assert await found(venue, sale, q=text) == [ada], text
    for text in (ben_, "O'NEIL", "100%", "ben_", "B2"):
        assert await found(venue, sale, q=text) == [ben_], text
    assert await found(venue, sale, q="example.org") == [ben_, ada]
    assert await found(venue, sale) == [ben_, ada]
    for text in ("email", "A99", "%%", "' OR 1=1 --", "null"):
        assert await found(venue, sale, q=text) == [], text


async def test_a_booking_is_found_as_people_type(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    hers = await buy(
        ann,
        sale,
        sale.seats[0],
        name="Jürgen Müller",
        email="jm@example.org",
        phone="+49 (0)170 123-4567",
    )
    his = await buy(ben, sale, sale.seats[11], name="A\u030asa Strøm", email="asa@faß.de")
    jm, asa = hers["bookingReference"], his["bookingReference"]
    typed = (
        "JÜRGEN",
        "mueller",
        "MULLER",
        "Ju\u0308rgen",
        "Müller, Jürgen".replace(",", ""),
        "0170 1234567",
        "+49170123",
        "1234567",
        "row A seat 1",
        "Reihe a, Platz 1",
        hers["seats"][0]["place"],
    )
    for text in typed:
        assert await found(venue, sale, q=text) == [jm], text
    for text in ("Åsa", "asa", "ASA", "strom", "Stroem", "fass.de", "faß.de"):
        assert await found(venue, sale, q=text) == [asa], text
    tickets = (await given(await ann.http.get(f"/bookings/{jm}")))["tickets"]
    code = tickets[0]["code"]
    for text in (
        code,
        code.lower().replace("-", " "),
        code.replace("-", "\u2011"),
        code.replace("-", ".\u00a0"),
    ):
        assert await found(venue, sale, q=text) == [jm], text
    for text in ("17", "row A seat 99", "moller", "\x00"):
        assert jm not in await found(venue, sale, q=text) or text == "\x00", text


async def test_bookings_are_filtered_by_status_and_come_in_pages(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    first = await ann.bought(sale, sale.seats[0])
    second = await ann.bought(sale, sale.seats[1])
    await given(await act(venue, sale, f"bookings/{first['bookingReference']}/refund"))
    assert await found(venue, sale, status="CONFIRMED") == [second["bookingReference"]]
    answer = await venue.http.get(f"/events/{sale.id}/bookings?page=2&pageSize=1")
    assert answer.json()["page"] == {"number": 2, "size": 1, "total": 2}
    assert answer.json()["data"][0]["bookingReference"] == first["bookingReference"]
    (ticket,) = answer.json()["data"][0]["tickets"]
    assert (ticket["seatNumber"], ticket["state"], ticket["usedAt"]) == ("A1", "VOID", None)
    answer = await venue.http.get(f"/events/{sale.id}/bookings?status=LOST")
    refused(answer, 400, "invalid_request")


async def test_a_refund_frees_the_seats_voids_the_tickets_and_says_why(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    reference = booking["bookingReference"]
    view = await given(await act(venue, sale, f"bookings/{reference}/refund", reason="rain"))
    assert view["status"] in ("CANCELLED", "REFUNDED")

    async def refunded() -> bool:
        view = await given(await ann.http.get(f"/bookings/{reference}"))
        return bool(view["status"] == "REFUNDED" and view["refundedAmount"] == 75)

    await eventually(refunded)
    assert await statuses(ann, sale, sale.seats[0]) == ["AVAILABLE"]
    (line,) = await audit(venue, sale)
    assert (line["act"], line["who"], line["reason"]) == ("refund_booking", "vera", "rain")
    assert line["bookingReference"] == reference
    again = await given(await act(venue, sale, f"bookings/{reference}/refund"))
    assert again["status"] == "REFUNDED"
    assert len(await audit(venue, sale)) == 1


async def test_staff_refund_after_the_buyers_own_deadline(
    venue: Guest, ann: Guest, server: Server
) -> None:
    tonight = server.add_event(starts_in_ms=3_600_000)
    booking = await ann.bought(tonight, tonight.seats[0])
    reference = booking["bookingReference"]
    refused(await ann.http.post(f"/bookings/{reference}/cancel"), 409, "cancellation_closed")
    await given(await act(venue, tonight, f"bookings/{reference}/refund"))


async def test_a_booking_of_another_event_is_not_refunded_or_sent(
    venue: Guest, ann: Guest, sale: Sale, quiet_sale: Sale
) -> None:
    reference = (await ann.bought(sale, sale.seats[0]))["bookingReference"]
    for path in ("refund", "email"):
        answer = await act(venue, quiet_sale, f"bookings/{reference}/{path}")
        refused(answer, 404, "unknown_booking")
    assert (await given(await ann.http.get(f"/bookings/{reference}")))["status"] == "CONFIRMED"


async def test_tickets_are_sent_again_to_the_booking_s_address_or_another(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    booking = await buy(ann, sale, sale.seats[0], email="ada@example.org")
    path = f"bookings/{booking['bookingReference']}/email"
    assert await given(await act(venue, sale, path), 202) == {
        "to": "ada@example.org",
        "delivery": "off",
    }
    answer = await act(venue, sale, path, to="other@example.org", reason="new address")
    assert await given(answer, 202) == {"to": "other@example.org", "delivery": "off"}
    refused(await act(venue, sale, path, to="nobody"), 400, "invalid_address")
    lines = [(line["act"], line["details"]["to"]) for line in await audit(venue, sale)]
    assert lines == [
        ("send_tickets", "other@example.org"),
        ("send_tickets", "ada@example.org"),
    ]


async def test_the_table_has_every_booking_and_no_formula(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    names = ["=1+1", "+49", "-x", "@SUM(A1)", "＝x", 'say "hi", you']
    for seat, name in zip(sale.seats, names, strict=False):
        contact = {"name": name, "email": "a@example.org", "phone": "+49-170-1234567"}
        await buy(ben if name.startswith("say") else ann, sale, seat, **contact)
    answer = await venue.http.get(f"/events/{sale.id}/bookings.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert {row[header.index("phone")] for row in rows} == {"+49 170 1234567"}
    assert rows[0][header.index("seats")].endswith(", row A, seat 1")
    column = header.index("name")
    assert [row[column] for row in rows] == [
        name if name.startswith("say") else f"'{name}" for name in names
    ]
    assert [row[header.index("total")] for row in rows] == ["75.00"] * len(names)
    assert [line["act"] for line in await audit(venue, sale)] == ["export_bookings"]


async def test_the_table_s_times_are_the_venue_s_and_their_zone_is_named(
    venue: Guest, ann: Guest
) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    body = new_event(plan["planId"], venue="A hall in Nepal", timeZone="Asia/Kathmandu")
    event = await given(await venue.http.post("/events", json=body), 201)
    seats = sorted(await ann.seats(Sale(event["id"], range(0))))
    booking = await ann.bought(Sale(event["id"], range(seats[0], seats[-1] + 1)), seats[0])
    answer = await venue.http.get(f"/events/{event['id']}/bookings.csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["time zone"] == "Asia/Kathmandu"
    at = datetime.fromisoformat(booking["createdAt"]) + timedelta(hours=5, minutes=45)
    assert row["created"] == f"{at:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("path", ["bookings", "bookings.csv", "blocks", "holds", "audit"])
async def test_an_event_that_is_none_has_nothing(path: str, venue: Guest) -> None:
    refused(await venue.http.get(f"/events/987654/{path}"), 404, "unknown_event")


async def test_a_nul_in_a_name_neither_breaks_the_booking_nor_staff_s_search(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    """PostgreSQL takes no NUL in a text."""
    booking = await buy(ann, sale, sale.seats[0], name="Zoë\x00 Null\u202e", email="z@example.org")
    assert booking["contact"]["name"] == "Zoë Null"
    assert await found(venue, sale, q="zoe\x00") == [booking["bookingReference"]]
