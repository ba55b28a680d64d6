"""Around a booking over HTTP: prices, lists, papers, the buyer's bank, giving it back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.support.serving import Guest, Sale, eventually
from tests.web.buyer.test_reservations import refused

ASKS_THE_BANK = "4000002500003155"


def new_key() -> str:
    return f"booking-{uuid.uuid4()}"


@pytest.mark.parametrize(("agrees", "status"), [(True, "CONFIRMED"), (False, "DECLINED")])
async def test_the_buyer_s_bank_may_have_to_be_asked(
    agrees: bool, status: str, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    answer = await ann.pay(sale, sale.seats[0], card=ASKS_THE_BANK)
    data = answer.json()["data"]
    assert (answer.status_code, data["status"]) == (202, "REQUIRES_ACTION")
    secret = {"clientSecret": data["clientSecret"], "success": agrees}
    assert (await ann.http.post("/demo/authenticate", json=secret)).status_code == 200

    async def settled() -> bool:
        view = (await ann.http.get(f"/bookings/{data['bookingReference']}")).json()["data"]
        return bool(view["status"] == status)

    await eventually(settled)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seatIds": []},
        {"seatIds": ["1"]},
        {"seatIds": [True]},
        {"seatIds": 7},
        {"eventId": "1"},
        {"eventId": None},
        {"paymentMethod": "gold"},
        {"card": {"number": "x"}},
    ],
    ids=str,
)
async def test_a_wrong_body_is_refused(wrong: dict[str, Any], ann: Guest, quiet_sale: Sale) -> None:
    body = {"eventId": quiet_sale.id, "seatIds": [quiet_sale.seats[0]], "paymentMethod": "demo"}
    answer = await ann.http.post(
        "/bookings", json=body | wrong, headers={"Idempotency-Key": new_key()}
    )
    refused(answer, 400, "invalid_request")


async def test_an_address_that_is_none_is_refused_by_its_own_code(
    ann: Guest, quiet_sale: Sale
) -> None:
    body = {"eventId": quiet_sale.id, "seatIds": [quiet_sale.seats[0]], "paymentMethod": "demo"}
    answer = await ann.http.post(
        "/bookings",
        json=body | {"contact": {"email": "nobody"}},
        headers={"Idempotency-Key": new_key()},
    )
    refused(answer, 400, "invalid_address")


async def test_a_price_can_be_asked_for_before_buying(ann: Guest, sale: Sale) -> None:
    seats = [sale.seats[0], sale.seats[40]]
    answer = await ann.http.post(f"/events/{sale.id}/quote", json={"seatIds": seats})
    data = answer.json()["data"]
    assert [item["price"] for item in data["items"]] == ["75.00", "30.00"]
    assert (data["subtotal"], data["discount"], data["total"]) == ("105.00", "0.00", "105.00")


@pytest.mark.parametrize("more", ["", ".pdf", ".ics", "/qr.svg"])
async def test_another_s_booking_does_not_exist_for_me(
    more: str, ann: Guest, ben: Guest, sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    path = f"/bookings/{booking['bookingReference']}{more}"
    refused(await ben.http.get(path), 404, "unknown_booking")
    assert (await ann.http.get(path)).status_code == 200


async def test_bookings_are_listed_by_page_newest_first(ann: Guest, sale: Sale) -> None:
    references = [(await ann.bought(sale, seat))["bookingReference"] for seat in sale.seats[:3]]
    first = (await ann.http.get("/bookings?pageSize=2")).json()
    second = (await ann.http.get("/bookings?pageSize=2&page=2")).json()
    found = [one["bookingReference"] for one in first["data"] + second["data"]]
    assert found == references[::-1]
    assert first["page"] == {"number": 1, "size": 2, "total": 3}


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "pageSize=1000", "page=-1", "page=" + "9" * 99]
)
async def test_a_page_that_is_none_is_refused(query: str, ann: Guest) -> None:
    refused(await ann.http.get(f"/bookings?{query}"), 400, "invalid_request")


async def test_a_cancelled_booking_frees_its_seats_and_gives_the_money_back(
    ann: Guest, sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    path = f"/bookings/{booking['bookingReference']}"
    assert (await ann.http.post(f"{path}/cancel")).status_code == 200

    async def refunded() -> bool:
        view = (await ann.http.get(path)).json()["data"]
        return bool(view["status"] == "REFUNDED" and view["refundedAmount"] == 75.0)

    async def free() -> bool:
        return (await ann.seats(sale))[sale.seats[0]]["status"] == "AVAILABLE"

    await eventually(refunded)
    await eventually(free)
    refused(await ann.http.get(f"{path}.pdf"), 409, "not_confirmed")
    taken_back = await ann.http.get(f"{path}.ics")
    assert "METHOD:CANCEL" in taken_back.text
    assert "STATUS:CANCELLED" in taken_back.text


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [({"language": "de-AT"}, "en", "de"), ({}, "fr, de;q=0.9", "de"), ({}, "", "en")],
)
async def test_a_booking_keeps_the_buyer_s_language(
    asked: dict[str, str], header: str, language: str, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    answer = await ann.http.post(
        "/bookings",
        json={
            "eventId": sale.id,
            "seatIds": [sale.seats[0]],
            "paymentMethod": "demo",
            "card": {"number": "4242424242424242"},
            "contact": {"name": "Ada", "email": "ada@example.org"},
            **asked,
        },
        headers={"Idempotency-Key": new_key(), "Accept-Language": header},
    )
    booking = answer.json()["data"]
    assert booking["language"] == language
    path = f"/bookings/{booking['bookingReference']}"
    assert ("Platz" in (await ann.http.get(f"{path}.ics")).text) == (language == "de")


async def test_nobody_is_told_of_a_mail_that_no_server_sends(ann: Guest, sale: Sale) -> None:
    booking = await ann.bought(sale, sale.seats[0], contact={"email": "ada@example.org"})
    path = f"/bookings/{booking['bookingReference']}"
    assert (await ann.http.get("/config")).json()["data"]["sendsMail"] is False
    assert (await ann.http.get(path)).json()["data"]["delivery"]["state"] == "off"
    answer = await ann.http.post(f"{path}/email")
    assert (answer.status_code, answer.json()["data"]["delivery"]) == (202, "off")
    assert "nothing was sent" in answer.json()["message"]
    refused(
        await ann.http.post(f"{path}/email", json={"to": "victim@example.org"}),
        403,
        "other_recipient",
    )
    while (answer := await ann.http.post(f"{path}/email")).status_code == 202:
        pass
    refused(answer, 429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 60


async def test_the_page_may_report_what_it_did(ann: Guest) -> None:
    good = {"events": [{"name": "seat_selected", "facts": {"seatId": 1}}]}
    answer = await ann.http.post("/analytics", json=good)
    assert (answer.status_code, answer.json()["data"]) == (202, {"accepted": 1})
    refused(
        await ann.http.post("/analytics", json={"events": [{"name": "mine"}]}),
        400,
        "invalid_request",
    )
