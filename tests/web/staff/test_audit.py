"""The audit log is for people: times, money and seats come as they are read, and not as they are kept."""

from __future__ import annotations

from tests.support.serving import Guest, Sale
from tests.support.staff import act, audit, given


async def test_seats_are_named_with_their_sections(venue: Guest, sale: Sale) -> None:
    await given(await act(venue, sale, "block", seatIds=[sale.seats[0], sale.seats[40]]))
    (line,) = await audit(venue, sale)
    assert [(seat["section"], seat["seatNumber"]) for seat in line["seats"]] == [
        ("Orchestra", "A1"),
        ("Balcony", "A1"),
    ]
    assert line["seatCount"] == 2


async def test_of_many_seats_fifty_are_named_and_all_are_counted(venue: Guest, sale: Sale) -> None:
    await given(await act(venue, sale, "block", seatIds=list(sale.seats)))
    (line,) = await audit(venue, sale)
    assert (len(line["seats"]), line["seatCount"]) == (50, 80)


async def test_a_change_says_before_and_after_in_times_and_money(venue: Guest, sale: Sale) -> None:
    before = await given(await venue.http.get(f"/events/{sale.id}"))
    starts = "2031-05-01T18:00:00Z"
    changed = {"name": "Matinée", "startsAt": starts, "prices": {"PREMIUM": "80.00"}}
    body = {"reason": "moved", "offSaleAt": "2031-05-01T12:00:00Z", **changed}
    await given(await venue.http.patch(f"/events/{sale.id}", json=body))
    (line,) = await audit(venue, sale)
    found = {one["field"]: (one["before"], one["after"]) for one in line["changes"]}
    assert found == {
        "name": (before["name"], "Matinée"),
        "startsAt": (before["startsAt"], starts),
        "offSaleAt": (None, "2031-05-01T12:00:00Z"),
        "price": ("75.00", "80.00"),
    }
    assert [one["category"] for one in line["changes"] if one["field"] == "price"] == ["PREMIUM"]


async def test_a_refund_says_how_much_came_back(venue: Guest, ann: Guest, sale: Sale) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    await given(await act(venue, sale, f"bookings/{booking['bookingReference']}/refund"))
    (line,) = await audit(venue, sale)
    assert (line["act"], line["amount"], line["currency"]) == ("refund_booking", "75.00", "EUR")
