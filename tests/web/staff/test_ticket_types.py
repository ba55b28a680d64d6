"""Ticket types, fees and tax: what staff ask for is what is shown, charged and said at the door."""

from __future__ import annotations

from typing import Any

from tests.support.serving import Guest, Sale
from tests.support.staff import given
from tests.web.buyer.test_bookings import error, post
from tests.web.staff.test_events import patch

TYPES = [
    {"name": "Adult"},
    {"name": "Child", "note": "under 14", "most": 2},
    {"name": "Carer", "requires": "Adult"},
]
CHANGE: dict[str, Any] = {
    "ticketTypes": TYPES,
    "ticketPrices": [
        {"category": "PREMIUM", "ticketType": "Child", "amount": "30.00", "vatPercent": "7"},
        {"category": "STANDARD", "ticketType": "Child", "amount": "15.00"},
        {"category": "PREMIUM", "ticketType": "Carer", "amount": "0.00"},
    ],
    "fees": {"perTicket": "0.50", "percent": "10", "perOrder": "1.20"},
    "vatPercent": "19",
}


async def priced(venue: Guest, sale: Sale) -> dict[str, int]:
    """Ticket type → its id, once the sale has them."""
    await given(await patch(venue, sale.id, **CHANGE))
    event = (await venue.http.get(f"/events/{sale.id}")).json()["data"]
    return {kind["name"]: kind["id"] for kind in event["ticketTypes"]}


async def test_two_adults_and_a_child_pay_one_total_from_the_map_to_the_booking(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    ids = await priced(venue, sale)
    event = (await ann.http.get(f"/events/{sale.id}")).json()["data"]
    premium, standard = event["categories"]
    assert [premium["price"], standard["price"], event["orderFee"]] == ["83.00", "33.50", "1.20"]
    assert [offer["price"] for offer in premium["tickets"]] == ["83.00", "33.50", "0.00"]
    chosen = [sale.seats[0], sale.seats[1], sale.seats[-1]]
    seats = (await ann.held(sale, *chosen))["reservedSeatIds"]
    tickets = [{"seatId": chosen[1], "ticketTypeId": ids["Child"]}]
    asked = {"seatIds": seats, "tickets": tickets}
    quote = await given(await ann.http.post(f"/events/{sale.id}/quote", json=asked))
    assert [item["price"] for item in quote["items"]] == ["83.00", "33.50", "33.50"]
    assert [quote[name] for name in ("subtotal", "ticketFees", "total")] == [
        "150.00", "15.00", "151.20",
    ]  # fmt: skip
    assert quote["vat"] == [
        {"vatPercent": "19", "amount": "18.79"},
        {"vatPercent": "7", "amount": "2.19"},
    ]
    booked = await post(ann, sale, seats, tickets=tickets, expectedTotal="151.20")
    assert booked.status_code == 201, booked.text
    booking = booked.json()["data"]
    assert (booking["totalAmount"], booking["orderFee"]) == (151.2, 1.2)
    assert [seat["ticketType"] for seat in booking["seats"]] == ["Adult", "Child", "Adult"]
    assert [seat["note"] for seat in booking["seats"]] == ["", "under 14", ""]
    found = (await ann.http.get(f"/bookings/{booking['bookingReference']}")).json()["data"]
    assert [ticket["ticketType"] for ticket in found["tickets"]] == ["Adult", "Child", "Adult"]
    code = {"code": found["tickets"][1]["code"]}
    entered = await given(await venue.http.post(f"/events/{sale.id}/check-ins", json=code))
    assert (entered["ticketType"], entered["note"]) == ("Child", "under 14")


async def test_a_code_for_some_types_and_categories_takes_only_off_those(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    ids = await priced(venue, sale)
    code = f"KIDS{sale.id}"
    body = {"code": code, "percent": 50, "eventId": sale.id, "categories": ["PREMIUM"]}
    wrong = await venue.http.post("/discounts", json={**body, "ticketTypes": ["Senior"]})
    assert error(wrong)[:2] == (400, "invalid_request")
    assert wrong.json()["error"]["field"] == "ticketTypes"
    made = await given(
        await venue.http.post("/discounts", json={**body, "ticketTypes": ["Child"]}), 201
    )
    assert (made["categories"], made["ticketTypes"]) == (["PREMIUM"], ["Child"])
    seats = (await ann.held(sale, *sale.seats[:2], sale.seats[-1]))["reservedSeatIds"]
    tickets = [{"seatId": seat, "ticketTypeId": ids["Child"]} for seat in (seats[1], seats[2])]
    asked = {"seatIds": seats, "tickets": tickets, "discountCode": code}
    quote = await given(await ann.http.post(f"/events/{sale.id}/quote", json=asked))
    assert [item["discount"] for item in quote["items"]] == ["0.00", "16.75", "0.00"]
    other = {"seatIds": seats, "discountCode": code}
    refused = await ann.http.post(f"/events/{sale.id}/quote", json=other)
    assert error(refused)[:2] == (400, "discount_other_tickets")
    booked = await post(
        ann, sale, seats, tickets=tickets, discountCode=code, expectedTotal=quote["total"]
    )
    assert booked.status_code == 201, booked.text


async def test_types_that_are_not_sold_so_are_refused_and_change_nothing(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    ids = await priced(venue, sale)
    seats = (await ann.held(sale, *sale.seats[:3]))["reservedSeatIds"]

    async def refusal(name: str, count: int) -> str:
        tickets = [{"seatId": seat, "ticketTypeId": ids[name]} for seat in seats[:count]]
        answer = await post(ann, sale, seats, tickets=tickets)
        return error(answer)[1]

    assert await refusal("Child", 3) == "ticket_type_most"
    assert await refusal("Carer", 2) == "ticket_type_requires"
    other = [{"seatId": seats[0], "ticketTypeId": 10**9}]
    assert error(await post(ann, sale, seats, tickets=other))[1] == "ticket_type_not_sold"
    foreign = [{"seatId": sale.seats[9], "ticketTypeId": ids["Child"]}]
    assert error(await post(ann, sale, seats, tickets=foreign))[:2] == (400, "invalid_request")
    assert (await post(ann, sale, seats)).status_code == 201


async def test_a_change_that_would_leave_a_category_without_tickets_is_refused(
    venue: Guest, sale: Sale
) -> None:
    await priced(venue, sale)
    adult = {"category": "STANDARD", "ticketType": "Adult", "amount": None}
    child = {"category": "STANDARD", "ticketType": "Child", "amount": None}
    answer = await patch(venue, sale.id, ticketPrices=[adult, child])
    assert answer.status_code == 400, answer.text
    wrong = await patch(venue, sale.id, ticketTypes=[{"name": "Adult"}, {"name": "Adult"}])
    assert "a name of its own" in wrong.json()["message"]
